//! HA: generate a TAK for a terminal.

use super::key::usual_attributes;
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Category, Policy, Subject};
use payhsm_protocol::command::ha_generate_tak::GenerateTak;
use payhsm_protocol::command::shared::KeyUnderBoth;
use payhsm_protocol::field::{KeyField, KeyType};

/// ISO/IEC 9797-1 algorithm 3.
const USAGE: [u8; 2] = *b"M3";

/// The same under a variant LMK.
const KEY_TYPE: KeyType = KeyType(*b"003");

impl Handle for GenerateTak {
    const POLICY: Policy = Policy::EVERYWHERE.with(Category::Generate);

    fn subject(&self) -> Option<Subject> {
        Some(match &self.tmk {
            KeyField::Block(_) | KeyField::Stored(_) => Subject::usage(USAGE),
            KeyField::Cryptogram(_) => Subject::key_type(KEY_TYPE),
        })
    }

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<KeyUnderBoth> {
        // Both ways.
        let attributes = usual_attributes(USAGE, b'C');
        context.for_terminal(&request.tmk, request.schemes, &attributes, KEY_TYPE)
    }
}
