//! JA: generate a random PIN. Source: docs/protocol/JA.md.

use super::shared::PinUnderLmk;
use super::{Command, Opcode};
use crate::ErrorCode;
use crate::field::{Account, ExcludedPins, PinLength};
use crate::host::Fields;

request! {
    /// Asks for a random PIN under the LMK.
    pub struct GenerateRandomPin {
        /// The account that the PIN is to belong to.
        pub account: Account,
        /// How many digits it is to have; 4 if nothing is said.
        pub pin_length: Option<PinLength>,
        /// PINs that are not to come out.
        pub excluded: Option<ExcludedPins>,
    }
}

impl Command for GenerateRandomPin {
    const OPCODE: Opcode = Opcode::JA;
    type Reply = PinUnderLmk;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let account = fields.account_or_pan()?;
        let pin_length = match fields.peek() {
            Some(b'0'..=b'9') => Some(fields.pin_length()?),
            _ => None,
        };
        let excluded = fields.excluded_pins()?;
        Ok(Self { account, pin_length, excluded })
    }
}
