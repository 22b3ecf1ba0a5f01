//! Part four: the life of one card, which the API tier knows by a token. Values go to a partner, who reads them outside the
//! appliance; the appliance remembers what was used, tried and changed.

mod pin;

use super::hex;
use super::partner::Partner;
use super::report::Report;
use crate::cli::Failure;
use crate::quickstart::keys::ZONE;
use payhsm_client::Client;
use payhsm_protocol::command::a8_export_key::ExportKey;
use payhsm_protocol::command::ta_make_token::MakeToken;
use payhsm_protocol::command::tc_give_card_number::GiveCardNumber;
use payhsm_protocol::command::va_generate_dynamic_cvv2::GenerateDynamicCvv2;
use payhsm_protocol::command::vc_verify_dynamic_cvv2::VerifyDynamicCvv2;
use payhsm_protocol::command::xg_issue_card::{IssueCard, IssuedPin};
use payhsm_protocol::command::xi_verify_card_value::VerifyCardValue;
use payhsm_protocol::field::{
    Card, CardForms, CardItself, CardNumber, CardRange, CardSequence, CardSource, DomainNumber,
    EncryptedValue, Expiry, ExportForm, ExportHeader, KeyField, KeyScheme, KeyType, NewPin,
    NumberForm, PanToken, PinBlock, PinReference, PinSource, Pvki, ReferenceTerms, SecurityDigits,
    SecurityValue, ServiceCode, StoredKey, TokenTerms, ValueDigits, ValueKind, WantedValue,
    WantedValues, WrappingKey, ZoneForm, ZoneKey, ZoneName, ZoneRole,
};
use std::io::Write;

const EXPIRY: Expiry = Expiry(*b"2912");

/// Domains of the quickstart's configuration.
const TOKENS: u16 = 998;
const VAULT: u16 = 1;

/// A card as it was issued.
struct Issued {
    card: CardNumber,
    masked: String,
    cvv2: EncryptedValue,
    pin_block: PinBlock,
    reference: PinReference,
}

pub(super) async fn show<W: Write>(
    client: &Client,
    report: &mut Report<'_, W>,
) -> Result<(), Failure> {
    let issued = issue(client, report).await?;
    let partner = partner(client, report).await?;
    let pan = card_number(client, report, &partner, &issued).await?;
    vault(client, report, &issued).await?;
    let cvv2 = partner.digits(&issued.cvv2)?;
    let answer = client.call(&static_cvv2(&issued, clear(&cvv2))).await;
    report.code("XI  the CVV2 as the partner read it", answer, "00", "the value is right")?;
    dynamic(client, report, &partner, &issued).await?;
    pin::show(client, report, &partner, &issued, &pan).await
}

/// A stored key by its label.
fn label(label: &str) -> KeyField {
    KeyField::Stored(StoredKey::Label(label.to_owned()))
}

fn of_zone(role: ZoneRole) -> KeyField {
    KeyField::Stored(StoredKey::Zone(ZoneKey { zone: ZONE.to_owned(), role }))
}

fn zone() -> ZoneName {
    ZoneName(ZONE.to_owned())
}

fn clear(digits: &str) -> SecurityValue {
    SecurityValue::Clear(SecurityDigits(digits.as_bytes().to_vec()))
}

async fn issue<W: Write>(client: &Client, report: &mut Report<'_, W>) -> Result<Issued, Failure> {
    let value =
        |kind| WantedValue { kind, digits: ValueDigits(3), swapped: false, cvk: label("cvk") };
    let request = IssueCard {
        source: CardSource::New {
            issue_key: label("pan-issue"),
            range: CardRange { bin: b"411111".to_vec(), length: 16 },
        },
        forms: CardForms::Token(DomainNumber(TOKENS)),
        expiry: EXPIRY,
        service_code: ServiceCode(*b"201"),
        zone: Some(zone()),
        values: WantedValues([ValueKind::Cvv, ValueKind::Cvv2, ValueKind::Icvv].map(value).into()),
        pin: Some(NewPin {
            source: PinSource::Random,
            pvk: label("pvk"),
            terms: ReferenceTerms::Pvv(Pvki(1)),
            block: true,
        }),
        tracks: None,
    };
    let made = client.call(&request).await?.reply;
    let card = made.card.into_iter().next().ok_or("XG gave no token")?;
    let CardNumber::Token(PanToken { token, .. }) = &card else {
        return Err("XG gave no token".into());
    };
    let lettered = token.chars().any(|letter| letter.is_ascii_uppercase());
    report.holds(
        "XG  a new card: number, PIN, CVV, CVV2, iCVV",
        token,
        lettered,
        "a token is no number",
    )?;
    let mut values = made.values.into_iter();
    let (Some(_), Some(cvv2), Some(_), None) =
        (values.next(), values.next(), values.next(), values.next())
    else {
        return Err("XG gave other than three values".into());
    };
    let IssuedPin { reference, block } = made.pin.ok_or("XG gave no PIN")?;
    let pin_block = block.ok_or("XG gave no PIN block")?.block;
    Ok(Issued { card, masked: made.masked.0, cvv2, pin_block, reference })
}

