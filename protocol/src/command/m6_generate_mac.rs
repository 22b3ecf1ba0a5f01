//! M6: make a MAC. Source: docs/protocol/M6.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{Bytes, InitialVector, KeyField, KeyType, Mac, MacMethod, MacPart, MacSize};
use crate::host::{Bare, Fields, Writer};
use wincode::{SchemaRead, SchemaWrite};

request! {
    /// Data to be authenticated.
    pub struct GenerateMac {
        /// Which part of the message it is.
        pub part: MacPart,
        /// How.
        pub method: MacMethod,
        /// How much of the MAC is wanted.
        pub size: MacSize,
        /// What kind of key it is.
        pub key_type: KeyType,
        /// The key.
        pub key: KeyField,
        /// The data.
        pub data: Bytes,
    }
}

reply! {
    /// What the data came to.
    pub struct GeneratedMac {
        /// A MAC, or what the next part goes on from.
        pub result: MacResult,
    }
}

/// What data came to.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum MacResult {
    /// The MAC of the message.
    Mac(Mac),
    /// What the next part goes on from.
    Chaining(InitialVector),
}

impl Command for GenerateMac {
    const OPCODE: Opcode = Opcode::M6;
    type Reply = GeneratedMac;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let [mode] = fields.chars()?;
        if !(b'0'..=b'3').contains(&mode) {
            return Err(ErrorCode::INVALID_MODE);
        }
        let format = fields.data_format(ErrorCode::INVALID_INPUT_FORMAT)?;
        let (size, method) = fields.mac_method()?;
        let key_type = fields.key_type()?;
        let key = fields.key(Bare::Single)?;
        let part = match mode {
            b'0' => MacPart::Only,
            b'1' => MacPart::First,
            b'2' => MacPart::Middle(fields.initial_vector(&key)?),
            _ => MacPart::Last(fields.initial_vector(&key)?),
        };
        let data = fields.data(format)?;
        Ok(Self { part, method, size, key_type, key, data })
    }
}

impl Reply for GeneratedMac {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        // No length in front of it: sources differ, and the client codecs in the field want none.
        match &self.result {
            MacResult::Mac(mac) => writer.hex(&mac.0),
            MacResult::Chaining(block) => writer.hex(block.as_slice()),
        }
    }
}
