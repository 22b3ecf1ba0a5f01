//! FE: export a TMK, TPK or PVK.

use super::key::TERMINAL_KEY;
use super::{Context, Handle, Outcome};
use crate::authorization::{Activity, Authorized, Policy};
use payhsm_protocol::command::fe_export_terminal_key::ExportTerminalKey;
use payhsm_protocol::command::shared::KeyAndCheckValue;

impl Handle for ExportTerminalKey {
    const POLICY: Policy = Policy::EVERYWHERE.with(Activity::Export);

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<KeyAndCheckValue> {
        context.send_out(&request.zmk, &request.key, &TERMINAL_KEY, request.options)
    }
}
