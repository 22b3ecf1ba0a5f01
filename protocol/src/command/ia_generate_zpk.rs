//! IA: generate a ZPK for a zone. Source: docs/protocol/IA.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{CheckValue, ExchangeOptions, KeyField};
use crate::host::{Bare, Fields, Writer};

request! {
    /// Asks for a new ZPK under a ZMK.
    pub struct GenerateZpk {
        /// The ZMK.
        pub zmk: KeyField,
        /// Schemes and check value; `None` for the old form: single length, all of the check value.
        pub options: Option<ExchangeOptions>,
    }
}

reply! {
    /// The new ZPK.
    pub struct GeneratedZpk {
        /// Under the ZMK.
        pub under_zmk: KeyField,
        /// Under the LMK.
        pub under_lmk: KeyField,
        /// Its check value.
        pub check_value: CheckValue,
    }
}

impl Command for GenerateZpk {
    const OPCODE: Opcode = Opcode::IA;
    type Reply = GeneratedZpk;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let zmk = fields.key(Bare::Zmk)?;
        let options = fields.exchange_options()?;
        Ok(Self { zmk, options })
    }
}

impl Reply for GeneratedZpk {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.key(&self.under_zmk);
        writer.key(&self.under_lmk);
        writer.check_value(&self.check_value);
    }
}
