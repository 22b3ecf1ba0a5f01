//! A6: import a key.

use super::key::parity_code;
use super::{Answer, Context, Handle, Outcome};
use crate::authorization::{Authorized, Category, Policy, Subject};
use payhsm_keys::exchange::Import;
use payhsm_keys::usage::Zmk;
use payhsm_keys::{Key, Position, Purpose};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::a6_import_key::ImportKey;
use payhsm_protocol::command::shared::KeyAndCheckValue;
use payhsm_protocol::field::{CheckValueType, ImportHeader};

impl Handle for ImportKey {
    const POLICY: Policy = Policy::EVERYWHERE.with(Category::Import);

    fn subject(&self) -> Option<Subject> {
        Some(match &self.header {
            ImportHeader::Kept => Subject::key(&self.key, self.key_type),
            ImportHeader::Usage(usage, _) => Subject::usage(*usage),
            ImportHeader::Attributes(attributes) => Subject::usage(attributes.usage),
        })
    }

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<KeyAndCheckValue> {
        context.check_key_type(request.key_type)?;
        let import = match (&request.header, context.has_key_blocks()?) {
            (ImportHeader::Kept, true) => Import::Block { usage: None, exportability: None },
            (ImportHeader::Usage(usage, optional_blocks), true) => {
                if !optional_blocks.is_empty() {
                    return Err(ErrorCode::KeyBlockOptionalBlocks);
                }
                Import::Block { usage: Some(*usage), exportability: None }
            }
            (ImportHeader::Attributes(attributes), true) => Import::Attributes(attributes),
            (ImportHeader::Kept, false) => Import::KeyType(request.key_type),
            (_, false) => return Err(ErrorCode::InvalidInput),
        };
        let zmk: Key<Zmk> = context.source(&request.zmk, Purpose::Decrypt)?;
        let atalla = request.atalla_variant.map_or(0, |variant| variant.0);
        let imported = zmk
            .import_under_variant(&request.key, atalla, &import, &context.rules())
            .map_err(|refused| context.key_code(refused, Position::Destination))?;
        let key = context.under_lmk(&imported.key, request.scheme)?;
        let check_value = context.check_value(&imported.key, Some(CheckValueType::Short))?;
        let reply = KeyAndCheckValue { key, check_value };
        Ok(Answer { code: parity_code(imported.parity_adjusted), reply })
    }
}
