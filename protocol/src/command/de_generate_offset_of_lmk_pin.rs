//! DE: make the IBM 3624 offset of a PIN under the LMK. Source: docs/protocol/DE.md.

use super::shared::PinOffset;
use super::{Command, Opcode};
use crate::ErrorCode;
use crate::field::{
    Account, CheckLength, DecimalisationTable, ExcludedPins, KeyField, LmkPin, ValidationData,
};
use crate::host::{Bare, Fields};

request! {
    /// A PIN under the LMK, whose offset is to be had.
    pub struct GenerateOffsetOfLmkPin {
        /// The PVK of the IBM 3624 method.
        pub pvk: KeyField,
        /// The PIN under the LMK.
        pub pin: LmkPin,
        /// How many PIN digits the offset covers.
        pub check_length: CheckLength,
        /// The account that the PIN belongs to.
        pub account: Account,
        /// The decimalisation table.
        pub table: DecimalisationTable,
        /// The PIN validation data.
        pub validation_data: ValidationData,
        /// PINs that are refused as weak.
        pub excluded: Option<ExcludedPins>,
    }
}

impl Command for GenerateOffsetOfLmkPin {
    const OPCODE: Opcode = Opcode::DE;
    type Reply = PinOffset;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let pvk = fields.key(Bare::Single)?;
        let pin = fields.lmk_pin()?;
        let check_length = fields.check_length()?;
        let account = fields.account(&[])?;
        let table = fields.decimalisation_table()?;
        let validation_data = fields.validation_data()?;
        let excluded = fields.excluded_pins()?;
        Ok(Self { pvk, pin, check_length, account, table, validation_data, excluded })
    }
}
