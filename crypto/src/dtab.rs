//! Decimalisation tables under the LMK.

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::cipher::{BlockKey, KeyLengthError};
use crate::pin::DecimalisationTable;
use crate::told::{Told, told};

/// XORed into every byte of a TDES key-block LMK for this use: 'T'.
const TABLE_VARIANT: u8 = b'T';
/// Second half of the AES block: what makes a made-up ciphertext fail, but for one in 2^64.
const REDUNDANCY: [u8; 8] = *b"PAYHSMDT";

/// What was deciphered is no decimalisation table, or the key does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a decimalisation table under this key")]
pub struct EncipheredTableError;

/// The key for tables under a TDES key-block LMK of 24 bytes: every byte of it XOR 'T', as captures show.
pub fn tdes_table_key(lmk: &[u8; 24]) -> Result<BlockKey, KeyLengthError> {
    let key = Zeroizing::new(lmk.map(|byte| byte ^ TABLE_VARIANT));
    BlockKey::tdes(key.as_slice())
}

/// Enciphers a table to 8 bytes: the packed digits, one TDES block.
pub fn encrypt_tdes(
    key: &BlockKey,
    table: &DecimalisationTable,
) -> Result<[u8; 8], EncipheredTableError> {
    key.encrypt8(table.packed()).map_err(|_| EncipheredTableError)
}

/// Deciphers 8 bytes; what is not sixteen digits is refused.
pub fn decrypt_tdes(
    key: &BlockKey,
    text: &[u8; 8],
) -> Result<DecimalisationTable, EncipheredTableError> {
    let packed = key.decrypt8(*text).map_err(|_| EncipheredTableError)?;
    DecimalisationTable::from_packed(&packed).map_err(|_| EncipheredTableError)
}

/// Enciphers a table to 16 bytes: packed digits and redundancy, one AES block under a key that serves this use alone.
pub fn encrypt_aes(
    key: &BlockKey,
    table: &DecimalisationTable,
) -> Result<[u8; 16], EncipheredTableError> {
    let mut block = [0; 16];
    for (to, from) in block.iter_mut().zip(table.packed().iter().chain(&REDUNDANCY)) {
        *to = *from;
    }
    key.encrypt16(block).map_err(|_| EncipheredTableError)
}

/// Deciphers 16 bytes; the redundancy must be right and the rest sixteen digits.
pub fn decrypt_aes(
    key: &BlockKey,
    text: &[u8; 16],
) -> Result<DecimalisationTable, EncipheredTableError> {
    let block = key.decrypt16(*text).map_err(|_| EncipheredTableError)?;
    let (packed, redundancy) = block.split_first_chunk::<8>().ok_or(EncipheredTableError)?;
    if !told(Told::Authentic, redundancy.ct_eq(&REDUNDANCY)) {
        return Err(EncipheredTableError);
    }
    DecimalisationTable::from_packed(packed).map_err(|_| EncipheredTableError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_aes_table_is_refused() {
        let key = BlockKey::aes(&[7; 32]).unwrap();
        let table = DecimalisationTable::from_digits(b"0123456789012345").unwrap();
        let text = encrypt_aes(&key, &table).unwrap();
        assert_eq!(decrypt_aes(&key, &text).unwrap().packed(), table.packed());
        for bit in 0..128 {
            let mut changed = text;
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(decrypt_aes(&key, &changed).is_err());
        }
    }

    #[test]
    fn keys_of_the_other_cipher_are_refused() {
        let table = DecimalisationTable::from_digits(b"0123456789012345").unwrap();
        assert!(encrypt_tdes(&BlockKey::aes(&[7; 32]).unwrap(), &table).is_err());
        assert!(encrypt_aes(&BlockKey::tdes(&[7; 24]).unwrap(), &table).is_err());
    }
}
