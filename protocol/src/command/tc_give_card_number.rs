//! TC: give the card number of a token. Source: docs/protocol/TC.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{CardNumber, Expiry, MaskedPan, NumberForm, PanToken};
use crate::host::{Fields, Writer};

request! {
    /// A token, and how its card number is wanted.
    pub struct GiveCardNumber {
        /// The token. It is not put in place of: it is what the command is about.
        pub token: PanToken,
        /// In which form.
        pub form: NumberForm,
    }
}

reply! {
    /// A card number.
    pub struct GivenCardNumber {
        /// The card number, as it was wanted.
        pub card: CardNumber,
        /// What may be shown of it.
        pub masked: MaskedPan,
        /// Its expiry, MMYY, if it is kept with the token.
        pub expiry: Option<Expiry>,
    }
}

impl Command for GiveCardNumber {
    const OPCODE: Opcode = Opcode::TC;
    type Reply = GivenCardNumber;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let token = fields.token()?;
        let form = fields.number_form()?;
        Ok(Self { token, form })
    }
}

impl Reply for GivenCardNumber {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.card_number(&self.card);
        writer.raw(self.masked.0.as_bytes());
        writer.raw(b";");
        if let Some(expiry) = self.expiry {
            writer.raw(&expiry.0);
        }
    }
}
