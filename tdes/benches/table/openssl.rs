//! OpenSSL as this machine has it, loaded when the program runs: nothing to build against, and nothing if it is absent.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::mem::transmute_copy;
use std::ptr::{null, null_mut};

unsafe extern "C" {
    fn dlopen(name: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
}

/// `RTLD_NOW`.
const NOW: c_int = 2;

/// `DES_key_schedule`: sixteen round keys of 8 bytes.
#[repr(C, align(16))]
struct Schedule([u8; 128]);

type Context = *mut c_void;
type NewContext = unsafe extern "C" fn() -> Context;
type FreeContext = unsafe extern "C" fn(Context);
type Cipher = unsafe extern "C" fn() -> *const c_void;
type Init =
    unsafe extern "C" fn(Context, *const c_void, *mut c_void, *const u8, *const u8) -> c_int;
type Update = unsafe extern "C" fn(Context, *mut u8, *mut c_int, *const u8, c_int) -> c_int;
type SetKey = unsafe extern "C" fn(*const [u8; 8], *mut Schedule);
type Ecb3 = unsafe extern "C" fn(
    *const [u8; 8],
    *mut [u8; 8],
    *const Schedule,
    *const Schedule,
    *const Schedule,
    c_int,
);
type Version = unsafe extern "C" fn(c_int) -> *const c_char;

/// The functions timed, and one context, initialised with the cipher once: what rekeying costs least.
pub(crate) struct OpenSsl {
    context: Context,
    init: Init,
    update: Update,
    free: FreeContext,
    set_key: SetKey,
    ecb3: Ecb3,
    version: Version,
}

impl OpenSsl {
    /// OpenSSL 3, or `None` if it is not installed or answers wrongly.
    pub(crate) fn load() -> Option<Self> {
        // SAFETY: a name that ends in 0; the library's own initialisation is all that runs.
        let library = unsafe { dlopen(c"libcrypto.so.3".as_ptr(), NOW) };
        if library.is_null() {
            return None;
        }
        // SAFETY: the type is that of evp.h.
        let new: NewContext = unsafe { symbol(library, c"EVP_CIPHER_CTX_new") }?;
        // SAFETY: the type is that of evp.h.
        let cipher: Cipher = unsafe { symbol(library, c"EVP_des_ede_ecb") }?;
        // SAFETY: the type is that of evp.h.
        let init: Init = unsafe { symbol(library, c"EVP_EncryptInit_ex") }?;
        // SAFETY: the type is that of evp.h.
        let update: Update = unsafe { symbol(library, c"EVP_EncryptUpdate") }?;
        // SAFETY: the type is that of evp.h.
        let free: FreeContext = unsafe { symbol(library, c"EVP_CIPHER_CTX_free") }?;
        // SAFETY: the type is that of des.h.
        let set_key: SetKey = unsafe { symbol(library, c"DES_set_key_unchecked") }?;
        // SAFETY: the type is that of des.h.
        let ecb3: Ecb3 = unsafe { symbol(library, c"DES_ecb3_encrypt") }?;
        // SAFETY: the type is that of crypto.h.
        let version: Version = unsafe { symbol(library, c"OpenSSL_version") }?;

        // SAFETY: takes nothing.
        let context = unsafe { new() };
        let openssl = Self { context, init, update, free, set_key, ecb3, version };
        if context.is_null() {
            return None;
        }
        // SAFETY: takes nothing.
        let cipher = unsafe { cipher() };
        // SAFETY: a live context and a cipher with a key of 16 bytes and no IV.
        let done = unsafe { init(context, cipher, null_mut(), [0; 16].as_ptr(), null()) };
        // TDES of two keys, checked against the example in the documentation of this crate.
        let key = 0x0123_4567_89ab_cdef_fedc_ba98_7654_3210_u128.to_be_bytes();
        let right = |block: [u8; 8]| block.starts_with(&[0x08, 0xd7, 0xb4]);
        let good =
            done == 1 && right(openssl.evp(&key, [0; 8])) && right(openssl.low(&key, [0; 8]));
        good.then_some(openssl)
    }

    pub(crate) fn version(&self) -> String {
        // SAFETY: 0 asks for the name and number, a string that lives as long as the library.
        let name = unsafe { (self.version)(0) };
        // SAFETY: see above.
        unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned()
    }

    /// A new key, then one block, by `EVP_EncryptInit_ex` and `EVP_EncryptUpdate`.
    pub(crate) fn evp(&self, key: &[u8; 16], block: [u8; 8]) -> [u8; 8] {
        let (mut out, mut length) = ([0; 16], 0);
        // SAFETY: a live context that has its cipher; the key has the 16 bytes that this cipher reads.
        unsafe { (self.init)(self.context, null(), null_mut(), key.as_ptr(), null()) };
        // SAFETY: 8 bytes in; out goes at most one block more.
        unsafe {
            (self.update)(self.context, out.as_mut_ptr(), &raw mut length, block.as_ptr(), 8)
        };
        out.first_chunk().copied().unwrap_or_default()
    }

    /// Two key schedules, then one block, by `DES_set_key_unchecked` and `DES_ecb3_encrypt`.
    pub(crate) fn low(&self, key: &[u8; 16], block: [u8; 8]) -> [u8; 8] {
        let ([left, right], _) = key.as_chunks::<8>() else { return block };
        let (mut first, mut second) = (Schedule([0; 128]), Schedule([0; 128]));
        let mut out = [0; 8];
        // SAFETY: 8 bytes in, a schedule out.
        unsafe { (self.set_key)(left, &raw mut first) };
        // SAFETY: 8 bytes in, a schedule out.
        unsafe { (self.set_key)(right, &raw mut second) };
        let (first, second) = (&raw const first, &raw const second);
        // SAFETY: a block in, a block out, three schedules that were made; 1 is to encipher.
        unsafe { (self.ecb3)(&raw const block, &raw mut out, first, second, first, 1) };
        out
    }
}

impl Drop for OpenSsl {
    fn drop(&mut self) {
        // SAFETY: made by this library and not used again; null is taken.
        unsafe { (self.free)(self.context) };
    }
}

/// The function of this name, or `None` if the library has none.
///
/// # Safety
/// `F` is the function's type, a pointer.
unsafe fn symbol<F: Copy>(library: *mut c_void, name: &CStr) -> Option<F> {
    const { assert!(size_of::<F>() == size_of::<*mut c_void>()) };
    // SAFETY: a library that is open, a name that ends in 0.
    let address = unsafe { dlsym(library, name.as_ptr()) };
    if address.is_null() {
        return None;
    }
    // SAFETY: the caller says so; the sizes are equal.
    Some(unsafe { transmute_copy(&address) })
}
