//! BA: encrypt a clear PIN under the LMK. Source: docs/protocol/BA.md.

use super::shared::PinUnderLmk;
use super::{Command, Opcode};
use crate::ErrorCode;
use crate::field::{Account, ClearPin};
use crate::host::Fields;

request! {
    /// A PIN in clear, to be had under the LMK.
    pub struct EncryptClearPin {
        /// The PIN.
        pub pin: ClearPin,
        /// The account that the PIN belongs to.
        pub account: Account,
    }
}

impl Command for EncryptClearPin {
    const OPCODE: Opcode = Opcode::BA;
    type Reply = PinUnderLmk;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let pin = fields.clear_pin()?;
        let account = fields.account(&[])?;
        Ok(Self { pin, account })
    }
}
