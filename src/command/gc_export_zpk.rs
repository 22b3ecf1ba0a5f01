//! GC: export a ZPK.

use super::key::ZPK;
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Category, Policy, Subject};
use payhsm_protocol::command::gc_export_zpk::ExportZpk;
use payhsm_protocol::command::shared::KeyAndCheckValue;

impl Handle for ExportZpk {
    const POLICY: Policy = Policy::EVERYWHERE.with(Category::Export);

    fn subject(&self) -> Option<Subject> {
        Some(Subject::key(&self.zpk, ZPK.key_type))
    }

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<KeyAndCheckValue> {
        context.send_out(&request.zmk, &request.zpk, &ZPK, request.options)
    }
}
