//! BU: the check value of a key.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_keys::Position;
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::bu_check_key::{CheckKey, KeyCheckValue};
use payhsm_protocol::field::{KeyField, KeyLengthFlag};

impl Handle for CheckKey {
    const POLICY: Policy = Policy::EVERYWHERE;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<KeyCheckValue> {
        let fits = match (&request.key, request.length) {
            // A block knows its length; what the flag says of it does not matter.
            (KeyField::Block(_), _) => true,
            (KeyField::Cryptogram(key), KeyLengthFlag::Single) => key.bytes.len() == 8,
            (KeyField::Cryptogram(key), KeyLengthFlag::Double) => key.bytes.len() == 16,
            (KeyField::Cryptogram(key), KeyLengthFlag::Triple) => key.bytes.len() == 24,
            (KeyField::Cryptogram(_), KeyLengthFlag::KeyBlock) => false,
        };
        if !fits {
            return Err(ErrorCode::InvalidKeyLengthFlag);
        }
        let key = context.any_key(&request.key, request.key_type, Position::Source)?;
        let check_value = context.check_value(&key, request.check_value)?;
        Ok(KeyCheckValue { check_value }.into())
    }
}
