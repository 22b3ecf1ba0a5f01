//! What a key is to be: purpose, algorithm, whether it may leave.

use super::label;
use crate::Leave;
use crate::prompt::{Question, choose};
use crate::session::Session;
use crate::words;
use payhsm_protocol::field::{Exportability, KeyAttributes};
use payhsm_protocol::officer::NewKey;

/// A purpose of keys, as officers call it.
#[derive(Clone, Copy, Debug)]
pub struct Purpose {
    /// Its name, short and long.
    pub name: &'static str,
    /// Key usage in the header of a key block (X9.143; in digits, Thales').
    pub usage: [u8; 2],
    /// Mode of use: B both ways of encryption, C make and verify.
    pub mode: u8,
    /// Whether it can be an AES key.
    pub aes: bool,
}

const fn purpose(name: &'static str, usage: [u8; 2], mode: u8, aes: bool) -> Purpose {
    Purpose { name, usage, mode, aes }
}

/// Protects keys on their way to and from a partner.
pub const ZMK: Purpose =
    purpose("ZMK: protects keys on their way to and from a partner", *b"52", b'B', true);
/// Encrypts PIN blocks between partners.
pub const ZPK: Purpose = purpose("ZPK: encrypts PIN blocks between partners", *b"72", b'B', true);
/// Encrypts data between partners.
pub const ZEK: Purpose = purpose("ZEK: encrypts data between partners", *b"22", b'B', true);

/// All of them.
pub const PURPOSES: [Purpose; 12] = [
    ZMK,
    ZPK,
    ZEK,
    purpose("TMK: protects keys on their way to a terminal", *b"51", b'B', true),
    purpose("TPK: encrypts PIN blocks of a terminal", *b"71", b'B', true),
    purpose("DEK: encrypts data of this institution", *b"21", b'B', true),
    purpose("TEK: encrypts data of a terminal", *b"23", b'B', true),
    purpose("PVK: PIN verification, Visa PVV", *b"V2", b'C', false),
    purpose("PVK: PIN verification, IBM 3624", *b"V1", b'C', false),
    purpose("CVK: card verification values", *b"C0", b'C', false),
    purpose("MAC key: TDES, ISO 9797-1 algorithm 3", *b"M3", b'C', false),
    purpose("MAC key: AES CMAC", *b"M6", b'C', true),
];

const ALGORITHMS: [[u8; 2]; 5] = [*b"A3", *b"A2", *b"A1", *b"T3", *b"T2"];

const LEAVE_HELP: &str = "In a key block: the key may be exported under a ZMK, bound to what it is for. Never: it stays. \
    In any form: also for partners that know no key blocks; only where there is no other way.";

/// Asks for everything; what is given is not asked.
///
/// # Errors
/// [`Leave`].
pub fn ask(
    session: &mut Session<'_>,
    given: Option<Purpose>,
    suggested: Option<&str>,
) -> Result<NewKey, Leave> {
    let mut question = Question::new(
        "Label of the key",
        "Its name in this appliance, such as visa-zpk: 1 to 32 letters, digits, '-', '_' or '.'.",
    );
    if let Some(suggested) = suggested {
        question = question.or(suggested);
    }
    let label = question.ask(session.terminal, label)?;
    let purpose = match given {
        Some(purpose) => purpose,
        None => {
            let names: Vec<_> = PURPOSES.iter().map(|purpose| purpose.name.to_owned()).collect();
            let help = "What the key is for. It can be used for nothing else afterwards.";
            let chosen = choose(session.terminal, "What is the key for?", &names, help)?;
            *PURPOSES.get(chosen).ok_or(Leave::Back)?
        }
    };
    let algorithms: Vec<_> =
        ALGORITHMS.into_iter().filter(|one| purpose.aes || one.starts_with(b"T")).collect();
    let names: Vec<_> = algorithms.iter().map(|one| words::algorithm(*one).to_owned()).collect();
    let help = "What the partner or the cards expect. Where you may choose: AES-256.";
    let chosen = choose(session.terminal, "Algorithm", &names, help)?;
    let algorithm = *algorithms.get(chosen).ok_or(Leave::Back)?;
    let choices = ["never", "in a key block", "in any form"].map(str::to_owned);
    let exportability = match choose(session.terminal, "May the key leave?", &choices, LEAVE_HELP)?
    {
        0 => Exportability::None,
        1 => Exportability::Trusted,
        _ => Exportability::Sensitive,
    };
    let slot = ask_slot(session)?;
    Ok(NewKey { label, slot, attributes: attributes(purpose, algorithm, exportability) })
}

/// What a key block of it says.
#[must_use]
pub fn attributes(
    purpose: Purpose,
    algorithm: [u8; 2],
    exportability: Exportability,
) -> KeyAttributes {
    KeyAttributes {
        usage: purpose.usage,
        algorithm: Some(algorithm),
        mode_of_use: purpose.mode,
        version: *b"00",
        exportability,
        optional_blocks: Vec::new(),
    }
}

fn ask_slot(session: &mut Session<'_>) -> Result<Option<u16>, Leave> {
    let help = "Host programs in the Thales-like language may name a stored key as K and three hexadecimal digits. Type them \
        (000 to FFF), or none if only its label is to name it.";
    Question::new("Slot for the host language", help).or("none").ask(session.terminal, slot)
}

/// A place in user storage as it is typed.
///
/// # Errors
/// A sentence.
pub fn slot(text: &str) -> Result<Option<u16>, String> {
    if text == "none" {
        return Ok(None);
    }
    match u16::from_str_radix(text.trim_start_matches(['K', 'k']), 16) {
        Ok(slot) if slot <= 0xfff => Ok(Some(slot)),
        Ok(_) | Err(_) => Err("Type three hexadecimal digits, 000 to FFF, or none.".to_owned()),
    }
}
