//! Which records are meant.

use super::args::Search;
use crate::record::{Entry, Record};
use crate::verify::parse_time;
use std::str::FromStr;

/// Records from one index to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// From, and up to and with.
    Between(u64, u64),
    /// From there on.
    From(u64),
    /// So many at the end.
    Last(u64),
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.parse::<u64>().ok();
        let span = match text.split_once('-') {
            None => number(text).map(|one| Self::Between(one, one)),
            Some(("last", count)) => number(count).map(Self::Last),
            Some((from, "")) => number(from).map(Self::From),
            Some((from, to)) => {
                number(from).zip(number(to)).map(|(from, to)| Self::Between(from, to))
            }
        };
        let right = span.filter(|span| !matches!(span, Self::Between(from, to) if from > to));
        right.ok_or_else(|| "records are written 7, 7-20, 7- or last-20".to_owned())
    }
}

impl Span {
    /// In a log of so many records: the first one, and the one behind the last.
    pub(super) fn within(self, size: u64) -> Result<(u64, u64), String> {
        let (from, end) = match self {
            Self::Between(from, to) => (from, to.saturating_add(1)),
            Self::From(from) => (from, size),
            Self::Last(count) => (size.saturating_sub(count), size),
        };
        if from < end && end <= size {
            Ok((from, end))
        } else {
            Err(format!("the checkpoint covers {size} records, and not those that were asked for"))
        }
    }
}

/// `00`, or `!00` for anything else.
pub(super) fn parse_result(text: &str) -> Result<(bool, String), String> {
    let (is, code) = text.strip_prefix('!').map_or((true, text), |code| (false, code));
    if code.len() == 2 {
        Ok((is, code.to_owned()))
    } else {
        Err("a result has two characters".to_owned())
    }
}

/// A time of day.
pub(super) fn time(text: &str) -> Result<u64, String> {
    parse_time(text)
        .ok_or_else(|| "a time is written 2026-11-22T07:40:12Z, a day 2026-11-22".to_owned())
}

/// Whether everything that is given applies.
pub(super) fn applies(search: &Search, entry: &Entry) -> bool {
    let wall = entry.moment.wall;
    if search.from.is_some_and(|from| wall < from) || search.to.is_some_and(|to| wall >= to) {
        return false;
    }
    let of_command = search.caller.is_some()
        || search.command.is_some()
        || search.result.is_some()
        || search.key.is_some()
        || search.account_fingerprint.is_some();
    match &entry.record {
        Record::Command(command) => {
            let is = |wanted: &Option<String>, there: &[u8]| {
                wanted.as_ref().is_none_or(|wanted| wanted.as_bytes() == there)
            };
            let result = search.result.as_ref();
            let print = command.fingerprint.map(hex::encode).unwrap_or_default();
            let wanted_print = search.account_fingerprint.as_ref();
            search.officer.is_none()
                && search.event.is_none()
                && is(&search.caller, command.caller.as_bytes())
                && is(&search.command, &command.code)
                && result.is_none_or(|(is, code)| (code.as_bytes() == command.outcome) == *is)
                && search
                    .key
                    .as_ref()
                    .is_none_or(|key| command.keys.iter().any(|one| is_key(one, key)))
                && wanted_print.is_none_or(|wanted| {
                    !print.is_empty() && print.starts_with(&wanted.to_ascii_lowercase())
                })
        }
        Record::Act(act) => {
            let officer = search.officer.as_ref();
            !of_command
                && search.event.is_none()
                && officer.is_none_or(|officer| act.officers.contains(officer))
        }
        Record::Event(event) => {
            let name = search.event.as_ref();
            !of_command && search.officer.is_none() && name.is_none_or(|name| event.name == *name)
        }
    }
}

fn is_key(there: &str, wanted: &str) -> bool {
    there == wanted || there.split_once(':').is_some_and(|(_, name)| name == wanted)
}

/// Which records of an export are shown as hashes alone.
#[derive(Clone, Debug)]
pub(super) enum Hidden {
    /// Those in a range.
    Records(Span),
    /// Those that have a field, with this value if one is given.
    Field(Field, Option<String>),
}

/// Fields that records can be hidden for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Field {
    Account,
    Caller,
    Key,
    Officer,
    Zone,
}

impl FromStr for Hidden {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text
            .split_once('=')
            .map_or((text, None), |(name, value)| (name, Some(value.to_owned())));
        let field = match name {
            "account" => Field::Account,
            "caller" => Field::Caller,
            "key" => Field::Key,
            "officer" => Field::Officer,
            "zone" => Field::Zone,
            _ => {
                let span = text.parse().ok().filter(|span| !matches!(span, Span::Last(_)));
                let why = "what is hidden is 7, 7-20, 7-, or account, caller, key, officer, zone, with =VALUE or without";
                return span.map(Self::Records).ok_or_else(|| why.to_owned());
            }
        };
        Ok(Self::Field(field, value))
    }
}

impl Field {
    /// What a record has in it.
    pub(super) fn values(self, entry: &Entry) -> impl Iterator<Item = &String> {
        let (mut one, mut many): (Option<&String>, &[String]) = (None, &[]);
        match (&entry.record, self) {
            (Record::Command(command), Self::Account) => one = command.account.as_ref(),
            (Record::Command(command), Self::Caller) => one = Some(&command.caller),
            (Record::Command(command), Self::Key) => many = &command.keys,
            (Record::Command(command), Self::Zone) => many = &command.zones,
            (Record::Act(act), Self::Officer) => many = &act.officers,
            (Record::Command(_) | Record::Act(_) | Record::Event(_), _) => {}
        }
        one.into_iter().chain(many)
    }
}

#[cfg(test)]
mod tests {
    use super::Span;

    #[test]
    fn ranges_are_read() {
        assert_eq!("7".parse(), Ok(Span::Between(7, 7)));
        assert_eq!("7-20".parse(), Ok(Span::Between(7, 20)));
        assert_eq!("7-".parse(), Ok(Span::From(7)));
        assert_eq!("last-3".parse(), Ok(Span::Last(3)));
        for bad in ["", "-", "-3", "x", "7-x", "20-7", "1-2-3"] {
            assert!(bad.parse::<Span>().is_err(), "{bad}");
        }
        assert_eq!(Span::Last(3).within(10), Ok((7, 10)));
        assert_eq!(Span::Last(30).within(10), Ok((0, 10)));
        assert_eq!(Span::Between(0, 9).within(10), Ok((0, 10)));
        assert!(Span::Between(0, 10).within(10).is_err() && Span::From(10).within(10).is_err());
        assert!(Span::Between(0, u64::MAX).within(u64::MAX).is_ok());
    }
}
