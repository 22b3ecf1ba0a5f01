//! Decimalisation tables, each bound to the key that it is used with.

use super::{keys, needs_two};
use crate::prompt::{Question, choose, pages, pick_of};
use crate::session::Session;
use crate::{Leave, words};
use payhsm_protocol::officer::{Act, Answer, TableLine};

const HELP: &str = "Sixteen decimal digits that turn 0 to F into digits when a PIN is verified by the IBM 3624 method; \
    0123456789012345 is the usual one. A table that anybody may choose gives PINs away, so it is kept here, bound to its key.";

/// Lists tables, keeps one, removes one.
///
/// # Errors
/// [`Leave`].
pub fn run(session: &mut Session<'_>) -> Result<(), Leave> {
    let choices = ["List", "Keep one for a PVK", "Remove one"].map(str::to_owned);
    match choose(session.terminal, "Decimalisation tables", &choices, HELP)? {
        0 => show(session),
        1 => keep(session),
        _ => remove(session),
    }
}

fn lines(session: &mut Session<'_>) -> Result<Vec<TableLine>, Leave> {
    let lines = session.list(
        |after| Act::ListTables { after },
        |answer| {
            if let Answer::Tables { lines, more } = answer { Some((lines, more)) } else { None }
        },
        |line: &TableLine| &line.pvk,
    )?;
    if lines.is_empty() {
        return Err(Leave::Refused("There are no tables yet.".to_owned()));
    }
    Ok(lines)
}

fn show(session: &mut Session<'_>) -> Result<(), Leave> {
    let lines: Vec<_> = lines(session)?.iter().map(words::table).collect();
    session.terminal.say("Their digits are not shown: who knows them is nearer to PINs.");
    pages(session.terminal, &lines)
}

fn keep(session: &mut Session<'_>) -> Result<(), Leave> {
    needs_two(session)?;
    let pvk = keys::ask_label(session, "Label of the PVK that it is for")?;
    let digits =
        Question::new("Table", HELP).or("0123456789012345").ask(session.terminal, digits)?;
    session.perform(&Act::SetTable { pvk, digits })
}

fn remove(session: &mut Session<'_>) -> Result<(), Leave> {
    needs_two(session)?;
    let (lines, help) =
        (lines(session)?, "PINs of that key are not verified until there is another.");
    let line =
        pick_of(session.terminal, "Which table?", help, lines, |line| &line.pvk, words::table)?;
    super::confirm(session, &format!("Remove the table of {}?", line.pvk), help)?;
    session.perform(&Act::RemoveTable { pvk: line.pvk })
}

/// A table as it is typed.
///
/// # Errors
/// A sentence.
pub fn digits(typed: &str) -> Result<String, String> {
    let digits: String = typed.split_whitespace().collect();
    if digits.len() != 16 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("A table has 16 decimal digits.".to_owned());
    }
    let counts = (b'0'..=b'9').map(|digit| digits.bytes().filter(|byte| *byte == digit).count());
    let counts: Vec<_> = counts.collect();
    let different = counts.iter().filter(|count| **count > 0).count();
    if different < 8 || counts.iter().any(|count| *count > 4) {
        return Err("A table has at least eight different digits, none more than four times; others give PINs away.".to_owned());
    }
    Ok(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_tables_are_refused() {
        assert!(digits("0123 4567 8901 2345").is_ok());
        for weak in ["0000000000000000", "0123456701234560x", "012345601234560", "0123456000001234"]
        {
            assert!(digits(weak).is_err(), "{weak}");
        }
    }
}
