//! DU: verify a PIN by the IBM 3624 method and make the offset of a new one. Source: docs/protocol/DU.md.

use super::shared::PinOffset;
use super::{Command, Opcode};
use crate::ErrorCode;
use crate::field::{
    Account, CheckLength, DecimalisationTable, ExcludedPins, KeyField, KeyType, Offset, PinBlock,
    PinBlockFormat, ValidationData,
};
use crate::host::{Bare, Fields};

request! {
    /// A PIN block with its offset, and a block with the PIN that is to come in its place.
    pub struct ChangePinIbm {
        /// What kind of key the blocks are under.
        pub key_type: KeyType,
        /// The key that both blocks are under.
        pub key: KeyField,
        /// The PVK of the IBM 3624 method.
        pub pvk: KeyField,
        /// The block with the PIN that holds, encrypted.
        pub current_pin_block: PinBlock,
        /// The format of both.
        pub format: PinBlockFormat,
        /// How many PIN digits the offset covers.
        pub check_length: CheckLength,
        /// The account that both belong to.
        pub account: Account,
        /// The decimalisation table.
        pub table: DecimalisationTable,
        /// The PIN validation data.
        pub validation_data: ValidationData,
        /// The offset that the PIN should have.
        pub current_offset: Offset,
        /// The block with the PIN that is to hold, encrypted.
        pub new_pin_block: PinBlock,
        /// PINs that are refused as weak.
        pub excluded: Option<ExcludedPins>,
    }
}

impl Command for ChangePinIbm {
    const OPCODE: Opcode = Opcode::DU;
    type Reply = PinOffset;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let key_type = fields.key_type()?;
        let key = fields.key(Bare::Single)?;
        let pvk = fields.key(Bare::Single)?;
        let current_pin_block = fields.pin_block(&key)?;
        let format = fields.pin_block_format()?;
        let check_length = fields.check_length()?;
        let account = fields.account(&[format])?;
        let table = fields.decimalisation_table()?;
        let validation_data = fields.validation_data()?;
        let current_offset = fields.offset()?;
        let new_pin_block = fields.pin_block(&key)?;
        let excluded = fields.excluded_pins()?;
        Ok(Self {
            key_type,
            key,
            pvk,
            current_pin_block,
            format,
            check_length,
            account,
            table,
            validation_data,
            current_offset,
            new_pin_block,
            excluded,
        })
    }
}
