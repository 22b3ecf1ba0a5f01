//! GC: export a ZPK. Source: docs/protocol/GC.md.

use super::shared::KeyAndCheckValue;
use super::{Command, Opcode};
use crate::ErrorCode;
use crate::field::{ExchangeOptions, KeyField};
use crate::host::{Bare, Fields};

request! {
    /// A ZPK under the LMK, to be had under a ZMK.
    pub struct ExportZpk {
        /// The ZMK.
        pub zmk: KeyField,
        /// The ZPK, under the LMK.
        pub zpk: KeyField,
        /// Schemes and check value; `None` for the old form: single length, all of the check value.
        pub options: Option<ExchangeOptions>,
    }
}

impl Command for ExportZpk {
    const OPCODE: Opcode = Opcode::GC;
    type Reply = KeyAndCheckValue;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let zmk = fields.key(Bare::Zmk)?;
        let zpk = fields.key(Bare::Single)?;
        let options = fields.exchange_options()?;
        Ok(Self { zmk, zpk, options })
    }
}
