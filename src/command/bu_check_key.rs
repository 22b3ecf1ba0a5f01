//! BU: the check value of a key.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_keys::Position;
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::bu_check_key::{CheckKey, KeyCheckValue};

impl Handle for CheckKey {
    const POLICY: Policy = Policy::EVERYWHERE;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<KeyCheckValue> {
        if !request.length.fits(&request.key) {
            return Err(ErrorCode::InvalidKeyLengthFlag);
        }
        let key = context.any_key(&request.key, request.key_type, Position::Source)?;
        let check_value = context.check_value(&key, request.check_value)?;
        Ok(KeyCheckValue { check_value }.into())
    }
}
