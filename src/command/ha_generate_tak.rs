//! HA: generate a TAK for a terminal.

use super::key::usual_attributes;
use super::{Context, Handle, Outcome};
use crate::authorization::{Activity, Authorized, Policy};
use payhsm_protocol::command::ha_generate_tak::GenerateTak;
use payhsm_protocol::command::shared::KeyUnderBoth;
use payhsm_protocol::field::KeyType;

impl Handle for GenerateTak {
    const POLICY: Policy = Policy::EVERYWHERE.with(Activity::Generate);

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<KeyUnderBoth> {
        // ISO/IEC 9797-1 algorithm 3, both ways.
        let attributes = usual_attributes(*b"M3", b'C');
        context.for_terminal(&request.tmk, request.schemes, &attributes, KeyType(*b"003"))
    }
}
