//! TI: decrypt a card number under a zone's ZEK.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Category, Policy, Subject};
use payhsm_keys::Purpose;
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::ti_decrypt_card_number::{DecryptCardNumber, DecryptedCardNumber};

impl Handle for DecryptCardNumber {
    const POLICY: Policy = Policy::ISSUER.with(Category::Command);

    fn subject(&self) -> Option<Subject> {
        Some(Subject::command(*b"TI"))
    }

    fn handle(
        request: &Authorized<Self>,
        context: &mut Context<'_>,
    ) -> Outcome<DecryptedCardNumber> {
        let zek = context.shelf.zek(&request.card.zone, Purpose::Decrypt)?;
        let watch = context.watch(&zek.check_value().map_err(|_| ErrorCode::Internal)?)?;
        match context.shelf.read_pan(&zek, &request.card) {
            Ok(pan) => {
                context.note_pan(&pan);
                Ok(DecryptedCardNumber { pan }.into())
            }
            Err(ErrorCode::DecryptionFailed) => {
                context.failed(&watch)?;
                Err(ErrorCode::DecryptionFailed)
            }
            Err(code) => Err(code),
        }
    }
}
