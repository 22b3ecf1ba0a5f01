//! The tour: what an API tier would ask, over mutual TLS, and what came back.
//!
//! Part one repeats published values with published keys; part two does the same work with keys
//! that nobody has seen; part three asks for what must be refused; part four is the life of one card.

mod card;
mod fresh;
mod partner;
mod published;
mod refusals;
mod report;

use crate::cli::Failure;
use payhsm_client::{CallError, Client};
use payhsm_protocol::field::KeyField;
use payhsm_protocol::host::{Bare, Fields, Settings};
use report::Report;
use std::io::Write;

/// Gives the tour; says whether every row held.
pub(super) async fn give(
    config: &payhsm_client::Config,
    out: &mut impl Write,
) -> Result<bool, Failure> {
    let client = Client::connect(config.clone()).await?;
    writeln!(out, "A tour over mutual TLS, compact dialect, {}\n", config.address)?;
    let mut report = Report::new(out);

    report.part("Published keys, published values")?;
    published::show(&client, &mut report).await?;
    report.part("Fresh keys under the AES-256 LMK")?;
    let keys = fresh::show(&client, &mut report).await?;
    report.part("What must be refused")?;
    refusals::show(&client, &mut report, &keys).await?;
    report.part("The life of a card")?;
    card::show(&client, &mut report).await?;
    report.finish()
}

/// A key as the host dialect writes it.
fn key(text: &str) -> Result<KeyField, Failure> {
    Fields::new(text.as_bytes(), &Settings::default())
        .key(Bare::Pair)
        .map_err(|code| Failure::from(format!("{text} is no key: {code}")))
}

/// `text` as an array of its bytes.
fn ascii<const N: usize>(text: &str) -> Result<[u8; N], Failure> {
    Ok(text.as_bytes().try_into()?)
}

/// Bytes as upper-case hex.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// What a call came to, for a row: its text, or the code of its refusal.
fn outcome<R>(
    answer: Result<payhsm_client::Answer<R>, CallError>,
    text: impl FnOnce(&R) -> String,
) -> Result<String, Failure> {
    match answer {
        Ok(answer) => Ok(text(&answer.reply)),
        Err(CallError::Refused(code)) => Ok(format!("refused: {code}")),
        Err(failure) => Err(failure.into()),
    }
}
