//! What an issuer's master keys do: the values that a contactless card computes in place of its CVV. The key of the card is
//! derived for each and wiped.

use crate::key::Key;
use crate::operation::OperationRefused;
use crate::usage::{MkAc, MkCvc3, Usage};
use payhsm_crypto::card::{CardCode, CardKey, CardKeyOption, CvvError};
use payhsm_protocol::field::{Expiry, Pan, ServiceCode};

/// Which card of an issuer, and how its key is derived.
#[derive(Clone, Copy, Debug)]
pub struct CardOf<'a> {
    /// Option of the derivation.
    pub option: CardKeyOption,
    /// 12 to 19 digits.
    pub pan: &'a Pan,
    /// Sequence number of the card: two ASCII digits.
    pub sequence: [u8; 2],
}

impl Key<MkAc> {
    /// Visa's contactless dCVV (PM; purpose derive): 3 digits. `counter` is the card's transaction counter as its four nibbles
    /// are to stand in the PAN.
    ///
    /// # Errors
    /// [`OperationRefused::Input`]
    pub fn dcvv(
        &self,
        card: &CardOf<'_>,
        expiry: Expiry,
        service_code: ServiceCode,
        counter: [u8; 2],
    ) -> Result<CardCode, OperationRefused> {
        self.card_key(card)?.dcvv(&card.pan.0, &expiry.0, &service_code.0, counter).map_err(input)
    }
}

impl Key<MkCvc3> {
    /// Mastercard's CVC3 (PM; purpose derive) over a track in the bytes that the card has it in: 3 to 5 digits.
    ///
    /// # Errors
    /// [`OperationRefused::Input`]
    pub fn cvc3(
        &self,
        card: &CardOf<'_>,
        track: &[u8],
        unpredictable: [u8; 4],
        counter: [u8; 2],
        digits: usize,
    ) -> Result<CardCode, OperationRefused> {
        let key = self.card_key(card)?;
        let iv_cvc3 = key.iv_cvc3(track).map_err(input)?;
        key.cvc3(iv_cvc3, unpredictable, counter, digits).map_err(input)
    }

    /// The same where the IVCVC3 of the track is known.
    ///
    /// # Errors
    /// [`OperationRefused::Input`]
    pub fn cvc3_with_iv(
        &self,
        card: &CardOf<'_>,
        iv_cvc3: [u8; 2],
        unpredictable: [u8; 4],
        counter: [u8; 2],
        digits: usize,
    ) -> Result<CardCode, OperationRefused> {
        self.card_key(card)?.cvc3(iv_cvc3, unpredictable, counter, digits).map_err(input)
    }
}

impl<U: Usage> Key<U> {
    fn card_key(&self, card: &CardOf<'_>) -> Result<CardKey, OperationRefused> {
        CardKey::derive(self.material.clear(), card.option, &card.pan.0, &card.sequence)
            .map_err(input)
    }
}

fn input(_: CvvError) -> OperationRefused {
    OperationRefused::Input
}
