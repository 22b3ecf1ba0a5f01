//! M8: verify a MAC. Source: docs/protocol/M8.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{Bytes, InitialVector, KeyField, KeyType, MacMethod, VerifyPart};
use crate::host::{Bare, Fields, Writer};

request! {
    /// Data and the MAC that it came with.
    pub struct VerifyMac {
        /// Which part of the message it is, and the MAC at the end.
        pub part: VerifyPart,
        /// How the MAC was made.
        pub method: MacMethod,
        /// What kind of key it is.
        pub key_type: KeyType,
        /// The key.
        pub key: KeyField,
        /// The data.
        pub data: Bytes,
    }
}

reply! {
    /// The MAC is right, or there is more of the message to come.
    pub struct VerifiedMac {
        /// What the next part goes on from, if there is one.
        pub chaining: Option<InitialVector>,
    }
}

impl Command for VerifyMac {
    const OPCODE: Opcode = Opcode::M8;
    type Reply = VerifiedMac;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let [mode] = fields.chars()?;
        if !(b'0'..=b'3').contains(&mode) {
            return Err(ErrorCode::INVALID_MODE);
        }
        let format = fields.data_format(ErrorCode::INVALID_INPUT_FORMAT)?;
        let (size, method) = fields.mac_method()?;
        let key_type = fields.key_type()?;
        let key = fields.key(Bare::Single)?;
        let (part, data) = match mode {
            b'0' => {
                let data = fields.data(format)?;
                (VerifyPart::Only(fields.mac(size)?), data)
            }
            b'1' => (VerifyPart::First, fields.data(format)?),
            b'2' => (VerifyPart::Middle(fields.initial_vector(&key)?), fields.data(format)?),
            _ => {
                let chaining = fields.initial_vector(&key)?;
                let data = fields.data(format)?;
                (VerifyPart::Last(chaining, fields.mac(size)?), data)
            }
        };
        Ok(Self { part, method, key_type, key, data })
    }
}

impl Reply for VerifiedMac {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        if let Some(block) = &self.chaining {
            writer.hex(block.as_slice());
        }
    }
}
