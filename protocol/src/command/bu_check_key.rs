//! BU: the check value of a key. Source: docs/protocol/BU.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{CheckValue, CheckValueType, KeyField, KeyLengthFlag, KeyType};
use crate::host::{Bare, Fields, Writer};

request! {
    /// Asks for the check value of a key.
    pub struct CheckKey {
        /// What it is.
        pub key_type: KeyType,
        /// How long it is.
        pub length: KeyLengthFlag,
        /// The key, under the LMK.
        pub key: KeyField,
        /// How much of the check value; `None` for what goes with the LMK: all of it under a
        /// variant LMK, 6H under a key-block LMK.
        pub check_value: Option<CheckValueType>,
    }
}

reply! {
    /// The check value.
    pub struct KeyCheckValue {
        /// As much of it as was asked for.
        pub check_value: CheckValue,
    }
}

impl Command for CheckKey {
    const OPCODE: Opcode = Opcode::BU;
    type Reply = KeyCheckValue;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let code = fields.chars::<2>()?;
        let [length] = fields.chars()?;
        let length = KeyLengthFlag::from_code(length).ok_or(ErrorCode::InvalidKeyLengthFlag)?;
        let key = fields.key(Bare::Single)?;
        let key_type = fields.key_type_of_code(code, &key)?;
        let check_value = if fields.skip(b';') {
            if fields.chars()? != *b"00" {
                return Err(ErrorCode::InvalidInput);
            }
            Some(fields.check_value_type()?)
        } else {
            None
        };
        Ok(Self { key_type, length, key, check_value })
    }
}

impl Reply for KeyCheckValue {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.check_value(&self.check_value);
    }
}
