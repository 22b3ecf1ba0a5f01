//! What a contactless card computes in place of its CVV, and what it computed it of.

use super::{
    Bytes, CardSequence, Checked, Expiry, SecurityDigits, ServiceCode, always_valid, names_nothing,
};
use crate::ErrorCode;
use wincode::{SchemaRead, SchemaWrite};

/// Most bytes of a track.
const LONGEST_TRACK: usize = 128;

/// How the key of a card is derived from the issuer's (EMV book 2, A1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum CardKeyDerivation {
    /// `A`
    A,
    /// `B`
    B,
}

impl CardKeyDerivation {
    /// The letter in the host dialect.
    #[must_use]
    pub const fn letter(self) -> u8 {
        match self {
            Self::A => b'A',
            Self::B => b'B',
        }
    }
}

/// A value of a contactless card.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum ContactlessValue {
    /// Visa's dCVV.
    Visa(VisaDcvv),
    /// Mastercard's CVC3.
    Mastercard(MastercardCvc3),
}

/// Visa's dCVV, and what it is computed of.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct VisaDcvv {
    /// The card's expiry.
    pub expiry: Expiry,
    /// Its service code.
    pub service_code: ServiceCode,
    /// Its transaction counter: the four nibbles that stand in place of the first four digits of the PAN.
    pub counter: [u8; 2],
    /// The value: 3 digits.
    pub dcvv: SecurityDigits,
}

/// Mastercard's CVC3, and what it is computed of.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct MastercardCvc3 {
    /// The card's sequence number.
    pub sequence: CardSequence,
    /// The track that it belongs to.
    pub track: Cvc3Track,
    /// The terminal's unpredictable number.
    pub unpredictable: [u8; 4],
    /// The card's transaction counter.
    pub counter: u16,
    /// The value: 3 to 5 digits.
    pub cvc3: SecurityDigits,
}

/// The track that a CVC3 belongs to.
#[derive(Clone, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum Cvc3Track {
    /// 1 to 128 bytes as the card has them.
    Data(Bytes),
    /// What the issuer computed of them when the card was made: the IVCVC3.
    Iv([u8; 2]),
}

// A track is the card, and the IVCVC3 comes from its key.
impl std::fmt::Debug for Cvc3Track {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Data(_) => "Cvc3Track(data)",
            Self::Iv(_) => "Cvc3Track(IVCVC3)",
        })
    }
}

always_valid!(CardKeyDerivation);
names_nothing!(CardKeyDerivation, ContactlessValue);

impl Checked for ContactlessValue {
    fn check(&self) -> Result<(), ErrorCode> {
        match self {
            Self::Visa(visa) => {
                visa.expiry.check()?;
                visa.service_code.check()?;
                visa.dcvv.check()?;
                if visa.dcvv.0.len() == 3 { Ok(()) } else { Err(ErrorCode::InvalidInput) }
            }
            Self::Mastercard(mastercard) => {
                mastercard.sequence.check()?;
                mastercard.cvc3.check()?;
                let fits = match &mastercard.track {
                    Cvc3Track::Data(track) => (1..=LONGEST_TRACK).contains(&track.0.len()),
                    Cvc3Track::Iv(_) => true,
                };
                if fits { Ok(()) } else { Err(ErrorCode::InvalidLength) }
            }
        }
    }
}
