//! The dynamic CVV2 of a card: one code at a time, told once, good for so many tries and uses until it expires.
//!
//! A code is computed by the caller from a number N of 7 decimal digits, and never stored. In the counter form N is the count of
//! codes that the card ever had; it only goes up, also over a card that is issued again. In the time form
//! N = ⌊(unix − 1,577,836,800) / step⌋ mod 10^7 at generation (docs/issuing.md), and its code is good in that step and the next at
//! most, never before. N = 0 is never generated.
//!
//! Only the code that was generated last is ever good: one that was not told, of a later step or of a number that was skipped, is
//! not. A step has one code, so generating again within a step tells the same one, with the tries and uses that it has left.
//!
//! A row changes in one atomic change of the store: for a verification [`Dcvv2Row::verify_begin`], the caller's comparison, and
//! [`Dcvv2Row::verify_end`]. The first counts the try, so the two may also be in changes of their own: what is lost between them
//! stays counted, and no code is accepted more often than it has uses.

mod bytes;
mod generate;
mod policy;
mod verify;

pub use generate::Generated;
pub use policy::{Deferred, Digits, Form, Method, Policy, PolicyMistake, WhileAlive};
pub use verify::{Attempt, Expected, Merchant, NoMerchant};

/// The highest N: seven digits.
pub const HIGHEST_NUMBER: u32 = 9_999_999;

/// Which CVV2 of a card are good. Also its byte in a row and in a request: `0`, `1`, `2`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// 0: the static one alone.
    #[default]
    Static,
    /// 1: dynamic ones alone.
    Dynamic,
    /// 2: dynamic ones, and the static one too.
    DynamicWithFallback,
}

/// Why a step is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Dcvv2Refused {
    /// V1: not the code; the try was counted.
    #[error("wrong code")]
    CvvMismatch,
    /// V2: there is no code yet, or it was withdrawn.
    #[error("no dynamic CVV2 yet")]
    NotGenerated,
    /// V3.
    #[error("the dynamic CVV2 expired")]
    Expired,
    /// V4: the code has no use left. In the time form also: the code of this step, and the next step has another.
    #[error("the dynamic CVV2 was used")]
    Used,
    /// V5: the code has no try left; in the time form as with V4.
    #[error("no tries left for this dynamic CVV2")]
    Blocked,
    /// V6: a static CVV2 while dynamic ones alone are good.
    #[error("the static CVV2 is not in force")]
    StaticInactive,
    /// V7: the product has none, or not this mode; or it is disabled for the card.
    #[error("no dynamic CVV2 for this card")]
    DynamicUnsupported,
    /// V8: the last one is alive and the product refuses another; or the caller refuses the code of this step.
    #[error("the last dynamic CVV2 has not expired")]
    NotExpired,
    /// V9: the clock went back too far.
    #[error("the clock went back")]
    ClockStepped,
    /// VA: bound to another merchant.
    #[error("bound to another merchant")]
    AnotherMerchant,
    /// VB: 9,999,999 were made.
    #[error("no dynamic CVV2 is left for this card")]
    CounterExhausted,
    /// VD: already enabled so, already disabled.
    #[error("the card is in that mode already")]
    AlreadyInMode,
}

/// What the last verification that came as far as a comparison said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastResult {
    /// It was the code.
    Right,
    /// It was another.
    Wrong,
}

/// How the code that was generated last stands. In this order: what is first is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeState {
    /// There is none, or it was withdrawn.
    NotGenerated,
    /// Too late.
    Expired,
    /// No tries left.
    Blocked,
    /// No uses left.
    Used,
    /// Good.
    Alive,
}

/// The row of a card's dynamic CVV2. The default is a card that never had one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dcvv2Row {
    mode: Mode,
    /// The last number of the counter form.
    counter: u32,
    /// The latest time that the row was used at.
    last_seen: u64,
    last_result: Option<LastResult>,
    issue: Option<Issue>,
}

/// The code that was generated last.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Issue {
    number: u32,
    method: Method,
    digits: Digits,
    issued_at: u64,
    expires_at: u64,
    tries_left: u8,
    uses_left: u8,
    /// Seconds for further uses after the first, if they are bound to its merchant.
    window: Option<u32>,
    bound: Option<Merchant>,
    withdrawn: bool,
}

