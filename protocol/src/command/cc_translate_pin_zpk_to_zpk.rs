//! CC: translate a PIN block from ZPK to ZPK. Source: docs/protocol/CC.md.

use super::shared::TranslatedPinBlock;
use super::{Command, Opcode};
use crate::ErrorCode;
use crate::field::{Account, KeyField, PinBlock, PinBlockFormat};
use crate::host::{Bare, Fields};

request! {
    /// A PIN block under a ZPK, to be had under another.
    pub struct TranslatePinZpkToZpk {
        /// The ZPK that the block is under.
        pub source_zpk: KeyField,
        /// The ZPK that the block is to be under.
        pub destination_zpk: KeyField,
        /// The block, encrypted.
        pub pin_block: PinBlock,
        /// Its format.
        pub source_format: PinBlockFormat,
        /// The format that it is to have.
        pub destination_format: PinBlockFormat,
        /// The account that both blocks belong to.
        pub account: Account,
    }
}

impl Command for TranslatePinZpkToZpk {
    const OPCODE: Opcode = Opcode::CC;
    type Reply = TranslatedPinBlock;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let source_zpk = fields.key(Bare::Single)?;
        let destination_zpk = fields.key(Bare::Single)?;
        fields.max_pin_length()?;
        let pin_block = fields.pin_block(&source_zpk)?;
        let source_format = fields.pin_block_format()?;
        let destination_format = fields.pin_block_format()?;
        let account = fields.account(&[source_format, destination_format])?;
        Ok(Self {
            source_zpk,
            destination_zpk,
            pin_block,
            source_format,
            destination_format,
            account,
        })
    }
}
