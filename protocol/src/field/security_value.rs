//! Values that prove that somebody has a card: as digits, or encrypted for a zone.

use super::{Checked, ZoneName, all_digits, names_nothing};
use crate::ErrorCode;
use std::fmt;
use wincode::{SchemaRead, SchemaWrite};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Most bytes of an encrypted value.
const MOST_BYTES: usize = 4096;

/// A CVV, a CVV2, an iCVV or a dynamic CVV2, in a request or an answer.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum SecurityValue {
    /// The digits: `C` in the host dialect.
    Clear(SecurityDigits),
    /// They are encrypted for a zone: `E`.
    Encrypted(EncryptedValue),
}

/// 3 to 5 ASCII digits.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, SchemaRead, SchemaWrite)]
pub struct SecurityDigits(pub Vec<u8>);

/// A value under the ZEK of a zone, or for its public key, as the zone's export profile has it.
#[derive(Clone, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct EncryptedValue {
    /// Which zone.
    pub zone: ZoneName,
    /// 1 to 4,096 bytes.
    pub value: Vec<u8>,
}

names_nothing!(SecurityValue, SecurityDigits);

impl Checked for SecurityDigits {
    fn check(&self) -> Result<(), ErrorCode> {
        all_digits(&self.0, ErrorCode::InvalidInput)?;
        if (3..=5).contains(&self.0.len()) { Ok(()) } else { Err(ErrorCode::InvalidInput) }
    }
}

impl Checked for EncryptedValue {
    fn check(&self) -> Result<(), ErrorCode> {
        self.zone.check()?;
        let fits = (1..=MOST_BYTES).contains(&self.value.len());
        if fits { Ok(()) } else { Err(ErrorCode::DecryptionFailed) }
    }
}

impl Checked for SecurityValue {
    fn check(&self) -> Result<(), ErrorCode> {
        match self {
            Self::Clear(digits) => digits.check(),
            Self::Encrypted(value) => value.check(),
        }
    }
}

impl fmt::Debug for SecurityDigits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecurityDigits(…)")
    }
}

impl fmt::Debug for EncryptedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EncryptedValue({} B for {})", self.value.len(), self.zone.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{EncryptedValue, SecurityDigits, SecurityValue};
    use crate::ErrorCode;
    use crate::field::{Checked as _, ZoneName};

    #[test]
    fn each_form_has_its_bounds() {
        let clear = |digits: &str| SecurityValue::Clear(SecurityDigits(digits.into())).check();
        assert_eq!((clear("123"), clear("12345")), (Ok(()), Ok(())));
        for wrong in ["", "12", "123456", "12A"] {
            assert_eq!(clear(wrong), Err(ErrorCode::InvalidInput), "{wrong}");
        }
        let encrypted = |zone: &str, bytes| {
            let zone = ZoneName(zone.to_owned());
            SecurityValue::Encrypted(EncryptedValue { zone, value: vec![0; bytes] }).check()
        };
        assert_eq!((encrypted("V", 1), encrypted("IYY", 4096)), (Ok(()), Ok(())));
        assert_eq!(encrypted("", 8), Err(ErrorCode::InvalidIndex));
        assert_eq!(encrypted("IYYY", 8), Err(ErrorCode::InvalidIndex));
        assert_eq!(encrypted("I-Y", 8), Err(ErrorCode::InvalidIndex));
        assert_eq!(encrypted("IYY", 0), Err(ErrorCode::DecryptionFailed));
        assert_eq!(encrypted("IYY", 4097), Err(ErrorCode::DecryptionFailed));
    }

    #[test]
    fn nothing_is_shown() {
        let clear = SecurityValue::Clear(SecurityDigits(b"739".to_vec()));
        assert!(!format!("{clear:?}").contains("739"));
    }
}
