//! JE: translate a PIN from ZPK to LMK. Source: docs/protocol/JE.md.

use super::shared::PinUnderLmk;
use super::{Command, Opcode};
use crate::ErrorCode;
use crate::field::{Account, KeyField, PinBlock, PinBlockFormat};
use crate::host::{Bare, Fields};

request! {
    /// A PIN block under a ZPK, whose PIN is to be had under the LMK.
    pub struct TranslatePinZpkToLmk {
        /// The ZPK that the block is under.
        pub zpk: KeyField,
        /// The block, encrypted.
        pub pin_block: PinBlock,
        /// Its format.
        pub format: PinBlockFormat,
        /// The account that the block belongs to.
        pub account: Account,
    }
}

impl Command for TranslatePinZpkToLmk {
    const OPCODE: Opcode = Opcode::JE;
    type Reply = PinUnderLmk;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let zpk = fields.key(Bare::Single)?;
        let pin_block = fields.pin_block(&zpk)?;
        let format = fields.pin_block_format()?;
        let account = fields.account(&[format])?;
        Ok(Self { zpk, pin_block, format, account })
    }
}
