//! JC: translate a PIN from TPK to LMK. Source: docs/protocol/JC.md.

use super::shared::PinUnderLmk;
use super::{Command, Opcode};
use crate::ErrorCode;
use crate::field::{Account, KeyField, PinBlock, PinBlockFormat};
use crate::host::{Bare, Fields};

request! {
    /// A PIN block under a TPK, whose PIN is to be had under the LMK.
    pub struct TranslatePinTpkToLmk {
        /// The TPK that the block is under.
        pub tpk: KeyField,
        /// The block, encrypted.
        pub pin_block: PinBlock,
        /// Its format.
        pub format: PinBlockFormat,
        /// The account that the block belongs to.
        pub account: Account,
    }
}

impl Command for TranslatePinTpkToLmk {
    const OPCODE: Opcode = Opcode::JC;
    type Reply = PinUnderLmk;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let tpk = fields.key(Bare::Single)?;
        let pin_block = fields.pin_block(&tpk)?;
        let format = fields.pin_block_format()?;
        let account = fields.account(&[format])?;
        Ok(Self { tpk, pin_block, format, account })
    }
}
