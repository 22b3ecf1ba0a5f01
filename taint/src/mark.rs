//! Marks for valgrind's memcheck, which then reports every branch and every address that comes from a marked byte:
//! to memcheck, a secret is memory that nobody has written ("ctgrind").
//!
//! Without valgrind, and on other processors than x86-64, a mark does nothing.
//!
//! ```
//! use payhsm_taint::mark;
//!
//! let mut key = [7; 16];
//! mark::secret_mut(&mut key);
//! let sum = key.iter().fold(0, |sum, byte| sum ^ byte); // nothing to report
//! mark::public(&sum);
//! assert_eq!(sum, 0); // nothing to report either, as the sum has been declared public
//! ```

/// `VALGRIND_MAKE_MEM_UNDEFINED` of memcheck.h: tool "MC", request 1.
const MAKE_MEM_UNDEFINED: usize = 0x4d43_0001;
/// `VALGRIND_MAKE_MEM_DEFINED`.
const MAKE_MEM_DEFINED: usize = 0x4d43_0002;
/// `RUNNING_ON_VALGRIND` of valgrind.h.
const RUNNING_ON_VALGRIND: usize = 0x1001;

/// Marks the bytes of `value` as secret.
///
/// A value behind `&` may also be in registers already, which no mark reaches: where the owner can, use [`secret_mut`].
pub fn secret<T: ?Sized>(value: &T) {
    request(MAKE_MEM_UNDEFINED, core::ptr::from_ref(value).cast(), size_of_val(value));
}

/// Marks the bytes of `value` as secret; the compiler has to read them anew.
pub fn secret_mut<T: ?Sized>(value: &mut T) {
    request(MAKE_MEM_UNDEFINED, core::ptr::from_mut(value).cast(), size_of_val(value));
}

/// Declares the bytes of `value` public: a result that may be compared, printed, branched on.
pub fn public<T: ?Sized>(value: &T) {
    request(MAKE_MEM_DEFINED, core::ptr::from_ref(value).cast(), size_of_val(value));
}

/// Whether valgrind runs this program: without it a mark means nothing, and a test has shown nothing.
#[must_use]
pub fn running_on_valgrind() -> bool {
    request(RUNNING_ON_VALGRIND, core::ptr::null(), 0) != 0
}

/// The answer of valgrind; 0 where there is none.
#[cfg(target_arch = "x86_64")]
fn request(code: usize, address: *const u8, len: usize) -> usize {
    // Exposed, so that the compiler believes that the marks may touch what is there, and reads it anew.
    let arguments = [code, address.expose_provenance(), len, 0, 0, 0];
    let answer: usize;
    // SAFETY: four rotations that add up to none (128 bits) and an exchange of a register with itself; valgrind knows
    // the sequence, a processor does nothing. `arguments` is six words, as valgrind expects. Marks change no byte.
    unsafe {
        core::arch::asm!(
            "rol rdi, 3",
            "rol rdi, 13",
            "rol rdi, 61",
            "rol rdi, 51",
            "xchg rbx, rbx",
            in("rax") arguments.as_ptr(),
            inout("rdx") 0_usize => answer,
            options(nostack),
        );
    }
    answer
}

#[cfg(not(target_arch = "x86_64"))]
fn request(_code: usize, _address: *const u8, _len: usize) -> usize {
    0
}

#[cfg(test)]
mod tests {
    use super::{public, secret, secret_mut};

    #[test]
    fn marks_change_nothing() {
        let mut bytes = *b"a key of some sort";
        secret_mut(&mut bytes[..]);
        secret(&bytes);
        public(&bytes);
        assert_eq!(bytes, *b"a key of some sort");
    }
}
