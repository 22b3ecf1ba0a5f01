//! States, keys and times in plain words.

use crate::terminal::WIDTH;
use payhsm_protocol::field::{CheckValue, KeyAttributes, LmkId};
use payhsm_protocol::officer::{
    KeyLine, LmkLine, LogLine, Officer, Quorum, Status, TableLine, Zone,
};

/// With a capital in front and a full stop behind.
#[must_use]
pub fn sentence(text: &str) -> String {
    let mut letters = text.trim().chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    said(&(first + letters.as_str()))
}

/// What the daemon said, with a full stop; it may begin with a name, so the first letter stays.
#[must_use]
pub fn said(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '?', '!']) { text.to_owned() } else { format!("{text}.") }
}

/// Hex, in capitals: `A1B2C3`.
#[must_use]
pub fn check_value(value: &CheckValue) -> String {
    hex::encode_upper(&value.0)
}

/// What the state means.
#[must_use]
pub fn state(state: &str) -> &str {
    match state {
        "uninitialised" => "new: it has no LMK yet",
        "sealed" => "sealed: shares of its LMK are needed before it works",
        "operational" => "at work",
        "tampered" => "stopped: it found signs of tampering",
        other => other,
    }
}

fn memory(memory: &str) -> &str {
    match memory {
        "secret" => "secret: the system itself cannot read the keys (memfd_secret)",
        "locked" => "locked: not swapped out, but the system administrator could read it (mlock)",
        other => other,
    }
}

/// `2 of 3`.
#[must_use]
pub fn quorum(quorum: Quorum) -> String {
    format!("{} of {}", quorum.needed, quorum.of)
}

/// How an appliance stands, line by line.
#[must_use]
pub fn status(status: &Status) -> Vec<String> {
    let mut lines = vec![
        format!(
            "Appliance  {}   payhsm {}, profile {}",
            status.appliance, status.version, status.profile
        ),
        format!("State      {}", state(&status.state)),
    ];
    lines.extend(status.lmks.iter().map(|lmk| row(&format!("LMK {}", lmk.id), &lmk_line(lmk))));
    lines.push(row("Memory", memory(&status.memory)));
    if let Some(shares) = status.shares {
        lines.push(format!("Shares     {} of {} needed are in", shares.needed, shares.of));
    }
    lines.push(row("Officers", &present(status)));
    lines.extend(status.log.iter().map(|log| row("Audit log", &log_line(log))));
    lines.extend(status.notes.iter().map(|note| row("Note", note)));
    lines
}

/// What stands beside a name goes on under itself.
fn row(name: &str, text: &str) -> String {
    let (mut line, mut width) = (format!("{name:<11}"), 11);
    for (place, word) in text.split(' ').enumerate() {
        let length = word.chars().count();
        if place > 0 && width + 1 + length > WIDTH {
            line.push_str("\n           ");
            width = 11;
        } else if place > 0 {
            line.push(' ');
            width += 1;
        }
        line.push_str(word);
        width += length;
    }
    line
}

/// Who is present, and what is missing.
#[must_use]
pub fn present(status: &Status) -> String {
    if status.officers.is_empty() {
        return "no officers yet".to_owned();
    }
    match status.present.as_slice() {
        [] => "0 of 2 officers present: log in".to_owned(),
        [one] => format!("1 of 2 officers present: {one}; one more has to log in"),
        several => format!("{} officers present: {}", several.len(), several.join(", ")),
    }
}

fn lmk_line(lmk: &LmkLine) -> String {
    let held = match lmk.quorum {
        Some(of) => format!("; any {} shares of {}", quorum(of), lmk.holders.join(", ")),
        None => String::new(),
    };
    format!("{}, {}, check value {}{held}", lmk.role, lmk.scheme, check_value(&lmk.check_value))
}

/// How the audit log stands.
fn log_line(log: &LogLine) -> String {
    let weaker = match log.durability.as_str() {
        "durable" => String::new(),
        other => format!("; {other}: a power cut may take its last seconds"),
    };
    if log.name.is_empty() {
        return format!("kept, and not signed yet{weaker}");
    }
    format!("{}, {} records signed at {}{weaker}", log.name, log.size, log.signed)
}

/// `double-length TDES`.
#[must_use]
pub const fn algorithm(algorithm: [u8; 2]) -> &'static str {
    match &algorithm {
        b"T2" => "double-length TDES",
        b"T3" => "triple-length TDES",
        b"A1" => "AES-128",
        b"A2" => "AES-192",
        b"A3" => "AES-256",
        _ => "unknown",
    }
}

