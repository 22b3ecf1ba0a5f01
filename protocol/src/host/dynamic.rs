//! Fields of the commands of dynamic CVV2s.

use super::{Bare, Fields};
use crate::ErrorCode;
use crate::field::{CardSequence, DynamicMode, MerchantId, StaticCvv2};

impl Fields<'_> {
    /// 1N: which CVV2s are to be good.
    ///
    /// # Errors
    /// 15 if it is not 0, 1 or 2.
    pub fn dynamic_mode(&mut self) -> Result<DynamicMode, ErrorCode> {
        let [digit] = self.chars()?;
        DynamicMode::from_digit(digit).ok_or(ErrorCode::InvalidInput)
    }

    /// 2N: a card's sequence number.
    ///
    /// # Errors
    /// 15 if it is not two digits.
    pub fn card_sequence(&mut self) -> Result<CardSequence, ErrorCode> {
        self.digits().map(CardSequence)
    }

    /// 1–15A and `;`, or `;` alone for none: a merchant.
    ///
    /// # Errors
    /// 15 if there is no delimiter, or for what is no ASCII.
    pub fn optional_merchant(&mut self) -> Result<Option<MerchantId>, ErrorCode> {
        if self.skip(b';') {
            return Ok(None);
        }
        let id = String::from_utf8(self.up_to(b';')?);
        id.map(|id| Some(MerchantId(id))).map_err(|_| ErrorCode::InvalidInput)
    }

    /// `;`, a KEY and 4N, if `;` comes next: what the static CVV2 is computed with.
    ///
    /// # Errors
    /// As [`Fields::key`] and [`Fields::expiry`].
    pub fn optional_static_cvv2(&mut self) -> Result<Option<StaticCvv2>, ErrorCode> {
        if !self.skip(b';') {
            return Ok(None);
        }
        let cvk = self.key(Bare::Pair)?;
        let expiry = self.expiry()?;
        Ok(Some(StaticCvv2 { cvk, expiry }))
    }
}
