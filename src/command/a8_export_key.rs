//! A8: export a key.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Category, Policy, Subject};
use payhsm_keys::Position;
use payhsm_protocol::command::a8_export_key::ExportKey;
use payhsm_protocol::command::shared::KeyAndCheckValue;
use payhsm_protocol::field::CheckValueType;

impl Handle for ExportKey {
    const POLICY: Policy = Policy::EVERYWHERE.with(Category::Export);

    fn subject(&self) -> Option<Subject> {
        Some(Subject::key(&self.key, self.key_type))
    }

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<KeyAndCheckValue> {
        context.check_key_type(request.key_type)?;
        let wrapping = context.wrapping(&request.wrapping_key)?;
        let own = context.any_key(&request.key, request.key_type, Position::Destination)?;
        let key = context.export(&own, &wrapping, &request.form)?;
        let check_value = context.check_value(&own, Some(CheckValueType::Short))?;
        Ok(KeyAndCheckValue { key, check_value }.into())
    }
}
