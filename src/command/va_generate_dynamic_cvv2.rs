//! VA: make the next dynamic CVV2 of a card.

use super::dynamic::{Codes, row_of, told};
use super::{Context, Handle, Outcome};
use crate::authorization::{self, Authorized};
use crate::cards::{Code, Step};
use payhsm_issuing::dcvv2::{Dcvv2Row, Generated, Policy};
use payhsm_keys::{CardCode, Purpose};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::va_generate_dynamic_cvv2::{
    GenerateDynamicCvv2, GeneratedDynamicCvv2,
};

impl Handle for GenerateDynamicCvv2 {
    const POLICY: authorization::Policy = authorization::Policy::ISSUER;

    fn handle(
        request: &Authorized<Self>,
        context: &mut Context<'_>,
    ) -> Outcome<GeneratedDynamicCvv2> {
        let card = &request.card;
        let policy = context.dynamic_policy(card)?;
        let with = (request.expiry, request.sequence);
        let codes = context.codes(&request.dcvk, Purpose::Generate, card, with)?;
        codes.must_be(policy.method)?;
        let destination = context.destination_of(request.zone.as_ref())?;
        let given = request.static_cvv2.as_ref();
        let given = given.map(|given| context.static_cvv2(given, card, policy.digits));
        let static_code = given.transpose()?.map(|(code, _)| code);
        context.watch(&codes.check_value()?)?;

        let rows = context.rows()?;
        let id = row_of(&rows, card)?;
        let now = context.cards.now();
        let (generated, mode, code) = rows.change(id, context.random, |row| {
            let row = row.get_or_insert_default();
            match next(row, &policy, now, &codes, static_code.as_ref()) {
                Ok((generated, code)) => Step::Write(Ok((generated, row.mode(), code))),
                Err(refused) => Step::Leave(Err(refused)),
            }
        })??;
        let Generated { issued_at, expires_at, .. } = generated;
        let seconds = u32::try_from(expires_at.saturating_sub(issued_at));
        Ok(GeneratedDynamicCvv2 {
            mode: told(mode),
            issued_at,
            expires_at,
            seconds: seconds.map_err(|_| ErrorCode::Internal)?,
            value: destination.put(&code, card.pan()?, context.random)?,
        }
        .into())
    }
}

/// The next number whose code is neither the last one nor the static CVV2.
fn next(
    row: &mut Dcvv2Row,
    policy: &Policy,
    now: u64,
    codes: &Codes<'_>,
    static_code: Option<&CardCode>,
) -> Result<(Generated, CardCode), ErrorCode> {
    let last = row.previous(policy).filter(|last| last.method == policy.method);
    let last = last.map(|last| codes.code(last)).transpose()?;
    let taken =
        |code: &CardCode| last.iter().chain(static_code).any(|other| code.is(other.digits()));
    let mut failed = None;
    let generated = row.generate(policy, now, |number| match codes.code_of(number, policy) {
        Ok(code) => !taken(&code),
        Err(refused) => {
            failed = Some(refused);
            true
        }
    });
    match failed {
        Some(refused) => Err(refused),
        None => {
            let generated = generated.map_err(Code::code)?;
            Ok((generated, codes.code(generated.code)?))
        }
    }
}
