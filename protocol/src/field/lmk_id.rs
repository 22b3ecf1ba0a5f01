//! The identifier of an LMK.

use super::Checked;
use crate::ErrorCode;
use wincode::{SchemaRead, SchemaWrite};

/// An LMK identifier: 00 to 99, two digits on the wire of the host dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, SchemaRead, SchemaWrite)]
pub struct LmkId(pub u8);

impl LmkId {
    /// The two digits.
    #[must_use]
    pub fn digits(self) -> [u8; 2] {
        [b'0' + (self.0 / 10) % 10, b'0' + self.0 % 10]
    }
}

impl std::fmt::Display for LmkId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

impl Checked for LmkId {
    fn check(&self) -> Result<(), ErrorCode> {
        if self.0 <= 99 { Ok(()) } else { Err(ErrorCode::InvalidLmkId) }
    }
}
