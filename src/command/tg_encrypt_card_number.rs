//! TG: put a card number under a zone's ZEK.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_protocol::command::tg_encrypt_card_number::{EncryptCardNumber, EncryptedCardNumber};
use payhsm_protocol::field::MaskedPan;

impl Handle for EncryptCardNumber {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(
        request: &Authorized<Self>,
        context: &mut Context<'_>,
    ) -> Outcome<EncryptedCardNumber> {
        let card = request.card.card();
        let masked = MaskedPan::of(card)?;
        Ok(EncryptedCardNumber { card: context.encrypt_pan(card.pan()?, &request.form)?, masked }
            .into())
    }
}
