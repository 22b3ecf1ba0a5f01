//! Fields of PM.

use super::{Fields, Writer};
use crate::ErrorCode;
use crate::field::{
    CardKeyDerivation, ContactlessValue, Cvc3Track, MastercardCvc3, SecurityDigits, VisaDcvv,
};

/// Most digits of a CVC3.
const MOST_DIGITS: usize = 5;

impl Fields<'_> {
    /// 1A: how the key of a card is derived.
    ///
    /// # Errors
    /// 15 if it is neither A nor B.
    pub fn card_key_derivation(&mut self) -> Result<CardKeyDerivation, ErrorCode> {
        match self.chars()? {
            [b'A'] => Ok(CardKeyDerivation::A),
            [b'B'] => Ok(CardKeyDerivation::B),
            [_] => Err(ErrorCode::InvalidInput),
        }
    }

    /// 4N, 3N, 6H, 3N: expiry, service code, transaction counter, dCVV. Of the counter the last four digits count.
    ///
    /// # Errors
    /// 15 if they are not.
    pub fn visa_dcvv(&mut self) -> Result<VisaDcvv, ErrorCode> {
        let expiry = self.expiry()?;
        let service_code = self.service_code()?;
        let [_, counter @ ..] = self.hex_bytes::<3>()?;
        let dcvv = SecurityDigits(self.digits::<3>()?.to_vec());
        Ok(VisaDcvv { expiry, service_code, counter, dcvv })
    }

    /// 2N, 3N, nH, 8H, 5N and the digits: sequence number, characters of the track, track, unpredictable number, transaction
    /// counter, CVC3. A track of 000 characters is the IVCVC3, 4H. A CVC3 of fewer than five digits ends with `;`.
    ///
    /// # Errors
    /// 15 if they are not, 06 for an odd length.
    pub fn mastercard_cvc3(&mut self) -> Result<MastercardCvc3, ErrorCode> {
        let sequence = self.card_sequence()?;
        let length = self.decimal::<3>(ErrorCode::InvalidInput)?;
        let length = usize::try_from(length).map_err(|_| ErrorCode::InvalidLength)?;
        let track = match length {
            0 => Cvc3Track::Iv(self.hex_bytes()?),
            length if length.is_multiple_of(2) => Cvc3Track::Data(self.hex(length)?),
            _ => return Err(ErrorCode::InvalidLength),
        };
        let unpredictable = self.hex_bytes()?;
        let counter = self.decimal::<5>(ErrorCode::InvalidInput)?;
        let counter = u16::try_from(counter).map_err(|_| ErrorCode::InvalidInput)?;
        let cvc3 = self.cvc3()?;
        Ok(MastercardCvc3 { sequence, track, unpredictable, counter, cvc3 })
    }

    fn cvc3(&mut self) -> Result<SecurityDigits, ErrorCode> {
        let mut digits = SecurityDigits(Vec::with_capacity(MOST_DIGITS));
        while digits.0.len() < MOST_DIGITS {
            if self.skip(b';') {
                return Ok(digits);
            }
            let [digit] = self.digits()?;
            digits.0.push(digit);
        }
        Ok(digits)
    }
}

impl Writer<'_> {
    /// What [`Fields::visa_dcvv`] or [`Fields::mastercard_cvc3`] reads.
    pub fn contactless_value(&mut self, value: &ContactlessValue) {
        match value {
            ContactlessValue::Visa(VisaDcvv { expiry, service_code, counter, dcvv }) => {
                self.raw(&expiry.0);
                self.raw(&service_code.0);
                self.raw(b"00");
                self.hex(counter);
                self.raw(&dcvv.0);
            }
            ContactlessValue::Mastercard(mastercard) => {
                self.raw(&mastercard.sequence.0);
                match &mastercard.track {
                    Cvc3Track::Data(track) => {
                        self.decimal(2 * track.0.len(), 3);
                        self.hex(&track.0);
                    }
                    Cvc3Track::Iv(iv) => {
                        self.raw(b"000");
                        self.hex(iv);
                    }
                }
                self.hex(&mastercard.unpredictable);
                self.decimal(usize::from(mastercard.counter), 5);
                self.raw(&mastercard.cvc3.0);
                if mastercard.cvc3.0.len() < MOST_DIGITS {
                    self.raw(b";");
                }
            }
        }
    }
}