/// What may be told of a card's dynamic CVV2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Which CVV2 are good.
    pub mode: Mode,
    /// How many the card had in the counter form.
    pub counter: u32,
    /// How the last one stands.
    pub code: CodeState,
    /// Unix seconds of its generation.
    pub issued_at: Option<u64>,
    /// Unix seconds from which it is expired.
    pub expires_at: Option<u64>,
    /// Tries that it has left.
    pub tries_left: u8,
    /// Uses that it has left.
    pub uses_left: u8,
    /// The merchant that its further uses are bound to.
    pub merchant: Option<Merchant>,
    /// What the last comparison said, of this one or one before.
    pub last_result: Option<LastResult>,
}

impl Dcvv2Row {
    /// Dynamic ones from now on, with the static one or without; also from one to the other.
    ///
    /// # Errors
    /// [`Dcvv2Refused::DynamicUnsupported`] for a fallback that the product has not, [`Dcvv2Refused::AlreadyInMode`].
    pub fn enable(&mut self, policy: &Policy, fallback: bool) -> Result<(), Dcvv2Refused> {
        if fallback && !policy.fallback {
            return Err(Dcvv2Refused::DynamicUnsupported);
        }
        let mode = if fallback { Mode::DynamicWithFallback } else { Mode::Dynamic };
        if self.mode == mode {
            return Err(Dcvv2Refused::AlreadyInMode);
        }
        self.mode = mode;
        Ok(())
    }

    /// The static one alone, at `now` unix seconds. The last code is withdrawn. This also believes a clock that went back: a card
    /// that met a clock far ahead is disabled and enabled again. No old code comes to life by it; in the time form, steps that the
    /// clock shows a second time have the codes that they had.
    ///
    /// # Errors
    /// [`Dcvv2Refused::AlreadyInMode`]
    pub fn disable(&mut self, now: u64) -> Result<(), Dcvv2Refused> {
        if self.mode == Mode::Static {
            return Err(Dcvv2Refused::AlreadyInMode);
        }
        self.mode = Mode::Static;
        self.withdraw();
        self.last_seen = now;
        Ok(())
    }

    /// The last code is good no more, as when the card is issued again. Mode and counter stay.
    pub const fn withdraw(&mut self) {
        if let Some(issue) = &mut self.issue {
            issue.withdrawn = true;
        }
    }

    /// Whether the static CVV2 may be verified.
    ///
    /// # Errors
    /// [`Dcvv2Refused::StaticInactive`]
    pub const fn static_allowed(&self) -> Result<(), Dcvv2Refused> {
        match self.mode {
            Mode::Static | Mode::DynamicWithFallback => Ok(()),
            Mode::Dynamic => Err(Dcvv2Refused::StaticInactive),
        }
    }

    /// Which CVV2 are good.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// How it stands at `now` unix seconds.
    #[must_use]
    pub fn status(&self, now: u64) -> Status {
        let issue = self.issue.as_ref();
        Status {
            mode: self.mode,
            counter: self.counter,
            code: self.code_state(self.later(now)),
            issued_at: issue.map(|issue| issue.issued_at),
            expires_at: issue.map(|issue| issue.expires_at),
            tries_left: issue.map_or(0, |issue| issue.tries_left),
            uses_left: issue.map_or(0, |issue| issue.uses_left),
            merchant: issue.and_then(|issue| issue.bound.clone()),
            last_result: self.last_result,
        }
    }

    /// Now, or the latest time that the row has seen: a clock that goes back revives nothing.
    fn later(&self, now: u64) -> u64 {
        now.max(self.last_seen)
    }

    fn code_state(&self, now: u64) -> CodeState {
        match &self.issue {
            None => CodeState::NotGenerated,
            Some(issue) if issue.withdrawn => CodeState::NotGenerated,
            Some(issue) if now >= issue.expires_at => CodeState::Expired,
            Some(issue) if issue.tries_left == 0 => CodeState::Blocked,
            Some(issue) if issue.uses_left == 0 => CodeState::Used,
            Some(_) => CodeState::Alive,
        }
    }
}

#[cfg(test)]
mod tests;
