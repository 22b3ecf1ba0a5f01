//! What is printed and signed after a ceremony: who, when, what, check values. No secret ever comes near it.

use crate::clock;
use crate::terminal::{WIDTH, wrapped};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use time::OffsetDateTime;

/// The record of a session.
#[derive(Clone, Debug)]
pub struct Record {
    title: String,
    appliance: String,
    begun: OffsetDateTime,
    people: Vec<String>,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    at: OffsetDateTime,
    what: String,
    check_values: Vec<(String, String)>,
    present: Vec<String>,
}

impl Record {
    /// An empty one.
    #[must_use]
    pub fn new(title: &str, appliance: &str, begun: OffsetDateTime) -> Self {
        Self {
            title: title.to_owned(),
            appliance: appliance.to_owned(),
            begun,
            people: Vec::new(),
            entries: Vec::new(),
        }
    }

    /// Gives it a title that says more.
    pub fn set_title(&mut self, title: &str) {
        title.clone_into(&mut self.title);
    }

    /// Whether nothing was done.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Somebody takes part, and signs.
    pub fn takes_part(&mut self, name: &str) {
        if !self.people.iter().any(|known| known == name) {
            self.people.push(name.to_owned());
        }
    }

    /// Something was done.
    pub fn did(
        &mut self,
        at: OffsetDateTime,
        what: &str,
        check_values: &[(String, String)],
        present: &[String],
    ) {
        self.entries.push(Entry {
            at,
            what: what.to_owned(),
            check_values: check_values.to_vec(),
            present: present.to_vec(),
        });
        for name in present {
            self.takes_part(name);
        }
    }

    /// Such as `payhsm-0123456789abcdef-20261122T074012.record.txt`.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("payhsm-{}-{}.record.txt", self.appliance, clock::compact(self.begun))
    }

    /// The text, to print and sign. `unfinished` says why it is.
    #[must_use]
    pub fn text(&self, ended: OffsetDateTime, unfinished: Option<&str>) -> String {
        let rule = "=".repeat(WIDTH - 2);
        let mut text = format!(
            "{rule}\nRECORD: {}\n{rule}\n\nAppliance  {}\nBegun      {}\nEnded      {}\nConsole    payhsm-console {}\n",
            self.title,
            self.appliance,
            clock::rfc_3339(self.begun),
            clock::rfc_3339(ended),
            env!("CARGO_PKG_VERSION"),
        );
        if let Some(why) = unfinished {
            text.push_str(&format!("\nNOT FINISHED: {why}\n"));
        }
        text.push_str("\nWhat was done\n");
        for (number, entry) in (1..).zip(&self.entries) {
            let present = match entry.present.as_slice() {
                [] => "nobody logged in".to_owned(),
                names => names.join(", "),
            };
            line(&mut text, &format!("{number:3}. {}  {}", clock::rfc_3339(entry.at), present));
            text.push_str(&wrapped(&format!("     {}", entry.what)));
            for (of, value) in &entry.check_values {
                line(&mut text, &format!("     check value of {of}: {value}"));
            }
        }
        if self.entries.is_empty() {
            text.push_str("     nothing\n");
        }
        text.push_str("\nSigned by those who took part\n");
        for name in self.people.iter().map(String::as_str).chain(["witness"]) {
            let blank = "_".repeat(30);
            line(&mut text, &format!("\n     {name:<16} {blank}  {}", "_".repeat(14)));
            line(&mut text, &format!("     {:<16} {:<30}  date", "", "signature"));
        }
        text
    }
}

/// Writes a record into a folder; two of one second get different names.
///
/// # Errors
/// What the last attempt said.
pub fn write(folder: &Path, name: &str, text: &str) -> Result<PathBuf, String> {
    let mut last = String::new();
    for attempt in 1..=9 {
        let name = if attempt == 1 { name.to_owned() } else { format!("{attempt}-{name}") };
        let path = folder.join(name);
        match payhsm_officer::file::write_new(&path, text) {
            Ok(()) => return Ok(path),
            Err(error) => last = error.to_string(),
        }
    }
    Err(last)
}

fn line(text: &mut String, line: &str) {
    // Writing to a string does not fail.
    writeln!(text, "{line}").unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::UtcOffset;

    #[test]
    fn a_record_says_who_when_and_what() {
        let begun = OffsetDateTime::from_unix_timestamp(1_795_329_612)
            .unwrap()
            .to_offset(UtcOffset::from_hms(1, 0, 0).unwrap());
        let mut record = Record::new("first LMK", "0123456789abcdef", begun);
        assert!(record.is_empty());
        record.takes_part("carol");
        record.did(
            begun,
            "LMK 00 was made.",
            &[("LMK 00".to_owned(), "A1B2C3".to_owned())],
            &["alice".to_owned(), "bob".to_owned()],
        );
        let text = record.text(begun, None);
        for part in ["RECORD: first LMK", "+01:00", "alice, bob", "check value of LMK 00: A1B2C3"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        for signer in ["carol", "alice", "bob", "witness"] {
            assert!(text.contains(&format!("     {signer} ")), "{signer}");
        }
        assert!(!text.contains("NOT FINISHED") && text.lines().all(|line| line.len() <= WIDTH));
        assert!(record.text(begun, Some("Ctrl-C.")).contains("NOT FINISHED: Ctrl-C."));
        assert!(record.file_name().starts_with("payhsm-0123456789abcdef-2026"));
    }
}
