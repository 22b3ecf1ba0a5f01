//! BW: put a key from under the old LMK under the LMK. Source: docs/protocol/BW.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{
    CheckValue, CheckValueType, KeyAttributes, KeyField, KeyLengthFlag, KeyScheme, KeyType, SentKey,
};
use crate::host::{Bare, Fields, Writer};

request! {
    /// A key under the old LMK, to be had under the LMK.
    pub struct MigrateKey {
        /// What it is.
        pub key_type: KeyType,
        /// How long it is.
        pub length: KeyLengthFlag,
        /// The key, under the old LMK.
        pub key: SentKey,
        /// The type of its own that a key of type 002 is to get (`F2`).
        pub new_type: Option<KeyType>,
        /// The scheme that it is to have; `None` for the one that it has, or a key block.
        pub scheme: Option<KeyScheme>,
        /// What its header is to say, where it has none and is to have one.
        pub attributes: Option<KeyAttributes>,
        /// How much of its check value is wanted, if it is.
        pub check_value: Option<CheckValueType>,
    }
}

reply! {
    /// The key.
    pub struct MigratedKey {
        /// Under the LMK.
        pub key: KeyField,
        /// Its check value, if it was asked for.
        pub check_value: Option<CheckValue>,
    }
}

impl Command for MigrateKey {
    const OPCODE: Opcode = Opcode::BW;
    type Reply = MigratedKey;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let code = fields.chars::<2>()?;
        let [length] = fields.chars()?;
        let length = KeyLengthFlag::from_code(length).ok_or(ErrorCode::InvalidKeyLengthFlag)?;
        // Without a letter the flag alone says where the key ends.
        let bare = if length == KeyLengthFlag::Double { Bare::Pair } else { Bare::Single };
        let key = fields.key(bare)?;
        let (key_type, new_type) = match code {
            [b'F', b'2'] if fields.skip(b';') => (KeyType(*b"002"), Some(fields.key_type()?)),
            code => (fields.key_type_of_code(code, &key)?, None),
        };
        let scheme = fields.scheme_between_zeros()?;
        fields.lmk()?;
        let attributes = fields.key_attributes()?;
        let check_value = check_value(fields)?;
        Ok(Self { key_type, length, key: SentKey(key), new_type, scheme, attributes, check_value })
    }
}

/// `!`, 1N whether the check value is wanted, 1N how much of it, if they come next; who does not want it may leave the
/// last one out.
fn check_value(fields: &mut Fields<'_>) -> Result<Option<CheckValueType>, ErrorCode> {
    if !fields.skip(b'!') {
        return Ok(None);
    }
    match fields.chars()? {
        [b'1'] => fields.check_value_type().map(Some),
        [b'0'] => {
            if matches!(fields.peek(), Some(b'0' | b'1')) {
                fields.check_value_type()?;
            }
            Ok(None)
        }
        _ => Err(ErrorCode::InvalidInput),
    }
}

impl Reply for MigratedKey {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.key(&self.key);
        if let Some(check_value) = &self.check_value {
            writer.check_value(check_value);
        }
    }
}
