//! Block ciphers under one key: DES, two- and three-key TDES, AES-128/192/256.
//!
//! The only file that names the crates `payhsm_tdes`, `payhsm_fibers` and `aes`; everything else sees a
//! [`BlockKey`]. DES and TDES have blocks of 8 bytes, AES of 16. Parity bits of DES keys are
//! ignored. TDES keeps no schedule: it makes the round keys again inside the rounds, which costs
//! less than reading them.

use core::fmt;

use aes::{Aes128, Aes192, Aes256};
use cipher::array::{Array, ArraySize};
use cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use payhsm_fibers::tdes;
use payhsm_tdes::Key;
use zeroize::Zeroizing;

mod modes;

/// Bytes in a DES or TDES block.
pub const DES_BLOCK: usize = 8;
/// Bytes in an AES block.
pub const AES_BLOCK: usize = 16;

/// The key has a length that the cipher does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("key length does not fit the cipher")]
pub struct KeyLengthError;

/// A block, an IV or a whole text has a length that the cipher or the mode cannot take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("length does not fit the block size of the cipher")]
pub struct BlockLengthError;

/// The cipher family of a [`BlockKey`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// Single DES, 8-byte key: legacy, and the inner cipher of the retail MAC.
    Des,
    /// TDES (EDE), 16- or 24-byte key (NIST SP 800-67).
    Tdes,
    /// AES, 16-, 24- or 32-byte key (FIPS 197).
    Aes,
}

/// Which way a block goes through the cipher.
#[derive(Clone, Copy)]
enum Direction {
    Encrypt,
    Decrypt,
}

/// A key, expanded where its cipher wants that. Wiped on drop; `Debug` tells the algorithm only.
pub struct BlockKey(Schedule);

enum Schedule {
    /// The bytes of a DES or TDES key and how many of them there are: 8, 16 or 24.
    Tdes(Zeroizing<[u8; 24]>, usize),
    Aes128(Aes128),
    Aes192(Aes192),
    Aes256(Aes256),
}

impl fmt::Debug for BlockKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlockKey({:?}, {} bytes)", self.algorithm(), self.key_len())
    }
}

impl BlockKey {
    /// DES or TDES key of 8, 16 or 24 bytes (NIST SP 800-67 section 3; 16 bytes mean K3 = K1).
    pub fn tdes(key: &[u8]) -> Result<Self, KeyLengthError> {
        Key::new(key).map_err(|_| KeyLengthError)?;
        let mut bytes = Zeroizing::new([0; 24]);
        bytes.get_mut(..key.len()).ok_or(KeyLengthError)?.copy_from_slice(key);
        Ok(Self(Schedule::Tdes(bytes, key.len())))
    }

    /// AES key of 16, 24 or 32 bytes (FIPS 197).
    pub fn aes(key: &[u8]) -> Result<Self, KeyLengthError> {
        let schedule = match key.len() {
            16 => Schedule::Aes128(expand(key)?),
            24 => Schedule::Aes192(expand(key)?),
            32 => Schedule::Aes256(expand(key)?),
            _ => return Err(KeyLengthError),
        };
        Ok(Self(schedule))
    }

