//! How many tokens may be asked for under one BIN and last four digits: with both, a card number has so few others that whoever may
//! ask for tokens could ask for all of them and find a token's card.

use super::{LimitRefused, Window};
use crate::row::{Reader, Row, RowError, Writer};
use std::num::NonZeroU32;
use zeroize::Zeroizing;

/// Buckets that the seconds are cut into.
const BUCKETS: u32 = 8;

/// At most so many in so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MostPer {
    /// How many.
    pub most: u32,
    /// In how many seconds.
    pub seconds: NonZeroU32,
}

/// What was counted: of a caller, a BIN and the last four digits. The default is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MostPerRow {
    /// Seconds of a bucket; 0 before the first.
    width: u32,
    window: Window<9>,
}

impl MostPer {
    /// Counts one in a row, at `now` unix seconds, if it may be. If the seconds were other ones before, all that the row has is
    /// taken for recent.
    ///
    /// # Errors
    /// [`LimitRefused::TooOften`]; nothing is then counted.
    pub fn take(&self, row: &mut MostPerRow, now: u64) -> Result<(), LimitRefused> {
        let width = self.seconds.get().div_ceil(BUCKETS);
        let bucket = now / u64::from(width.max(1));
        let mut window =
            if row.width == width { row.window.clone() } else { row.window.carried(bucket) };
        if window.counted(bucket) >= u64::from(self.most) {
            return Err(LimitRefused::TooOften);
        }
        window.count(bucket);
        *row = MostPerRow { width, window };
        Ok(())
    }
}

impl Row for MostPerRow {
    const KIND: u8 = 8;

    fn encode(&self) -> Zeroizing<Vec<u8>> {
        self.window.put(Writer::new(50).u32(self.width)).done()
    }

    fn decode(bytes: &[u8]) -> Result<Self, RowError> {
        let mut reader = Reader::new(bytes)?;
        let row = Self { width: reader.u32()?, window: Window::take(&mut reader)? };
        reader.done(row, true)
    }
}
