//! An entry of the log as other units show one to hosts: 16 bytes, before MAC and what the MAC was drawn with.
//!
//! Counter 4 (the low half of the index in the log), hour, minute, second, day, month and year as BCD, in UTC, 6, command
//! or action 2, mask 2, outcome 2.

use payhsm_audit::record::{Act, Command, Entry, Record};
use payhsm_audit::verify::rfc_3339_seconds;
use std::ops::Range;

/// Bytes of it.
pub(super) const SHOWN: usize = 16;

/// What commands are asked by that have to do with the log. Others cannot put them on the list of what is recorded; here they
/// are in the log and not shown, or whoever asks until there is no more would never come to an end.
const UNSHOWN: [[u8; 2]; 4] = [*b"Q2", *b"Q4", *b"Q6", *b"Q8"];

/// The two lowest bits of the mask.
const BY_HOST: [u8; 2] = [0, 0];
const AT_CONSOLE: [u8; 2] = [0, 1];

/// Where the digits of a time are, in the order of a record: hour, minute, second, day, month, year.
const DIGITS: [Range<usize>; 6] = [11..13, 14..16, 17..19, 8..10, 5..7, 2..4];

/// Whether what is shown of the log may have moved with this command.
pub(super) const fn moves(command: [u8; 2]) -> bool {
    matches!(&command, b"Q2" | b"Q6")
}

/// The bytes of an entry; `None` for one that is not shown.
pub(super) fn shown(entry: &Entry) -> Option<[u8; SHOWN]> {
    let (code, mask, outcome) = match &entry.record {
        Record::Command(Command { code, .. }) if UNSHOWN.contains(code) => return None,
        Record::Command(Command { code, outcome, .. }) => (*code, BY_HOST, *outcome),
        Record::Act(act) => (action(&act.act), AT_CONSOLE, outcome(act)),
        Record::Event(_) => (*b"EV", AT_CONSOLE, *b"00"),
    };
    let [.., a, b, c, d] = entry.index.to_be_bytes();
    let [hour, minute, second, day, month, year] = time(entry.moment.wall);
    let ([e, f], [g, h], [i, j]) = (code, mask, outcome);
    Some([a, b, c, d, hour, minute, second, day, month, year, e, f, g, h, i, j])
}

fn time(micros: u64) -> [u8; 6] {
    let text = rfc_3339_seconds(micros / 1_000_000);
    // Only years beyond 9999 are written without.
    let text = text.strip_suffix('Z').unwrap_or_default();
    DIGITS.map(|place| {
        // Two decimal digits, read as hex, are BCD.
        let digits = text.get(place).unwrap_or_default();
        u8::from_str_radix(digits, 16).unwrap_or_default()
    })
}

fn outcome(act: &Act) -> [u8; 2] {
    match act.outcome.as_str() {
        "done" => *b"00",
        "refused" => *b"17",
        // Begun: what becomes of it, its next record says.
        _ => *b"--",
    }
}

/// The console command of other units that does the same, as far as there is one.
fn action(act: &str) -> [u8; 2] {
    *match act {
        "generate-lmk" => b"GK",
        "unseal" => b"LK",
        "seal" | "erase" => b"DM",
        "change-lmk" | "continue-migration" => b"LO",
        "erase-old-lmk" => b"DO",
        "reissue-shares" => b"DC",
        "try-share" => b"V ",
        "begin-components" | "component" | "keep-component" | "drop-component"
        | "finish-components" => b"FK",
        "generate-key" => b"KG",
        "import-key" => b"IK",
        "export-key" => b"KE",
        "set-table" => b"ED",
        "authorise" => b"A ",
        "revoke" => b"C ",
        "reload" => b"CH",
        _ => b"OF",
    }
}

#[cfg(test)]
mod tests {
    use super::shown;
    use payhsm_audit::record::{Act, Command, Entry, Event, Moment, Record};

    fn of(index: u64, record: Record) -> Option<String> {
        let moment = Moment { wall: 1_795_333_212_999_999, monotonic: 5 };
        shown(&Entry { index, moment, record }).map(hex::encode_upper)
    }

    fn command(code: &[u8; 2], outcome: &[u8; 2]) -> Record {
        Record::Command(Command { code: *code, outcome: *outcome, ..Command::default() })
    }

    fn act(act: &str, outcome: &str) -> Record {
        let (act, outcome) = (act.to_owned(), outcome.to_owned());
        Record::Act(Act { act, outcome, ..Act::default() })
    }

    #[test]
    fn each_kind_of_entry() {
        // 2026-11-22 07:40:12 UTC.
        let shown = |counter: &str, rest: &str| Some(format!("{counter}074012221126{rest}"));
        assert_eq!(of(0, command(b"CA", b"00")), shown("00000000", "434100003030"));
        assert_eq!(of(0x1_0203_0405, command(b"CC", b"20")), shown("02030405", "434300003230"));
        assert_eq!(of(1, act("unseal", "done")), shown("00000001", "4C4B00013030"));
        assert_eq!(of(2, act("authorise", "begun")), shown("00000002", "412000012D2D"));
        assert_eq!(of(3, act("set-zone", "refused")), shown("00000003", "4F4600013137"));
        let start = Event { name: "start".to_owned(), detail: String::new() };
        assert_eq!(of(255, Record::Event(start)), shown("000000FF", "455600013030"));
    }

    #[test]
    fn what_asks_for_the_log_is_not_shown() {
        for code in [b"Q2", b"Q4", b"Q6", b"Q8"] {
            assert_eq!(of(0, command(code, b"00")), None);
        }
        assert!(of(0, command(b"Q0", b"68")).is_some());
    }

    #[test]
    fn a_time_that_has_no_digits_is_zeros() {
        let record = command(b"CA", b"00");
        let moment = Moment { wall: u64::MAX, monotonic: 0 };
        assert_eq!(shown(&Entry { index: 0, moment, record }).unwrap()[4..10], [0; 6]);
    }
}
