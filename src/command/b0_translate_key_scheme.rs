//! B0: give a key another scheme. Only keys under a variant LMK have more than one.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Category, Policy, Subject};
use payhsm_keys::Position;
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::b0_translate_key_scheme::{TranslateKeyScheme, TranslatedKey};

impl Handle for TranslateKeyScheme {
    const POLICY: Policy = Policy::DEVELOPMENT.with(Category::Import);

    fn subject(&self) -> Option<Subject> {
        Some(Subject::key(&self.key, self.key_type))
    }

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<TranslatedKey> {
        if context.has_key_blocks()? {
            return Err(ErrorCode::InvalidKeyScheme);
        }
        context.check_key_type(request.key_type)?;
        let own = context.any_key(&request.key, request.key_type, Position::Source)?;
        let key = context.under_lmk(&own, request.scheme)?;
        Ok(TranslatedKey { key }.into())
    }
}
