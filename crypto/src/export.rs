//! Values on their way to somebody else: digits in blocks under a key that both have, AES-256-GCM, and JWE for whoever gave
//! a public key.
//!
//! The layouts of digits are our own names for what is met in the field; nobody publishes theirs. Each is of the shortest
//! whole blocks that hold it, 8 bytes under TDES and 16 under AES.
//!
//! | layout | 123 in eight bytes |
//! |---|---|
//! | E1 | BCD left, filled with F: `123FFFFFFFFFFFFF` |
//! | E2 | BCD right, filled with zeros: `0000000000000123` |
//! | E3 | ASCII left, filled with spaces |
//! | E4 | ASCII right, filled with `0` |
//! | E5 | EBCDIC left, filled with 40 |
//! | E6 | nibbles `8`, number of digits, digits, random fill; more than 14 digits: `9`, their number in two nibbles, digits, fill |
//! | E7 | E1, and each 8 bytes of it XORed with `0000` and the 12 right-most digits of the PAN without its check digit |
//!
//! E1 to E5 of three digits are a thousand ciphertexts in all under one key: whoever has that many cards reads every other.

pub mod gcm;
pub mod jwe;
mod layout;
pub mod pan;
mod rsa;

use zeroize::Zeroizing;

use crate::cipher::BlockKey;
use crate::pin::all_digits;
pub use layout::Layout;
use layout::{Text, pan_field};
pub use rsa::{PublicKeyError, RsaPublicKey};

/// Digits of the longest value.
pub const LONGEST_VALUE: usize = 40;

/// Bytes of the longest value that is no digits.
pub const LONGEST_TEXT: usize = 512;

/// Random bytes that a value takes: an IV of a block, and fill.
pub const RANDOM: usize = 64;

/// Blocks one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chaining {
    /// ECB.
    Ecb,
    /// CBC with an IV of zeros.
    CbcZeroIv,
    /// CBC with a random IV, which goes in front: one block more.
    CbcRandomIv,
}

/// How a zone wants values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// Where the digits are.
    pub layout: Layout,
    /// What becomes of the blocks.
    pub chaining: Chaining,
}

/// What is to be written is not 1 to 40 digits, or the PAN that its layout needs is not 13 to 19.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a value that can be exported")]
pub struct ValueError;

/// What came is not what such a value looks like under this key. There is no other reason, so that nobody learns which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a value under this key")]
pub struct NotAValue;

impl Profile {
    /// Encrypts `digits`, 1 to 40 in ASCII, under a TDES or AES key. E7 needs the PAN, 13 to 19 digits. All of `random` has to
    /// be random.
    ///
    /// # Errors
    /// [`ValueError`]
    pub fn seal(
        &self,
        key: &BlockKey,
        digits: &[u8],
        pan: Option<&[u8]>,
        random: &[u8; RANDOM],
    ) -> Result<Vec<u8>, ValueError> {
        if !(1..=LONGEST_VALUE).contains(&digits.len()) || !all_digits(digits) {
            return Err(ValueError);
        }
        let field = self.layout.binds_pan().then(|| pan.and_then(pan_field).ok_or(ValueError));
        let field = field.transpose()?;
        let (fill, iv) = random.split_at(RANDOM - key.block_len());
        let mut text = Text::of(self.layout, digits, key.block_len(), fill).ok_or(ValueError)?;
        text.bind(field);
        let mut sealed = Vec::with_capacity(key.block_len() + text.bytes().len());
        if self.chaining == Chaining::CbcRandomIv {
            sealed.extend(iv);
        }
        let mut chained = [0; 16];
        let chained = chained.get_mut(..key.block_len()).ok_or(ValueError)?;
        let encrypted = match self.chaining {
            Chaining::Ecb => key.ecb_encrypt(text.bytes()),
            Chaining::CbcZeroIv => key.cbc_encrypt(chained, text.bytes()),
            Chaining::CbcRandomIv => {
                chained.copy_from_slice(iv);
                key.cbc_encrypt(chained, text.bytes())
            }
        };
        encrypted.map_err(|_| ValueError)?;
        sealed.extend_from_slice(text.bytes());
        Ok(sealed)
    }

    /// Decrypts a value of as many digits as `to` has room for, and holds everything around them to the layout.
    ///
    /// # Errors
    /// [`NotAValue`], whatever it is; `to` is then as it was.
    pub fn open(
        &self,
        key: &BlockKey,
        sealed: &[u8],
        pan: Option<&[u8]>,
        to: &mut [u8],
    ) -> Result<(), NotAValue> {
        if !(1..=LONGEST_VALUE).contains(&to.len()) {
            return Err(NotAValue);
        }
        let field = self.layout.binds_pan().then(|| pan.and_then(pan_field).ok_or(NotAValue));
        let field = field.transpose()?;
        let front = if self.chaining == Chaining::CbcRandomIv { key.block_len() } else { 0 };
        let (iv, blocks) = sealed.split_at_checked(front).ok_or(NotAValue)?;
        let mut text =
            Text::read(self.layout, to.len(), key.block_len(), blocks).ok_or(NotAValue)?;
        let mut chained = [0; 16];
        chained.iter_mut().zip(iv).for_each(|(to, from)| *to = *from);
        let chained = chained.get_mut(..key.block_len()).ok_or(NotAValue)?;
        let decrypted = match self.chaining {
            Chaining::Ecb => key.ecb_decrypt(text.bytes()),
            Chaining::CbcZeroIv | Chaining::CbcRandomIv => key.cbc_decrypt(chained, text.bytes()),
        };
        decrypted.map_err(|_| NotAValue)?;
        text.bind(field);
        let mut digits = Zeroizing::new([0; LONGEST_VALUE]);
        let digits = digits.get_mut(..to.len()).ok_or(NotAValue)?;
        if !text.digits(self.layout, digits, key.block_len()) {
            return Err(NotAValue);
        }
        to.copy_from_slice(digits);
        Ok(())
    }
}
