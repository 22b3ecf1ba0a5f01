//! XE: values of a card, made and encrypted for a zone.

use super::pin_life::row_of;
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_issuing::pin::{PinReference, PinRow};
use payhsm_keys::usage::PvkIbm;
use payhsm_keys::{IbmMethod, Key, OpenTable, OperationRefused, Pin, Purpose};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::xe_export_card_values::{ExportCardValues, ExportedCardValues};
use payhsm_protocol::field::{Account, Card, CheckLength, Offset, OffsetSource, WantedPin};

impl Handle for ExportCardValues {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(
        request: &Authorized<Self>,
        context: &mut Context<'_>,
    ) -> Outcome<ExportedCardValues> {
        let values = context.values(&request.values)?;
        let pin = request.pin.as_ref().map(|wanted| open_pin(wanted, context)).transpose()?;
        let of_values = values.check_value()?;
        let of_pin = || pin.as_ref().map(|(pvk, _)| pvk.check_value()).transpose();
        let key = of_values.map_or_else(of_pin, |value| Ok(Some(value)));
        // Neither: nothing is asked for.
        let key = key.map_err(|_| ErrorCode::Internal)?.ok_or(ErrorCode::InvalidInput)?;
        let exporter = if values.is_empty() {
            None
        } else {
            Some(context.exporter(&request.zone, Purpose::Encrypt)?)
        };
        let zpk = pin.as_ref().map(|_| context.zpk_of(&request.zone)).transpose()?;
        // Whoever asks for the values of one card after the other is stopped, as if each had failed.
        context.watch(&key)?;

        let (pan, account) = (request.card.pan()?, request.card.account()?);
        let pin = match (&request.pin, pin) {
            (Some(wanted), Some((pvk, table))) => {
                let pin = derive(wanted, &pvk, &table, &request.card, &account, context)?;
                Some(pin)
            }
            (_, None) | (None, Some(_)) => None,
        };
        let pin = pin.zip(zpk).map(|(pin, zpk)| context.pin_for(&zpk, &pin, &account));
        let values = exporter.map_or_else(
            || Ok(Vec::new()),
            |exporter| values.export(&exporter, pan, request.expiry, request.service_code, context),
        );
        Ok(ExportedCardValues { values: values?, pin: pin.transpose()? }.into())
    }
}

fn open_pin(
    wanted: &WantedPin,
    context: &Context<'_>,
) -> Result<(Key<PvkIbm>, OpenTable), ErrorCode> {
    let pvk = context.source::<PvkIbm>(&wanted.pvk, Purpose::Generate)?;
    let table = context.open_table(&wanted.terms.table, &wanted.pvk)?;
    Ok((pvk, table))
}

/// The PIN of an offset: the given one, or that which the card has here.
fn derive(
    wanted: &WantedPin,
    pvk: &Key<PvkIbm>,
    table: &OpenTable,
    card: &Card,
    account: &Account,
    context: &Context<'_>,
) -> Result<Pin, ErrorCode> {
    let (check_length, offset) = match &wanted.offset {
        OffsetSource::Given { check_length, offset } => (*check_length, offset.clone()),
        OffsetSource::OfCard => {
            let rows = context.rows()?;
            let row: Option<PinRow> = rows.look(row_of(&rows, card)?)?;
            match row.as_ref().and_then(PinRow::reference) {
                Some(PinReference::Ibm { offset, check_length, .. }) => {
                    let offset = Offset::from_digits(offset).ok_or(ErrorCode::Internal)?;
                    (CheckLength(*check_length), offset)
                }
                // Of a PVV no PIN can be had.
                Some(PinReference::Pvv { .. }) | None => return Err(ErrorCode::NoPinReference),
            }
        }
    };
    let validation = &wanted.terms.validation_data;
    let method = IbmMethod { table, validation, account, check_length };
    pvk.derive_pin(&offset, &method).map_err(OperationRefused::code)
}
