//! The one place that asks the system what time it is.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Where the time comes from.
pub trait Clock {
    /// Now, with the zone of the place.
    fn now(&self) -> OffsetDateTime;
}

/// The system's clock, in its own zone; in UTC where that cannot be told.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_local().unwrap_or_else(|_| OffsetDateTime::now_utc())
    }
}

/// RFC 3339, whole seconds, with the zone: `2026-11-22T07:40:12+01:00`.
#[must_use]
pub fn rfc_3339(time: OffsetDateTime) -> String {
    let whole = time.replace_nanosecond(0).unwrap_or(time);
    // Only years beyond 9999 have no such form.
    whole.format(&Rfc3339).unwrap_or_else(|_| "(time unknown)".to_owned())
}

/// For file names: `20261122T074012`.
#[must_use]
pub fn compact(time: OffsetDateTime) -> String {
    format!(
        "{:04}{:02}{:02}T{:02}{:02}{:02}",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}
