//! Card numbers that were given out: a counter for each range, and batches of what was reserved.
//!
//! A number is reserved before it is told, and a counter only goes up: what a crash loses is never given again.

use crate::row::{Reader, Row, RowError, Writer};
use std::num::NonZeroU32;
use zeroize::Zeroizing;

/// The most characters (bytes) of the name of a range.
pub const MOST_NAME: usize = 32;

/// Why no card number is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RangeRefused {
    /// C4: fewer card numbers of the range are left than were asked for.
    #[error("no card number of the range is left")]
    RangeExhausted,
    /// C5: no such batch, or one of another range or key.
    #[error("no such batch")]
    NoBatch,
}

/// The counter of a range. The default is a range of which nothing was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RangeRow {
    next: u64,
}

impl RangeRow {
    /// Reserves so many counters of a range that has `capacity` of them, and gives the first: they are consecutive.
    ///
    /// # Errors
    /// [`RangeRefused::RangeExhausted`]; nothing is then reserved.
    pub fn reserve(&mut self, quantity: NonZeroU32, capacity: u64) -> Result<u64, RangeRefused> {
        let first = self.next;
        let next = first.checked_add(u64::from(quantity.get()));
        let next = next.filter(|next| *next <= capacity).ok_or(RangeRefused::RangeExhausted)?;
        self.next = next;
        Ok(first)
    }

    /// How many were reserved so far.
    #[must_use]
    pub const fn given(&self) -> u64 {
        self.next
    }
}

impl Row for RangeRow {
    const KIND: u8 = 5;

    fn encode(&self) -> Zeroizing<Vec<u8>> {
        Writer::new(9).u64(self.next).done()
    }

    fn decode(bytes: &[u8]) -> Result<Self, RowError> {
        let mut reader = Reader::new(bytes)?;
        let row = Self { next: reader.u64()? };
        reader.done(row, true)
    }
}

/// Counters of a range that were reserved together, and how many of them were given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchRow {
    range: String,
    key_check: [u8; 3],
    first: u64,
    quantity: NonZeroU32,
    given: u32,
    created_at: u64,
}

/// Consecutive counters of a batch, and its progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The first counter; of no meaning if there are none.
    pub first: u64,
    /// How many.
    pub count: u32,
    /// How many of the batch were given, these included.
    pub given: u32,
    /// How many the batch has.
    pub quantity: u32,
}

impl Part {
    /// The counters.
    pub fn counters(&self) -> impl Iterator<Item = u64> + use<> {
        self.first..self.first.saturating_add(u64::from(self.count))
    }
}

impl BatchRow {
    /// A batch of a range (1 to 32 bytes of name) under the key with this check value (first six hex digits), from the counter
    /// that [`RangeRow::reserve`] gave, at `now` unix seconds.
    ///
    /// # Errors
    /// [`RangeRefused::NoBatch`] for a name that is none, or counters that no range has.
    pub fn new(
        range: &str,
        key_check: [u8; 3],
        first: u64,
        quantity: NonZeroU32,
        now: u64,
    ) -> Result<Self, RangeRefused> {
        let row =
            Self { range: range.to_owned(), key_check, first, quantity, given: 0, created_at: now };
        if row.is_legal() { Ok(row) } else { Err(RangeRefused::NoBatch) }
    }

    /// Whether it is a batch of this range under this key: another key would make other card numbers of the same counters.
    ///
    /// # Errors
    /// [`RangeRefused::NoBatch`]
    pub fn is_of(&self, range: &str, key_check: [u8; 3]) -> Result<(), RangeRefused> {
        let same = self.range == range && self.key_check == key_check;
        if same { Ok(()) } else { Err(RangeRefused::NoBatch) }
    }

    /// The next counters, at most so many; none when all were given.
    pub fn next(&mut self, most: NonZeroU32) -> Part {
        let part = self.part(self.given, self.quantity.get(), most);
        self.given = self.given.saturating_add(part.count);
        Part { given: self.given, ..part }
    }

    /// Counters that were given already, from an offset in the batch and at most so many: for a caller whose answer was lost.
    /// None at or beyond what was given.
    #[must_use]
    pub fn again(&self, offset: u32, most: NonZeroU32) -> Part {
        self.part(offset, self.given, most)
    }

    fn part(&self, offset: u32, end: u32, most: NonZeroU32) -> Part {
        let count = end.saturating_sub(offset).min(most.get());
        let first = self.first.saturating_add(u64::from(offset));
        Part { first, count, given: self.given, quantity: self.quantity.get() }
    }

    /// The name of its range.
    #[must_use]
    pub fn range(&self) -> &str {
        &self.range
    }

    /// The check value of its key: first six hex digits.
    #[must_use]
    pub const fn key_check(&self) -> [u8; 3] {
        self.key_check
    }

    /// Unix seconds of its making.
    #[must_use]
    pub const fn created_at(&self) -> u64 {
        self.created_at
    }

    fn is_legal(&self) -> bool {
        (1..=MOST_NAME).contains(&self.range.len())
            && self.given <= self.quantity.get()
            && self.first.checked_add(u64::from(self.quantity.get())).is_some()
    }
}

impl Row for BatchRow {
    const KIND: u8 = 6;

    fn encode(&self) -> Zeroizing<Vec<u8>> {
        Writer::new(64)
            .bytes(self.range.as_bytes())
            .array(self.key_check)
            .u64(self.first)
            .u32(self.quantity.get())
            .u32(self.given)
            .u64(self.created_at)
            .done()
    }

    fn decode(bytes: &[u8]) -> Result<Self, RowError> {
        let mut reader = Reader::new(bytes)?;
        let range = std::str::from_utf8(reader.bytes()?).map_err(|_| RowError::Malformed)?;
        let row = Self {
            range: range.to_owned(),
            key_check: reader.array()?,
            first: reader.u64()?,
            quantity: NonZeroU32::new(reader.u32()?).ok_or(RowError::Malformed)?,
            given: reader.u32()?,
            created_at: reader.u64()?,
        };
        let legal = row.is_legal();
        reader.done(row, legal)
    }
}

#[cfg(test)]
mod tests;
