//! The life of a card's PIN: needs a daemon that keeps rows of cards.

use super::{Kit, PrepareError};
use crate::template::Request;
use payhsm_protocol::command::wa_verify_pin::VerifyPin;
use payhsm_protocol::command::wc_tell_pin_tries::TellPinTries;
use payhsm_protocol::command::we_set_pin_status::SetPinStatus;
use payhsm_protocol::command::wg_change_pin::ChangePin;
use payhsm_protocol::command::wi_assign_pin::AssignPin;
use payhsm_protocol::command::wk_issue_pin::{IssuePin, IssuedPin};
use payhsm_protocol::command::wm_register_pin_reference::RegisterPinReference;
use payhsm_protocol::field::{
    Card, KeyField, Pan, PinBlockFormat, PinReference, PinStatus, Pvki, Pvv, ReferenceTerms,
};
use payhsm_protocol::host::Writer;

/// Published test cards, one for each command that changes a row: none of them is in the way of another.
const OF_WA: &[u8; 16] = b"4111111111111111";
const OF_WC: &[u8; 16] = b"4012888888881881";
const OF_WE: &[u8; 13] = b"4222222222222";
const OF_WG: &[u8; 16] = b"5555555555554444";
const OF_WI: &[u8; 16] = b"5105105105105100";
const OF_WK: &[u8; 15] = b"378282246310005";
const OF_WM: &[u8; 14] = b"30569309025904";

const FORMAT: PinBlockFormat = PinBlockFormat::Iso0;
const PVKI: Pvki = Pvki(1);

fn card(digits: &[u8]) -> Card {
    Card(Pan(digits.to_vec()).into())
}

fn write_card(host: &mut Writer<'_>, digits: &[u8]) {
    host.raw(digits);
    host.raw(b";");
}

fn write_terms(host: &mut Writer<'_>) {
    host.raw(b"V");
    host.decimal(usize::from(PVKI.0), 1);
}

async fn issue(kit: &Kit, digits: &[u8]) -> Result<IssuePin, PrepareError> {
    Ok(IssuePin {
        zpk: kit.key(*b"P0").await?,
        pvk: kit.key(*b"V2").await?,
        format: FORMAT,
        card: card(digits),
        reference_terms: ReferenceTerms::Pvv(PVKI),
        channel: None,
    })
}

/// A card with a PIN that the daemon chose: the keys, and the PIN in a block.
async fn issued(kit: &Kit, digits: &[u8]) -> Result<(KeyField, KeyField, IssuedPin), PrepareError> {
    let request = issue(kit, digits).await?;
    let pin = kit.call(&request).await?;
    Ok((request.zpk, request.pvk, pin))
}

/// Wants a product that allows more tries than there are requests under way.
pub(super) async fn wa(kit: &Kit) -> Result<Request, PrepareError> {
    let (zpk, pvk, pin) = issued(kit, OF_WA).await?;
    let request = VerifyPin {
        zpk,
        pvk,
        pin_block: pin.pin_block,
        format: FORMAT,
        card: card(OF_WA),
        offset_terms: None,
        channel: None,
    };
    kit.finish(&request, |host| {
        host.key(&request.zpk);
        host.key(&request.pvk);
        host.pin_block(&request.pin_block);
        host.raw(&FORMAT.code());
        write_card(host, OF_WA);
    })
    .await
}

pub(super) async fn wc(kit: &Kit) -> Result<Request, PrepareError> {
    issued(kit, OF_WC).await?;
    let request = TellPinTries { card: card(OF_WC), channel: None };
    kit.finish(&request, |host| write_card(host, OF_WC)).await
}

pub(super) async fn we(kit: &Kit) -> Result<Request, PrepareError> {
    issued(kit, OF_WE).await?;
    let request = SetPinStatus { card: card(OF_WE), status: PinStatus::Unblock, channel: None };
    kit.finish(&request, |host| {
        write_card(host, OF_WE);
        host.raw(b"U");
    })
    .await
}

/// It works once: then the PIN is another, and the answer N1.
pub(super) async fn wg(kit: &Kit) -> Result<Request, PrepareError> {
    let (zpk, pvk, current) = issued(kit, OF_WG).await?;
    let again = IssuePin {
        zpk: zpk.clone(),
        pvk: pvk.clone(),
        format: FORMAT,
        card: card(OF_WG),
        reference_terms: ReferenceTerms::Pvv(PVKI),
        channel: None,
    };
    // The last one that was issued is the one that holds.
    let holds = kit.call(&again).await?;
    let request = ChangePin {
        zpk,
        pvk,
        current_pin_block: holds.pin_block,
        new_pin_block: current.pin_block,
        format: FORMAT,
        card: card(OF_WG),
        offset_terms: None,
        channel: None,
    };
    kit.finish(&request, |host| {
        host.key(&request.zpk);
        host.key(&request.pvk);
        host.pin_block(&request.current_pin_block);
        host.pin_block(&request.new_pin_block);
        host.raw(&FORMAT.code());
        write_card(host, OF_WG);
    })
    .await
}

pub(super) async fn wi(kit: &Kit) -> Result<Request, PrepareError> {
    let (zpk, pvk, pin) = issued(kit, OF_WI).await?;
    let request = AssignPin {
        zpk,
        pvk,
        pin_block: pin.pin_block,
        format: FORMAT,
        card: card(OF_WI),
        reference_terms: ReferenceTerms::Pvv(PVKI),
        channel: None,
    };
    kit.finish(&request, |host| {
        host.key(&request.zpk);
        host.key(&request.pvk);
        host.pin_block(&request.pin_block);
        host.raw(&FORMAT.code());
        write_card(host, OF_WI);
        write_terms(host);
    })
    .await
}

pub(super) async fn wk(kit: &Kit) -> Result<Request, PrepareError> {
    let request = issue(kit, OF_WK).await?;
    kit.finish(&request, |host| {
        host.key(&request.zpk);
        host.key(&request.pvk);
        host.raw(&FORMAT.code());
        write_card(host, OF_WK);
        write_terms(host);
    })
    .await
}

pub(super) async fn wm(kit: &Kit) -> Result<Request, PrepareError> {
    let reference = PinReference::Pvv { pvki: PVKI, pvv: Pvv(*b"1234") };
    let request = RegisterPinReference { card: card(OF_WM), reference, channel: None };
    kit.finish(&request, |host| {
        write_card(host, OF_WM);
        host.pin_reference(&request.reference);
    })
    .await
}