/// The keys of the zone, for its other end.
async fn partner<W: Write>(
    client: &Client,
    report: &mut Report<'_, W>,
) -> Result<Partner, Failure> {
    let mut keys = Vec::new();
    let mut values = Vec::new();
    for role in [ZoneRole::Zek, ZoneRole::Zpk] {
        let request = ExportKey {
            key_type: KeyType::KEY_BLOCK,
            wrapping_key: WrappingKey::Zmk(of_zone(ZoneRole::Zmk)),
            key: of_zone(role),
            form: ExportForm {
                scheme: KeyScheme::X9143,
                header: ExportHeader::Kept,
                version: None,
            },
        };
        let exported = client.call(&request).await?.reply;
        values.push(hex(&exported.check_value.0));
        keys.push(exported.key);
    }
    let [zek, zpk] = <[KeyField; 2]>::try_from(keys).map_err(|_| "two keys")?;
    let partner = Partner::new(zek, zpk)?;
    let text = format!("check values {}", values.join(", "));
    report.holds(
        "A8  ZEK and ZPK for a partner, under its ZMK",
        &text,
        true,
        "the partner opened them",
    )?;
    Ok(partner)
}

/// The card number, as the partner reads it.
async fn card_number<W: Write>(
    client: &Client,
    report: &mut Report<'_, W>,
    partner: &Partner,
    issued: &Issued,
) -> Result<String, Failure> {
    let given = client.call(&give(&issued.card)?).await?.reply;
    let CardNumber::Encrypted(encrypted) = &given.card else {
        return Err("TC gave another form than was asked for".into());
    };
    let pan = partner.card_number(encrypted)?;
    let (six, four) = (pan.get(..6), pan.get(pan.len().saturating_sub(4)..));
    let held = six.zip(four).is_some_and(|(six, four)| {
        given.masked.0 == issued.masked && given.masked.0 == format!("{six}******{four}")
    });
    let text = hex(&encrypted.value);
    report.holds(
        "TC  its number for the partner, under the ZEK",
        &text,
        held,
        "the partner reads it",
    )?;
    Ok(pan)
}

/// TC: the number for a token, under the zone's ZEK.
fn give(card: &CardNumber) -> Result<GiveCardNumber, Failure> {
    let CardNumber::Token(token) = card else { return Err("no token".into()) };
    let form = NumberForm::ForZone(ZoneForm { zone: zone(), with_iv: false });
    Ok(GiveCardNumber { token: token.clone(), form })
}

async fn vault<W: Write>(
    client: &Client,
    report: &mut Report<'_, W>,
    issued: &Issued,
) -> Result<(), Failure> {
    let CardNumber::Encrypted(encrypted) = client.call(&give(&issued.card)?).await?.reply.card
    else {
        return Err("TC gave another form than was asked for".into());
    };
    let request = MakeToken {
        card: CardItself(Card(CardNumber::Encrypted(encrypted))),
        domain: DomainNumber(VAULT),
        expiry: Some(EXPIRY),
        terms: TokenTerms { single_use: Some(true), seconds: Some(600) },
    };
    let made = client.call(&request).await?.reply;
    let dated = made.expires_at.is_some();
    report.holds(
        "TA  a token for one use, in the vault",
        &made.token,
        dated,
        "it lives ten minutes",
    )?;
    let token = CardNumber::Token(PanToken { domain: VAULT, token: made.token });
    let first = client.call(&give(&token)?).await;
    report.code("TC  the card number for it", first, "00", "used")?;
    let second = client.call(&give(&token)?).await;
    report.code("TC  the same again", second, "T4", "it was used")
}

fn static_cvv2(issued: &Issued, value: SecurityValue) -> VerifyCardValue {
    VerifyCardValue {
        cvk: label("cvk"),
        digits: ValueDigits(3),
        value,
        card: Card(issued.card.clone()),
        expiry: EXPIRY,
        service_code: ServiceCode(*b"000"),
    }
}

async fn dynamic<W: Write>(
    client: &Client,
    report: &mut Report<'_, W>,
    partner: &Partner,
    issued: &Issued,
) -> Result<(), Failure> {
    let (card, sequence) = (Card(issued.card.clone()), CardSequence(*b"01"));
    let request = GenerateDynamicCvv2 {
        dcvk: label("dcvk"),
        card: card.clone(),
        expiry: EXPIRY,
        sequence,
        zone: Some(zone()),
        static_cvv2: None,
    };
    let made = client.call(&request).await?.reply;
    let SecurityValue::Encrypted(value) = &made.value else {
        return Err("VA gave a value in the clear".into());
    };
    let code = partner.digits(value)?;
    let text = format!("{}, good for {} s", hex(&value.value), made.seconds);
    report.holds(
        "VA  a dynamic CVV2 for the partner's app",
        &text,
        code.len() == 3,
        "the partner reads it",
    )?;
    let request = VerifyDynamicCvv2 {
        dcvk: label("dcvk"),
        card,
        expiry: EXPIRY,
        sequence,
        value: clear(&code),
        merchant: None,
        static_cvv2: None,
    };
    for (asked, code, why) in [
        ("VC  the shop sends it with a payment", "00", "the value is right"),
        ("VC  somebody sends it again", "V4", "it was used"),
        ("VC  and again", "V4", "it was used"),
    ] {
        report.code(asked, client.call(&request).await, code, why)?;
    }
    let value = SecurityValue::Encrypted(issued.cvv2.clone());
    let answer = client.call(&static_cvv2(issued, value)).await;
    report.code("XI  the printed CVV2", answer, "V6", "dynamic ones alone are good now")
}
