//! What makes a card, in the host dialect.

use super::{Bare, Fields};
use crate::ErrorCode;
use crate::field::{CardSource, CardholderName, NewPin, PinSource, TrackChaining, WantedTracks};

impl Fields<'_> {
    /// `N`, a key and a range; `B`, a key and a batch 32H; or `G` and a card.
    ///
    /// # Errors
    /// 15 if it is none of them, or as its parts have it.
    pub fn card_source(&mut self) -> Result<CardSource, ErrorCode> {
        match self.chars()? {
            [b'N'] => {
                let issue_key = self.key(Bare::Pair)?;
                Ok(CardSource::New { issue_key, range: self.card_range()? })
            }
            [b'B'] => {
                let issue_key = self.key(Bare::Pair)?;
                Ok(CardSource::Batch { issue_key, batch: self.batch_id()? })
            }
            [b'G'] => self.card().map(CardSource::Given),
            [_] => Err(ErrorCode::InvalidInput),
        }
    }

    /// `N` for none; or `R` or `D`, a PVK, what [`Fields::reference_terms`] reads, and `1` for a PIN block or `0`.
    ///
    /// # Errors
    /// 15 if it is none of them, or as its parts have it.
    pub fn new_pin(&mut self) -> Result<Option<NewPin>, ErrorCode> {
        let source = match self.chars()? {
            [b'N'] => return Ok(None),
            [b'R'] => PinSource::Random,
            [b'D'] => PinSource::Derived,
            [_] => return Err(ErrorCode::InvalidInput),
        };
        let pvk = self.key(Bare::Pair)?;
        let terms = self.reference_terms()?;
        Ok(Some(NewPin { source, pvk, terms, block: self.flag()? }))
    }

    /// `T`, if it comes next: ETK, CVK, `0`, `1` or `2` for the chaining, a name and `;`.
    ///
    /// # Errors
    /// 15, or as its parts have it.
    pub fn wanted_tracks(&mut self) -> Result<Option<WantedTracks>, ErrorCode> {
        if !self.skip(b'T') {
            return Ok(None);
        }
        let etk = self.key(Bare::Pair)?;
        let cvk = self.key(Bare::Pair)?;
        let chaining = match self.chars()? {
            [b'0'] => TrackChaining::Ecb,
            [b'1'] => TrackChaining::CbcZeroIv,
            [b'2'] => TrackChaining::CbcRandomIv,
            [_] => return Err(ErrorCode::InvalidInput),
        };
        let name = String::from_utf8(self.up_to(b';')?).map_err(|_| ErrorCode::InvalidInput)?;
        Ok(Some(WantedTracks { etk, cvk, chaining, name: CardholderName(name) }))
    }
}
