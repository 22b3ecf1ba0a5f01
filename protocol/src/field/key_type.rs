//! Key type codes of the variant LMK scheme.

use super::Checked;
use crate::ErrorCode;
use wincode::{SchemaRead, SchemaWrite};

/// A three-character key type: variant digit and LMK pair code, or `FFF` for "see the key block".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, SchemaRead, SchemaWrite)]
pub struct KeyType(pub [u8; 3]);

impl KeyType {
    /// `FFF`: a key-block LMK is in use and the block itself says what the key is.
    pub const KEY_BLOCK: Self = Self(*b"FFF");

    /// The variant digit and the two-character pair code.
    #[must_use]
    pub fn parts(self) -> (u8, [u8; 2]) {
        let [variant, high, low] = self.0;
        (variant, [high, low])
    }
}

impl Checked for KeyType {
    fn check(&self) -> Result<(), ErrorCode> {
        let hex = self.0.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'));
        if hex { Ok(()) } else { Err(ErrorCode::InvalidKeyType) }
    }
}
