//! What stands for a card number: tokens that a key turns back, and tokens of a vault, which keeps the number.
//!
//! A token of a vault is 128 random bits in the form of a UUID (RFC 9562, version 4, so 122 of them are free). Its row is
//! named by the HMAC of these bits, and holds the domain, and sealed with the rest of the row
//! `01 ‖ 0 or 1 ‖ the expiry, 4 digits, if 1 ‖ the digits of the card number`.

use super::{Code, Scheme};
use payhsm_keys::{Random, TokenError, TokenScheme};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::field::{Checked as _, Expiry, Pan};
use std::fmt;
use zeroize::Zeroizing;

/// Version of what a row has of a card.
const VERSION: u8 = 1;

impl Scheme {
    /// How a key makes its tokens, if one does.
    #[must_use]
    pub const fn by_key(self) -> Option<TokenScheme> {
        match self {
            Self::Alphanumeric { keep_left: 8 } => Some(TokenScheme::PtA8),
            Self::Alphanumeric { .. } => Some(TokenScheme::PtA6),
            Self::Numeric9 => Some(TokenScheme::Pt9),
            Self::Vault(_) => None,
        }
    }

    /// Digits at the front of a card number that its limits go by.
    #[must_use]
    pub const fn bin(self) -> usize {
        match self {
            Self::Alphanumeric { keep_left } => keep_left,
            Self::Numeric9 | Self::Vault(_) => 6,
        }
    }
}

impl Code for TokenError {
    fn code(self) -> ErrorCode {
        match self {
            Self::Number => ErrorCode::CardNumberLuhn,
            Self::Scheme => ErrorCode::TokenScheme,
            Self::Malformed => ErrorCode::TokenMalformed,
            Self::Invalid => ErrorCode::TokenInvalid,
            Self::Internal => ErrorCode::Internal,
        }
    }
}

/// What a token stands for.
#[derive(Clone, PartialEq, Eq)]
pub struct CardOnFile {
    /// The card number.
    pub pan: Pan,
    /// Its expiry, MMYY, where a vault has it.
    pub expiry: Option<Expiry>,
}

impl CardOnFile {
    pub(super) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(32));
        bytes.extend([VERSION, u8::from(self.expiry.is_some())]);
        bytes.extend(self.expiry.iter().flat_map(|expiry| expiry.0));
        bytes.extend_from_slice(&self.pan.0);
        bytes
    }

    /// Nothing that was not written so gets here: rows are sealed.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, ErrorCode> {
        let (expiry, digits) = match bytes {
            [VERSION, 0, digits @ ..] => (None, digits),
            [VERSION, 1, a, b, c, d, digits @ ..] => (Some(Expiry([*a, *b, *c, *d])), digits),
            _ => return Err(ErrorCode::StateUnavailable),
        };
        let card = Self { pan: Pan(digits.to_vec()), expiry };
        let sound = card.pan.check().and_then(|()| card.expiry.check());
        sound.map_err(|_| ErrorCode::StateUnavailable).map(|()| card)
    }
}

impl fmt::Debug for CardOnFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardOnFile(…)")
    }
}

/// A token of a vault.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct VaultName(pub(super) [u8; 16]);

impl VaultName {
    /// Where the hyphens are.
    const HYPHENS: [usize; 4] = [8, 13, 18, 23];

    pub(super) fn draw(random: &mut dyn Random) -> Result<Self, ErrorCode> {
        let mut bits = [0; 16];
        random.fill(&mut bits).map_err(|_| ErrorCode::Internal)?;
        let [.., version, _, variant, _, _, _, _, _, _, _] = &mut bits;
        *version = (*version & 0x0F) | 0x40;
        *variant = (*variant & 0x3F) | 0x80;
        Ok(Self(bits))
    }

    pub(super) fn parse(token: &str) -> Result<Self, ErrorCode> {
        let places = token.bytes().enumerate().filter(|(_, byte)| *byte == b'-');
        let hyphens = places.map(|(place, _)| place).eq(Self::HYPHENS);
        let digits = Some(token.replace('-', "")).filter(|_| hyphens);
        let bits = digits.and_then(|digits| <[u8; 16]>::try_from(hex::decode(digits).ok()?).ok());
        let bits = bits.ok_or(ErrorCode::TokenMalformed)?;
        let [.., version, _, variant, _, _, _, _, _, _, _] = bits;
        match (version >> 4, variant >> 6) {
            (4, 2) => Ok(Self(bits)),
            _ => Err(ErrorCode::TokenMalformed),
        }
    }

    pub(super) fn text(self) -> String {
        let mut text = hex::encode(self.0);
        for place in Self::HYPHENS {
            text.insert(place, '-');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{CardOnFile, VaultName};
    use payhsm_keys::SystemRandom;
    use payhsm_protocol::ErrorCode;
    use payhsm_protocol::field::{Expiry, Pan};

    #[test]
    fn names_are_uuids_of_version_4() {
        let random = &mut SystemRandom::new();
        for _ in 0..100 {
            let name = VaultName::draw(random).unwrap();
            let text = name.text();
            assert!(VaultName::parse(&text).unwrap() == name, "{text}");
            assert!(VaultName::parse(&text.to_uppercase()).unwrap() == name);
            assert_eq!(text.as_bytes()[14], b'4', "{text}");
            assert!(b"89ab".contains(&text.as_bytes()[19]), "{text}");
        }
        // RFC 9562, appendix A.3.
        let published = "919108f7-52d1-4320-9bac-f847db4148a8";
        assert_eq!(VaultName::parse(published).unwrap().text(), published);
        for other in [
            "",
            "411111PJKSWE1111",
            "919108f7-52d1-5320-9bac-f847db4148a8",
            "919108f7-52d1-4320-cbac-f847db4148a8",
            "919108f752d143209bacf847db4148a8",
            "919108f75-2d1-4320-9bac-f847db4148a8",
            "919108f7-52d1-4320-9bac-f847db4148ag",
            "919108f7-52d1-4320-9bac-f847db4148a",
            "919108f7-52d1-4320-9bac-f847db4148a81",
            "919108f7-52d1-4320-9bac-f847db41-8a8",
        ] {
            let refused = VaultName::parse(other).err();
            assert_eq!(refused, Some(ErrorCode::TokenMalformed), "{other}");
        }
    }

    #[test]
    fn a_card_on_file_is_its_bytes() {
        let pan = Pan(b"4111111111111111".to_vec());
        for (expiry, bytes) in [
            (None, b"\x01\x004111111111111111".as_slice()),
            (Some(Expiry(*b"1228")), b"\x01\x0112284111111111111111"),
        ] {
            let card = CardOnFile { pan: pan.clone(), expiry };
            assert_eq!(card.to_bytes().as_slice(), bytes);
            assert!(CardOnFile::from_bytes(bytes) == Ok(card.clone()));
            assert!(!format!("{card:?}").contains("11"));
        }
        for other in [
            b"".as_slice(),
            b"\x02\x004111111111111111",
            b"\x01\x024111111111111111",
            b"\x01\x00411111111111111x",
            b"\x01\x00",
            b"\x01\x01122",
            b"\x01\x0112x84111111111111111",
        ] {
            assert_eq!(CardOnFile::from_bytes(other), Err(ErrorCode::StateUnavailable));
        }
    }
}
