//! FC: import a TMK, TPK or PVK.

use super::key::TERMINAL_KEY;
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Category, Policy, Subject};
use payhsm_protocol::command::fc_import_terminal_key::ImportTerminalKey;
use payhsm_protocol::command::shared::KeyAndCheckValue;

impl Handle for ImportTerminalKey {
    const POLICY: Policy = Policy::EVERYWHERE.with(Category::Import);

    fn subject(&self) -> Option<Subject> {
        Some(Subject::key(&self.key, TERMINAL_KEY.key_type))
    }

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<KeyAndCheckValue> {
        context.take_in(&request.zmk, &request.key, &TERMINAL_KEY, request.options)
    }
}
