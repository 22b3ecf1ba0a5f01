//! The S-boxes as circuits of two-input gates. Made by a program, not to be edited:
//!
//! cargo run --release -p payhsm-tdes --example sbox_circuits -- two --steps 2000000 --seeds 5,22,16,23,8,16,4,2
//!
//! Gates: 52 + 43 + 48 + 29 + 51 + 49 + 45 + 42 = 359.

use super::word::Word;

/// 52 gates, at most 15 values alive.
#[inline(always)]
pub(super) fn s1<W: Word>(a: [W; 6]) -> [W; 4] {
    let [a1, a2, a3, a4, a5, a6] = a;
    let x1 = a5.not();
    let x2 = x1.xor(a6);
    let x3 = x2.and(a5);
    let x4 = x3.xor(a2);
    let x5 = x2.xor(x4);
    let x6 = a2.or(x5);
    let x7 = x4.and(x5);
    let x8 = x7.or(a5);
    let x9 = x8.and(a3);
    let x10 = x9.xor(a4);
    let x11 = x5.and_not(a4);
    let x12 = x4.xor(x11);
    let x13 = x4.and(x12);
    let x14 = x10.xor(x13);
    let x15 = x8.and_not(x14);
    let x16 = a6.and_not(x10);
    let x17 = x2.and_not(x16);
    let x18 = x11.xor(x17);
    let x19 = a3.or(x18);
    let x20 = x12.xor(x19);
    let x21 = x10.xor(x20);
    let x22 = x5.xor(x21);
    let x23 = a6.and_not(x22);
    let x24 = x11.and_not(x23);
    let x25 = x15.xor(x24);
    let x26 = x25.xor(a3);
    let x27 = x26.and_not(x6);
    let x28 = x27.xor(x23);
    let x29 = x28.xor(x22);
    let x30 = a1.and(x29);
    let x31 = x30.and_not(x16);
    let x32 = x14.xor(x30);
    let x33 = x32.xor(x11);
    let x34 = x33.and(a5);
    let x35 = x26.xor(x34);
    let x36 = x20.xor(x26);
    let x37 = a1.and_not(x36);
    let x38 = x37.xor(x20);
    let x39 = x38.and_not(x28);
    let x40 = x39.or(a5);
    let x41 = x40.xor(x32);
    let x42 = x41.xor(x5);
    let x43 = x42.or(x21);
    let x44 = x35.xor(x43);
    let x45 = x44.or(a1);
    let x46 = x45.xor(x31);
    let x47 = x46.xor(x20);
    let x48 = x46.or(x37);
    let x49 = x48.or(x39);
    let x50 = x49.and_not(x2);
    let x51 = x47.xor(x42);
    let x52 = x51.xor(x50);
    [x38, x52, x47, x32]
}

/// 43 gates, at most 15 values alive.
#[inline(always)]
pub(super) fn s2<W: Word>(a: [W; 6]) -> [W; 4] {
    let [a1, a2, a3, a4, a5, a6] = a;
    let x1 = a2.not();
    let x2 = a1.and_not(a5);
    let x3 = a6.and_not(x2);
    let x4 = x1.or(x3);
    let x5 = x4.xor(a1);
    let x6 = a3.and_not(x5);
    let x7 = x5.or(x3);
    let x8 = x7.xor(a5);
    let x9 = x8.or(x2);
    let x10 = x9.and_not(a2);
    let x11 = x10.not();
    let x12 = x11.and_not(x6);
    let x13 = a4.xor(x12);
    let x14 = x11.and_not(x13);
    let x15 = x14.xor(a3);
    let x16 = a2.xor(x15);
    let x17 = x15.and(x4);
    let x18 = a1.and(x8);
    let x19 = a6.xor(x16);
    let x20 = x8.xor(x19);
    let x21 = x20.and_not(x17);
    let x22 = x21.and(a1);
    let x23 = x20.or(x16);
    let x24 = x23.and(a5);
    let x25 = a6.and(x23);
    let x26 = x10.or(x25);
    let x27 = a4.and(x26);
    let x28 = x26.and_not(x19);
    let x29 = a3.or(x28);
    let x30 = x29.xor(x27);
    let x31 = x30.xor(a1);
    let x32 = x31.xor(x24);
    let x33 = x19.xor(x22);
    let x34 = x33.xor(x13);
    let x35 = x34.xor(x23);
    let x36 = x31.and_not(x35);
    let x37 = x36.or(x22);
    let x38 = x37.and(a6);
    let x39 = x38.or(x18);
    let x40 = x35.and(x32);
    let x41 = x39.xor(x40);
    let x42 = x41.xor(x3);
    let x43 = x42.xor(x15);
    [x20, x32, x43, x35]
}

