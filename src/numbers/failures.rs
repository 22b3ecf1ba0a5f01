//! Values that were to be verified and were wrong: PINs, and what is on a card.

use super::Counter;
use payhsm_protocol::{ErrorCode, Opcode};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// A PIN.
    Pin,
    /// A CVV, a dynamic one, or another value of a card.
    CardValue,
}

/// Commands that verify, what they verify, and the code that says that it was wrong.
const VERIFY: [(Opcode, ErrorCode, Failed); 15] = [
    (Opcode::BC, ErrorCode::VerificationFailed, Failed::Pin),
    (Opcode::BE, ErrorCode::VerificationFailed, Failed::Pin),
    (Opcode::CU, ErrorCode::VerificationFailed, Failed::Pin),
    (Opcode::DA, ErrorCode::VerificationFailed, Failed::Pin),
    (Opcode::DC, ErrorCode::VerificationFailed, Failed::Pin),
    (Opcode::DU, ErrorCode::VerificationFailed, Failed::Pin),
    (Opcode::EA, ErrorCode::VerificationFailed, Failed::Pin),
    (Opcode::EC, ErrorCode::VerificationFailed, Failed::Pin),
    (Opcode::WA, ErrorCode::PinIncorrect, Failed::Pin),
    (Opcode::WG, ErrorCode::PinIncorrect, Failed::Pin),
    (Opcode::CY, ErrorCode::VerificationFailed, Failed::CardValue),
    (Opcode::PM, ErrorCode::VerificationFailed, Failed::CardValue),
    (Opcode::VC, ErrorCode::CvvMismatch, Failed::CardValue),
    (Opcode::XI, ErrorCode::VerificationFailed, Failed::CardValue),
    (Opcode::XI, ErrorCode::CvvMismatch, Failed::CardValue),
];

impl Failed {
    /// Each of them.
    pub const ALL: [Self; 2] = [Self::Pin, Self::CardValue];

    /// Its name, as metrics have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pin => "pin",
            Self::CardValue => "card_value",
        }
    }

    /// What was wrong, if an answer says that something was.
    #[must_use]
    pub fn of(command: Option<Opcode>, code: ErrorCode) -> Option<Self> {
        if code == ErrorCode::Ok {
            return None;
        }
        let command = command?;
        let said = VERIFY.iter().find(|(one, wrong, _)| *one == command && *wrong == code);
        said.map(|(_, _, failed)| *failed)
    }
}

/// What was wrong, and how often.
#[derive(Debug, Default)]
pub struct Failures {
    pin: Sliding,
    card_value: Sliding,
}

impl Failures {
    /// How often this was wrong.
    #[must_use]
    pub const fn of(&self, failed: Failed) -> &Sliding {
        match failed {
            Failed::Pin => &self.pin,
            Failed::CardValue => &self.card_value,
        }
    }
}

/// Seconds that are told apart.
const HOUR: usize = 3_600;

/// Of a second's place in the ring, the bits that count; those above them say which second it is.
const COUNT_BITS: u32 = 24;
const MOST: u64 = (1 << COUNT_BITS) - 1;

/// How often something happened: in all, in the last minute and in the last hour.
#[derive(Debug)]
pub struct Sliding {
    all: Counter,
    seconds: Box<[AtomicU64]>,
}

impl Default for Sliding {
    fn default() -> Self {
        let seconds = (0..HOUR).map(|_| AtomicU64::new(0)).collect();
        Self { all: Counter::default(), seconds }
    }
}

impl Sliding {
    pub(super) fn count(&self, now: Duration, times: u64) {
        self.all.add(times);
        let second = now.as_secs();
        let place = usize::try_from(second % 3_600).ok().and_then(|at| self.seconds.get(at));
        let Some(place) = place else { return };
        let more = |held: u64| {
            let before = if held >> COUNT_BITS == second { held & MOST } else { 0 };
            second << COUNT_BITS | before.saturating_add(times).min(MOST)
        };
        place.update(Ordering::Relaxed, Ordering::Relaxed, more);
    }

    /// In all.
    #[must_use]
    pub fn in_all(&self) -> u64 {
        self.all.get()
    }

    /// In the 60 seconds before `now`, by the daemon's clock.
    #[must_use]
    pub fn in_minute(&self, now: Duration) -> u64 {
        self.since(now, 60)
    }

    /// In the 3,600 seconds before `now`, by the daemon's clock.
    #[must_use]
    pub fn in_hour(&self, now: Duration) -> u64 {
        self.since(now, 3_600)
    }

    fn since(&self, now: Duration, seconds: u64) -> u64 {
        let now = now.as_secs();
        let recent = |held: &u64| {
            let second = held >> COUNT_BITS;
            second <= now && now - second < seconds
        };
        let held = self.seconds.iter().map(|place| place.load(Ordering::Relaxed));
        held.filter(recent).map(|held| held & MOST).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::{Failed, Sliding};
    use payhsm_protocol::{ErrorCode, Opcode};
    use std::time::Duration;

    #[test]
    fn a_minute_and_an_hour_slide() {
        let failures = Sliding::default();
        let at = Duration::from_secs;
        failures.count(at(0), 2);
        failures.count(at(59), 3);
        assert_eq!((failures.in_minute(at(59)), failures.in_hour(at(59))), (5, 5));
        assert_eq!((failures.in_minute(at(60)), failures.in_hour(at(60))), (3, 5));
        assert_eq!((failures.in_minute(at(119)), failures.in_hour(at(119))), (0, 5));
        assert_eq!(failures.in_hour(at(3_600)), 3);
        // The place of the first second is taken by another.
        failures.count(at(3_600), 7);
        assert_eq!((failures.in_minute(at(3_600)), failures.in_hour(at(3_658))), (7, 10));
        assert_eq!((failures.in_hour(at(3_659)), failures.in_all()), (7, 12));
    }

    #[test]
    fn a_wrong_pin_is_told_from_another_refusal() {
        let of = |command, code| Failed::of(Some(command), code);
        assert_eq!(of(Opcode::DC, ErrorCode::VerificationFailed), Some(Failed::Pin));
        assert_eq!(of(Opcode::WA, ErrorCode::PinIncorrect), Some(Failed::Pin));
        assert_eq!(of(Opcode::VC, ErrorCode::CvvMismatch), Some(Failed::CardValue));
        // 01 says other things elsewhere, and a blocked card says nothing about a PIN.
        assert_eq!(of(Opcode::A6, ErrorCode::VerificationFailed), None);
        assert_eq!(of(Opcode::WA, ErrorCode::PinTriesExceeded), None);
        assert_eq!(of(Opcode::DC, ErrorCode::Ok), None);
        assert_eq!(Failed::of(None, ErrorCode::VerificationFailed), None);
    }
}
