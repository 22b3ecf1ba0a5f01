//! DA: verify a PIN block under a TPK by the IBM 3624 method. Source: docs/protocol/DA.md.

use super::{Command, Done, Opcode};
use crate::ErrorCode;
use crate::field::{
    Account, CheckLength, DecimalisationTable, KeyField, Offset, PinBlock, PinBlockFormat,
    ValidationData,
};
use crate::host::{Bare, Fields};

request! {
    /// A PIN block under a TPK, and the offset that its PIN should have.
    pub struct VerifyPinTpkIbm {
        /// The TPK that the block is under.
        pub tpk: KeyField,
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
        /// The offset of the PIN.
        pub offset: Offset,
    }
}

impl Command for VerifyPinTpkIbm {
    const OPCODE: Opcode = Opcode::DA;
    type Reply = Done;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let tpk = fields.key(Bare::Single)?;
        let pvk = fields.key(Bare::Single)?;
        fields.max_pin_length()?;
        let pin_block = fields.pin_block(&tpk)?;
        let format = fields.pin_block_format()?;
        let check_length = fields.check_length()?;
        let account = fields.account(&[format])?;
        let table = fields.decimalisation_table()?;
        let validation_data = fields.validation_data()?;
        let offset = fields.offset()?;
        Ok(Self {
            tpk,
            pvk,
            pin_block,
            format,
            check_length,
            account,
            table,
            validation_data,
            offset,
        })
    }
}
