//! PM: verify what a contactless card computed in place of its CVV. Source: docs/protocol/PM.md.

use super::{Command, Done, Opcode};
use crate::ErrorCode;
use crate::field::{CardKeyDerivation, CardNumber, ContactlessValue, KeyField};
use crate::host::{Bare, Fields};

request! {
    /// A card, and the dCVV or CVC3 of a transaction.
    pub struct VerifyContactless {
        /// The issuer's master key: MK-AC for Visa, MK-CVC3 for Mastercard.
        pub master_key: KeyField,
        /// How the key of the card is derived from it.
        pub derivation: CardKeyDerivation,
        /// The card.
        pub pan: CardNumber,
        /// The value, and what it is computed of.
        pub value: ContactlessValue,
    }
}

/// Scheme and version of a dCVV.
pub const VISA: [u8; 2] = *b"00";

/// Scheme and version of a CVC3.
pub const MASTERCARD: [u8; 2] = *b"12";

impl Command for VerifyContactless {
    const OPCODE: Opcode = Opcode::PM;
    type Reply = Done;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let scheme = fields.digits::<2>()?;
        if scheme != VISA && scheme != MASTERCARD {
            return Err(ErrorCode::InvalidInput);
        }
        let master_key = fields.key(Bare::Pair)?;
        let derivation = fields.card_key_derivation()?;
        let pan = fields.card_number()?;
        let value = if scheme == VISA {
            ContactlessValue::Visa(fields.visa_dcvv()?)
        } else {
            ContactlessValue::Mastercard(fields.mastercard_cvc3()?)
        };
        Ok(Self { master_key, derivation, pan, value })
    }
}
