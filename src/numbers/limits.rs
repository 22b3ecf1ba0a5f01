//! Limits that stopped a call.

use super::Counter;
use std::sync::atomic::{AtomicU64, Ordering};

/// A limit that a call can meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Commands of a caller in a second.
    CallerRate,
    /// Calls that verify something, of a caller or with a key.
    Calls,
    /// Failures of a caller, a key or a card in a minute,
    FailuresInMinute,
    /// in an hour,
    FailuresInHour,
    /// in a day,
    FailuresInDay,
    /// or in all.
    FailuresInAll,
    /// Tokens under one BIN and last four digits.
    Tokens,
    /// Card numbers for tokens.
    CardNumbers,
}

impl Limit {
    /// Each of them.
    pub const ALL: [Self; 8] = [
        Self::CallerRate,
        Self::Calls,
        Self::FailuresInMinute,
        Self::FailuresInHour,
        Self::FailuresInDay,
        Self::FailuresInAll,
        Self::Tokens,
        Self::CardNumbers,
    ];

    /// Its name, as metrics have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CallerRate => "caller_rate",
            Self::Calls => "calls",
            Self::FailuresInMinute => "failures_in_minute",
            Self::FailuresInHour => "failures_in_hour",
            Self::FailuresInDay => "failures_in_day",
            Self::FailuresInAll => "failures_in_all",
            Self::Tokens => "tokens",
            Self::CardNumbers => "card_numbers",
        }
    }
}

/// How often each limit stopped a call.
#[derive(Debug, Default)]
pub struct LimitsMet([Met; Limit::ALL.len()]);

#[derive(Debug, Default)]
struct Met {
    times: Counter,
    /// When last, unix seconds; 0 for never.
    last: AtomicU64,
}

impl LimitsMet {
    /// A call was stopped at `now` unix seconds.
    pub(crate) fn count(&self, limit: Limit, now: u64) {
        if let Some(met) = self.0.get(limit as usize) {
            met.times.add(1);
            met.last.store(now, Ordering::Relaxed);
        }
    }

    /// How many calls it stopped.
    #[must_use]
    pub fn times(&self, limit: Limit) -> u64 {
        self.0.get(limit as usize).map_or(0, |met| met.times.get())
    }

    /// When it last stopped one, unix seconds.
    #[must_use]
    pub fn last(&self, limit: Limit) -> Option<u64> {
        let last = self.0.get(limit as usize)?.last.load(Ordering::Relaxed);
        (last > 0).then_some(last)
    }
}

#[cfg(test)]
mod tests {
    use super::{Limit, LimitsMet};
    use std::collections::BTreeSet;

    #[test]
    fn every_limit_has_a_place_and_a_name() {
        let met = LimitsMet::default();
        for (now, limit) in (1..).zip(Limit::ALL) {
            assert_eq!((met.times(limit), met.last(limit)), (0, None));
            met.count(limit, now);
            assert_eq!((met.times(limit), met.last(limit)), (1, Some(now)), "{limit:?}");
        }
        let names: BTreeSet<_> = Limit::ALL.iter().map(|limit| limit.name()).collect();
        assert_eq!(names.len(), Limit::ALL.len());
    }
}
