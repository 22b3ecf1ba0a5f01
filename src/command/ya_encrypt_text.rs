//! YA: encrypt a text into a text.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_keys::usage::Ff1Key;
use payhsm_keys::{FpeError, Purpose};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::ya_encrypt_text::{EncryptText, OtherText};

impl Handle for EncryptText {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<OtherText> {
        let key = context.source::<Ff1Key>(&request.key, Purpose::Encrypt)?;
        let mut text = request.text.clone();
        key.encrypt_text(request.radix.0, &request.tweak.0, &mut text.0).map_err(code)?;
        Ok(OtherText { text }.into())
    }
}

/// The code for what FF1 refuses. None of it tells more of a text than whoever sent it knows.
pub(super) fn code(refused: FpeError) -> ErrorCode {
    match refused {
        FpeError::TooShort => ErrorCode::TokenScheme,
        FpeError::TooLong => ErrorCode::InvalidDataLength,
        FpeError::Radix | FpeError::Tweak | FpeError::Text => ErrorCode::InvalidInput,
        FpeError::Key => ErrorCode::Internal,
    }
}
