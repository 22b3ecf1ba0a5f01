//! VC: verify a dynamic CVV2 and use it up, in one change of the card's row.

use super::dynamic::{Codes, row_of};
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use crate::cards::{Code, Rows, Step, Watch};
use payhsm_issuing::dcvv2::{Dcvv2Refused, Dcvv2Row, Digits, Merchant, Mode};
use payhsm_keys::Purpose;
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::vc_verify_dynamic_cvv2::{VerifiedDynamicCvv2, VerifyDynamicCvv2};
use payhsm_protocol::field::{Cvv2Kind, SecurityDigits};

impl Handle for VerifyDynamicCvv2 {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(
        request: &Authorized<Self>,
        context: &mut Context<'_>,
    ) -> Outcome<VerifiedDynamicCvv2> {
        let card = &request.card;
        let policy = context.dynamic_policy(card)?;
        let with = (request.expiry, request.sequence);
        let codes = context.codes(&request.dcvk, Purpose::Verify, card, with)?;
        let presented = context.digits_of(&request.value, card.pan()?, policy.digits)?;
        let merchant = request.merchant.as_ref().map(|merchant| Merchant::new(&merchant.0));
        let merchant = merchant.transpose().map_err(|_| ErrorCode::InvalidInput)?;
        let watch = context.watch(&codes.check_value()?)?;
        let rows = context.rows()?;
        let known = compare(request, &presented, policy.digits, &rows, context)?;

        let attempt = Attempt {
            now: context.cards.now(),
            codes: &codes,
            presented: &presented,
            merchant: merchant.as_ref(),
            is_static: known.right,
        };
        let id = row_of(&rows, card)?;
        let (verdict, told) = rows.change(id, context.random, |row: &mut Option<Dcvv2Row>| {
            attempt.on(row.get_or_insert_default())
        })?;
        match verdict {
            Ok(kind) => Ok(VerifiedDynamicCvv2 { kind }.into()),
            Err(refused) => {
                if matches!(refused, ErrorCode::CvvMismatch | ErrorCode::StaticInactive) {
                    context.failed(&watch)?;
                }
                // Whoever is not told that it was the static one knows of a value that it is not.
                if told {
                    context.failed(&known.watch)?;
                }
                Err(if known.too_many { ErrorCode::RateExceeded } else { refused })
            }
        }
    }
}

/// What is known of the static CVV2.
#[derive(Default)]
struct Known {
    /// Whether the value is that one; not if it must not be asked any more.
    right: bool,
    /// There were too many wrong ones.
    too_many: bool,
    /// Where a wrong one is counted.
    watch: Watch,
}

/// Compares with the static CVV2, if the request says how it is computed.
fn compare(
    request: &VerifyDynamicCvv2,
    presented: &SecurityDigits,
    digits: Digits,
    rows: &Rows<'_>,
    context: &mut Context<'_>,
) -> Result<Known, ErrorCode> {
    let Some(given) = &request.static_cvv2 else { return Ok(Known::default()) };
    let (code, key) = context.static_cvv2(given, &request.card, digits)?;
    let watch = Watch::of_card(rows, &key, request.card.pan()?)?;
    match watch.begin(rows, context.random, context.cards.now()) {
        Ok(()) => Ok(Known { right: code.is(&presented.0), too_many: false, watch }),
        Err(ErrorCode::RateExceeded) => Ok(Known { too_many: true, ..Known::default() }),
        Err(refused) => Err(refused),
    }
}

/// A try, as it meets the row.
struct Attempt<'r> {
    now: u64,
    codes: &'r Codes<'r>,
    presented: &'r SecurityDigits,
    merchant: Option<&'r Merchant>,
    is_static: bool,
}

impl Attempt<'_> {
    /// The verdict, and whether it tells something of the static CVV2.
    fn on(&self, row: &mut Dcvv2Row) -> Step<(Result<Cvv2Kind, ErrorCode>, bool)> {
        let (told, inactive) = match row.mode() {
            Mode::Static => (false, false),
            Mode::Dynamic => (true, self.is_static),
            // The static one is good: it costs the dynamic one nothing.
            Mode::DynamicWithFallback if self.is_static => {
                return Step::Leave((Ok(Cvv2Kind::Static), true));
            }
            Mode::DynamicWithFallback => (true, false),
        };
        let code_of = |refused: Dcvv2Refused| {
            if inactive { ErrorCode::StaticInactive } else { refused.code() }
        };
        let attempt = match row.verify_begin(self.now, self.merchant) {
            Ok(attempt) => attempt,
            Err(refused) => return Step::Leave((Err(code_of(refused)), told)),
        };
        match self.codes.code(attempt.expected()) {
            Ok(code) => {
                let ended = row.verify_end(attempt, code.is(&self.presented.0));
                Step::Write((ended.map(|()| Cvv2Kind::Dynamic).map_err(code_of), told))
            }
            Err(wrong_key) => Step::Leave((Err(wrong_key), false)),
        }
    }
}
