//! What PIN verification keys do: the IBM 3624 method and the Visa PVV.

use crate::key::Key;
use crate::operation::OperationRefused;
use crate::usage::{PvkIbm, PvkPvv};
use payhsm_crypto::pin::ibm3624::{self, Ibm3624Error, ValidationBlock};
use payhsm_crypto::pin::pvv::{self, PvvError};
use payhsm_crypto::pin::{Account as PinAccount, DecimalisationTable, Pin};
use payhsm_protocol::field::{Account, CheckLength, Offset, Pvki, Pvv, ValidationData};

/// What a PIN of the IBM 3624 method depends on, besides the key.
#[derive(Clone, Copy, Debug)]
pub struct IbmMethod<'a> {
    /// The table, opened by [`crate::Lmk::open_table`].
    pub table: &'a DecimalisationTable,
    /// Validation data.
    pub validation: &'a ValidationData,
    /// The account, whose last five digits may be part of the validation data.
    pub account: &'a Account,
    /// How many digits are checked, from the left.
    pub check_length: CheckLength,
}

impl IbmMethod<'_> {
    /// The validation data as it is enciphered, with the digits of the account in place.
    ///
    /// # Errors
    /// [`OperationRefused`], as for an account that does not serve.
    pub fn validated(&self) -> Result<[u8; 8], OperationRefused> {
        self.block().map(|block| *block.as_bytes())
    }

    fn block(&self) -> Result<ValidationBlock, OperationRefused> {
        match self.validation {
            ValidationData::Block(bytes) => Ok(ValidationBlock::from_bytes(*bytes)),
            ValidationData::Pattern(pattern) => {
                ValidationBlock::from_validation_data(pattern, &pan12(self.account)?)
                    .map_err(|_| OperationRefused::Input)
            }
        }
    }

    /// As much of an offset as is checked.
    fn checked(&self, offset: &Offset) -> Result<ibm3624::Offset, OperationRefused> {
        let digits = offset.digits().get(..usize::from(self.check_length.0));
        ibm3624::Offset::from_digits(digits.ok_or(OperationRefused::Input)?)
            .map_err(|_| OperationRefused::Input)
    }
}

impl Key<PvkIbm> {
    /// The offset of a PIN (DE, BK, DU).
    ///
    /// # Errors
    /// [`OperationRefused`], as for a PIN shorter than the check length.
    pub fn offset(&self, pin: &Pin, method: &IbmMethod<'_>) -> Result<Offset, OperationRefused> {
        let check_length = usize::from(method.check_length.0);
        if pin.len() < check_length || !pin.is_decimal() {
            return Err(OperationRefused::Pin);
        }
        let block = method.block()?;
        let offset =
            ibm3624::generate_offset(&self.cipher()?, method.table, &block, check_length, pin);
        Ok(Offset(offset.map_err(ibm_refused)?.to_padded()))
    }

    /// Whether the PIN is that of the offset (DA, EA, DU); in constant time.
    ///
    /// # Errors
    /// [`OperationRefused::Input`] for an offset shorter than the check length.
    pub fn verify_pin(
        &self,
        pin: &Pin,
        offset: &Offset,
        method: &IbmMethod<'_>,
    ) -> Result<bool, OperationRefused> {
        let (block, offset) = (method.block()?, method.checked(offset)?);
        ibm3624::verify(&self.cipher()?, method.table, &block, &offset, pin).map_err(ibm_refused)
    }

    /// The PIN of an offset (EE), as long as the check length.
    ///
    /// # Errors
    /// [`OperationRefused::Input`] for an offset shorter than the check length.
    pub fn derive_pin(
        &self,
        offset: &Offset,
        method: &IbmMethod<'_>,
    ) -> Result<Pin, OperationRefused> {
        let (block, offset) = (method.block()?, method.checked(offset)?);
        ibm3624::derive_pin(&self.cipher()?, method.table, &block, &offset).map_err(ibm_refused)
    }
}

impl Key<PvkPvv> {
    /// The PVV of a PIN (DG, FW, CU).
    ///
    /// # Errors
    /// [`OperationRefused`], as for a PIN that is not decimal.
    pub fn pvv(&self, pin: &Pin, account: &Account, pvki: Pvki) -> Result<Pvv, OperationRefused> {
        if !pin.is_decimal() {
            return Err(OperationRefused::Pin);
        }
        let pvv = pvv::generate(&self.cipher()?, &pan12(account)?, digit(pvki)?, pin);
        pvv.map(Pvv).map_err(pvv_refused)
    }

    /// Whether the PVV belongs to the PIN (DC, EC, CU); in constant time.
    ///
    /// # Errors
    /// [`OperationRefused`]
    pub fn verify_pvv(
        &self,
        pin: &Pin,
        account: &Account,
        pvki: Pvki,
        pvv: &Pvv,
    ) -> Result<bool, OperationRefused> {
        pvv::verify(&self.cipher()?, &pan12(account)?, digit(pvki)?, pin, &pvv.0)
            .map_err(pvv_refused)
    }
}

fn pan12(account: &Account) -> Result<PinAccount, OperationRefused> {
    let digits = account.pan12().ok_or(OperationRefused::Account)?;
    PinAccount::pan12(&digits).map_err(|_| OperationRefused::Account)
}

/// The index as the ASCII digit that it is computed with.
fn digit(pvki: Pvki) -> Result<u8, OperationRefused> {
    if pvki.0 <= 9 { Ok(b'0' + pvki.0) } else { Err(OperationRefused::Input) }
}

fn ibm_refused(error: Ibm3624Error) -> OperationRefused {
    match error {
        Ibm3624Error::Key => OperationRefused::KeyLength,
        Ibm3624Error::Input => OperationRefused::Input,
    }
}

fn pvv_refused(error: PvvError) -> OperationRefused {
    match error {
        PvvError::Key => OperationRefused::KeyLength,
        PvvError::Input => OperationRefused::Input,
    }
}
