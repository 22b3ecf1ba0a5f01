//! EE: derive a PIN by the IBM 3624 method. Source: docs/protocol/EE.md.

use super::shared::PinUnderLmk;
use super::{Command, Opcode};
use crate::ErrorCode;
use crate::field::{Account, CheckLength, DecimalisationTable, KeyField, Offset, ValidationData};
use crate::host::{Bare, Fields};

request! {
    /// An offset, whose PIN is to be had under the LMK.
    pub struct DerivePinIbm {
        /// The PVK of the IBM 3624 method.
        pub pvk: KeyField,
        /// The offset of the PIN.
        pub offset: Offset,
        /// How many PIN digits the offset covers.
        pub check_length: CheckLength,
        /// The account that the PIN belongs to.
        pub account: Account,
        /// The decimalisation table.
        pub table: DecimalisationTable,
        /// The PIN validation data.
        pub validation_data: ValidationData,
    }
}

impl Command for DerivePinIbm {
    const OPCODE: Opcode = Opcode::EE;
    type Reply = PinUnderLmk;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let pvk = fields.key(Bare::Single)?;
        let offset = fields.offset()?;
        let check_length = fields.check_length()?;
        let account = fields.account(&[])?;
        let table = fields.decimalisation_table()?;
        let validation_data = fields.validation_data()?;
        Ok(Self { pvk, offset, check_length, account, table, validation_data })
    }
}
