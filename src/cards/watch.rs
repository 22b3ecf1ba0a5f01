//! Limits that stop whoever guesses: a caller on many cards, a key for many callers, one card for good.
//!
//! Calls are counted before there is a verdict and failures before it is told. Requests that are worked on at the same moment may
//! each have begun before the others failed: what has to be exact is counted in the row of the card.

use super::{Guard, Id, Rows, Step};
use crate::numbers::Limit;
use payhsm_issuing::limit::{LimitRow, Limits, Met, Rates};
use payhsm_keys::Random;
use payhsm_protocol::ErrorCode;
use payhsm_protocol::field::{CheckValue, Pan};

/// Wrong values of one card under one key in any 24 hours: with three digits a guess succeeds once in two hundred days.
const WRONG_OF_A_CARD: Limits =
    Limits { calls: NOTHING, failures: Rates { day: Some(5), ..NOTHING }, failures_in_all: None };
const NOTHING: Rates = Rates { minute: None, hour: None, day: None };

/// The rows that a request is counted in. Where nothing is limited there is none.
#[derive(Debug, Default)]
pub struct Watch(Vec<(Id<LimitRow>, Limits)>);

impl Watch {
    /// What is limited for a caller and for a key, whoever calls and whatever card it is.
    ///
    /// # Errors
    /// As [`Rows::id`].
    pub fn of(
        rows: &Rows<'_>,
        guard: &Guard,
        caller: &str,
        key: &CheckValue,
    ) -> Result<Self, ErrorCode> {
        Self::default().beside(rows, &[b"caller", caller.as_bytes()], guard.caller)?.beside(
            rows,
            &[b"key", &key.0],
            guard.key,
        )
    }

    /// Wrong values of one card under one key, where no row of the card counts them: 5 in any 24 hours.
    ///
    /// # Errors
    /// As [`Rows::id`].
    pub fn of_card(rows: &Rows<'_>, key: &CheckValue, pan: &Pan) -> Result<Self, ErrorCode> {
        Self::default().and_card(rows, key, pan)
    }

    /// The same, and what these parts name is limited too.
    ///
    /// # Errors
    /// As [`Rows::id`].
    pub fn beside(
        mut self,
        rows: &Rows<'_>,
        parts: &[&[u8]],
        limits: Limits,
    ) -> Result<Self, ErrorCode> {
        if limits != Limits::default() {
            self.0.push((rows.id(parts)?, limits));
        }
        Ok(self)
    }

    /// The same, and wrong PINs of these digits of an account, whatever they are compared with: 5 in any 24 hours.
    ///
    /// # Errors
    /// As [`Rows::id`].
    pub fn and_pin(self, rows: &Rows<'_>, digits: &[u8]) -> Result<Self, ErrorCode> {
        self.beside(rows, &[b"pin", digits], WRONG_OF_A_CARD)
    }

    /// The same, and wrong PINs by this validation data under one key: 5 in any 24 hours.
    ///
    /// # Errors
    /// As [`Rows::id`].
    pub fn and_validation(
        self,
        rows: &Rows<'_>,
        key: &CheckValue,
        data: &[u8],
    ) -> Result<Self, ErrorCode> {
        self.beside(rows, &[b"validation", &key.0, data], WRONG_OF_A_CARD)
    }

    /// The same, and wrong values of one card under one key, counted with those of [`Watch::of_card`].
    ///
    /// # Errors
    /// As [`Rows::id`].
    pub fn and_card(self, rows: &Rows<'_>, key: &CheckValue, pan: &Pan) -> Result<Self, ErrorCode> {
        self.beside(rows, &[b"card", &key.0, &pan.0], WRONG_OF_A_CARD)
    }

    /// Whether nothing is limited.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Counts a call at `now` unix seconds.
    ///
    /// # Errors
    /// 72 if there were too many calls or failures, else as [`Rows::change`].
    pub fn begin(
        &self,
        rows: &Rows<'_>,
        random: &mut dyn Random,
        now: u64,
    ) -> Result<(), ErrorCode> {
        for (id, limits) in &self.0 {
            let met = rows.change(*id, random, |row| {
                match row.get_or_insert_default().call(now, limits) {
                    Ok(()) => Step::Write(Ok(())),
                    Err(met) => Step::Leave(Err(met)),
                }
            })?;
            refused(rows, met, now)?;
        }
        Ok(())
    }

    /// Counts a verdict, exactly, before it is told: a right one only where calls are limited. Where there were too many wrong
    /// ones nobody learns whether this is right.
    ///
    /// # Errors
    /// 72 if there were too many, else as [`Rows::change`].
    pub fn verdict(
        &self,
        rows: &Rows<'_>,
        right: bool,
        random: &mut dyn Random,
        now: u64,
    ) -> Result<(), ErrorCode> {
        for (id, limits) in &self.0 {
            let met = rows.change(*id, random, |row| {
                let mut counted = row.clone().unwrap_or_default();
                if let Err(met) = counted.call(now, limits) {
                    return Step::Leave(Err(met));
                }
                if right && limits.calls == NOTHING {
                    return Step::Leave(Ok(()));
                }
                if !right {
                    counted.fail(now);
                }
                *row = Some(counted);
                Step::Write(Ok(()))
            })?;
            refused(rows, met, now)?;
        }
        Ok(())
    }

    /// The call failed: counted before that is told.
    ///
    /// # Errors
    /// As [`Rows::change`].
    pub fn failed(
        &self,
        rows: &Rows<'_>,
        random: &mut dyn Random,
        now: u64,
    ) -> Result<(), ErrorCode> {
        for (id, _) in &self.0 {
            rows.change(*id, random, |row| {
                row.get_or_insert_default().fail(now);
                Step::Write(())
            })?;
        }
        Ok(())
    }
}

/// 72 where a limit was met, which is counted.
fn refused(rows: &Rows<'_>, met: Result<(), Met>, now: u64) -> Result<(), ErrorCode> {
    met.map_err(|met| {
        rows.numbers().limits.count(limit(met), now);
        ErrorCode::RateExceeded
    })
}

/// As it is counted.
const fn limit(met: Met) -> Limit {
    match met {
        Met::Calls => Limit::Calls,
        Met::FailuresInMinute => Limit::FailuresInMinute,
        Met::FailuresInHour => Limit::FailuresInHour,
        Met::FailuresInDay => Limit::FailuresInDay,
        Met::FailuresInAll => Limit::FailuresInAll,
    }
}
