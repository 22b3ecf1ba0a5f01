//! Time goes forward: by the clock that nobody sets while the daemon runs, by the time of day unless a record says why not.

use super::fault::{Fault, Kind};
use crate::record::{Entry, Moment, Record, event};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Which clocks a record sets anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sets {
    Neither,
    TimeOfDay,
    Both,
}

/// When a record was written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp {
    index: u64,
    moment: Moment,
    sets: Sets,
}

impl Stamp {
    pub(super) fn of(entry: &Entry) -> Self {
        let sets = match &entry.record {
            Record::Event(one) if one.name == event::START => Sets::Both,
            Record::Event(one) if one.name == event::CLOCK => Sets::TimeOfDay,
            Record::Event(_) | Record::Command(_) | Record::Act(_) => Sets::Neither,
        };
        Self { index: entry.index, moment: entry.moment, sets }
    }

    pub(super) const fn wall(self) -> u64 {
        self.moment.wall
    }
}

/// What is wrong with the time of a record, after one of this moment.
pub(super) fn backwards(before: Moment, after: &Stamp) -> Option<Fault> {
    let moment = after.moment;
    if after.sets != Sets::Both && moment.monotonic < before.monotonic {
        let what = format!(
            "the clock that nobody sets goes back by {} us, and the daemon did not start",
            before.monotonic - moment.monotonic
        );
        return Some(Fault::of(after.index, Kind::Time, what));
    }
    if after.sets == Sets::Neither && moment.wall < before.wall {
        let what = format!(
            "the time of day goes back from {} to {}, and no record says why",
            rfc_3339(before.wall),
            rfc_3339(moment.wall)
        );
        return Some(Fault::of(after.index, Kind::Time, what));
    }
    None
}

/// A time of day in microseconds since 1970 as people write it, in UTC: `2026-11-22T07:40:12.000001Z`.
#[must_use]
pub fn rfc_3339(micros: u64) -> String {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1000);
    let text = time.ok().and_then(|time| {
        let whole = time.replace_nanosecond(0).ok()?.format(&Rfc3339).ok()?;
        Some(format!("{}.{:06}Z", whole.trim_end_matches('Z'), time.microsecond()))
    });
    // Only years beyond 9999 have no such form.
    text.unwrap_or_else(|| format!("{micros} us"))
}

/// Seconds since 1970 as people write them, in UTC: `2026-11-22T07:40:12Z`.
#[must_use]
pub fn rfc_3339_seconds(seconds: u64) -> String {
    let time =
        i64::try_from(seconds).ok().and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
    let text = time.and_then(|time| time.format(&Rfc3339).ok());
    text.unwrap_or_else(|| format!("{seconds} s"))
}

/// Reads a time of day, as `2026-11-22T07:40:12Z`, or a day, as `2026-11-22`, which begins at midnight UTC.
#[must_use]
pub fn parse(text: &str) -> Option<u64> {
    let midnight;
    let text = if text.len() == "2026-11-22".len() {
        midnight = format!("{text}T00:00:00Z");
        &midnight
    } else {
        text
    };
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    u64::try_from(time.unix_timestamp_nanos() / 1000).ok()
}

#[cfg(test)]
mod tests {
    use super::{parse, rfc_3339, rfc_3339_seconds};

    #[test]
    fn times_are_read_as_they_are_written() {
        for micros in [0, 1, 1_700_000_000_000_001, 1_795_329_612_999_999] {
            assert_eq!(parse(&rfc_3339(micros)), Some(micros), "{}", rfc_3339(micros));
        }
        assert_eq!(rfc_3339(1_700_000_000_000_001), "2023-11-14T22:13:20.000001Z");
        assert_eq!(rfc_3339_seconds(1_700_000_000), "2023-11-14T22:13:20Z");
        assert_eq!(parse("2023-11-14"), Some(1_699_920_000_000_000));
        assert_eq!(parse("2023-11-14T23:13:20+01:00"), Some(1_700_000_000_000_000));
        assert_eq!((parse("yesterday"), rfc_3339(u64::MAX)), (None, format!("{} us", u64::MAX)));
    }
}
