//! BW: put a key from under the old LMK under the LMK.

use super::key::wish_code;
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Category, Policy, Subject};
use payhsm_keys::{AnyKey, Position};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::bw_migrate_key::{MigrateKey, MigratedKey};
use payhsm_protocol::field::{CryptogramScheme, KeyField, KeyScheme};

impl Handle for MigrateKey {
    const POLICY: Policy = Policy::EVERYWHERE.with(Category::Migrate);

    fn subject(&self) -> Option<Subject> {
        // What a key of a variant LMK becomes is authorised: of one key there can be blocks of several usages.
        Some(match &self.attributes {
            Some(attributes) => Subject::usage(attributes.usage),
            None => Subject::key(&self.key.0, self.new_type.unwrap_or(self.key_type)),
        })
    }

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<MigratedKey> {
        let old_lmk = context.old_lmk()?;
        let (field, rules) = (&request.key.0, context.rules());
        if !request.length.fits(field) {
            return Err(ErrorCode::InvalidKeyLengthFlag);
        }
        if request.new_type.is_some() && !rules.separate_002 {
            return Err(ErrorCode::MigrationNotAllowed);
        }
        // A block keeps the attributes that it has, and a cryptogram has none.
        let is_bound = context.has_key_blocks()? && matches!(field, KeyField::Cryptogram(_));
        if is_bound != request.attributes.is_some() {
            return Err(ErrorCode::InvalidInput);
        }
        let mut key = AnyKey::open(old_lmk, field, Some(request.key_type), &rules)
            .map_err(|refused| context.key_code(refused, Position::Source))?;
        if let Some(new_type) = request.new_type {
            key = key.set_apart(new_type).map_err(|_| ErrorCode::InvalidMigrationKeyType)?;
        }
        if let Some(attributes) = &request.attributes {
            key = key.bind(attributes, &rules).map_err(wish_code)?;
        }
        let scheme = match request.scheme {
            Some(scheme) => scheme,
            None if context.has_key_blocks()? => KeyScheme::Thales,
            None => own_scheme(field),
        };
        let migrated = context.under_lmk(&key, scheme)?;
        let check_value = match request.check_value {
            Some(asked) => Some(context.check_value(&key, Some(asked))?),
            None => None,
        };
        Ok(MigratedKey { key: migrated, check_value }.into())
    }
}

/// The scheme that a key has. Without a letter a pair is as under `X`.
fn own_scheme(field: &KeyField) -> KeyScheme {
    match field {
        KeyField::Block(_) | KeyField::Stored(_) => KeyScheme::Thales,
        KeyField::Cryptogram(key) => match (key.scheme, key.bytes.len()) {
            (CryptogramScheme::Bare, ..=8) | (CryptogramScheme::Z, _) => KeyScheme::Z,
            (CryptogramScheme::Bare | CryptogramScheme::X, _) => KeyScheme::X,
            (CryptogramScheme::U, _) => KeyScheme::U,
            (CryptogramScheme::T, _) => KeyScheme::T,
            (CryptogramScheme::Y, _) => KeyScheme::Y,
        },
    }
}
