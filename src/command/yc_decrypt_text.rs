//! YC: decrypt a text that YA encrypted.

use super::ya_encrypt_text::code;
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_keys::Purpose;
use payhsm_keys::usage::Ff1Key;
use payhsm_protocol::command::ya_encrypt_text::OtherText;
use payhsm_protocol::command::yc_decrypt_text::DecryptText;

impl Handle for DecryptText {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<OtherText> {
        let key = context.source::<Ff1Key>(&request.key, Purpose::Decrypt)?;
        let mut text = request.text.clone();
        key.decrypt_text(request.radix.0, &request.tweak.0, &mut text.0).map_err(code)?;
        Ok(OtherText { text }.into())
    }
}
