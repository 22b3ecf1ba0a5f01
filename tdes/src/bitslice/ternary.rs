//! The S-boxes as circuits of three-input gates. Made by a program, not to be edited:
//!
//! cargo run --release -p payhsm-tdes --example sbox_circuits -- three --steps 400000 --seeds 1,4,6,1,5,4,2,4
//!
//! Gates: 25 + 24 + 24 + 17 + 25 + 25 + 25 + 23 = 188.

use super::word::Ternary;

/// 25 gates, at most 13 values alive.
#[inline(always)]
pub(super) fn s1<W: Ternary>(a: [W; 6]) -> [W; 4] {
    let [a1, a2, a3, a4, a5, a6] = a;
    let x1 = a4.ternary::<0x1b>(a5, a6);
    let x2 = a5.ternary::<0x94>(a6, a4);
    let x3 = a5.ternary::<0xf6>(a4, a3);
    let x4 = a2.ternary::<0x96>(a1, x3);
    let x5 = x3.ternary::<0x2d>(a4, a5);
    let x6 = x1.ternary::<0x92>(x2, a1);
    let x7 = a3.ternary::<0x9e>(x6, x2);
    let x8 = a2.ternary::<0x8b>(a5, x7);
    let x9 = x7.ternary::<0x78>(x5, a1);
    let x10 = x4.ternary::<0xd0>(a1, x7);
    let x11 = x9.ternary::<0x1a>(x2, a4);
    let x12 = x6.ternary::<0xa6>(a1, x11);
    let x13 = x4.ternary::<0x52>(x11, x8);
    let x14 = x6.ternary::<0x8d>(x2, a3);
    let x15 = x12.ternary::<0xb5>(x13, x9);
    let x16 = x15.ternary::<0xb8>(a2, x9);
    let x17 = x16.ternary::<0x91>(x2, x10);
    let x18 = x14.ternary::<0xe2>(a2, x17);
    let x19 = x18.ternary::<0x9a>(x9, x4);
    let x20 = a4.ternary::<0xe3>(x13, x19);
    let x21 = x20.ternary::<0x3a>(x12, x11);
    let x22 = x13.ternary::<0x47>(a3, x19);
    let x23 = x17.ternary::<0x97>(x19, a3);
    let x24 = x23.ternary::<0x3d>(x9, x1);
    let x25 = a2.ternary::<0xac>(x24, x21);
    [x18, x22, x16, x25]
}

/// 24 gates, at most 13 values alive.
#[inline(always)]
pub(super) fn s2<W: Ternary>(a: [W; 6]) -> [W; 4] {
    let [a1, a2, a3, a4, a5, a6] = a;
    let x1 = a2.ternary::<0xda>(a5, a6);
    let x2 = a5.ternary::<0x94>(a2, a4);
    let x3 = a1.ternary::<0x96>(a5, a4);
    let x4 = x2.ternary::<0x5e>(a5, x1);
    let x5 = a6.ternary::<0x96>(x4, x2);
    let x6 = a5.ternary::<0x64>(x5, a1);
    let x7 = a3.ternary::<0xf8>(x1, x6);
    let x8 = a2.ternary::<0xb1>(x5, a1);
    let x9 = x8.ternary::<0x63>(x4, a1);
    let x10 = x7.ternary::<0xc3>(x9, x7);
    let x11 = x1.ternary::<0xcd>(x10, x8);
    let x12 = a3.ternary::<0x96>(a5, x8);
    let x13 = x1.ternary::<0x4b>(a5, x10);
    let x14 = x12.ternary::<0x87>(a1, x13);
    let x15 = x14.ternary::<0xe2>(x1, x3);
    let x16 = a2.ternary::<0xca>(x12, x15);
    let x17 = x15.ternary::<0x7a>(x2, x13);
    let x18 = x13.ternary::<0x56>(a3, x3);
    let x19 = a6.ternary::<0xa3>(x15, x18);
    let x20 = x19.ternary::<0x68>(a6, x11);
    let x21 = x3.ternary::<0x6a>(x5, x20);
    let x22 = x17.ternary::<0x63>(x21, a3);
    let x23 = x19.ternary::<0x69>(x11, a2);
    let x24 = a5.ternary::<0xca>(x16, x23);
    [x10, x19, x22, x24]
}