/// Bytes of a key of this algorithm.
#[must_use]
pub const fn key_bytes(algorithm: [u8; 2]) -> Option<usize> {
    match &algorithm {
        b"T2" | b"A1" => Some(16),
        b"T3" | b"A2" => Some(24),
        b"A3" => Some(32),
        _ => None,
    }
}

/// `usage 72, double-length TDES, mode B, exportable in key blocks`.
#[must_use]
pub fn attributes(attributes: &KeyAttributes) -> String {
    use payhsm_protocol::field::Exportability;
    let leaves = match attributes.exportability {
        Exportability::Trusted => "may leave in a key block",
        Exportability::None => "never leaves",
        Exportability::Sensitive => "may leave in any form",
    };
    format!(
        "usage {}, {}, mode {}, {leaves}",
        String::from_utf8_lossy(&attributes.usage),
        attributes.algorithm.map_or("algorithm as it comes", algorithm),
        char::from(attributes.mode_of_use),
    )
}

/// A key in a list.
#[must_use]
pub fn key(line: &KeyLine) -> String {
    let slot = line.slot.map(|slot| format!(" (K{slot:03X})")).unwrap_or_default();
    let off = if line.enabled { "" } else { "; DISABLED" };
    format!(
        "{}{slot}: check value {}, {}; {}{off}",
        line.label,
        check_value(&line.check_value),
        attributes(&line.attributes),
        line.made
    )
}

/// A zone in a list.
#[must_use]
pub fn zone(zone: &Zone) -> String {
    let label = |label: &Option<String>| label.clone().unwrap_or_else(|| "none".to_owned());
    let callers =
        if zone.callers.is_empty() { "nobody".to_owned() } else { zone.callers.join(", ") };
    format!(
        "{}: ZMK {}, ZPK {}, ZEK {}, leaves as {}, used by {callers}",
        zone.name,
        label(&zone.zmk),
        label(&zone.zpk),
        label(&zone.zek),
        zone.export_profile
    )
}

/// A decimalisation table in a list.
#[must_use]
pub fn table(line: &TableLine) -> String {
    let serves = if line.serves {
        String::new()
    } else {
        "; SERVES NOTHING: the key of that label is another one now".to_owned()
    };
    format!("{}: bound to check value {}{serves}", line.pvk, check_value(&line.check_value))
}

/// The beginning of an officer's key, as records and `officer show` have it.
#[must_use]
pub fn signing_key(officer: &Officer) -> String {
    hex::encode(officer.signing_key).chars().take(16).collect()
}

/// `1 h 05 min`, `4 min`, `30 s`.
#[must_use]
pub fn duration(seconds: u32) -> String {
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds} s"),
        (0, _) => format!("{minutes} min"),
        (_, _) => format!("{hours} h {minutes:02} min"),
    }
}

/// An LMK's id as officers type it.
///
/// # Errors
/// A sentence.
pub fn lmk_id(text: &str) -> Result<LmkId, String> {
    match text.parse() {
        Ok(id) if id <= 99 => Ok(LmkId(id)),
        Ok(_) | Err(_) => Err("Type two digits, 00 to 99.".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sentences_read_well() {
        assert_eq!(duration(30), "30 s");
        assert_eq!(duration(3900), "1 h 05 min");
        assert_eq!(duration(299), "4 min");
        assert_eq!(sentence("wrong passphrase"), "Wrong passphrase.");
        assert_eq!(sentence("Is it?"), "Is it?");
        assert_eq!(said("alice is present"), "alice is present.");
    }

    #[test]
    fn the_audit_log_is_told_of() {
        let durability = |durability: &str| LogLine {
            name: "a.example/log".to_owned(),
            size: 300,
            signed: "2026-11-22T07:40:12Z".to_owned(),
            durability: durability.to_owned(),
        };
        let line = "a.example/log, 300 records signed at 2026-11-22T07:40:12Z";
        assert_eq!(log_line(&durability("durable")), line);
        assert!(log_line(&durability("relaxed")).contains("; relaxed: a power cut"));
        let unsigned = LogLine { durability: "durable".to_owned(), ..LogLine::default() };
        assert_eq!(log_line(&unsigned), "kept, and not signed yet");
    }
}
