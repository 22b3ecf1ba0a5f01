//! FA: import a ZPK. Source: docs/protocol/FA.md.

use super::shared::KeyAndCheckValue;
use super::{Command, Opcode};
use crate::ErrorCode;
use crate::field::{ExchangeOptions, KeyField};
use crate::host::{Bare, Fields};

request! {
    /// A ZPK under a ZMK, to be had under the LMK.
    pub struct ImportZpk {
        /// The ZMK.
        pub zmk: KeyField,
        /// The ZPK, under the ZMK.
        pub zpk: KeyField,
        /// Schemes and check value; `None` for the old form: single length, all of the check value.
        pub options: Option<ExchangeOptions>,
    }
}

impl Command for ImportZpk {
    const OPCODE: Opcode = Opcode::FA;
    type Reply = KeyAndCheckValue;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let zmk = fields.key(Bare::Zmk)?;
        let zpk = fields.key(Bare::Single)?;
        let options = fields.exchange_options()?;
        Ok(Self { zmk, zpk, options })
    }
}
