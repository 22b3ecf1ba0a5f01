//! Its PIN: right, wrong until it is blocked, unblocked, changed.

use super::{Issued, label, of_zone};
use crate::cli::Failure;
use crate::quickstart::tour::partner::Partner;
use crate::quickstart::tour::report::Report;
use payhsm_client::Client;
use payhsm_protocol::command::fw_generate_pvv_of_pin_block::GeneratePvvOfPinBlock;
use payhsm_protocol::command::wa_verify_pin::VerifyPin;
use payhsm_protocol::command::wc_tell_pin_tries::TellPinTries;
use payhsm_protocol::command::we_set_pin_status::SetPinStatus;
use payhsm_protocol::command::wg_change_pin::ChangePin;
use payhsm_protocol::field::{
    Account, Card, Channel, KeyType, PinBlock, PinBlockFormat, PinReference, PinStatus, ZoneRole,
};
use std::io::Write;

pub(super) async fn show<W: Write>(
    client: &Client,
    report: &mut Report<'_, W>,
    partner: &Partner,
    issued: &Issued,
    pan: &str,
) -> Result<(), Failure> {
    let card = Card(issued.card.clone());
    let channel = Some(Channel::Web);
    let verify = |pin_block: &PinBlock| VerifyPin {
        zpk: of_zone(ZoneRole::Zpk),
        pvk: label("pvk"),
        pin_block: pin_block.clone(),
        format: PinBlockFormat::Iso0,
        card: card.clone(),
        offset_terms: None,
        channel,
    };
    let right = &issued.pin_block;
    let (wrong, new) = others(client, partner, issued, pan).await?;

    let answer = client.call(&verify(right)).await;
    report.code("WA  the PIN, as the customer got it", answer, "00", "the PIN is right")?;
    for time in ["first", "second", "third"] {
        let answer = client.call(&verify(&wrong)).await;
        report.code(
            &format!("WA  a wrong PIN, the {time} time"),
            answer,
            "N1",
            "the try was counted",
        )?;
    }
    let answer = client.call(&verify(right)).await;
    report.code("WA  the right PIN after that", answer, "N2", "no tries are left")?;

    let stands = client.call(&TellPinTries { card: card.clone(), channel }).await?.reply;
    let text = format!(
        "{} of {} tries, {}",
        stands.tries,
        stands.limit,
        String::from_utf8_lossy(&stands.blocked.code())
    );
    let held = text == "3 of 3 tries, BT";
    report.holds("WC  how the PIN stands", &text, held, "blocked by tries")?;
    let request = SetPinStatus { card: card.clone(), status: PinStatus::Unblock, channel };
    report.code(
        "WE  the bank unblocks it",
        client.call(&request).await,
        "00",
        "tries are free again",
    )?;

    let request = ChangePin {
        zpk: of_zone(ZoneRole::Zpk),
        pvk: label("pvk"),
        current_pin_block: right.clone(),
        new_pin_block: new.clone(),
        format: PinBlockFormat::Iso0,
        card: card.clone(),
        offset_terms: None,
        channel,
    };
    report.code("WG  the customer changes it", client.call(&request).await, "00", "in one step")?;
    let answer = client.call(&verify(right)).await;
    report.code("WA  the PIN before", answer, "N1", "it holds no longer")?;
    report.code("WA  the new PIN", client.call(&verify(&new)).await, "00", "the PIN is right")
}

/// Blocks of two other PINs, neither of them weak. A PIN may have the PVV of another, one in ten thousand: not these.
async fn others(
    client: &Client,
    partner: &Partner,
    issued: &Issued,
    pan: &str,
) -> Result<(PinBlock, PinBlock), Failure> {
    let PinReference::Pvv { pvki, pvv } = &issued.reference else {
        return Err("XG made another reference than was asked for".into());
    };
    let mut known = vec![pvv.clone()];
    let mut found = Vec::new();
    for pin in ["2580", "1397", "9054", "4862"] {
        let pin_block = partner.pin_block(pin, pan)?;
        let request = GeneratePvvOfPinBlock {
            key_type: KeyType::KEY_BLOCK,
            key: of_zone(ZoneRole::Zpk),
            pvk: label("pvk"),
            pin_block: pin_block.clone(),
            format: PinBlockFormat::Iso0,
            account: Account::Of(issued.card.clone()),
            pvki: *pvki,
        };
        let pvv = client.call(&request).await?.reply.pvv;
        if !known.contains(&pvv) {
            known.push(pvv);
            found.push(pin_block);
        }
    }
    let mut found = found.into_iter();
    Ok(found.next().zip(found.next()).ok_or("all PINs have one PVV")?)
}
