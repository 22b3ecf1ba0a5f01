//! CS: narrow the header of a key block.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Category, Policy, Subject};
use payhsm_keys::{Binding, KeyRefused, Position};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::cs_modify_header::{HeaderChange, ModifiedKey, ModifyHeader};
use payhsm_protocol::field::{KeyAttributes, KeyField, KeyScheme, KeyType};

impl Handle for ModifyHeader {
    const POLICY: Policy = Policy::EVERYWHERE.with(Category::Import);

    fn subject(&self) -> Option<Subject> {
        Some(Subject::key(&self.key.0, KeyType::KEY_BLOCK))
    }

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<ModifiedKey> {
        let refused = || context.key_code(KeyRefused::Scheme, Position::Source);
        let field @ KeyField::Block(_) = &request.key.0 else { return Err(refused()) };
        let key = context.any_key(field, KeyType::KEY_BLOCK, Position::Source)?;
        let Binding::Block(said) = key.binding() else { return Err(refused()) };
        let wanted = changed(said, request.change).ok_or(ErrorCode::InvalidOldValue)?;
        let key = key.narrow(&wanted).map_err(|_| ErrorCode::InvalidNewValue)?;
        let key = context.under_lmk(&key, KeyScheme::Thales)?;
        Ok(ModifiedKey { key }.into())
    }
}

/// The attributes after the change; `None` if the value before is another than the caller says.
fn changed(said: &KeyAttributes, change: HeaderChange) -> Option<KeyAttributes> {
    let (is_so, wanted) = match change {
        HeaderChange::Usage(old, usage) => {
            (old == said.usage, KeyAttributes { usage, ..said.clone() })
        }
        HeaderChange::ModeOfUse(old, mode_of_use) => {
            (old == said.mode_of_use, KeyAttributes { mode_of_use, ..said.clone() })
        }
        HeaderChange::Version(old, version) => {
            (old == said.version, KeyAttributes { version, ..said.clone() })
        }
        HeaderChange::Exportability(old, exportability) => {
            (old == said.exportability, KeyAttributes { exportability, ..said.clone() })
        }
    };
    is_so.then_some(wanted)
}
