//! The next code.

use super::{
    CodeState, Dcvv2Refused, Dcvv2Row, Expected, Form, HIGHEST_NUMBER, Issue, Mode, Policy,
    WhileAlive,
};
use std::num::NonZeroU32;

/// Unix seconds of 2020-01-01T00:00:00Z, where the steps of the time form begin.
const FIRST_STEP: u64 = 1_577_836_800;

/// How many numbers in a row a caller may refuse: chance asks for two of a thousand, so more is a fault.
const MOST_SKIPPED: u32 = 64;

/// A code that the row now knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Generated {
    /// What it is computed of.
    pub code: Expected,
    /// Unix seconds of its generation, by a clock that does not go back.
    pub issued_at: u64,
    /// Unix seconds from which it is expired.
    pub expires_at: u64,
}

impl Dcvv2Row {
    /// The code that a new one should differ from, so that whoever asks for another sees another. None in the time form, where a
    /// step has one code.
    #[must_use]
    pub fn previous(&self, policy: &Policy) -> Option<Expected> {
        match policy.form {
            Form::Counter => self.issue.as_ref().map(Issue::expected),
            Form::Time { .. } => None,
        }
    }

    /// The next code, at `now` unix seconds; the row has to be kept before the code is told.
    ///
    /// `accept` says whether the code of a number may be told: not if it is the code of [`Dcvv2Row::previous`], nor if it is the
    /// static CVV2. The counter form goes on to the next number; in the time form there is none before the next step.
    ///
    /// # Errors
    /// [`Dcvv2Refused`]: not enabled (V7), clock (V9), alive (V8), used (V4) or blocked (V5) in this step, exhausted (VB). The row is
    /// then as before.
    pub fn generate(
        &mut self,
        policy: &Policy,
        now: u64,
        mut accept: impl FnMut(u32) -> bool,
    ) -> Result<Generated, Dcvv2Refused> {
        let mode = self.mode_for(policy)?;
        if now.saturating_add(u64::from(policy.skew)) < self.last_seen {
            return Err(Dcvv2Refused::ClockStepped);
        }
        let now = self.later(now);
        let alive = self.code_state(now) == CodeState::Alive;
        if alive && policy.while_alive == WhileAlive::Refuse {
            return Err(Dcvv2Refused::NotExpired);
        }
        let issue = match policy.form {
            Form::Counter => self.counted(policy, now, &mut accept)?,
            Form::Time { step } => self.timed(policy, step, now, &mut accept)?,
        };
        let generated = Generated {
            code: issue.expected(),
            issued_at: issue.issued_at,
            expires_at: issue.expires_at,
        };
        if policy.form == Form::Counter {
            self.counter = issue.number;
        }
        self.mode = mode;
        self.last_seen = now;
        self.issue = Some(issue);
        Ok(generated)
    }

    const fn mode_for(&self, policy: &Policy) -> Result<Mode, Dcvv2Refused> {
        match (self.mode, policy.auto_enable, policy.fallback) {
            (Mode::Dynamic | Mode::DynamicWithFallback, _, _) => Ok(self.mode),
            (Mode::Static, false, _) => Err(Dcvv2Refused::DynamicUnsupported),
            (Mode::Static, true, false) => Ok(Mode::Dynamic),
            (Mode::Static, true, true) => Ok(Mode::DynamicWithFallback),
        }
    }

    fn counted(
        &self,
        policy: &Policy,
        now: u64,
        accept: &mut impl FnMut(u32) -> bool,
    ) -> Result<Issue, Dcvv2Refused> {
        let next = self.counter.saturating_add(1);
        let last = self.counter.saturating_add(MOST_SKIPPED).min(HIGHEST_NUMBER);
        let number = (next..=last).find(|number| accept(*number));
        let number = number.ok_or(Dcvv2Refused::CounterExhausted)?;
        Ok(Issue::new(policy, number, now, now.saturating_add(u64::from(policy.ttl))))
    }

    fn timed(
        &self,
        policy: &Policy,
        step: NonZeroU32,
        now: u64,
        accept: &mut impl FnMut(u32) -> bool,
    ) -> Result<Issue, Dcvv2Refused> {
        let seconds = u64::from(step.get());
        let since = now.checked_sub(FIRST_STEP).ok_or(Dcvv2Refused::ClockStepped)?;
        let index = since / seconds;
        let number = u32::try_from(index % (u64::from(HIGHEST_NUMBER) + 1)).unwrap_or_default();
        // Good in this step and the next.
        let end = (index + 2).saturating_mul(seconds).saturating_add(FIRST_STEP);
        let expires_at = now.saturating_add(u64::from(policy.ttl)).min(end);
        let mut issue = Issue::new(policy, number, now, expires_at);
        if let Some(same) = self.issue.as_ref().filter(|issue| issue.number == number) {
            if same.uses_left == 0 || same.bound.is_some() {
                return Err(Dcvv2Refused::Used);
            }
            if same.tries_left == 0 {
                return Err(Dcvv2Refused::Blocked);
            }
            // One code, however often it is told.
            issue.tries_left = same.tries_left.min(issue.tries_left);
            issue.uses_left = same.uses_left.min(issue.uses_left);
        }
        // N = 0 says that there never was one; the step after it has another.
        if number == 0 || !accept(number) {
            return Err(Dcvv2Refused::NotExpired);
        }
        Ok(issue)
    }
}

impl Issue {
    fn new(policy: &Policy, number: u32, now: u64, expires_at: u64) -> Self {
        Self {
            number,
            method: policy.method,
            digits: policy.digits,
            issued_at: now,
            expires_at,
            tries_left: policy.tries,
            uses_left: policy.deferred.map_or(policy.uses, |deferred| deferred.uses),
            window: policy.deferred.map(|deferred| deferred.window),
            bound: None,
            withdrawn: false,
        }
    }

    pub(super) const fn expected(&self) -> Expected {
        Expected { number: self.number, method: self.method, digits: self.digits }
    }
}
