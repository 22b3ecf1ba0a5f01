//! TI: decrypt a card number under a zone's ZEK. Source: docs/protocol/TI.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{EncryptedPan, Pan};
use crate::host::{Fields, Writer};

request! {
    /// A card number under the ZEK of a zone, to be had in the clear.
    pub struct DecryptCardNumber {
        /// The card number. It is not put in place of: it is what the command is about.
        pub card: EncryptedPan,
    }
}

reply! {
    /// A card number in the clear.
    pub struct DecryptedCardNumber {
        /// Its digits.
        pub pan: Pan,
    }
}

impl Command for DecryptCardNumber {
    const OPCODE: Opcode = Opcode::TI;
    type Reply = DecryptedCardNumber;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        Ok(Self { card: fields.encrypted_pan()? })
    }
}

impl Reply for DecryptedCardNumber {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.raw(&self.pan.0);
        writer.raw(b";");
    }
}
