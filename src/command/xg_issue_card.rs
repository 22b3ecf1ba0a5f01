//! XG: issue a card in one step.

use super::card_forms::Giver;
use super::card_numbers::{Drawer, range, range_of};
use super::card_value::value;
use super::pin_life::row_of;
use super::pin_method::{PinMethod, index_and_length, shown};
use super::tracks::{FIRST, SECOND, Stripe};
use super::{Context, Handle, Outcome, dynamic};
use crate::authorization::{Authorized, Policy};
use crate::cards::Step;
use payhsm_issuing::dcvv2::Dcvv2Row;
use payhsm_issuing::pin::{PinReference, PinRow};
use payhsm_keys::usage::{Cvk, Etk, Zpk};
use payhsm_keys::{ExportChaining, IbmMethod, Key, OperationRefused, Pin, Purpose};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::xg_issue_card::{IssueCard, IssuedCard, IssuedPin, IssuedTracks};
use payhsm_protocol::field::{
    BatchId, Bytes, Card, CardNumber, CardSource, Expiry, MaskedPan, NewPin, Offset, PinSource,
    Quantity, TrackChaining, WantedTracks, ZoneName,
};
use std::num::NonZeroU32;

impl Handle for IssueCard {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<IssuedCard> {
        // Whatever can be refused is, before a card number is drawn.
        check_month(request.expiry)?;
        let giver = context.giver(&request.forms)?;
        let values = context.values(&request.values)?;
        let zone = || request.zone.as_ref().ok_or(ErrorCode::InvalidInput);
        let exporter = if values.is_empty() {
            None
        } else {
            Some(context.exporter(zone()?, Purpose::Encrypt)?)
        };
        let pin = request.pin.as_ref().map(|pin| OpenPin::new(pin, zone, context)).transpose()?;
        let tracks = request.tracks.as_ref().map(|wanted| OpenTracks::new(wanted, context));
        let tracks = tracks.transpose()?;
        let key = match (values.check_value()?, &pin, &tracks) {
            (Some(key), ..) => Some(key),
            (None, Some(pin), _) => Some(pin.method.check_value()?),
            (None, None, Some(tracks)) => {
                Some(tracks.cvk.check_value().map_err(|_| ErrorCode::Internal)?)
            }
            (None, None, None) => None,
        };
        if let Some(key) = key {
            context.watch(&key)?;
        }

        let (card, batch) = card(&request.source, &giver, context)?;
        let (pan, account) = (card.pan()?, card.account()?);
        context.note_pan(pan);
        let issued = pin.as_ref().map(|pin| pin.make(&card, context)).transpose()?;
        let reference = match (&issued, &request.source) {
            (Some((_, reference)), _) => Some(reference.clone()),
            (None, CardSource::Given(_)) if tracks.is_some() => kept_reference(&card, context)?,
            (None, CardSource::New { .. } | CardSource::Batch { .. } | CardSource::Given(_)) => {
                None
            }
        };
        let tracks = tracks.map(|tracks| tracks.write(request, &card, reference.as_ref(), context));
        let tracks = tracks.transpose()?;
        let values = exporter.map_or_else(
            || Ok(Vec::new()),
            |exporter| values.export(&exporter, pan, request.expiry, request.service_code, context),
        )?;
        let block = match (&pin, &issued) {
            (Some(OpenPin { zpk: Some(zpk), .. }), Some((pin, _))) => {
                Some(context.pin_for(zpk, pin, &account)?)
            }
            (_, Some(_)) | (_, None) => None,
        };
        let (masked, forms) = (MaskedPan::of(&card)?, giver.give(pan, context)?);
        // The last thing of all: from here on nothing is refused any more, and the card has another PIN.
        let pin = issued.map(|(_, reference)| (shown(&reference), reference));
        let pin = match pin {
            Some((shown, reference)) => {
                context.assign(&context.rows()?, &card, &reference)?;
                Some(IssuedPin { reference: shown?, block })
            }
            None => None,
        };
        if let CardSource::Given(_) = &request.source {
            withdraw_code(&card, context)?;
        }
        Ok(IssuedCard { masked, card: forms, batch, values, pin, tracks }.into())
    }
}

/// 15 for a month that there is not.
fn check_month(Expiry([_, _, tens, ones]): Expiry) -> Result<(), ErrorCode> {
    match [tens, ones] {
        [b'0', b'1'..=b'9'] | [b'1', b'0'..=b'2'] => Ok(()),
        [_, _] => Err(ErrorCode::InvalidInput),
    }
}

/// The card: drawn, or the one that was given.
fn card(
    source: &CardSource,
    giver: &Giver<'_>,
    context: &mut Context<'_>,
) -> Result<(Card, Option<BatchId>), ErrorCode> {
    let drawn = |drawer: &Drawer, range, counter| {
        Ok(Card(CardNumber::Clear(drawer.card_number(range, counter)?)))
    };
    match source {
        CardSource::New { issue_key, range: field } => {
            let range = range(field)?;
            giver.check_length(range.length())?;
            let drawer = context.drawer(issue_key)?;
            let reserved = context.reserve(&drawer, field, Quantity(1), true)?;
            Ok((drawn(&drawer, &range, reserved.first)?, Some(reserved.batch)))
        }
        CardSource::Batch { issue_key, batch } => {
            let drawer = context.drawer(issue_key)?;
            let (range, counter) = context.in_batch(&drawer, *batch, |row| {
                let next = range_of(row).and_then(|range| {
                    giver.check_length(range.length())?;
                    let counter = row.next(NonZeroU32::MIN).counters().next();
                    Ok((range, counter.ok_or(ErrorCode::RangeExhausted)?))
                });
                if next.is_ok() { Step::Write(next) } else { Step::Leave(next) }
            })?;
            Ok((drawn(&drawer, &range, counter)?, None))
        }
        CardSource::Given(card) => {
            giver.check_length(card.pan()?.0.len())?;
            Ok((card.clone(), None))
        }
    }
}

