//! What a product says of its dynamic CVV2.

use std::num::NonZeroU32;

/// The shortest and the longest life of a code and step of the time form: 1 minute to 18 hours, in seconds.
const SECONDS: std::ops::RangeInclusive<u32> = 60..=64_800;

/// The most seconds that a policy may let a clock go back.
const MOST_SKEW: u32 = 3_600;

/// The most uses of one code.
const MOST_USES: u8 = 99;

/// The most tries of one code: guessing stays below one in a hundred with three digits.
const MOST_TRIES: u8 = 9;

/// What a product says of its dynamic CVV2. [`Policy::check`] says whether it makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Where N comes from.
    pub form: Form,
    /// How a code is computed.
    pub method: Method,
    /// How many digits a code has.
    pub digits: Digits,
    /// Seconds that a code lives, 60 to 64,800; in the time form at most to the end of the next step.
    pub ttl: u32,
    /// Wrong tries of one code, 1 to 9.
    pub tries: u8,
    /// Uses of one code, 1 to 99.
    pub uses: u8,
    /// What happens to a code that is alive when another is asked for.
    pub while_alive: WhileAlive,
    /// Whether the first code of a card enables dynamic ones: with the static one as a fallback if the product has that.
    pub auto_enable: bool,
    /// Whether cards may keep the static one beside dynamic ones (mode 2).
    pub fallback: bool,
    /// Seconds that the clock may go back, 0 to 3,600.
    pub skew: u32,
    /// Further uses at the merchant of the first; in place of `uses`.
    pub deferred: Option<Deferred>,
}

/// Where N comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The count of codes that the card had.
    Counter,
    /// The time.
    Time {
        /// Seconds of a step, 60 to 64,800.
        step: NonZeroU32,
    },
}

/// How a code is computed of N; docs/issuing.md has the formulas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// 1: the CVV algorithm, with N in place of expiry and service code.
    Cvv7,
    /// 2: HMAC-SHA-256, truncated as in RFC 4226.
    Hmac,
}

/// How many digits a code has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digits {
    /// Three.
    Three,
    /// Four.
    Four,
}

impl Digits {
    /// 3 or 4.
    #[must_use]
    pub const fn count(self) -> u8 {
        match self {
            Self::Three => 3,
            Self::Four => 4,
        }
    }
}

/// What happens to a code that is alive when another is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhileAlive {
    /// The new one takes its place.
    Replace,
    /// There is no other until it has expired, or was used or blocked.
    Refuse,
}

/// Authorisations that come after the first, as for goods that are sent in parts: at the same merchant, within a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deferred {
    /// Uses of one code, the first included: 2 to 99.
    pub uses: u8,
    /// Seconds after the first use, 60 to 2,678,400 (31 days).
    pub window: u32,
}

impl Default for Policy {
    /// A counter, three digits, 300 seconds, 3 tries, 1 use; a new code takes the place of the last.
    fn default() -> Self {
        Self {
            form: Form::Counter,
            method: Method::Cvv7,
            digits: Digits::Three,
            ttl: 300,
            tries: 3,
            uses: 1,
            while_alive: WhileAlive::Replace,
            auto_enable: false,
            fallback: false,
            skew: 5,
            deferred: None,
        }
    }
}

/// What is wrong about a policy, for whoever wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyMistake {
    /// Not 60 to 64,800 seconds.
    #[error("a code lives {0} seconds, but it has to be 60 to 64800")]
    Ttl(u32),
    /// Not 60 to 64,800 seconds.
    #[error("a step has {0} seconds, but it has to be 60 to 64800")]
    Step(u32),
    /// Not 1 to 9.
    #[error("a code has {0} tries, but it has to be 1 to 9")]
    Tries(u8),
    /// Not 1 to 99.
    #[error("a code has {0} uses, but it has to be 1 to 99")]
    Uses(u8),
    /// Deferred, but fewer than 2 or more than 99.
    #[error("a code with deferred authorisations has {0} uses, but it has to be 2 to 99")]
    DeferredUses(u8),
    /// Not 60 seconds to 31 days.
    #[error("deferred authorisations have {0} seconds, but it has to be 60 to 2678400")]
    Window(u32),
    /// More than an hour.
    #[error("the clock may go back {0} seconds, but it has to be at most 3600")]
    Skew(u32),
}

impl Policy {
    /// Whether every number is within its bounds.
    ///
    /// # Errors
    /// [`PolicyMistake`], the first.
    pub fn check(&self) -> Result<(), PolicyMistake> {
        if !SECONDS.contains(&self.ttl) {
            return Err(PolicyMistake::Ttl(self.ttl));
        }
        if let Form::Time { step } = self.form
            && !SECONDS.contains(&step.get())
        {
            return Err(PolicyMistake::Step(step.get()));
        }
        if !(1..=MOST_TRIES).contains(&self.tries) {
            return Err(PolicyMistake::Tries(self.tries));
        }
        if !(1..=MOST_USES).contains(&self.uses) {
            return Err(PolicyMistake::Uses(self.uses));
        }
        if let Some(Deferred { uses, window }) = self.deferred {
            if !(2..=MOST_USES).contains(&uses) {
                return Err(PolicyMistake::DeferredUses(uses));
            }
            if !(60..=2_678_400).contains(&window) {
                return Err(PolicyMistake::Window(window));
            }
        }
        if self.skew > MOST_SKEW { Err(PolicyMistake::Skew(self.skew)) } else { Ok(()) }
    }
}
