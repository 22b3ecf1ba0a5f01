//! The variant LMK: twenty pairs of DES keys, of which the key type picks one. Legacy, public test values only.

use super::derivation::{PIN_LABEL, TABLE_LABEL, derive_aes, derive_tdes};
use crate::key_types;
use crate::refusal::KeyRefused;
use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::mac::CmacKey;
use payhsm_crypto::pin::lmk_pin::DecimalKey;
use payhsm_crypto::variant::WrappingKey;
use payhsm_protocol::field::KeyType;
use zeroize::Zeroizing;

/// Pairs in a set: 00-01 to 38-39.
pub(super) const PAIRS: usize = 20;
/// The pair that PINs are under: 02-03.
const PIN_PAIR: usize = 1;

/// Everything that the LMK is used through.
pub(crate) struct VariantLmk {
    pairs: Zeroizing<[[u8; 16]; PAIRS]>,
    /// For PINs under the LMK: our own cipher, as the real one is not public.
    pub(super) pin: DecimalKey,
    /// For decimalisation tables under the LMK: our own definition, as no public source has one for this scheme.
    pub(super) table: BlockKey,
}

impl VariantLmk {
    pub(super) fn new(pairs: &[[u8; 16]; PAIRS]) -> Result<Self, KeyRefused> {
        let pair = pairs.get(PIN_PAIR).ok_or(KeyRefused::Internal)?;
        let lmk = BlockKey::tdes(pair).map_err(|_| KeyRefused::Internal)?;
        let lmk = CmacKey::new(lmk).map_err(|_| KeyRefused::Internal)?;
        let pin =
            DecimalKey::new(derive_aes(&lmk, PIN_LABEL)?).map_err(|_| KeyRefused::Internal)?;
        let table = derive_tdes(&lmk, TABLE_LABEL)?;
        Ok(Self { pairs: Zeroizing::new(*pairs), pin, table })
    }

    /// What a key of this type is under: the pair of its code, under the variant of its first digit.
    pub(crate) fn wrapping_key(&self, key_type: KeyType) -> Result<WrappingKey, KeyRefused> {
        if !key_types::is_known(key_type) {
            return Err(KeyRefused::KeyType);
        }
        let (variant, code) = key_type.parts();
        let pair =
            pair_of(code).and_then(|pair| self.pairs.get(pair)).ok_or(KeyRefused::KeyType)?;
        let variant = variant.checked_sub(b'0').ok_or(KeyRefused::KeyType)?;
        WrappingKey::lmk_pair(pair, variant).map_err(|_| KeyRefused::KeyType)
    }
}

/// Place in the set of the pair that a code stands for. Source: host-commands, section 2.
const fn pair_of(code: [u8; 2]) -> Option<usize> {
    match &code {
        b"00" => Some(2),
        b"01" => Some(3),
        b"02" => Some(7),
        b"03" => Some(8),
        b"04" => Some(9),
        b"05" => Some(10),
        b"06" => Some(11),
        b"07" => Some(12),
        b"08" => Some(13),
        b"09" => Some(14),
        b"0A" => Some(15),
        b"0B" => Some(16),
        b"0C" => Some(17),
        b"0D" => Some(18),
        b"0E" => Some(19),
        _ => None,
    }
}
