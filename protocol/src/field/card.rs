//! Card verification.

use super::{Checked, all_digits};
use crate::ErrorCode;
use wincode::{SchemaRead, SchemaWrite};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A card verification value (CVV, CVC, iCVV, CVV2): 3 ASCII digits.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, SchemaRead, SchemaWrite)]
pub struct Cvv(pub [u8; 3]);

/// A card's expiry: 4 ASCII digits in the order that the caller's scheme wants (YYMM or MMYY).
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct Expiry(pub [u8; 4]);

/// A service code: 3 ASCII digits. 000 makes a CVV2, 999 an iCVV.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct ServiceCode(pub [u8; 3]);

impl Checked for Cvv {
    fn check(&self) -> Result<(), ErrorCode> {
        all_digits(&self.0, ErrorCode::InvalidInput)
    }
}

impl Checked for Expiry {
    fn check(&self) -> Result<(), ErrorCode> {
        all_digits(&self.0, ErrorCode::InvalidInput)
    }
}

impl Checked for ServiceCode {
    fn check(&self) -> Result<(), ErrorCode> {
        all_digits(&self.0, ErrorCode::InvalidInput)
    }
}

impl std::fmt::Debug for Cvv {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cvv(…)")
    }
}
