//! The fields of PIN life: channels, how a PIN is or will be verified.

use super::{Fields, Writer};
use crate::ErrorCode;
use crate::field::{Channel, OffsetTerms, PinReference, PinStatus, ReferenceTerms};

impl Fields<'_> {
    /// 1A, if something comes before the tail: the letter of a channel.
    ///
    /// # Errors
    /// 15 if it is none.
    pub fn channel(&mut self) -> Result<Option<Channel>, ErrorCode> {
        if self.tail_at(0) {
            return Ok(None);
        }
        let [letter] = self.chars()?;
        Channel::from_letter(letter).map(Some).ok_or(ErrorCode::InvalidInput)
    }

    /// `O`, a decimalisation table and validation data, if an `O` comes next.
    ///
    /// # Errors
    /// As table and validation data have them.
    pub fn offset_terms(&mut self) -> Result<Option<OffsetTerms>, ErrorCode> {
        if self.skip(b'O') { self.terms().map(Some) } else { Ok(None) }
    }

    fn terms(&mut self) -> Result<OffsetTerms, ErrorCode> {
        let table = self.decimalisation_table()?;
        let validation_data = self.validation_data()?;
        Ok(OffsetTerms { table, validation_data })
    }

    /// `V` and a PVK index 1N; or `O`, a PVK index 1N, a check length 2N, a decimalisation table and validation data.
    ///
    /// # Errors
    /// 15 if it is neither, or as its parts have it.
    pub fn reference_terms(&mut self) -> Result<ReferenceTerms, ErrorCode> {
        match self.chars()? {
            [b'V'] => self.pvki().map(ReferenceTerms::Pvv),
            [b'O'] => {
                let pvki = self.pvki()?;
                let check_length = self.check_length()?;
                let terms = self.terms()?;
                Ok(ReferenceTerms::Offset { pvki, check_length, terms })
            }
            [_] => Err(ErrorCode::InvalidInput),
        }
    }

    /// `V`, a PVK index 1N and a PVV 4N; or `O`, a PVK index 1N, a check length 2N and an offset 12H.
    ///
    /// # Errors
    /// 15 if it is neither.
    pub fn pin_reference(&mut self) -> Result<PinReference, ErrorCode> {
        match self.chars()? {
            [b'V'] => {
                let pvki = self.pvki()?;
                let pvv = self.pvv()?;
                Ok(PinReference::Pvv { pvki, pvv })
            }
            [b'O'] => {
                let pvki = self.pvki()?;
                let check_length = self.check_length()?;
                let offset = self.offset()?;
                Ok(PinReference::Offset { pvki, check_length, offset })
            }
            [_] => Err(ErrorCode::InvalidInput),
        }
    }

    /// 1A: `B` to block, `U` to unblock.
    ///
    /// # Errors
    /// 15 if it is neither.
    pub fn pin_status(&mut self) -> Result<PinStatus, ErrorCode> {
        let [letter] = self.chars()?;
        PinStatus::from_letter(letter).ok_or(ErrorCode::InvalidInput)
    }
}

impl Writer<'_> {
    /// `V`, PVK index 1N, PVV 4N; or `O`, PVK index 1N, check length 2N, offset 12H.
    pub fn pin_reference(&mut self, reference: &PinReference) {
        match reference {
            PinReference::Pvv { pvki, pvv } => {
                self.raw(b"V");
                self.decimal(usize::from(pvki.0), 1);
                self.raw(&pvv.0);
            }
            PinReference::Offset { pvki, check_length, offset } => {
                self.raw(b"O");
                self.decimal(usize::from(pvki.0), 1);
                self.decimal(usize::from(check_length.0), 2);
                self.raw(&offset.0);
            }
        }
    }
}