    /// The cipher family.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self.0 {
            Schedule::Tdes(_, 8) => Algorithm::Des,
            Schedule::Tdes(..) => Algorithm::Tdes,
            Schedule::Aes128(_) | Schedule::Aes192(_) | Schedule::Aes256(_) => Algorithm::Aes,
        }
    }

    /// Bytes in a block: 8 or 16.
    #[must_use]
    pub fn block_len(&self) -> usize {
        match self.algorithm() {
            Algorithm::Des | Algorithm::Tdes => DES_BLOCK,
            Algorithm::Aes => AES_BLOCK,
        }
    }

    /// Bytes in the key as given, parity bits included.
    #[must_use]
    pub fn key_len(&self) -> usize {
        match self.0 {
            Schedule::Tdes(_, length) => length,
            Schedule::Aes128(_) => 16,
            Schedule::Aes192(_) => 24,
            Schedule::Aes256(_) => 32,
        }
    }

    /// Enciphers one block in place; `block` must be exactly one block.
    pub fn encrypt_block(&self, block: &mut [u8]) -> Result<(), BlockLengthError> {
        self.one_block(block, Direction::Encrypt)
    }

    /// Deciphers one block in place; `block` must be exactly one block.
    pub fn decrypt_block(&self, block: &mut [u8]) -> Result<(), BlockLengthError> {
        self.one_block(block, Direction::Decrypt)
    }

    /// Enciphers an 8-byte block; an AES key is an error.
    pub fn encrypt8(&self, mut block: [u8; 8]) -> Result<[u8; 8], BlockLengthError> {
        self.encrypt_block(&mut block)?;
        Ok(block)
    }

    /// Deciphers an 8-byte block; an AES key is an error.
    pub fn decrypt8(&self, mut block: [u8; 8]) -> Result<[u8; 8], BlockLengthError> {
        self.decrypt_block(&mut block)?;
        Ok(block)
    }

    /// Enciphers a 16-byte block; a DES or TDES key is an error.
    pub fn encrypt16(&self, mut block: [u8; 16]) -> Result<[u8; 16], BlockLengthError> {
        self.encrypt_block(&mut block)?;
        Ok(block)
    }

    /// Deciphers a 16-byte block; a DES or TDES key is an error.
    pub fn decrypt16(&self, mut block: [u8; 16]) -> Result<[u8; 16], BlockLengthError> {
        self.decrypt_block(&mut block)?;
        Ok(block)
    }

    fn one_block(&self, block: &mut [u8], direction: Direction) -> Result<(), BlockLengthError> {
        if block.len() != self.block_len() {
            return Err(BlockLengthError);
        }
        self.each_block(block, direction)
    }

    /// Every whole block of `data` by itself (ECB); a rest is an error.
    fn each_block(&self, data: &mut [u8], direction: Direction) -> Result<(), BlockLengthError> {
        match &self.0 {
            Schedule::Tdes(key, length) => {
                let (key, blocks) = (tdes_key(key, *length)?, tdes_blocks(data)?);
                match direction {
                    Direction::Encrypt => tdes::encrypt(key, blocks),
                    Direction::Decrypt => tdes::decrypt(key, blocks),
                }
                Ok(())
            }
            Schedule::Aes128(key) => blocks(key, data, direction),
            Schedule::Aes192(key) => blocks(key, data, direction),
            Schedule::Aes256(key) => blocks(key, data, direction),
        }
    }
}

fn expand<C: KeyInit>(key: &[u8]) -> Result<C, KeyLengthError> {
    C::new_from_slice(key).map_err(|_| KeyLengthError)
}

fn blocks<C>(key: &C, data: &mut [u8], direction: Direction) -> Result<(), BlockLengthError>
where
    C: BlockCipherEncrypt + BlockCipherDecrypt,
    C::BlockSize: ArraySize,
{
    let (blocks, rest): (&mut [Block<C>], _) = Array::slice_as_chunks_mut(data);
    if !rest.is_empty() {
        return Err(BlockLengthError);
    }
    match direction {
        Direction::Encrypt => key.encrypt_blocks(blocks),
        Direction::Decrypt => key.decrypt_blocks(blocks),
    }
    Ok(())
}

/// A DES or TDES key, for the crate that runs it.
fn tdes_key(key: &[u8; 24], length: usize) -> Result<Key<'_>, BlockLengthError> {
    key.get(..length).and_then(|key| Key::new(key).ok()).ok_or(BlockLengthError)
}

/// The DES blocks of `data`; a rest is an error.
fn tdes_blocks(data: &mut [u8]) -> Result<&mut [[u8; DES_BLOCK]], BlockLengthError> {
    let (blocks, rest) = data.as_chunks_mut();
    if rest.is_empty() { Ok(blocks) } else { Err(BlockLengthError) }
}

/// Enciphers one 8-byte block under a key used for nothing else (8, 16 or 24 bytes), keeping no schedule.
pub fn tdes_encrypt_once(key: &[u8], block: [u8; 8]) -> Result<[u8; 8], KeyLengthError> {
    let mut blocks = [block];
    tdes::encrypt(Key::new(key).map_err(|_| KeyLengthError)?, &mut blocks);
    let [block] = blocks;
    Ok(block)
}

/// Deciphers one 8-byte block under a key used for nothing else (8, 16 or 24 bytes), keeping no schedule.
pub fn tdes_decrypt_once(key: &[u8], block: [u8; 8]) -> Result<[u8; 8], KeyLengthError> {
    let mut blocks = [block];
    tdes::decrypt(Key::new(key).map_err(|_| KeyLengthError)?, &mut blocks);
    let [block] = blocks;
    Ok(block)
}
