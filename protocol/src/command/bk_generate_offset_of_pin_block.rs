//! BK: make the IBM 3624 offset of the PIN in a block. Source: docs/protocol/BK.md.

use super::shared::PinOffset;
use super::{Command, Opcode};
use crate::ErrorCode;
use crate::field::{
    Account, CheckLength, DecimalisationTable, ExcludedPins, KeyField, KeyType, PinBlock,
    PinBlockFormat, ValidationData,
};
use crate::host::{Bare, Fields};

request! {
    /// A PIN block, whose PIN's offset is to be had.
    pub struct GenerateOffsetOfPinBlock {
        /// What kind of key the block is under.
        pub key_type: KeyType,
        /// The key that the block is under.
        pub key: KeyField,
        /// The PVK of the IBM 3624 method.
        pub pvk: KeyField,
        /// The block, encrypted.
        pub pin_block: PinBlock,
        /// Its format.
        pub format: PinBlockFormat,
        /// How many PIN digits the offset covers.
        pub check_length: CheckLength,
        /// The account that the block belongs to.
        pub account: Account,
        /// The decimalisation table.
        pub table: DecimalisationTable,
        /// The PIN validation data.
        pub validation_data: ValidationData,
        /// PINs that are refused as weak.
        pub excluded: Option<ExcludedPins>,
    }
}

impl Command for GenerateOffsetOfPinBlock {
    const OPCODE: Opcode = Opcode::BK;
    type Reply = PinOffset;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let key_type = fields.key_type()?;
        let key = fields.key(Bare::Single)?;
        let pvk = fields.key(Bare::Single)?;
        let pin_block = fields.pin_block(&key)?;
        let format = fields.pin_block_format()?;
        let check_length = fields.check_length()?;
        let account = fields.account(&[format])?;
        let table = fields.decimalisation_table()?;
        let validation_data = fields.validation_data()?;
        let excluded = fields.excluded_pins()?;
        Ok(Self {
            key_type,
            key,
            pvk,
            pin_block,
            format,
            check_length,
            account,
            table,
            validation_data,
            excluded,
        })
    }
}
