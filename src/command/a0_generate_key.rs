//! A0: generate a key.

use super::key::wish_code;
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Category, Policy, Subject};
use payhsm_keys::{AnyKey, NewKey};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::a0_generate_key::{GenerateKey, GeneratedKey};
use payhsm_protocol::field::CheckValueType;

impl Handle for GenerateKey {
    const POLICY: Policy = Policy::EVERYWHERE.with(Category::Generate);

    fn subject(&self) -> Option<Subject> {
        let subject = match &self.attributes {
            Some(attributes) => Subject::usage(attributes.usage),
            None => Subject::key_type(self.key_type),
        };
        // A copy under a ZMK or TMK leaves the appliance.
        Some(if self.export.is_some() { subject.and(Category::Export) } else { subject })
    }

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<GeneratedKey> {
        context.check_key_type(request.key_type)?;
        let wanted = match (&request.attributes, context.has_key_blocks()?) {
            (Some(attributes), true) => NewKey::Block(attributes),
            (None, false) => NewKey::Variant(request.key_type, request.scheme),
            (Some(_), false) | (None, true) => return Err(ErrorCode::InvalidInput),
        };
        let wrapping = match &request.export {
            Some(copy) => Some((context.wrapping(&copy.wrapping_key)?, &copy.form)),
            None => None,
        };
        let rules = context.rules();
        let new = AnyKey::generate(wanted, context.random, &rules).map_err(wish_code)?;
        let key = context.under_lmk(&new, request.scheme)?;
        let copy = match wrapping {
            Some((wrapping, form)) => Some(context.export(&new, &wrapping, form)?),
            None => None,
        };
        let check_value = context.check_value(&new, Some(CheckValueType::Short))?;
        Ok(GeneratedKey { key, copy, check_value }.into())
    }
}
