//! What keys of dynamic CVV2s do.

use crate::key::Key;
use crate::operation::OperationRefused;
use crate::usage::{Dcvk, DcvkHmac};
use payhsm_crypto::card::{CardCode, CvvError, CvvKey, dcvv2};
use payhsm_crypto::mac::HmacSha256Key;
use payhsm_protocol::field::{Expiry, Pan};

impl Key<Dcvk> {
    /// The dynamic CVV2 number `n`, 0 to 9,999,999, of a card: the algorithm of the CVV; 3 or 4 digits. Of a value that somebody
    /// presents it is told by [`CardCode::is`].
    ///
    /// # Errors
    /// [`OperationRefused::Input`]
    pub fn dynamic_cvv2(
        &self,
        pan: &Pan,
        n: u32,
        digits: usize,
    ) -> Result<CardCode, OperationRefused> {
        let key = CvvKey::new(self.material.clear()).map_err(|_| OperationRefused::KeyLength)?;
        dcvv2::cvv7(&key, &pan.0, n, digits).map_err(input)
    }
}

impl Key<DcvkHmac> {
    /// The dynamic CVV2 of a counter, by HMAC-SHA-256: the expiry as YYMM, the sequence number of the card as two ASCII digits; 3
    /// or 4 digits.
    ///
    /// # Errors
    /// [`OperationRefused::Input`]
    pub fn dynamic_cvv2(
        &self,
        pan: &Pan,
        expiry: Expiry,
        sequence: [u8; 2],
        counter: u64,
        digits: usize,
    ) -> Result<CardCode, OperationRefused> {
        let key = HmacSha256Key::new(self.material.clear());
        dcvv2::hmac(&key, &pan.0, &expiry.0, &sequence, counter, digits).map_err(input)
    }
}

fn input(_: CvvError) -> OperationRefused {
    OperationRefused::Input
}
