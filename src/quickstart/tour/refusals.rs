//! Part three: what an appliance must not do for anyone.

use super::fresh::FreshKeys;
use super::report::Report;
use super::{hex, outcome};
use crate::cli::Failure;
use payhsm_client::Client;
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::ca_translate_pin_tpk_to_zpk::TranslatePinTpkToZpk;
use payhsm_protocol::field::{KeyField, PinBlockFormat};
use std::io::Write;

pub(super) async fn show<W: Write>(
    client: &Client,
    report: &mut Report<'_, W>,
    keys: &FreshKeys,
) -> Result<(), Failure> {
    let translation = |zpk: &KeyField, to: PinBlockFormat| TranslatePinTpkToZpk {
        source_tpk: keys.tpk.clone(),
        destination_zpk: zpk.clone(),
        pin_block: keys.pin_block_under_tpk.clone(),
        source_format: PinBlockFormat::Iso0,
        destination_format: to,
        account: keys.account.clone(),
    };
    let cases = [
        (
            "CA  with a ZPK forged in one bit",
            translation(&forged(&keys.zpk), PinBlockFormat::Iso0),
            ErrorCode::KeyBlockAuthentication,
        ),
        (
            "CA  with a CVK in place of the ZPK",
            translation(&keys.cvk, PinBlockFormat::Iso0),
            ErrorCode::KeyBlockUsage,
        ),
        (
            "CA  from format 01 to 05, which drops the account",
            translation(&keys.zpk, PinBlockFormat::Iso1),
            ErrorCode::InvalidPinBlockFormat,
        ),
        (
            "CA  from format 01 to 03, which is no standard",
            translation(&keys.zpk, PinBlockFormat::Diebold),
            ErrorCode::InvalidPinBlockFormat,
        ),
    ];
    for (asked, request, code) in cases {
        let answer = client.call(&request).await;
        let refused =
            matches!(&answer, Err(payhsm_client::CallError::Refused(said)) if *said == code);
        let text = outcome(answer, |reply| hex(reply.pin_block.as_slice()))?;
        let short = text.split_once(' ').map_or(text.clone(), |(_, code)| {
            format!("refused with {}", code.get(..2).unwrap_or(code))
        });
        report.holds(asked, &short, refused, code.sentence())?;
    }
    Ok(())
}

/// The key with one bit of its ciphertext changed.
fn forged(key: &KeyField) -> KeyField {
    let mut key = key.clone();
    if let KeyField::Block(block) = &mut key
        && let Some(byte) = block.body.first_mut()
    {
        *byte ^= 1;
    }
    key
}