/// 24 gates, at most 13 values alive.
#[inline(always)]
pub(super) fn s3<W: Ternary>(a: [W; 6]) -> [W; 4] {
    let [a1, a2, a3, a4, a5, a6] = a;
    let x1 = a5.ternary::<0x96>(a6, a3);
    let x2 = a2.ternary::<0x4c>(a6, a3);
    let x3 = x2.ternary::<0x59>(x1, a4);
    let x4 = x1.ternary::<0x58>(a5, a2);
    let x5 = a4.ternary::<0x69>(a2, a6);
    let x6 = a4.ternary::<0xc9>(x4, x2);
    let x7 = x2.ternary::<0x56>(x4, x3);
    let x8 = x4.ternary::<0x1d>(a5, x5);
    let x9 = a5.ternary::<0x65>(x3, x7);
    let x10 = x9.ternary::<0x8d>(x3, a5);
    let x11 = x9.ternary::<0x57>(a5, x1);
    let x12 = x8.ternary::<0x20>(a3, x7);
    let x13 = x6.ternary::<0x94>(a6, x7);
    let x14 = x13.ternary::<0xc2>(x9, x5);
    let x15 = x8.ternary::<0xd8>(x6, a1);
    let x16 = x11.ternary::<0x48>(x6, x15);
    let x17 = x16.ternary::<0xd8>(x9, a4);
    let x18 = x10.ternary::<0xe4>(x17, a1);
    let x19 = x8.ternary::<0x1a>(x14, x10);
    let x20 = a2.ternary::<0xc5>(x11, x19);
    let x21 = x20.ternary::<0x5d>(a6, a4);
    let x22 = x21.ternary::<0x96>(x8, a3);
    let x23 = x12.ternary::<0xc9>(x22, a1);
    let x24 = x14.ternary::<0xb8>(a1, x20);
    [x18, x23, x24, x15]
}

/// 17 gates, at most 10 values alive.
#[inline(always)]
pub(super) fn s4<W: Ternary>(a: [W; 6]) -> [W; 4] {
    let [a1, a2, a3, a4, a5, a6] = a;
    let x1 = a2.ternary::<0x6b>(a5, a4);
    let x2 = a3.ternary::<0x63>(x1, a2);
    let x3 = a2.ternary::<0xdc>(x2, a3);
    let x4 = x3.ternary::<0x7c>(a2, a3);
    let x5 = a5.ternary::<0xad>(x2, a1);
    let x6 = a4.xor(x5);
    let x7 = x6.ternary::<0x6d>(a2, x3);
    let x8 = x3.ternary::<0x9a>(a1, a5);
    let x9 = x5.ternary::<0x39>(x8, x7);
    let x10 = a5.ternary::<0x42>(x7, x9);
    let x11 = a1.ternary::<0x35>(x2, x9);
    let x12 = x10.ternary::<0xd3>(x4, a1);
    let x13 = a4.ternary::<0x96>(x4, x9);
    let x14 = x13.ternary::<0x47>(a6, x11);
    let x15 = x11.ternary::<0x8b>(a6, x13);
    let x16 = x7.ternary::<0x8b>(a6, x12);
    let x17 = a6.ternary::<0xca>(x7, x12);
    [x14, x15, x17, x16]
}

/// 25 gates, at most 15 values alive.
#[inline(always)]
pub(super) fn s5<W: Ternary>(a: [W; 6]) -> [W; 4] {
    let [a1, a2, a3, a4, a5, a6] = a;
    let x1 = a1.ternary::<0xd6>(a5, a3);
    let x2 = a1.ternary::<0x6d>(a6, x1);
    let x3 = a6.ternary::<0xa4>(a5, a3);
    let x4 = a6.ternary::<0x69>(x1, a2);
    let x5 = a1.ternary::<0x9d>(x3, x4);
    let x6 = x4.ternary::<0x7d>(a5, a1);
    let x7 = a3.ternary::<0xb9>(x5, a2);
    let x8 = a1.ternary::<0x96>(x7, x5);
    let x9 = x1.ternary::<0x9b>(x8, a5);
    let x10 = a2.ternary::<0x75>(x2, x7);
    let x11 = x10.ternary::<0xb8>(a4, x4);
    let x12 = a6.ternary::<0x38>(x11, a2);
    let x13 = a5.ternary::<0x9c>(x5, x12);
    let x14 = x2.ternary::<0x65>(x1, x13);
    let x15 = a3.ternary::<0xa8>(x4, x1);
    let x16 = x9.ternary::<0xe4>(x15, a6);
    let x17 = x14.ternary::<0x6d>(x16, x7);
    let x18 = x12.ternary::<0x86>(a5, x17);
    let x19 = x3.ternary::<0xbd>(x18, x4);
    let x20 = a3.ternary::<0x73>(x11, x19);
    let x21 = x6.ternary::<0xe0>(x18, x13);
    let x22 = x16.ternary::<0xb8>(a4, x18);
    let x23 = x21.ternary::<0x6a>(a4, x14);
    let x24 = x9.ternary::<0x46>(x22, x23);
    let x25 = x20.ternary::<0x96>(a2, x24);
    [x23, x11, x25, x22]
}

