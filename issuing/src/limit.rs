//! How often: calls and failures of a caller, a key, or a key and a card, over a minute, an hour and a day, and failures for good.
//!
//! Counts slide by buckets: a sixth of a minute, a twelfth of an hour, an hour of a day. A window takes in one bucket more than its
//! seconds, so there are never more than the limit in any minute, hour or day, and a call may wait one bucket longer than it had to.
//! A clock that goes back frees nothing. A row has a fixed size.

mod most_per;
mod window;

pub use most_per::{MostPer, MostPerRow};

use crate::row::{Reader, Row, RowError, Writer};
use window::Window;
use zeroize::Zeroizing;

/// The most of something in any minute, hour and day; what is not given is not limited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    /// In 60 seconds.
    pub minute: Option<u32>,
    /// In 3,600 seconds.
    pub hour: Option<u32>,
    /// In 86,400 seconds.
    pub day: Option<u32>,
}

/// What a row allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Calls, whatever came of them.
    pub calls: Rates,
    /// Calls that failed, such as wrong PINs.
    pub failures: Rates,
    /// Calls that failed since officers last looked.
    pub failures_in_all: Option<u32>,
}

/// No more for now, or until officers say so. Both are code 72.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LimitRefused {
    /// Too many within a minute, an hour or a day.
    #[error("too many calls or failures for now")]
    TooOften,
    /// Too many failures in all: an attack that is slow enough for the rates.
    #[error("too many failures; officers have to reset the count")]
    TooManyFailures,
}

/// The limit that a row has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Met {
    /// Of calls in a minute, an hour or a day.
    Calls,
    /// Of failures in a minute,
    FailuresInMinute,
    /// in an hour,
    FailuresInHour,
    /// in a day,
    FailuresInDay,
    /// or in all.
    FailuresInAll,
}

impl From<Met> for LimitRefused {
    fn from(met: Met) -> Self {
        match met {
            Met::FailuresInAll => Self::TooManyFailures,
            Met::Calls | Met::FailuresInMinute | Met::FailuresInHour | Met::FailuresInDay => {
                Self::TooOften
            }
        }
    }
}

/// What was counted of a caller, a key, or a key and a card. The default is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LimitRow {
    calls: Windows,
    failures: Windows,
    failures_in_all: u32,
}

impl LimitRow {
    /// Counts a call at `now` unix seconds, if it may be.
    ///
    /// # Errors
    /// [`LimitRefused`]; nothing is then counted.
    pub fn take(&mut self, now: u64, limits: &Limits) -> Result<(), LimitRefused> {
        self.call(now, limits).map_err(LimitRefused::from)
    }

    /// The same, for who wants to know which limit it is: the one that lasts longest, of failures before calls.
    ///
    /// # Errors
    /// [`Met`]; nothing is then counted.
    pub fn call(&mut self, now: u64, limits: &Limits) -> Result<(), Met> {
        if limits.failures_in_all.is_some_and(|most| self.failures_in_all >= most) {
            return Err(Met::FailuresInAll);
        }
        let (failures, most) = (&self.failures, &limits.failures);
        if !failures.have_room(now, &Rates { day: most.day, ..Rates::default() }) {
            return Err(Met::FailuresInDay);
        }
        if !failures.have_room(now, &Rates { hour: most.hour, ..Rates::default() }) {
            return Err(Met::FailuresInHour);
        }
        if !failures.have_room(now, &Rates { minute: most.minute, ..Rates::default() }) {
            return Err(Met::FailuresInMinute);
        }
        if !self.calls.have_room(now, &limits.calls) {
            return Err(Met::Calls);
        }
        self.calls.count(now);
        Ok(())
    }

    /// The call that was taken failed. The row has to be kept before the failure is told.
    pub fn fail(&mut self, now: u64) {
        self.failures.count(now);
        self.failures_in_all = self.failures_in_all.saturating_add(1);
    }

    /// Calls that failed since the last reset.
    #[must_use]
    pub const fn failures_in_all(&self) -> u32 {
        self.failures_in_all
    }

    /// Forgets all of it: an act of officers, also after a clock that was far ahead.
    pub fn reset(&mut self) {
        *self = Self::default();
    }
}

impl Row for LimitRow {
    const KIND: u8 = 7;

    fn encode(&self) -> Zeroizing<Vec<u8>> {
        let writer = Writer::new(420);
        let writer = self.failures.put(self.calls.put(writer));
        writer.u32(self.failures_in_all).done()
    }

    fn decode(bytes: &[u8]) -> Result<Self, RowError> {
        let mut reader = Reader::new(bytes)?;
        let row = Self {
            calls: Windows::take(&mut reader)?,
            failures: Windows::take(&mut reader)?,
            failures_in_all: reader.u32()?,
        };
        reader.done(row, true)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Windows {
    minute: Window<7>,
    hour: Window<13>,
    day: Window<25>,
}

/// Seconds of a bucket.
const OF_MINUTE: u64 = 10;
const OF_HOUR: u64 = 300;
const OF_DAY: u64 = 3_600;

impl Windows {
    fn have_room(&self, now: u64, rates: &Rates) -> bool {
        let room =
            |most: Option<u32>, counted: u64| most.is_none_or(|most| counted < u64::from(most));
        room(rates.minute, self.minute.counted(now / OF_MINUTE))
            && room(rates.hour, self.hour.counted(now / OF_HOUR))
            && room(rates.day, self.day.counted(now / OF_DAY))
    }

    fn count(&mut self, now: u64) {
        self.minute.count(now / OF_MINUTE);
        self.hour.count(now / OF_HOUR);
        self.day.count(now / OF_DAY);
    }

    fn put(&self, writer: Writer) -> Writer {
        self.day.put(self.hour.put(self.minute.put(writer)))
    }

    fn take(reader: &mut Reader<'_>) -> Result<Self, RowError> {
        Ok(Self {
            minute: Window::take(reader)?,
            hour: Window::take(reader)?,
            day: Window::take(reader)?,
        })
    }
}

#[cfg(test)]
mod tests;
