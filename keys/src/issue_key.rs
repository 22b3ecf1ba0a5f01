//! What keys of card numbers do: draw them, and make fingerprints of them.

use crate::key::Key;
use crate::usage::{FingerprintKey, IssueKey};
use payhsm_crypto::card::{CardRange, RangeError};
use payhsm_crypto::fpe::Ff1Key;
use payhsm_crypto::mac::HmacSha256Key;
use payhsm_protocol::field::Pan;

impl Key<IssueKey> {
    /// The card number of a counter in a range (purpose generate): another one for every counter.
    ///
    /// # Errors
    /// [`RangeError::Exhausted`] for a counter that is not below [`CardRange::capacity`].
    pub fn card_number(&self, range: &CardRange, counter: u64) -> Result<Pan, RangeError> {
        let key = Ff1Key::new(self.material.clear())?;
        let mut pan = Pan(vec![0; range.length()]);
        range.card_number(&key, counter, &mut pan.0)?;
        Ok(pan)
    }
}

impl Key<FingerprintKey> {
    /// The fingerprint of a card number (purpose generate): HMAC-SHA-256 over its ASCII digits, 32 bytes. A keyed hash of the
    /// whole PAN, as PCI DSS 3.5.1.1 asks for.
    #[must_use]
    pub fn fingerprint(&self, pan: &Pan) -> [u8; 32] {
        HmacSha256Key::new(self.material.clear()).mac(&[&pan.0])
    }
}
