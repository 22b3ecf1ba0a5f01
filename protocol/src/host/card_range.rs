//! Ranges and batches of card numbers in the host dialect.

use super::Fields;
use crate::ErrorCode;
use crate::field::{BatchId, CardForms, CardRange, MostCards, Place, Quantity};

impl Fields<'_> {
    /// A BIN of 6 to 12N, `;`, and the length of its card numbers 2N.
    ///
    /// # Errors
    /// 15 if a delimiter is missing, C1 for a length that is no number.
    pub fn card_range(&mut self) -> Result<CardRange, ErrorCode> {
        let bin = self.up_to(b';')?;
        let length = self.decimal::<2>(ErrorCode::CardNumberLength)?;
        let length = u8::try_from(length).map_err(|_| ErrorCode::CardNumberLength)?;
        Ok(CardRange { bin, length })
    }

    /// 5N: how many card numbers.
    ///
    /// # Errors
    /// 21 if it is no number.
    pub fn quantity(&mut self) -> Result<Quantity, ErrorCode> {
        self.decimal::<5>(ErrorCode::InvalidIndex).map(Quantity)
    }

    /// 3N: how many card numbers an answer may have.
    ///
    /// # Errors
    /// 21 if it is no number.
    pub fn most_cards(&mut self) -> Result<MostCards, ErrorCode> {
        let most = self.decimal::<3>(ErrorCode::InvalidIndex)?;
        u16::try_from(most).map(MostCards).map_err(|_| ErrorCode::InvalidIndex)
    }

    /// 32H: the name of a batch.
    ///
    /// # Errors
    /// 15 if it is not.
    pub fn batch_id(&mut self) -> Result<BatchId, ErrorCode> {
        self.hex_bytes().map(BatchId)
    }

    /// `N`, or a place in a batch 5N.
    ///
    /// # Errors
    /// 21 if it is neither.
    pub fn place(&mut self) -> Result<Place, ErrorCode> {
        if self.skip(b'N') {
            return Ok(Place::Next);
        }
        self.decimal::<5>(ErrorCode::InvalidIndex).map(Place::From)
    }

    /// `T` and a domain 3N; `E` or `R`, a zone and `;`; `B`, a domain 3N, and one of the two before; or `C`.
    ///
    /// # Errors
    /// 15 if it is none of them, or as its parts have it.
    pub fn card_forms(&mut self) -> Result<CardForms, ErrorCode> {
        if self.skip(b'T') {
            return self.domain().map(CardForms::Token);
        }
        if self.skip(b'B') {
            let domain = self.domain()?;
            return Ok(CardForms::Both(domain, self.zone_form()?));
        }
        if self.skip(b'C') {
            return Ok(CardForms::Clear);
        }
        self.zone_form().map(CardForms::ForZone)
    }
}
