//! PINs under the LMK (BA, NG, JA, JC, JE, JG and the commands that take an LPIN).

use super::{Lmk, LmkKeys};
use crate::random::{Random, RandomFailed};
use payhsm_crypto::pin::lmk_pin::{LmkPinError, decrypt_block, encrypt_block};
use payhsm_crypto::pin::{Account, Pin};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::field::LmkPin;
use zeroize::Zeroizing;

/// Why a PIN did not go under the LMK or come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LmkPinRefused {
    /// The PIN under the LMK is not one, not of this account, or not of this kind of LMK.
    #[error("PIN under the LMK is invalid")]
    Invalid,
    /// The account is not 12 digits.
    #[error("account number is invalid")]
    Account,
    /// The PIN does not fit the configured length.
    #[error("PIN length does not fit")]
    Length,
    /// No randomness.
    #[error("internal failure")]
    Internal,
}

impl LmkPinRefused {
    /// The code for the caller: 14, 22, 24 or 41.
    #[must_use]
    pub const fn code(self) -> ErrorCode {
        match self {
            Self::Invalid => ErrorCode::InvalidPinUnderLmk,
            Self::Account => ErrorCode::InvalidAccount,
            Self::Length => ErrorCode::InvalidPinLength,
            Self::Internal => ErrorCode::Internal,
        }
    }
}

impl From<RandomFailed> for LmkPinRefused {
    fn from(_: RandomFailed) -> Self {
        Self::Internal
    }
}

impl Lmk {
    /// Puts a PIN of the account `pan12` under this LMK.
    ///
    /// `width` is L, one more than the longest PIN configured, 5 to 13; an AES LMK does not need it.
    ///
    /// # Errors
    /// [`LmkPinRefused`]
    pub fn encrypt_pin(
        &self,
        pin: &Pin,
        pan12: &[u8; 12],
        width: usize,
        random: &mut dyn Random,
    ) -> Result<LmkPin, LmkPinRefused> {
        let account = Account::pan12(pan12).map_err(|_| LmkPinRefused::Account)?;
        let key = match &self.keys {
            LmkKeys::Variant(lmk) => &lmk.pin,
            LmkKeys::TdesKeyBlock(lmk) => &lmk.pin,
            LmkKeys::AesKeyBlock(lmk) => {
                let mut fill = Zeroizing::new([0; 8]);
                random.fill(fill.as_mut_slice())?;
                let block = encrypt_block(&lmk.pin, &account, pin, &fill);
                return block.map(LmkPin::Block).map_err(|_| LmkPinRefused::Invalid);
            }
        };
        let text = key.encrypt(&account, width, pin).map_err(|_| LmkPinRefused::Length)?;
        Ok(LmkPin::Digits(text.as_bytes().to_vec()))
    }

    /// Takes a PIN of the account `pan12` out.
    ///
    /// # Errors
    /// [`LmkPinRefused::Invalid`], whatever is wrong with it.
    pub fn decrypt_pin(&self, text: &LmkPin, pan12: &[u8; 12]) -> Result<Pin, LmkPinRefused> {
        let account = Account::pan12(pan12).map_err(|_| LmkPinRefused::Account)?;
        let pin = match (&self.keys, text) {
            (LmkKeys::Variant(lmk), LmkPin::Digits(text)) => lmk.pin.decrypt(&account, text),
            (LmkKeys::TdesKeyBlock(lmk), LmkPin::Digits(text)) => lmk.pin.decrypt(&account, text),
            (LmkKeys::AesKeyBlock(lmk), LmkPin::Block(text)) => {
                decrypt_block(&lmk.pin, &account, text)
            }
            (LmkKeys::Variant(_) | LmkKeys::TdesKeyBlock(_), LmkPin::Block(_))
            | (LmkKeys::AesKeyBlock(_), LmkPin::Digits(_)) => Err(LmkPinError::Refused),
        };
        pin.map_err(|_| LmkPinRefused::Invalid)
    }
}