/// 48 gates, at most 17 values alive.
#[inline(always)]
pub(super) fn s3<W: Word>(a: [W; 6]) -> [W; 4] {
    let [a1, a2, a3, a4, a5, a6] = a;
    let x1 = a6.xor(a3);
    let x2 = a2.xor(x1);
    let x3 = a6.or(a2);
    let x4 = a4.xor(a3);
    let x5 = x2.and_not(x1);
    let x6 = a6.and_not(x5);
    let x7 = a4.or(x6);
    let x8 = a5.xor(x5);
    let x9 = x8.not();
    let x10 = x9.and_not(x5);
    let x11 = x10.xor(x4);
    let x12 = x11.and_not(a5);
    let x13 = x7.xor(x12);
    let x14 = x2.xor(x12);
    let x15 = x14.xor(x10);
    let x16 = x13.and(a1);
    let x17 = x16.xor(x15);
    let x18 = x8.and_not(x13);
    let x19 = x17.xor(x18);
    let x20 = x3.or(x19);
    let x21 = x4.xor(x20);
    let x22 = x21.or(a2);
    let x23 = x9.and_not(x1);
    let x24 = x21.or(x11);
    let x25 = x20.and_not(x9);
    let x26 = x22.and_not(x11);
    let x27 = x21.or(x23);
    let x28 = x2.xor(x27);
    let x29 = a4.and_not(x23);
    let x30 = x29.or(x8);
    let x31 = x29.xor(a1);
    let x32 = x28.and_not(a4);
    let x33 = a1.or(x32);
    let x34 = x33.xor(a4);
    let x35 = x34.or(x19);
    let x36 = x35.xor(x24);
    let x37 = x34.xor(x25);
    let x38 = x37.xor(x3);
    let x39 = a3.or(x36);
    let x40 = x31.xor(x39);
    let x41 = x40.xor(x15);
    let x42 = x38.or(a4);
    let x43 = x42.xor(x26);
    let x44 = x43.xor(x20);
    let x45 = x44.xor(x1);
    let x46 = a1.or(x45);
    let x47 = x46.xor(x22);
    let x48 = x47.xor(x30);
    [x38, x41, x48, x17]
}

/// 29 gates, at most 9 values alive.
#[inline(always)]
pub(super) fn s4<W: Word>(a: [W; 6]) -> [W; 4] {
    let [a1, a2, a3, a4, a5, a6] = a;
    let x1 = a5.not();
    let x2 = x1.xor(a3);
    let x3 = x2.and_not(a2);
    let x4 = a5.xor(a4);
    let x5 = x4.and_not(x2);
    let x6 = x3.xor(a4);
    let x7 = x6.xor(x5);
    let x8 = x6.xor(a2);
    let x9 = x4.or(a2);
    let x10 = a5.and(x9);
    let x11 = a1.xor(x7);
    let x12 = x11.and_not(x3);
    let x13 = a1.and_not(x12);
    let x14 = x13.xor(x8);
    let x15 = x14.and_not(x12);
    let x16 = x15.xor(x4);
    let x17 = x8.and_not(x16);
    let x18 = x7.xor(x17);
    let x19 = x18.xor(a6);
    let x20 = x19.xor(x2);
    let x21 = a6.and_not(x20);
    let x22 = x21.xor(x14);
    let x23 = x22.xor(x10);
    let x24 = x19.and_not(x16);
    let x25 = x24.xor(x11);
    let x26 = x25.xor(x23);
    let x27 = x26.xor(x16);
    let x28 = x26.xor(x20);
    let x29 = x20.xor(x23);
    [x28, x27, x29, x23]
}

