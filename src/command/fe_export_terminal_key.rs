//! FE: export a TMK, TPK or PVK.

use super::key::TERMINAL_KEY;
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Category, Policy, Subject};
use payhsm_protocol::command::fe_export_terminal_key::ExportTerminalKey;
use payhsm_protocol::command::shared::KeyAndCheckValue;

impl Handle for ExportTerminalKey {
    const POLICY: Policy = Policy::EVERYWHERE.with(Category::Export);

    fn subject(&self) -> Option<Subject> {
        Some(Subject::key(&self.key, TERMINAL_KEY.key_type))
    }

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<KeyAndCheckValue> {
        context.send_out(&request.zmk, &request.key, &TERMINAL_KEY, request.options)
    }
}
