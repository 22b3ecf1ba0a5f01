//! A record as JSON and as comma-separated values.

use crate::record::{Entry, Record};
use crate::verify::{plain, rfc_3339};
use serde::Serialize;
use std::io::{self, Write};

/// A record by its fields; those that it has not are left out.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Row {
    pub(super) index: u64,
    pub(super) time: String,
    /// Microseconds since the daemon started.
    pub(super) monotonic_us: u64,
    /// `command`, `act` or `event`.
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) caller: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) peer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) command: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) result: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) lmk: Option<u8>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) keys: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) zones: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) account_fingerprint: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) officers: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) act: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) about: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) outcome: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) said: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) event: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) detail: Option<String>,
}

impl From<Entry> for Row {
    fn from(entry: Entry) -> Self {
        let mut row = Self {
            index: entry.index,
            time: rfc_3339(entry.moment.wall),
            monotonic_us: entry.moment.monotonic,
            ..Self::default()
        };
        match entry.record {
            Record::Command(command) => {
                row.kind = "command";
                row.caller = Some(command.caller);
                row.peer = Some(command.peer);
                row.command = Some(command.code.escape_ascii().to_string());
                row.result = Some(command.outcome.escape_ascii().to_string());
                row.lmk = command.lmk;
                row.keys = command.keys;
                row.zones = command.zones;
                row.account = command.account;
                row.account_fingerprint = command.fingerprint.map(hex::encode);
            }
            Record::Act(act) => {
                row.kind = "act";
                row.officers = act.officers;
                row.act = Some(act.act);
                row.about = Some(act.about);
                row.outcome = Some(act.outcome);
                row.said = Some(act.said);
            }
            Record::Event(event) => {
                row.kind = "event";
                row.event = Some(event.name);
                row.detail = Some(event.detail);
            }
        }
        row
    }
}

/// The head of the comma-separated values.
pub(super) const CSV_HEAD: &str = "index,time,monotonic_us,kind,caller,peer,command,result,lmk,keys,zones,account,\
                                   account_fingerprint,officers,act,about,outcome,said,event,detail\r\n";

impl Row {
    /// One line of comma-separated values (RFC 4180).
    pub(super) fn put_csv(&self, out: &mut dyn Write) -> io::Result<()> {
        let some = |text: &Option<String>| text.clone().unwrap_or_default();
        let cells = [
            self.index.to_string(),
            self.time.clone(),
            self.monotonic_us.to_string(),
            self.kind.to_owned(),
            some(&self.caller),
            some(&self.peer),
            some(&self.command),
            some(&self.result),
            self.lmk.map(|lmk| lmk.to_string()).unwrap_or_default(),
            self.keys.join(" "),
            self.zones.join(" "),
            some(&self.account),
            some(&self.account_fingerprint),
            self.officers.join(" "),
            some(&self.act),
            some(&self.about),
            some(&self.outcome),
            some(&self.said),
            some(&self.event),
            some(&self.detail),
        ];
        write!(out, "{}\r\n", cells.map(|cell| csv_cell(&cell)).join(","))
    }
}

/// A spreadsheet takes what begins like a formula for one: such a text gets `'` in front. Line ends and other characters
/// that do something are written out.
fn csv_cell(text: &str) -> String {
    let text: String = text.chars().map(plain).collect();
    // Some look behind spaces, too; some take the wide forms.
    let formula =
        text.trim_start().starts_with(['=', '+', '-', '@', '|', '%', '＝', '＋', '－', '＠']);
    let quote = if formula { "'" } else { "" };
    if formula || text.contains(['"', ',', ';', '\'', ' ']) {
        format!("\"{quote}{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::csv_cell;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, cell) in [
            ("api", "api"),
            ("=1+1", "\"'=1+1\""),
            (" =1+1", "\"' =1+1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("-2", "\"'-2\""),
            ("a,b", "\"a,b\""),
            ("a\"b", "\"a\"\"b\""),
            ("\t=1", "\\u{9}=1"),
            ("a\r\n=1", "a\\u{d}\\u{a}=1"),
        ] {
            assert_eq!(csv_cell(text), cell, "{text:?}");
        }
    }
}