/// 51 gates, at most 14 values alive.
#[inline(always)]
pub(super) fn s5<W: Word>(a: [W; 6]) -> [W; 4] {
    let [a1, a2, a3, a4, a5, a6] = a;
    let x1 = a5.and_not(a3);
    let x2 = a2.xor(x1);
    let x3 = x2.xor(a5);
    let x4 = x3.xor(a3);
    let x5 = x4.xor(a6);
    let x6 = x1.or(a1);
    let x7 = x5.xor(x6);
    let x8 = a6.and(x6);
    let x9 = a3.and_not(x7);
    let x10 = x2.xor(x9);
    let x11 = x8.or(x10);
    let x12 = x10.or(x3);
    let x13 = x5.xor(x11);
    let x14 = x13.and(x3);
    let x15 = x13.and(a1);
    let x16 = x15.and(x1);
    let x17 = x5.xor(x16);
    let x18 = x12.and(a1);
    let x19 = a5.and_not(x9);
    let x20 = x14.or(a3);
    let x21 = a6.and(x9);
    let x22 = x20.and(a1);
    let x23 = x22.xor(x19);
    let x24 = a2.xor(x21);
    let x25 = x14.or(a4);
    let x26 = x23.xor(x25);
    let x27 = x24.xor(x15);
    let x28 = x27.or(a4);
    let x29 = a1.and_not(x7);
    let x30 = x28.xor(x7);
    let x31 = x30.and_not(a1);
    let x32 = x31.xor(a6);
    let x33 = x32.or(a5);
    let x34 = x8.xor(x33);
    let x35 = x26.xor(x34);
    let x36 = x35.xor(x29);
    let x37 = x18.or(x35);
    let x38 = x37.xor(a5);
    let x39 = x36.not();
    let x40 = x39.or(a2);
    let x41 = x17.xor(x34);
    let x42 = x34.and_not(x17);
    let x43 = x42.xor(x18);
    let x44 = x43.xor(x24);
    let x45 = x44.and(a4);
    let x46 = x45.xor(x41);
    let x47 = x36.and_not(x42);
    let x48 = x38.and_not(x47);
    let x49 = x40.and_not(x48);
    let x50 = x30.xor(x46);
    let x51 = x49.xor(x50);
    [x46, x30, x51, x36]
}

/// 49 gates, at most 15 values alive.
#[inline(always)]
pub(super) fn s6<W: Word>(a: [W; 6]) -> [W; 4] {
    let [a1, a2, a3, a4, a5, a6] = a;
    let x1 = a3.not();
    let x2 = a4.xor(x1);
    let x3 = a5.not();
    let x4 = x2.and_not(a5);
    let x5 = x3.and_not(a1);
    let x6 = x3.xor(a1);
    let x7 = x5.xor(a2);
    let x8 = x7.and_not(a3);
    let x9 = a1.and_not(x8);
    let x10 = a2.xor(x8);
    let x11 = x8.xor(x6);
    let x12 = x1.and_not(x11);
    let x13 = x12.xor(x7);
    let x14 = a2.and_not(x6);
    let x15 = x11.and(a4);
    let x16 = a5.or(x10);
    let x17 = x15.and_not(x10);
    let x18 = x4.and_not(x17);
    let x19 = x18.or(a4);
    let x20 = a5.or(x18);
    let x21 = x18.and_not(x13);
    let x22 = x13.xor(x15);
    let x23 = a6.and_not(x21);
    let x24 = x11.xor(x23);
    let x25 = x9.or(x14);
    let x26 = x16.and_not(x2);
    let x27 = x26.xor(a3);
    let x28 = x27.and_not(x5);
    let x29 = x28.xor(x17);
    let x30 = x9.or(x29);
    let x31 = x25.and(x28);
    let x32 = x29.and(x28);
    let x33 = x32.or(a3);
    let x34 = x33.or(a2);
    let x35 = x22.xor(x34);
    let x36 = x30.and(a6);
    let x37 = x32.or(x14);
    let x38 = x36.and(x14);
    let x39 = x38.xor(x24);
    let x40 = x36.xor(x22);
    let x41 = x39.xor(x19);
    let x42 = a6.or(x31);
    let x43 = x37.and(a6);
    let x44 = x2.xor(x43);
    let x45 = x44.xor(x16);
    let x46 = x9.or(x42);
    let x47 = x20.xor(x42);
    let x48 = x45.xor(x46);
    let x49 = x35.xor(x47);
    [x41, x49, x48, x40]
}