/// 25 gates, at most 15 values alive.
#[inline(always)]
pub(super) fn s6<W: Ternary>(a: [W; 6]) -> [W; 4] {
    let [a1, a2, a3, a4, a5, a6] = a;
    let x1 = a5.ternary::<0x69>(a4, a1);
    let x2 = a5.ternary::<0x42>(x1, a2);
    let x3 = x2.ternary::<0x0b>(x1, a4);
    let x4 = a6.ternary::<0x96>(a2, x1);
    let x5 = a2.ternary::<0xe9>(a3, x4);
    let x6 = a4.ternary::<0xa1>(x2, a6);
    let x7 = x3.ternary::<0x1b>(x1, a6);
    let x8 = a5.ternary::<0x3d>(x7, a6);
    let x9 = x7.ternary::<0x68>(x4, x8);
    let x10 = x7.ternary::<0x4e>(x9, a3);
    let x11 = x10.ternary::<0x5c>(x1, x6);
    let x12 = x11.ternary::<0xd2>(x7, a2);
    let x13 = x12.ternary::<0x5e>(x2, x5);
    let x14 = x6.ternary::<0x61>(a5, x5);
    let x15 = x14.ternary::<0xc5>(x13, x9);
    let x16 = x13.ternary::<0xd8>(x15, a1);
    let x17 = x13.ternary::<0xb8>(x11, a2);
    let x18 = x16.ternary::<0x9a>(x14, x6);
    let x19 = x17.ternary::<0x40>(a2, x6);
    let x20 = x7.ternary::<0xe2>(x19, x12);
    let x21 = a5.ternary::<0x53>(x4, x12);
    let x22 = a3.ternary::<0xca>(x21, x20);
    let x23 = x17.ternary::<0x6a>(a4, x4);
    let x24 = x18.ternary::<0x1d>(x3, x23);
    let x25 = a3.ternary::<0xac>(x23, x24);
    [x10, x25, x22, x16]
}

/// 25 gates, at most 14 values alive.
#[inline(always)]
pub(super) fn s7<W: Ternary>(a: [W; 6]) -> [W; 4] {
    let [a1, a2, a3, a4, a5, a6] = a;
    let x1 = a4.ternary::<0x61>(a3, a2);
    let x2 = a2.ternary::<0x96>(a6, a4);
    let x3 = a3.ternary::<0x53>(x1, x2);
    let x4 = x3.ternary::<0x68>(a4, a2);
    let x5 = x4.ternary::<0x96>(a3, x2);
    let x6 = a6.ternary::<0xdf>(x1, x4);
    let x7 = a5.ternary::<0xb2>(x4, a4);
    let x8 = x5.ternary::<0x1e>(a5, x7);
    let x9 = a2.ternary::<0x9a>(x6, x8);
    let x10 = x6.ternary::<0x62>(x9, a1);
    let x11 = x8.ternary::<0xbc>(x7, a4);
    let x12 = a6.ternary::<0xc6>(x3, a5);
    let x13 = x3.ternary::<0xd8>(a4, x11);
    let x14 = x5.ternary::<0x5d>(x1, x13);
    let x15 = a6.ternary::<0x97>(x9, x14);
    let x16 = x5.ternary::<0xa6>(a4, x15);
    let x17 = x16.ternary::<0x2b>(x14, x12);
    let x18 = x16.ternary::<0x59>(a5, x12);
    let x19 = x15.ternary::<0x69>(a5, x10);
    let x20 = x18.ternary::<0x19>(x13, x7);
    let x21 = x1.ternary::<0xc9>(x19, a4);
    let x22 = a1.ternary::<0x3a>(x10, x20);
    let x23 = x8.ternary::<0x74>(a1, x18);
    let x24 = x11.ternary::<0xd3>(x18, x17);
    let x25 = a1.ternary::<0xca>(x24, x17);
    [x23, x22, x25, x21]
}

/// 23 gates, at most 13 values alive.
#[inline(always)]
pub(super) fn s8<W: Ternary>(a: [W; 6]) -> [W; 4] {
    let [a1, a2, a3, a4, a5, a6] = a;
    let x1 = a5.ternary::<0x37>(a1, a4);
    let x2 = a5.ternary::<0x2d>(a3, a2);
    let x3 = x1.ternary::<0x69>(a4, x2);
    let x4 = x2.ternary::<0x7e>(a3, a1);
    let x5 = x4.ternary::<0x4e>(x3, a5);
    let x6 = a5.ternary::<0x96>(a3, a4);
    let x7 = x4.ternary::<0xb8>(a2, x5);
    let x8 = a4.ternary::<0x96>(x7, a6);
    let x9 = a1.ternary::<0x96>(x6, x8);
    let x10 = x5.ternary::<0x69>(x4, x6);
    let x11 = x3.ternary::<0x1e>(a2, x10);
    let x12 = a4.ternary::<0xac>(x9, x3);
    let x13 = x12.ternary::<0x2d>(a4, x4);
    let x14 = a6.ternary::<0x63>(a1, x1);
    let x15 = x13.ternary::<0x4e>(x6, x1);
    let x16 = a1.ternary::<0x95>(x9, x15);
    let x17 = x8.ternary::<0xb1>(x13, x14);
    let x18 = x6.ternary::<0x96>(x14, x5);
    let x19 = x12.ternary::<0x9e>(x14, x6);
    let x20 = x19.ternary::<0x6d>(a3, x18);
    let x21 = a2.ternary::<0xac>(x18, x20);
    let x22 = x16.ternary::<0xd8>(x11, a6);
    let x23 = x12.ternary::<0x1d>(a6, x11);
    [x22, x17, x21, x23]
}
