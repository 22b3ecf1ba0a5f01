//! From a record to its bytes.

use super::{Act, BorrowedCommand, Command, Event, HEAD_BYTES, MAX_TEXT};
use super::{Moment, Record, VERSION, kind, tag};

impl Record {
    /// Appends the entry to `out`.
    pub fn put(&self, index: u64, moment: Moment, out: &mut Vec<u8>) {
        put_head(self.kind(), index, moment, out);
        match self {
            Self::Command(command) => put_command(&command.borrowed(), out),
            Self::Act(act) => put_act(act, out),
            Self::Event(event) => put_event(event, out),
        }
    }
}

impl Command {
    /// The same, borrowed.
    #[must_use]
    pub fn borrowed(&self) -> BorrowedCommand<'_> {
        let Self { peer, caller, code, outcome, lmk, keys, zones, account, fingerprint } = self;
        BorrowedCommand {
            peer,
            caller,
            code: *code,
            outcome: *outcome,
            lmk: *lmk,
            keys,
            zones,
            account: account.as_deref(),
            fingerprint: *fingerprint,
        }
    }
}

impl<K: AsRef<str>> BorrowedCommand<'_, K> {
    /// Appends the entry to `out`.
    pub fn put(&self, index: u64, moment: Moment, out: &mut Vec<u8>) {
        put_head(kind::COMMAND, index, moment, out);
        put_command(self, out);
    }
}

fn put_head(kind: u8, index: u64, moment: Moment, out: &mut Vec<u8>) {
    out.reserve(HEAD_BYTES + 160);
    out.extend_from_slice(&[VERSION, kind]);
    out.extend_from_slice(&index.to_be_bytes());
    out.extend_from_slice(&moment.wall.to_be_bytes());
    out.extend_from_slice(&moment.monotonic.to_be_bytes());
}

/// Puts index and moment into an entry that was written without.
pub(crate) fn stamp(entry: &mut [u8], index: u64, moment: Moment) {
    let numbers = [index, moment.wall, moment.monotonic].map(u64::to_be_bytes);
    let places = entry.get_mut(2..HEAD_BYTES).unwrap_or_default().as_chunks_mut::<8>().0;
    places.iter_mut().zip(numbers).for_each(|(place, number)| *place = number);
}

fn put_command<K: AsRef<str>>(command: &BorrowedCommand<'_, K>, out: &mut Vec<u8>) {
    text(tag::CALLER, command.caller, out);
    text(tag::PEER, command.peer, out);
    field(tag::CODE, &command.code, out);
    field(tag::OUTCOME, &command.outcome, out);
    if let Some(lmk) = command.lmk {
        field(tag::LMK, &[lmk], out);
    }
    command.keys.iter().for_each(|key| text(tag::KEY, key.as_ref(), out));
    command.zones.iter().for_each(|zone| text(tag::ZONE, zone, out));
    if let Some(account) = &command.account {
        text(tag::ACCOUNT, account, out);
    }
    if let Some(fingerprint) = &command.fingerprint {
        field(tag::FINGERPRINT, fingerprint, out);
    }
}

fn put_act(act: &Act, out: &mut Vec<u8>) {
    text(tag::OUTCOME, &act.outcome, out);
    act.officers.iter().for_each(|officer| text(tag::OFFICER, officer, out));
    text(tag::ACT, &act.act, out);
    text(tag::ABOUT, &act.about, out);
    text(tag::SAID, &act.said, out);
}

fn put_event(event: &Event, out: &mut Vec<u8>) {
    text(tag::EVENT, &event.name, out);
    text(tag::DETAIL, &event.detail, out);
}

/// An empty text is no field.
fn text(tag: u8, value: &str, out: &mut Vec<u8>) {
    if value.is_empty() {
        return;
    }
    if value.len() <= MAX_TEXT {
        field(tag, value.as_bytes(), out);
        return;
    }
    let end = value.floor_char_boundary(MAX_TEXT - '…'.len_utf8());
    let cut = format!("{}…", value.get(..end).unwrap_or_default());
    field(tag, cut.as_bytes(), out);
}

fn field(tag: u8, value: &[u8], out: &mut Vec<u8>) {
    out.push(tag);
    // A text is short and everything else shorter.
    let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(value.get(..usize::from(length)).unwrap_or(value));
}
