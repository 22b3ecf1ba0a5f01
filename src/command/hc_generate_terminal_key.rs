//! HC: generate a TMK, TPK or PVK for a terminal, under the key that it has.

use super::key::{TERMINAL_KEY, usual_attributes};
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Category, Policy, Subject};
use payhsm_keys::{Binding, Position};
use payhsm_protocol::command::hc_generate_terminal_key::GenerateTerminalKey;
use payhsm_protocol::command::shared::KeyUnderBoth;
use payhsm_protocol::field::{Exportability, KeyAttributes, KeyField, KeyType};

impl Handle for GenerateTerminalKey {
    const POLICY: Policy = Policy::EVERYWHERE.with(Category::Generate);

    fn subject(&self) -> Option<Subject> {
        Some(Subject::key(&self.current_key, TERMINAL_KEY.key_type))
    }

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<KeyUnderBoth> {
        let key_type = match &request.current_key {
            KeyField::Block(_) | KeyField::Stored(_) => KeyType::KEY_BLOCK,
            KeyField::Cryptogram(_) if context.rules().separate_002 => KeyType(*b"80D"),
            KeyField::Cryptogram(_) => TERMINAL_KEY.key_type,
        };
        // The new key is to be what the current one is; and as only a TMK may protect keys, a TMK.
        let current = context.any_key(&request.current_key, key_type, Position::Source)?;
        let attributes = match current.binding() {
            Binding::Block(said) => KeyAttributes {
                exportability: Exportability::Trusted,
                optional_blocks: Vec::new(),
                ..said.clone()
            },
            Binding::Variant(_) => usual_attributes(*b"K0", b'B'),
        };
        context.for_terminal(&request.current_key, request.schemes, &attributes, key_type)
    }
}
