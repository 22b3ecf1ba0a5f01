//! Tokens, card numbers for a zone, fingerprints, FF1: in domain 998 and for zone OV1, as a quickstart has them.

use super::{Kit, PrepareError};
use crate::template::Request;
use payhsm_protocol::command::ta_make_token::MakeToken;
use payhsm_protocol::command::tc_give_card_number::GiveCardNumber;
use payhsm_protocol::command::te_exchange_token::ExchangeToken;
use payhsm_protocol::command::tg_encrypt_card_number::EncryptCardNumber;
use payhsm_protocol::command::ti_decrypt_card_number::DecryptCardNumber;
use payhsm_protocol::command::tk_fingerprint_card_number::FingerprintCardNumber;
use payhsm_protocol::command::ya_encrypt_text::EncryptText;
use payhsm_protocol::command::yc_decrypt_text::DecryptText;
use payhsm_protocol::field::{
    Card, CardItself, CardNumber, DomainKey, DomainNumber, EncryptedPan, NumberForm, Numerals, Pan,
    PanToken, Radix, TokenTerms, Tweak, ZoneForm, ZoneName,
};
use payhsm_protocol::host::Writer;

/// A card number of a published test card.
const PAN: &[u8; 16] = b"4111111111111111";
const DOMAIN: u16 = 998;
const ZONE: &str = "OV1";
const TERMS: TokenTerms = TokenTerms { single_use: None, seconds: None };
const RADIX: Radix = Radix(10);
const TWEAK: [u8; 8] = *b"customer";

fn card() -> Card {
    Card(Pan(PAN.to_vec()).into())
}

fn form() -> ZoneForm {
    ZoneForm { zone: ZoneName(ZONE.to_owned()), with_iv: false }
}

fn write_form(host: &mut Writer<'_>) {
    host.raw(b"E");
    host.raw(ZONE.as_bytes());
    host.raw(b";");
}

fn asked() -> MakeToken {
    let domain = DomainNumber(DOMAIN);
    MakeToken { card: CardItself(card()), domain, expiry: None, terms: TERMS }
}

async fn token(kit: &Kit) -> Result<PanToken, PrepareError> {
    Ok(PanToken { domain: DOMAIN, token: kit.call(&asked()).await?.token })
}

pub(super) async fn ta(kit: &Kit) -> Result<Request, PrepareError> {
    kit.finish(&asked(), |host| {
        host.raw(PAN);
        host.raw(b";");
        host.decimal(usize::from(DOMAIN), 3);
    })
    .await
}

pub(super) async fn tc(kit: &Kit) -> Result<Request, PrepareError> {
    let token = token(kit).await?;
    let request = GiveCardNumber { token, form: NumberForm::ForZone(form()) };
    kit.finish(&request, |host| {
        host.card_number(&CardNumber::Token(request.token.clone()));
        write_form(host);
    })
    .await
}

pub(super) async fn te(kit: &Kit) -> Result<Request, PrepareError> {
    let (token, domain) = (token(kit).await?, DomainNumber(DOMAIN));
    let request = ExchangeToken { token, made_with: DomainKey::Current, domain, terms: TERMS };
    kit.finish(&request, |host| {
        host.card_number(&CardNumber::Token(request.token.clone()));
        host.raw(b"C");
        host.decimal(usize::from(DOMAIN), 3);
    })
    .await
}

pub(super) async fn tg(kit: &Kit) -> Result<Request, PrepareError> {
    let request = EncryptCardNumber { card: CardItself(card()), form: form() };
    kit.finish(&request, |host| {
        host.raw(PAN);
        host.raw(b";");
        write_form(host);
    })
    .await
}

pub(super) async fn ti(kit: &Kit) -> Result<Request, PrepareError> {
    let encrypted = EncryptCardNumber { card: CardItself(card()), form: form() };
    let CardNumber::Encrypted(card) = kit.call(&encrypted).await?.card else {
        return Err(PrepareError::Unwritable(payhsm_protocol::Opcode::TI.code()));
    };
    let request = DecryptCardNumber { card };
    kit.finish(&request, |host| write_encrypted(host, &request.card)).await
}

fn write_encrypted(host: &mut Writer<'_>, card: &EncryptedPan) {
    host.card_number(&CardNumber::Encrypted(card.clone()));
}

pub(super) async fn tk(kit: &Kit) -> Result<Request, PrepareError> {
    let key = kit.aes_key(*b"94").await?;
    let request = FingerprintCardNumber { key, card: card(), formatted: false };
    kit.finish(&request, |host| {
        host.key(&request.key);
        host.raw(PAN);
        host.raw(b";");
    })
    .await
}

async fn text(kit: &Kit) -> Result<EncryptText, PrepareError> {
    let (key, tweak) = (kit.aes_key(*b"96").await?, Tweak(TWEAK.to_vec()));
    Ok(EncryptText { key, radix: RADIX, tweak, text: Numerals(b"0123456789".to_vec()) })
}

fn write_text(host: &mut Writer<'_>, text: &Numerals) {
    host.decimal(usize::from(RADIX.0), 2);
    host.hex(&TWEAK);
    host.raw(b";");
    host.raw(&text.0);
    host.raw(b";");
}

pub(super) async fn ya(kit: &Kit) -> Result<Request, PrepareError> {
    let request = text(kit).await?;
    kit.finish(&request, |host| {
        host.key(&request.key);
        write_text(host, &request.text);
    })
    .await
}

pub(super) async fn yc(kit: &Kit) -> Result<Request, PrepareError> {
    let plain = text(kit).await?;
    let text = kit.call(&plain).await?.text;
    let EncryptText { key, radix, tweak, .. } = plain;
    let request = DecryptText { key, radix, tweak, text };
    kit.finish(&request, |host| {
        host.key(&request.key);
        write_text(host, &request.text);
    })
    .await
}
