//! M2: decrypt data. Source: docs/protocol/M2.md.

use super::shared::CipheredData;
use super::{Command, Opcode};
use crate::ErrorCode;
use crate::field::{Bytes, CipherMode, DataFormat, KeyField, KeyType};
use crate::host::{Bare, Fields};

request! {
    /// Data to be decrypted.
    pub struct DecryptData {
        /// How it is encrypted.
        pub mode: CipherMode,
        /// How the host dialect is to write the answer.
        pub output: DataFormat,
        /// What kind of key it is.
        pub key_type: KeyType,
        /// The key.
        pub key: KeyField,
        /// The data, encrypted.
        pub data: Bytes,
    }
}

impl Command for DecryptData {
    const OPCODE: Opcode = Opcode::M2;
    type Reply = CipheredData;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let mode = fields.cipher_mode_code(ErrorCode::INVALID_MODE)?;
        let input = fields.ciphertext_format(ErrorCode::INVALID_INPUT_FORMAT)?;
        let output = fields.data_format(ErrorCode::INVALID_OUTPUT_FORMAT)?;
        let key_type = fields.key_type()?;
        let key = fields.key(Bare::Single)?;
        let mode = fields.cipher_mode(mode, &key)?;
        let data = fields.last_data(input)?;
        Ok(Self { mode, output, key_type, key, data })
    }
}
