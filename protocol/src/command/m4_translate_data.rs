//! M4: translate data from one key to another. Source: docs/protocol/M4.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{Bytes, CipherMode, DataFormat, InitialVector, KeyField, KeyType};
use crate::host::{Bare, Fields, Writer};

request! {
    /// Data under one key, to be had under another.
    pub struct TranslateData {
        /// How it is encrypted.
        pub source_mode: CipherMode,
        /// How it is to be encrypted.
        pub destination_mode: CipherMode,
        /// How the host dialect is to write the answer.
        pub output: DataFormat,
        /// What kind of key it is under.
        pub source_key_type: KeyType,
        /// The key that it is under.
        pub source_key: KeyField,
        /// What kind of key it is to be under.
        pub destination_key_type: KeyType,
        /// The key that it is to be under.
        pub destination_key: KeyField,
        /// The data, encrypted.
        pub data: Bytes,
    }
}

reply! {
    /// The data under the other key.
    pub struct TranslatedData {
        /// How the host dialect writes it.
        pub format: DataFormat,
        /// Where the next part goes on in the source, if its mode is not ECB.
        pub source_iv: Option<InitialVector>,
        /// Where the next part goes on in the destination, if its mode is not ECB.
        pub destination_iv: Option<InitialVector>,
        /// The data, encrypted.
        pub data: Bytes,
    }
}

impl Command for TranslateData {
    const OPCODE: Opcode = Opcode::M4;
    type Reply = TranslatedData;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let source_mode = fields.cipher_mode_code(ErrorCode::INVALID_MODE)?;
        let destination_mode = fields.cipher_mode_code(ErrorCode::INVALID_DESTINATION_MODE)?;
        let input = fields.ciphertext_format(ErrorCode::INVALID_INPUT_FORMAT)?;
        let output = fields.ciphertext_format(ErrorCode::INVALID_OUTPUT_FORMAT)?;
        let source_key_type = fields.key_type()?;
        let source_key = fields.key(Bare::Single)?;
        let destination_key_type = fields.key_type()?;
        let destination_key = fields.key(Bare::Single)?;
        let source_mode = fields.cipher_mode(source_mode, &source_key)?;
        let destination_mode = fields.cipher_mode(destination_mode, &destination_key)?;
        let data = fields.last_data(input)?;
        Ok(Self {
            source_mode,
            destination_mode,
            output,
            source_key_type,
            source_key,
            destination_key_type,
            destination_key,
            data,
        })
    }
}

impl Reply for TranslatedData {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        for iv in [self.source_iv, self.destination_iv].iter().flatten() {
            writer.hex(iv.as_slice());
        }
        writer.data(self.format, &self.data);
    }
}
