//! BG: put a PIN from under the old LMK under the LMK. Source: docs/protocol/BG.md.

use super::shared::PinUnderLmk;
use super::{Command, Opcode};
use crate::ErrorCode;
use crate::field::{Account, LmkPin};
use crate::host::Fields;

request! {
    /// A PIN under the old LMK, to be had under the LMK.
    pub struct MigratePin {
        /// The account that the PIN belongs to.
        pub account: Account,
        /// The PIN under the old LMK.
        pub pin: LmkPin,
    }
}

impl Command for MigratePin {
    const OPCODE: Opcode = Opcode::BG;
    type Reply = PinUnderLmk;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let account = fields.account(&[])?;
        let pin = fields.last_lmk_pin()?;
        Ok(Self { account, pin })
    }
}
