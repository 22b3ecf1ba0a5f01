//! The Visa PIN verification value.

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::nibbles::{iter, pack};
use super::{Account, Pin, all_digits, visa_decimalise};
use crate::cipher::{Algorithm, BlockKey};
use crate::told::{Told, told};

/// Why no PVV could be computed. Nothing here depends on the PIN, except that it must be decimal for a new PVV.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PvvError {
    /// The PVK is not a TDES key.
    #[error("PVK is not a TDES key")]
    Key,
    /// Account, PVKI, PVV or PIN is not of the right form.
    #[error("input of the PVV is not of the right form")]
    Input,
}

/// The PVV, 4 ASCII digits, of the first 4 digits of a decimal PIN (Visa PVV; `pvki` is one ASCII digit).
pub fn generate(
    pvk: &BlockKey,
    account: &Account,
    pvki: u8,
    pin: &Pin,
) -> Result<[u8; 4], PvvError> {
    if !pin.is_decimal() {
        return Err(PvvError::Input);
    }
    compute(pvk, account, pvki, pin)
}

/// Whether `pvv`, 4 ASCII digits, belongs to the PIN; in constant time. A PIN that is not decimal has no PVV.
pub fn verify(
    pvk: &BlockKey,
    account: &Account,
    pvki: u8,
    pin: &Pin,
    pvv: &[u8],
) -> Result<bool, PvvError> {
    if pvv.len() != 4 || !all_digits(pvv) {
        return Err(PvvError::Input);
    }
    let computed = Zeroizing::new(compute(pvk, account, pvki, pin)?);
    Ok(told(Told::Pin, computed.ct_eq(pvv) & pin.decimal()))
}

fn compute(pvk: &BlockKey, account: &Account, pvki: u8, pin: &Pin) -> Result<[u8; 4], PvvError> {
    if pvk.algorithm() != Algorithm::Tdes {
        return Err(PvvError::Key);
    }
    let account = account.right12().ok_or(PvvError::Input)?;
    let (_, eleven) = account.split_first().ok_or(PvvError::Input)?;
    if !pvki.is_ascii_digit() {
        return Err(PvvError::Input);
    }
    // 11 account digits, the key index, 4 PIN digits.
    let mut nibbles = Zeroizing::new([0; 16]);
    let known = eleven.iter().chain([&pvki]).map(|digit| digit & 0x0F);
    for (to, from) in nibbles.iter_mut().zip(known.chain(pin.nibbles().iter().copied())) {
        *to = from;
    }
    let block = Zeroizing::new(pvk.encrypt8(pack(&nibbles)).map_err(|_| PvvError::Key)?);
    Ok(visa_decimalise::<4>(iter(block.as_slice())).map(|digit| b'0' | digit))
}
