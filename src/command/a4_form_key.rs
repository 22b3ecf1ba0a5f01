//! A4: form a key from components.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Category, Policy, Subject};
use payhsm_keys::{AnyKey, Position};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::a4_form_key::FormKey;
use payhsm_protocol::command::shared::KeyAndCheckValue;
use payhsm_protocol::field::CheckValueType;

/// The most components that a request has.
const MOST: usize = 9;

/// The version number of a key that is given none.
const FIRST_VERSION: [u8; 2] = *b"00";

impl Handle for FormKey {
    const POLICY: Policy = Policy::EVERYWHERE.with(Category::Component);

    fn subject(&self) -> Option<Subject> {
        // All of them are of one usage, or nothing comes of it.
        let first = self.components.0.first()?;
        Some(Subject::key(first, self.key_type))
    }

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<KeyAndCheckValue> {
        context.check_key_type(request.key_type)?;
        let (version, optional_blocks) = match (&request.header, context.has_key_blocks()?) {
            (Some(header), true) => (header.version, header.optional_blocks.as_slice()),
            (None, _) => (FIRST_VERSION, [].as_slice()),
            (Some(_), false) => return Err(ErrorCode::InvalidInput),
        };
        let open = |field| context.any_key(field, request.key_type, Position::Source);
        // On this stack, which is secret memory: the heap is not.
        let mut places = [const { None::<AnyKey> }; MOST];
        for (place, field) in places.iter_mut().zip(&request.components.0) {
            *place = Some(open(field)?);
        }
        let components: Vec<&AnyKey> = places.iter().flatten().collect();
        let whole = AnyKey::form(&components, version, optional_blocks)
            .map_err(|refused| context.key_code(refused, Position::Destination))?;
        let key = context.under_lmk(&whole, request.scheme)?;
        let check_value = context.check_value(&whole, Some(CheckValueType::Short))?;
        Ok(KeyAndCheckValue { key, check_value }.into())
    }
}
