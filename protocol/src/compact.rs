//! The encoding of the compact dialect: bincode's standard configuration (little endian, variable
//! length integers, `u32` enum tags), produced by `wincode`; tests hold it to `bincode` 2.0.1.
//!
//! This is the only file that names the encoder's configuration.

use crate::frame::take_back;
use wincode::config::Configuration;
use wincode::int_encoding::{LittleEndian, VarInt};
use wincode::len::BincodeLen;
use wincode::{SchemaReadOwned, SchemaWrite};

/// No field of any message may announce more than this many bytes.
pub const MAX_FIELD_BYTES: usize = 64 * 1024;

/// bincode's standard configuration, with allocations bounded.
pub type Config = Configuration<true, MAX_FIELD_BYTES, BincodeLen, LittleEndian, VarInt>;

const fn config() -> Config {
    Configuration::new()
}

/// The bytes do not hold exactly one value of the type that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed compact encoding")]
pub struct Malformed;

/// Anything that the compact dialect can carry.
pub trait Compact: Sized {
    /// Appends the encoding to `out`.
    ///
    /// # Errors
    /// [`Malformed`] if a field is longer than [`MAX_FIELD_BYTES`]; `out` is then as before.
    fn put(&self, out: &mut Vec<u8>) -> Result<(), Malformed>;

    /// Reads one value that takes up all of `bytes`.
    ///
    /// # Errors
    /// [`Malformed`] if it is not one, or if bytes are left over.
    fn take(bytes: &[u8]) -> Result<Self, Malformed>;
}

impl<T> Compact for T
where
    T: SchemaWrite<Config, Src = T> + SchemaReadOwned<Config, Dst = T>,
{
    fn put(&self, out: &mut Vec<u8>) -> Result<(), Malformed> {
        let before = out.len();
        wincode::config::serialize_into(&mut *out, self, config()).map_err(|_| {
            take_back(out, before);
            Malformed
        })
    }

    fn take(bytes: &[u8]) -> Result<Self, Malformed> {
        wincode::config::deserialize_exact(bytes, config()).map_err(|_| Malformed)
    }
}