/// 45 gates, at most 14 values alive.
#[inline(always)]
pub(super) fn s7<W: Word>(a: [W; 6]) -> [W; 4] {
    let [a1, a2, a3, a4, a5, a6] = a;
    let x1 = a4.not();
    let x2 = x1.xor(a3);
    let x3 = x2.and_not(a2);
    let x4 = x3.xor(a3);
    let x5 = x4.xor(a5);
    let x6 = x5.and_not(x1);
    let x7 = x6.and(a3);
    let x8 = a6.xor(x7);
    let x9 = a2.and_not(x6);
    let x10 = x8.and_not(x9);
    let x11 = x10.xor(a2);
    let x12 = a6.and_not(x10);
    let x13 = x5.xor(x12);
    let x14 = x12.and(x1);
    let x15 = x2.and_not(x14);
    let x16 = x15.xor(x9);
    let x17 = x16.and_not(a3);
    let x18 = x15.xor(x11);
    let x19 = x18.xor(x5);
    let x20 = x19.and(x1);
    let x21 = x11.xor(x20);
    let x22 = a1.xor(x21);
    let x23 = x8.and_not(x21);
    let x24 = a6.and(a3);
    let x25 = a1.and_not(x23);
    let x26 = x25.and_not(a5);
    let x27 = x18.and(a1);
    let x28 = x13.xor(x27);
    let x29 = x26.or(x28);
    let x30 = x29.xor(x18);
    let x31 = x23.xor(x30);
    let x32 = x31.and_not(x24);
    let x33 = a4.xor(x32);
    let x34 = x28.xor(x22);
    let x35 = x17.xor(x34);
    let x36 = x35.xor(x33);
    let x37 = x25.and(x34);
    let x38 = x37.xor(x4);
    let x39 = a6.and(x38);
    let x40 = a6.and(x36);
    let x41 = x22.xor(x39);
    let x42 = x40.xor(x39);
    let x43 = x42.and(a4);
    let x44 = x43.xor(x30);
    let x45 = x44.xor(x40);
    [x45, x28, x36, x41]
}

/// 42 gates, at most 12 values alive.
#[inline(always)]
pub(super) fn s8<W: Word>(a: [W; 6]) -> [W; 4] {
    let [a1, a2, a3, a4, a5, a6] = a;
    let x1 = a3.not();
    let x2 = x1.and_not(a2);
    let x3 = a4.and_not(x2);
    let x4 = a5.xor(x2);
    let x5 = a2.and_not(a4);
    let x6 = x1.xor(x5);
    let x7 = x5.or(a1);
    let x8 = a3.xor(x7);
    let x9 = x8.or(x4);
    let x10 = x9.xor(a4);
    let x11 = x10.or(x9);
    let x12 = x11.and(a6);
    let x13 = x3.xor(x12);
    let x14 = x10.xor(a2);
    let x15 = x4.xor(x14);
    let x16 = a2.or(x15);
    let x17 = a1.xor(x15);
    let x18 = a3.xor(x17);
    let x19 = a1.and(x16);
    let x20 = a6.or(x19);
    let x21 = x13.xor(a5);
    let x22 = a6.and_not(x13);
    let x23 = x6.xor(x22);
    let x24 = x7.and_not(x20);
    let x25 = x18.xor(x24);
    let x26 = a5.or(x25);
    let x27 = x18.and_not(a6);
    let x28 = x27.or(a5);
    let x29 = x20.and_not(x27);
    let x30 = x26.or(a2);
    let x31 = x29.xor(x14);
    let x32 = x28.xor(a1);
    let x33 = a1.and_not(x29);
    let x34 = x33.xor(x26);
    let x35 = x32.xor(x23);
    let x36 = x35.xor(x21);
    let x37 = x34.xor(x36);
    let x38 = x37.or(x23);
    let x39 = x7.and(x38);
    let x40 = a6.and(x39);
    let x41 = x40.xor(x17);
    let x42 = x41.xor(x30);
    [x37, x31, x42, x35]
}
