//! The PIN of a card: what it is verified against, and how often it was wrong.
//!
//! A try counts before there is a verdict. [`PinRow::begin_try`] and [`PinRow::succeed`] may be in one atomic change of the store,
//! with the verification between them; or in two, where the verification must not hold the row (a store over a network). Then a
//! crash, or a caller that hangs up, between the two leaves the try counted: nobody learns a verdict that did not cost one.
//! Several tries may be under way at once: one that succeeds takes back those begun before it, and none begun after it.

mod reference;

pub use reference::{BadReference, PinReference};

use crate::row::{Reader, Row, RowError, Writer};
use zeroize::Zeroizing;

/// The most wrong tries that are counted, and so the highest limit.
pub const MOST_TRIES: u8 = 98;

/// The count of a card that was blocked by hand.
pub const BY_HAND: u8 = 99;

/// The row of a card's PIN. The default is a card that has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PinRow {
    reference: Option<PinReference>,
    /// 0 to 98, or [`BY_HAND`].
    tries: u8,
    /// Tries that were ever begun: each has a number by it.
    begun: u64,
    first_wrong_at: Option<u64>,
    last_wrong_at: Option<u64>,
    changed_at: Option<u64>,
}

/// Why there is no verdict about a PIN. N1, a wrong PIN, is the caller's verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PinRefused {
    /// N3: the card has no PIN here.
    #[error("the card has no PIN here")]
    NoPinReference,
    /// N2: no tries left, or blocked.
    #[error("no PIN tries left, or blocked")]
    PinTriesExceeded,
}

/// A try that was counted: for [`PinRow::succeed`], if the PIN was right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Try {
    number: u64,
}

/// What may be told of a card's PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enquiry {
    /// Whether the card has a PIN here.
    pub has_reference: bool,
    /// Wrong tries since the last right one, 0 to 98; 99 if it was blocked by hand.
    pub tries: u8,
    /// How many are allowed.
    pub limit: u8,
    /// Unix seconds of the first of them (or of one before it, that a right PIN has since taken back).
    pub first_wrong_at: Option<u64>,
    /// Unix seconds of the last of them.
    pub last_wrong_at: Option<u64>,
    /// Unix seconds since when the PIN is what it is.
    pub changed_at: Option<u64>,
    /// Whether a try would be refused for its count.
    pub blocked: bool,
    /// Whether it was blocked by hand.
    pub by_hand: bool,
}

impl PinRow {
    /// What the PIN is verified against.
    #[must_use]
    pub const fn reference(&self) -> Option<&PinReference> {
        self.reference.as_ref()
    }

    /// Counts a try, at `now` unix seconds; the row has to be kept before the verdict is told. `limit`: 1 to 98 tries.
    ///
    /// # Errors
    /// [`PinRefused`]; the row is then as before, and the PIN must not be looked at.
    pub fn begin_try(&mut self, limit: u8, now: u64) -> Result<Try, PinRefused> {
        if self.reference.is_none() {
            return Err(PinRefused::NoPinReference);
        }
        if self.is_blocked(limit) {
            return Err(PinRefused::PinTriesExceeded);
        }
        self.tries = self.tries.saturating_add(1);
        self.begun = self.begun.saturating_add(1);
        self.first_wrong_at = self.first_wrong_at.or(Some(now));
        self.last_wrong_at = Some(now);
        Ok(Try { number: self.begun })
    }

    /// The PIN of this try was right: it and those begun before it no longer count. Those begun after it do, as their verdicts
    /// may still come. A block by hand stays.
    pub fn succeed(&mut self, right: Try) {
        let after = self.begun.saturating_sub(right.number);
        self.lower_to(u8::try_from(after).unwrap_or(u8::MAX));
    }

    /// Blocks the PIN by hand.
    pub const fn block(&mut self) {
        self.tries = BY_HAND;
    }

    /// No try counts any more, and no block by hand.
    pub const fn unblock(&mut self) {
        self.clear_tries();
    }

    /// Another PIN, of the customer or of chance, at `now` unix seconds: no try counts against it. A block by hand stays: whoever
    /// may give a card another PIN may not for that unblock what an issuer blocked.
    pub fn assign(&mut self, reference: PinReference, now: u64) {
        self.reference = Some(reference);
        self.changed_at = Some(now);
        self.lower_to(0);
    }

    /// The reference that another system made, at `now` unix seconds. The tries stay as they are: it may be the same PIN.
    pub fn register(&mut self, reference: PinReference, now: u64) {
        self.reference = Some(reference);
        self.changed_at = Some(now);
    }

    /// How the PIN stands under a limit of 1 to 98 tries.
    #[must_use]
    pub const fn enquire(&self, limit: u8) -> Enquiry {
        Enquiry {
            has_reference: self.reference.is_some(),
            tries: self.tries,
            limit,
            first_wrong_at: self.first_wrong_at,
            last_wrong_at: self.last_wrong_at,
            changed_at: self.changed_at,
            blocked: self.is_blocked(limit),
            by_hand: self.tries == BY_HAND,
        }
    }

    const fn is_blocked(&self, limit: u8) -> bool {
        // Whatever the limit, a count never goes beyond 98.
        self.tries >= limit || self.tries >= MOST_TRIES
    }

    fn lower_to(&mut self, tries: u8) {
        if self.tries == BY_HAND {
            return;
        }
        self.tries = self.tries.min(tries);
        if self.tries == 0 {
            self.clear_tries();
        }
    }

    const fn clear_tries(&mut self) {
        self.tries = 0;
        self.first_wrong_at = None;
        self.last_wrong_at = None;
    }
}

impl Row for PinRow {
    const KIND: u8 = 1;

    fn encode(&self) -> Zeroizing<Vec<u8>> {
        Writer::new(64)
            .option(self.reference.as_ref(), PinReference::put)
            .u8(self.tries)
            .u64(self.begun)
            .option(self.first_wrong_at, Writer::u64)
            .option(self.last_wrong_at, Writer::u64)
            .option(self.changed_at, Writer::u64)
            .done()
    }

    fn decode(bytes: &[u8]) -> Result<Self, RowError> {
        let mut reader = Reader::new(bytes)?;
        let row = Self {
            reference: reader.option(PinReference::take)?,
            tries: reader.u8()?,
            begun: reader.u64()?,
            first_wrong_at: reader.option(Reader::u64)?,
            last_wrong_at: reader.option(Reader::u64)?,
            changed_at: reader.option(Reader::u64)?,
        };
        let legal = row.tries <= BY_HAND;
        reader.done(row, legal)
    }
}

#[cfg(test)]
mod tests;
