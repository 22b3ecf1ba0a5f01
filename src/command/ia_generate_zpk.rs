//! IA: generate a ZPK for a zone.

use super::key::{Wrapping, ZPK, usual_attributes};
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Category, Policy, Subject};
use payhsm_keys::Purpose;
use payhsm_protocol::command::ia_generate_zpk::{GenerateZpk, GeneratedZpk};
use payhsm_protocol::field::KeyField;

/// PIN encryption.
const USAGE: [u8; 2] = *b"P0";

impl Handle for GenerateZpk {
    const POLICY: Policy = Policy::EVERYWHERE.with(Category::Generate);

    fn subject(&self) -> Option<Subject> {
        Some(match &self.zmk {
            KeyField::Block(_) | KeyField::Stored(_) => Subject::usage(USAGE),
            KeyField::Cryptogram(_) => Subject::key_type(ZPK.key_type),
        })
    }

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<GeneratedZpk> {
        let zmk = Wrapping::Zmk(context.source(&request.zmk, Purpose::Encrypt)?);
        let schemes = request.options.map(|options| options.schemes);
        let asked = schemes.and_then(|schemes| schemes.lmk);
        let scheme = context.new_key_scheme(asked)?;
        let new = context.new_key(&usual_attributes(USAGE, b'B'), ZPK.key_type, scheme)?;
        let form = context.export_form(schemes.and_then(|s| s.wrapped), new.length())?;
        let under_zmk = context.export(&new, &zmk, &form)?;
        let under_lmk = context.under_lmk(&new, scheme)?;
        let check_value =
            context.check_value(&new, request.options.map(|options| options.check_value))?;
        Ok(GeneratedZpk { under_zmk, under_lmk, check_value }.into())
    }
}
