//! Zeros in the registers that a cipher leaves full of round keys.

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use std::arch::asm;

/// Writes zeros over the registers that a function may leave as it likes: all vector registers and the caller-saved
/// general ones. A thread that goes to sleep after AES keeps round keys in them, and a core file has them.
///
/// Does what it says on x86-64 and aarch64, and nothing elsewhere.
#[inline(never)]
pub fn wipe_registers() {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor has AVX-512 F.
            unsafe { upper_vectors() };
        }
        if is_x86_feature_detected!("avx") {
            // SAFETY: the processor has AVX.
            unsafe { vectors() };
        } else {
            vectors_before_avx();
        }
        // SAFETY: writes registers that it says it writes, and nothing else.
        unsafe {
            asm!(
                "xor eax, eax; xor ecx, ecx; xor edx, edx; xor esi, esi; xor edi, edi
                 xor r8d, r8d; xor r9d, r9d; xor r10d, r10d; xor r11d, r11d",
                clobber_abi("C"),
                options(nomem, nostack),
            );
        };
    }
    #[cfg(target_arch = "aarch64")]
    arm();
}

/// `zmm16` to `zmm31` and the masks.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn upper_vectors() {
    // SAFETY: writes registers that it says it writes, and nothing else.
    unsafe {
        asm!(
            "vpxord zmm16, zmm16, zmm16; vpxord zmm17, zmm17, zmm17; vpxord zmm18, zmm18, zmm18; vpxord zmm19, zmm19, zmm19
             vpxord zmm20, zmm20, zmm20; vpxord zmm21, zmm21, zmm21; vpxord zmm22, zmm22, zmm22; vpxord zmm23, zmm23, zmm23
             vpxord zmm24, zmm24, zmm24; vpxord zmm25, zmm25, zmm25; vpxord zmm26, zmm26, zmm26; vpxord zmm27, zmm27, zmm27
             vpxord zmm28, zmm28, zmm28; vpxord zmm29, zmm29, zmm29; vpxord zmm30, zmm30, zmm30; vpxord zmm31, zmm31, zmm31
             kxorw k0, k0, k0; kxorw k1, k1, k1; kxorw k2, k2, k2; kxorw k3, k3, k3
             kxorw k4, k4, k4; kxorw k5, k5, k5; kxorw k6, k6, k6; kxorw k7, k7, k7",
            clobber_abi("C"),
            options(nomem, nostack),
        );
    };
}

/// Registers 0 to 15 in their whole width.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx")]
fn vectors() {
    // SAFETY: writes registers that it says it writes, and nothing else.
    unsafe { asm!("vzeroall", clobber_abi("C"), options(nomem, nostack)) };
}

/// Registers 0 to 15 where they have 16 bytes.
#[cfg(target_arch = "x86_64")]
fn vectors_before_avx() {
    // SAFETY: writes registers that it says it writes, and nothing else.
    unsafe {
        asm!(
            "xorps xmm0, xmm0; xorps xmm1, xmm1; xorps xmm2, xmm2; xorps xmm3, xmm3
             xorps xmm4, xmm4; xorps xmm5, xmm5; xorps xmm6, xmm6; xorps xmm7, xmm7
             xorps xmm8, xmm8; xorps xmm9, xmm9; xorps xmm10, xmm10; xorps xmm11, xmm11
             xorps xmm12, xmm12; xorps xmm13, xmm13; xorps xmm14, xmm14; xorps xmm15, xmm15",
            clobber_abi("C"),
            options(nomem, nostack),
        );
    };
}

/// The vector registers but for the lower halves of 8 to 15, which are the caller's, and the general ones; x18 belongs
/// to the platform.
#[cfg(target_arch = "aarch64")]
fn arm() {
    // SAFETY: writes registers that it says it writes, and nothing else.
    unsafe {
        asm!(
            "movi v0.2d, #0; movi v1.2d, #0; movi v2.2d, #0; movi v3.2d, #0; movi v4.2d, #0; movi v5.2d, #0
             movi v6.2d, #0; movi v7.2d, #0; movi v16.2d, #0; movi v17.2d, #0; movi v18.2d, #0; movi v19.2d, #0
             movi v20.2d, #0; movi v21.2d, #0; movi v22.2d, #0; movi v23.2d, #0; movi v24.2d, #0; movi v25.2d, #0
             movi v26.2d, #0; movi v27.2d, #0; movi v28.2d, #0; movi v29.2d, #0; movi v30.2d, #0; movi v31.2d, #0
             mov v8.d[1], xzr; mov v9.d[1], xzr; mov v10.d[1], xzr; mov v11.d[1], xzr; mov v12.d[1], xzr; mov v13.d[1], xzr
             mov v14.d[1], xzr; mov v15.d[1], xzr; mov x0, xzr; mov x1, xzr; mov x2, xzr; mov x3, xzr
             mov x4, xzr; mov x5, xzr; mov x6, xzr; mov x7, xzr; mov x8, xzr; mov x9, xzr
             mov x10, xzr; mov x11, xzr; mov x12, xzr; mov x13, xzr; mov x14, xzr; mov x15, xzr
             mov x16, xzr; mov x17, xzr",
            clobber_abi("C"),
            options(nomem, nostack),
        );
    };
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;

    const FILL: u64 = 0x5EC2_E75E_C2E7_5EC2;

    extern "C" fn called() {
        wipe_registers();
    }

    extern "C" fn called_before_avx() {
        vectors_before_avx();
    }

    /// What a register holds when it was filled and, after a call of `$wipe`, once more.
    macro_rules! around {
        ($register:literal, $move:literal, $wipe:ident) => {{
            let (before, after): (u64, u64);
            // SAFETY: calls a function of the C ABI on an aligned stack and names all that it may change.
            unsafe {
                asm!(
                    concat!($move, " ", $register, ", r15"),
                    concat!($move, " r13, ", $register),
                    "mov r12, rsp",
                    "and rsp, -16",
                    "call {wipe}",
                    "mov rsp, r12",
                    concat!($move, " r14, ", $register),
                    wipe = sym $wipe,
                    in("r15") FILL,
                    out("r12") _,
                    out("r13") before,
                    out("r14") after,
                    clobber_abi("C"),
                );
            };
            (before, after)
        }};
    }

    #[test]
    fn what_was_in_a_register_is_gone() {
        assert_eq!(around!("xmm0", "movq", called), (FILL, 0));
        assert_eq!(around!("xmm15", "movq", called), (FILL, 0));
        assert_eq!(around!("xmm9", "movq", called_before_avx), (FILL, 0));
        if is_x86_feature_detected!("avx512f") {
            assert_eq!(around!("xmm16", "vmovq", called), (FILL, 0));
            assert_eq!(around!("xmm31", "vmovq", called), (FILL, 0));
        }
        assert_eq!(around!("r11", "mov", called), (FILL, 0));
    }
}
