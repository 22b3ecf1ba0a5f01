//! FA: import a ZPK.

use super::key::ZPK;
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Category, Policy, Subject};
use payhsm_protocol::command::fa_import_zpk::ImportZpk;
use payhsm_protocol::command::shared::KeyAndCheckValue;

impl Handle for ImportZpk {
    const POLICY: Policy = Policy::EVERYWHERE.with(Category::Import);

    fn subject(&self) -> Option<Subject> {
        Some(Subject::key(&self.zpk, ZPK.key_type))
    }

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<KeyAndCheckValue> {
        context.take_in(&request.zmk, &request.zpk, &ZPK, request.options)
    }
}