/// A PIN that is to be made, with its keys.
struct OpenPin<'r> {
    wanted: &'r NewPin,
    method: PinMethod<'r>,
    zpk: Option<Key<Zpk>>,
}

impl<'r> OpenPin<'r> {
    fn new(
        wanted: &'r NewPin,
        zone: impl FnOnce() -> Result<&'r ZoneName, ErrorCode>,
        context: &Context<'_>,
    ) -> Result<Self, ErrorCode> {
        // It will be kept.
        context.rows()?;
        let method = context.method_for(&wanted.terms, &wanted.pvk)?;
        let zpk = wanted.block.then(|| context.zpk_of(zone()?)).transpose()?;
        Ok(Self { wanted, method, zpk })
    }

    /// The PIN, and its reference; neither is kept yet.
    fn make(
        &self,
        card: &Card,
        context: &mut Context<'_>,
    ) -> Result<(Pin, PinReference), ErrorCode> {
        let account = card.account()?;
        let (pvki, covered) = index_and_length(&self.wanted.terms);
        let pin = match (self.wanted.source, &self.method) {
            (PinSource::Random, _) => context.random_pin(covered, context.product(card)?)?,
            (PinSource::Derived, PinMethod::Offset { pvk, table, validation }) => {
                let (account, check_length) = (&account, covered);
                let zeros = vec![b'0'; usize::from(covered.0)];
                let zeros = Offset::from_digits(&zeros).ok_or(ErrorCode::Internal)?;
                let method = IbmMethod { table, validation, account, check_length };
                pvk.derive_pin(&zeros, &method).map_err(OperationRefused::code)?
            }
            (PinSource::Derived, PinMethod::Pvv(_)) => return Err(ErrorCode::InvalidInput),
        };
        let reference = self.method.reference(&pin, &account, pvki, covered)?;
        Ok((pin, reference))
    }
}

/// What the PIN is verified against that the card has already.
fn kept_reference(card: &Card, context: &Context<'_>) -> Result<Option<PinReference>, ErrorCode> {
    if !context.cards.remembers() {
        return Ok(None);
    }
    let rows = context.rows()?;
    let row: Option<PinRow> = rows.look(row_of(&rows, card)?)?;
    Ok(row.and_then(|row| row.reference().cloned()))
}

/// A card that is issued again has no dynamic CVV2 from before.
fn withdraw_code(card: &Card, context: &mut Context<'_>) -> Result<(), ErrorCode> {
    if !context.cards.remembers() {
        return Ok(());
    }
    let rows = context.rows()?;
    rows.change(dynamic::row_of(&rows, card)?, context.random, |row: &mut Option<Dcvv2Row>| {
        match row {
            Some(row) => {
                row.withdraw();
                Step::Write(())
            }
            None => Step::Leave(()),
        }
    })
}

/// The keys of tracks.
struct OpenTracks<'r> {
    wanted: &'r WantedTracks,
    etk: Key<Etk>,
    cvk: Key<Cvk>,
}

impl<'r> OpenTracks<'r> {
    fn new(wanted: &'r WantedTracks, context: &Context<'_>) -> Result<Self, ErrorCode> {
        let etk = context.destination(&wanted.etk, Purpose::Encrypt)?;
        let cvk = context.source(&wanted.cvk, Purpose::Generate)?;
        Ok(Self { wanted, etk, cvk })
    }

    fn write(
        &self,
        request: &IssueCard,
        card: &Card,
        reference: Option<&PinReference>,
        context: &mut Context<'_>,
    ) -> Result<IssuedTracks, ErrorCode> {
        let (pan, expiry, service_code) = (card.pan()?, request.expiry, request.service_code);
        let cvv = value(&self.cvk, pan, expiry, service_code, 3)?;
        let (name, cvv) = (&self.wanted.name, cvv.digits());
        let stripe = Stripe { pan, expiry, service_code, name, reference, cvv };
        let chaining = match self.wanted.chaining {
            TrackChaining::Ecb => ExportChaining::Ecb,
            TrackChaining::CbcZeroIv => ExportChaining::CbcZeroIv,
            TrackChaining::CbcRandomIv => ExportChaining::CbcRandomIv,
        };
        let mut encrypt = |track: &[u8], length| {
            self.etk.encrypt_track(chaining, track, length, &mut *context.random).map(Bytes)
        };
        let (first, second) = (stripe.first(), stripe.second()?);
        let [short, long] = SECOND;
        // 40 bytes are no whole blocks of AES.
        let second = match encrypt(&second, short) {
            Err(OperationRefused::DataLength) => encrypt(&second, long),
            other => other,
        };
        let first = encrypt(&first, FIRST).map_err(OperationRefused::code)?;
        Ok(IssuedTracks { first, second: second.map_err(OperationRefused::code)? })
    }
}
