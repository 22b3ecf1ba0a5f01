//! CA: translate a PIN block from a TPK to a ZPK. Source: docs/protocol/CA.md.

use super::shared::TranslatedPinBlock;
use super::{Command, Opcode};
use crate::ErrorCode;
use crate::field::{Account, KeyField, PinBlock, PinBlockFormat};
use crate::host::{Bare, Fields};

request! {
    /// A PIN block under a TPK, to be had under a ZPK.
    pub struct TranslatePinTpkToZpk {
        /// The TPK that the block is under.
        pub source_tpk: KeyField,
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

impl Command for TranslatePinTpkToZpk {
    const OPCODE: Opcode = Opcode::CA;
    type Reply = TranslatedPinBlock;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let source_tpk = fields.key(Bare::Single)?;
        let destination_zpk = fields.key(Bare::Single)?;
        fields.max_pin_length()?;
        let pin_block = fields.pin_block(&source_tpk)?;
        let source_format = fields.pin_block_format()?;
        let destination_format = fields.pin_block_format()?;
        let account = fields.account(&[source_format, destination_format])?;
        Ok(Self {
            source_tpk,
            destination_zpk,
            pin_block,
            source_format,
            destination_format,
            account,
        })
    }
}
