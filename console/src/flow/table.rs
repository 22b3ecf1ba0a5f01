//! Decimalisation tables, each bound to the key that it is used with.

use super::{keys, needs_two};
use crate::Leave;
use crate::prompt::Question;
use crate::session::Session;
use payhsm_protocol::officer::Act;

const HELP: &str = "Sixteen decimal digits that turn 0 to F into digits when a PIN is verified by the IBM 3624 method; \
    0123456789012345 is the usual one. A table that anybody may choose gives PINs away, so it is kept here, bound to its key.";

/// Keeps a table.
///
/// # Errors
/// [`Leave`].
pub fn run(session: &mut Session<'_>) -> Result<(), Leave> {
    needs_two(session)?;
    let pvk = keys::ask_label(session, "Label of the PVK that it is for")?;
    let digits =
        Question::new("Table", HELP).or("0123456789012345").ask(session.terminal, digits)?;
    session.perform(&Act::SetTable { pvk, digits })
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
