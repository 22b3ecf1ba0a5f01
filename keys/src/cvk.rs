//! What card verification keys do: CVV, iCVV (service code 999), CVV2 (service code 000).

use crate::key::Key;
use crate::operation::OperationRefused;
use crate::usage::Cvk;
use payhsm_crypto::card::{CardCode, CvvInput, CvvKey};
use payhsm_protocol::field::{Cvv, Expiry, Pan, ServiceCode};

impl Key<Cvk> {
    /// The CVV of a card (CW).
    ///
    /// # Errors
    /// [`OperationRefused::Input`] for a PAN that is not 12 to 19 digits, or anything else that is no digit.
    pub fn cvv(
        &self,
        pan: &Pan,
        expiry: Expiry,
        service_code: ServiceCode,
    ) -> Result<Cvv, OperationRefused> {
        let input = input(pan, expiry, service_code)?;
        self.cvv_key()?.generate::<3>(&input).map(Cvv).map_err(|_| OperationRefused::Input)
    }

    /// The first 3 to 5 digits of the CVV of a card; 3 of them are what [`Key::cvv`] gives.
    ///
    /// # Errors
    /// [`OperationRefused::Input`], as for [`Key::cvv`], and for another number of digits.
    pub fn cvv_of(
        &self,
        pan: &Pan,
        expiry: Expiry,
        service_code: ServiceCode,
        digits: usize,
    ) -> Result<CardCode, OperationRefused> {
        if !(3..=5).contains(&digits) {
            return Err(OperationRefused::Input);
        }
        let input = input(pan, expiry, service_code)?;
        self.cvv_key()?.code(&input, digits).map_err(|_| OperationRefused::Input)
    }

    /// Whether a CVV belongs to the card (CY); in constant time.
    ///
    /// # Errors
    /// [`OperationRefused::Input`], as for [`Key::cvv`].
    pub fn verify_cvv(
        &self,
        cvv: &Cvv,
        pan: &Pan,
        expiry: Expiry,
        service_code: ServiceCode,
    ) -> Result<bool, OperationRefused> {
        let input = input(pan, expiry, service_code)?;
        self.cvv_key()?.verify(&input, &cvv.0).map_err(|_| OperationRefused::Input)
    }

    fn cvv_key(&self) -> Result<CvvKey, OperationRefused> {
        CvvKey::new(self.material.clear()).map_err(|_| OperationRefused::KeyLength)
    }
}

fn input(
    pan: &Pan,
    expiry: Expiry,
    service_code: ServiceCode,
) -> Result<CvvInput, OperationRefused> {
    CvvInput::new(&pan.0, &expiry.0, &service_code.0).map_err(|_| OperationRefused::Input)
}
