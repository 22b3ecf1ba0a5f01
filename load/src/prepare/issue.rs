//! Card numbers, values of cards, and whole cards: in domain 998 and for zone OV1, as a quickstart has them.

use super::{Kit, PrepareError};
use crate::template::Request;
use payhsm_protocol::command::xa_reserve_card_numbers::ReserveCardNumbers;
use payhsm_protocol::command::xc_next_card_numbers::NextCardNumbers;
use payhsm_protocol::command::xe_export_card_values::ExportCardValues;
use payhsm_protocol::command::xg_issue_card::IssueCard;
use payhsm_protocol::command::xi_verify_card_value::VerifyCardValue;
use payhsm_protocol::field::{
    Card, CardForms, CardRange, CardSource, DomainNumber, Expiry, KeyField, MostCards, NewPin, Pan,
    PinSource, Place, Pvki, Quantity, ReferenceTerms, SecurityValue, ServiceCode, ValueDigits,
    ValueKind, WantedValue, WantedValues, ZoneName,
};
use payhsm_protocol::host::Writer;

/// A card number of a published test card.
const PAN: &[u8; 16] = b"4111111111111111";
const DOMAIN: u16 = 998;
const ZONE: &str = "OV1";
const EXPIRY: Expiry = Expiry(*b"2912");
const SERVICE_CODE: ServiceCode = ServiceCode(*b"201");
/// CVV, CVV2 and iCVV, each with the digit that asks for it.
const KINDS: [(ValueKind, &[u8]); 3] =
    [(ValueKind::Cvv, b"1"), (ValueKind::Cvv2, b"2"), (ValueKind::Icvv, b"3")];
const DIGITS: ValueDigits = ValueDigits(3);

fn card() -> Card {
    Card(Pan(PAN.to_vec()).into())
}

fn forms() -> CardForms {
    CardForms::Token(DomainNumber(DOMAIN))
}

fn write_forms(host: &mut Writer<'_>) {
    host.raw(b"T");
    host.decimal(usize::from(DOMAIN), 3);
}

fn write_range(host: &mut Writer<'_>) {
    host.raw(b"411111;16");
}

fn range() -> CardRange {
    CardRange { bin: b"411111".to_vec(), length: 16 }
}

async fn reserve(kit: &Kit) -> Result<ReserveCardNumbers, PrepareError> {
    let issue_key = kit.aes_key(*b"93").await?;
    Ok(ReserveCardNumbers { issue_key, range: range(), quantity: Quantity(10) })
}

fn values(cvk: &KeyField) -> WantedValues {
    let value = |(kind, _)| WantedValue { kind, digits: DIGITS, swapped: false, cvk: cvk.clone() };
    WantedValues(KINDS.into_iter().map(value).collect())
}

fn write_values(host: &mut Writer<'_>, cvk: &KeyField) {
    host.decimal(KINDS.len(), 1);
    for (_, digit) in KINDS {
        host.raw(digit);
        host.raw(b"30");
        host.key(cvk);
    }
}

fn write_card(host: &mut Writer<'_>) {
    host.raw(PAN);
    host.raw(b";");
    host.raw(&EXPIRY.0);
    host.raw(&SERVICE_CODE.0);
}

pub(super) async fn xa(kit: &Kit) -> Result<Request, PrepareError> {
    let request = reserve(kit).await?;
    kit.finish(&request, |host| {
        host.key(&request.issue_key);
        write_range(host);
        host.raw(b"00010");
    })
    .await
}

pub(super) async fn xc(kit: &Kit) -> Result<Request, PrepareError> {
    let reserve = reserve(kit).await?;
    let batch = kit.call(&reserve).await?.batch;
    let ReserveCardNumbers { issue_key, .. } = reserve;
    let (place, most) = (Place::From(0), MostCards(1));
    let request = NextCardNumbers { batch, issue_key, place, most, forms: forms() };
    kit.finish(&request, |host| {
        host.hex(&request.batch.0);
        host.key(&request.issue_key);
        host.raw(b"00000001");
        write_forms(host);
    })
    .await
}

async fn export(kit: &Kit) -> Result<(KeyField, ExportCardValues), PrepareError> {
    let cvk = kit.key(*b"C0").await?;
    let request = ExportCardValues {
        zone: ZoneName(ZONE.to_owned()),
        card: card(),
        expiry: EXPIRY,
        service_code: SERVICE_CODE,
        values: values(&cvk),
        pin: None,
    };
    Ok((cvk, request))
}

pub(super) async fn xe(kit: &Kit) -> Result<Request, PrepareError> {
    let (cvk, request) = export(kit).await?;
    kit.finish(&request, |host| {
        host.raw(ZONE.as_bytes());
        host.raw(b";");
        write_card(host);
        write_values(host, &cvk);
    })
    .await
}

pub(super) async fn xg(kit: &Kit) -> Result<Request, PrepareError> {
    let issue_key = kit.aes_key(*b"93").await?;
    let (cvk, pvk) = (kit.key(*b"C0").await?, kit.key(*b"V2").await?);
    let terms = ReferenceTerms::Pvv(Pvki(1));
    let pin = NewPin { source: PinSource::Random, pvk: pvk.clone(), terms, block: true };
    let request = IssueCard {
        source: CardSource::New { issue_key: issue_key.clone(), range: range() },
        forms: forms(),
        expiry: EXPIRY,
        service_code: SERVICE_CODE,
        zone: Some(ZoneName(ZONE.to_owned())),
        values: values(&cvk),
        pin: Some(pin),
        tracks: None,
    };
    kit.finish(&request, |host| {
        host.raw(b"N");
        host.key(&issue_key);
        write_range(host);
        write_forms(host);
        host.raw(&EXPIRY.0);
        host.raw(&SERVICE_CODE.0);
        host.raw(ZONE.as_bytes());
        host.raw(b";");
        write_values(host, &cvk);
        host.raw(b"R");
        host.key(&pvk);
        host.raw(b"V11");
    })
    .await
}

pub(super) async fn xi(kit: &Kit) -> Result<Request, PrepareError> {
    let (cvk, export) = export(kit).await?;
    let exported = kit.call(&export).await?.values.into_iter().next();
    let unwritable = PrepareError::Unwritable(payhsm_protocol::Opcode::XI.code());
    let value = SecurityValue::Encrypted(exported.ok_or(unwritable)?);
    let request = VerifyCardValue {
        cvk,
        digits: DIGITS,
        value,
        card: card(),
        expiry: EXPIRY,
        service_code: SERVICE_CODE,
    };
    kit.finish(&request, |host| {
        host.key(&request.cvk);
        host.raw(b"3");
        host.security_value(&request.value);
        write_card(host);
    })
    .await
}
