//! XI: verify a value of a card that may be encrypted for a zone.

use super::card_value::{name_of, value};
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use crate::cards::{Code as _, Step};
use payhsm_issuing::limit::{LimitRow, Limits, Rates};
use payhsm_keys::Purpose;
use payhsm_keys::usage::Cvk;
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::Done;
use payhsm_protocol::command::xi_verify_card_value::VerifyCardValue;
use payhsm_protocol::field::{CheckValue, EncryptedValue, Pan, SecurityValue};

/// Wrong values of one card under one key in any day: one in two hundred of them is found by whoever has no more tries.
const OF_A_CARD: Limits = Limits {
    calls: Rates { minute: None, hour: None, day: None },
    failures: Rates { minute: None, hour: None, day: Some(5) },
    failures_in_all: None,
};

impl Handle for VerifyCardValue {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<Done> {
        let cvk = context.source::<Cvk>(&request.cvk, Purpose::Verify)?;
        let key = cvk.check_value().map_err(|_| ErrorCode::Internal)?;
        let (pan, code) = (request.card.pan()?, request.service_code);
        let digits = usize::from(request.digits.0);
        let said = match &request.value {
            SecurityValue::Clear(said) if said.0.len() == digits => Ok(said.clone()),
            SecurityValue::Clear(_) => return Err(ErrorCode::InvalidInput),
            SecurityValue::Encrypted(EncryptedValue { zone, value }) => {
                let exporter = context.exporter(zone, Purpose::Decrypt)?;
                match exporter.read(name_of(code), value, pan, digits) {
                    Err(other) if other != ErrorCode::DecryptionFailed => return Err(other),
                    read => read,
                }
            }
        };
        context.refuse_static(pan, code)?;
        let watch = context.watch(&key)?;
        // No row is held while this is computed; and nothing is told of it before it was counted.
        let expected = value(&cvk, pan, request.expiry, code, request.digits.0)?;
        let verdict =
            said.and_then(
                |said| {
                    if expected.is(&said.0) { Ok(()) } else { Err(ErrorCode::CvvMismatch) }
                },
            );
        context.count_value(&key, pan, verdict.is_ok())?;
        if verdict.is_err() {
            context.failed(&watch)?;
        }
        verdict.map(|()| Done::Done.into())
    }
}

impl Context<'_> {
    /// Counts a value of a card that is wrong, if there may be one more; also a right one is no longer told of otherwise.
    fn count_value(&mut self, key: &CheckValue, pan: &Pan, right: bool) -> Result<(), ErrorCode> {
        let (rows, now) = (self.rows()?, self.cards.now());
        let id = rows.id::<LimitRow>(&[b"card", &key.0, &pan.0])?;
        rows.change(id, self.random, |row| {
            let row = row.get_or_insert_default();
            if let Err(refused) = row.take(now, &OF_A_CARD) {
                return Step::Leave(Err(refused.code()));
            }
            if right {
                return Step::Leave(Ok(()));
            }
            row.fail(now);
            Step::Write(Ok(()))
        })?
    }
}
