//! CBC and the MACs on it: where blocks do not wait for each other, they go through together.
//!
//! | | of one message | of many |
//! |---|---|---|
//! | CBC decryption | all blocks in one batch | message by message |
//! | CBC encryption, MACs | block by block | block `n` of all messages in one batch |
//!
//! CBC is NIST SP 800-38A section 6.2. The MACs are ISO/IEC 9797-1 algorithm 1 (CBC-MAC) and algorithm 3 (retail MAC,
//! ANSI X9.19). Messages come in whole blocks: padding is the caller's, and so is how much of a MAC counts. CBC-MAC is
//! safe only for messages of one length.

use core::iter::once;
use core::slice::from_mut;

use crate::kernel::{BatchLengthError, Kernel};
use crate::key::{Key, Part};
use lanes::{Lanes, xor};

mod lanes;

/// Most blocks that go through together: the width of the widest kernel.
const MOST: usize = 512;
/// Smaller buffers, which cost less to prepare.
const SOME: usize = 64;
const FEW: usize = 16;

/// Why a mode could not run. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ModeError {
    /// There are not as many keys, IVs or chaining values as messages.
    #[error("a batch needs one key and one IV or chaining value for each message")]
    Batch,
    /// A message to authenticate has no block.
    #[error("a MAC needs at least one block")]
    Empty,
    /// A retail MAC takes K and K' in 16 bytes.
    #[error("a retail MAC needs a key of 16 bytes")]
    KeyLength,
}

impl From<BatchLengthError> for ModeError {
    fn from(_: BatchLengthError) -> Self {
        Self::Batch
    }
}

/// What happens to the last block of a message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mac {
    /// Algorithm 1: the same as to the others.
    Cbc,
    /// Algorithm 3: decipher with K' and encipher with K on top. The DES of the chain and these two are one TDES, so
    /// the chain runs under K and the last block under the whole key.
    Retail,
}

impl Mac {
    fn takes(self, key: &Key<'_>) -> bool {
        self == Self::Cbc || key.size() == 16
    }

    /// The key of all blocks but the last.
    fn chain_key<'k>(self, key: &Key<'k>) -> Key<'k> {
        match self {
            Self::Cbc => *key,
            // Eight bytes always are a key.
            Self::Retail => Key::new(key.part(Part::First)).unwrap_or(*key),
        }
    }
}

impl Kernel {
    /// CBC encryption of one message in place (SP 800-38A 6.2); each block has to wait for the one before.
    ///
    /// `iv` is left holding the last block, so that a message in several parts goes on where it stopped.
    pub fn cbc_encrypt(self, key: Key<'_>, iv: &mut [u8; 8], message: &mut [[u8; 8]]) {
        for block in message {
            *block = xor(*block, *iv);
            self.encrypt_blocks_shared(key, from_mut(block));
            *iv = *block;
        }
    }

    /// CBC decryption of one message in place (SP 800-38A 6.2), all blocks in batches of up to 512.
    ///
    /// `iv` is left holding the last block of ciphertext, so that a message in several parts goes on where it stopped.
    pub fn cbc_decrypt(self, key: Key<'_>, iv: &mut [u8; 8], message: &mut [[u8; 8]]) {
        if message.len() <= FEW {
            self.cbc_decrypt_by::<FEW>(key, iv, message);
        } else {
            self.cbc_decrypt_by::<MOST>(key, iv, message);
        }
    }

    /// CBC encryption of many messages in place: message `i` under `keys[i]` with `ivs[i]`, any lengths.
    ///
    /// Every IV is left holding the last block of its message. Up to 512 messages go in step; the fewer of them are
    /// much longer than their neighbours, the better.
    ///
    /// # Errors
    /// [`ModeError::Batch`] if there are not as many keys and IVs as messages.
    pub fn cbc_encrypt_batch(
        self,
        keys: &[Key<'_>],
        ivs: &mut [[u8; 8]],
        messages: &mut [&mut [[u8; 8]]],
    ) -> Result<(), ModeError> {
        if keys.len() != messages.len() || ivs.len() != messages.len() {
            return Err(ModeError::Batch);
        }
        if messages.len() <= FEW {
            self.cbc_encrypt_by::<FEW>(keys, ivs, messages)
        } else if messages.len() <= SOME {
            self.cbc_encrypt_by::<SOME>(keys, ivs, messages)
        } else {
            self.cbc_encrypt_by::<MOST>(keys, ivs, messages)
        }
    }

    /// CBC-MAC of one message (ISO/IEC 9797-1 algorithm 1): from `value`, zeros at the start, to the MAC in `value`.
    ///
    /// Of a first or middle part this makes the chaining value that the next part starts from.
    ///
    /// # Errors
    /// [`ModeError::Empty`] if there is no block.
    pub fn cbc_mac(
        self,
        key: Key<'_>,
        value: &mut [u8; 8],
        message: &[[u8; 8]],
    ) -> Result<(), ModeError> {
        self.mac(Mac::Cbc, key, value, message)
    }

    /// Retail MAC of one message (ISO/IEC 9797-1 algorithm 3) under K and K', 16 bytes: from `value`, zeros at the
    /// start, to the MAC in `value`.
    ///
    /// First and middle parts go through [`Kernel::cbc_mac`] under K, the left half.
    ///
    /// # Errors
    /// [`ModeError::Empty`] if there is no block, [`ModeError::KeyLength`] if the key has not 16 bytes.
    pub fn retail_mac(
        self,
        key: Key<'_>,
        value: &mut [u8; 8],
        message: &[[u8; 8]],
    ) -> Result<(), ModeError> {
        self.mac(Mac::Retail, key, value, message)
    }

    /// CBC-MACs of many messages: as [`Kernel::cbc_mac`], message `i` under `keys[i]` from and to `values[i]`, any
    /// lengths.
    ///
    /// # Errors
    /// [`ModeError::Batch`] if there are not as many keys and values as messages, [`ModeError::Empty`] if a message has
    /// no block.
    pub fn cbc_mac_batch(
        self,
        keys: &[Key<'_>],
        values: &mut [[u8; 8]],
        messages: &[&[[u8; 8]]],
    ) -> Result<(), ModeError> {
        self.macs(Mac::Cbc, keys, values, messages)
    }

    /// Retail MACs of many messages: as [`Kernel::retail_mac`], message `i` under `keys[i]` from and to `values[i]`, any
    /// lengths.
    ///
    /// # Errors
    /// [`ModeError::Batch`] if there are not as many keys and values as messages, [`ModeError::Empty`] if a message has
    /// no block, [`ModeError::KeyLength`] if a key has not 16 bytes.
    pub fn retail_mac_batch(
        self,
        keys: &[Key<'_>],
        values: &mut [[u8; 8]],
        messages: &[&[[u8; 8]]],
    ) -> Result<(), ModeError> {
        self.macs(Mac::Retail, keys, values, messages)
    }

    fn cbc_decrypt_by<const N: usize>(
        self,
        key: Key<'_>,
        iv: &mut [u8; 8],
        message: &mut [[u8; 8]],
    ) {
        // Ciphertext, which is no secret: not wiped.
        let mut held = [[0; 8]; N];
        for chunk in message.chunks_mut(N) {
            for (held, block) in held.iter_mut().zip(&*chunk) {
                *held = *block;
            }
            let next = chunk.last().copied().unwrap_or(*iv);
            self.decrypt_blocks_shared(key, chunk);
            for (block, before) in chunk.iter_mut().zip(once(&*iv).chain(&held)) {
                *block = xor(*block, *before);
            }
            *iv = next;
        }
    }

    fn cbc_encrypt_by<const N: usize>(
        self,
        keys: &[Key<'_>],
        ivs: &mut [[u8; 8]],
        messages: &mut [&mut [[u8; 8]]],
    ) -> Result<(), ModeError> {
        let groups = keys.chunks(N).zip(ivs.chunks_mut(N)).zip(messages.chunks_mut(N));
        for ((keys, ivs), messages) in groups {
            let Some(mut lanes) = Lanes::<N>::new(keys) else { return Ok(()) };
            for step in 0..messages.iter().map(|message| message.len()).max().unwrap_or(0) {
                let block = |message: &&mut [[u8; 8]]| message.get(step).copied();
                lanes.step(self, keys.iter().copied(), ivs, messages, block)?;
                for (message, iv) in messages.iter_mut().zip(&*ivs) {
                    if let Some(block) = message.get_mut(step) {
                        *block = *iv;
                    }
                }
            }
        }
        Ok(())
    }

    fn mac(
        self,
        mac: Mac,
        key: Key<'_>,
        value: &mut [u8; 8],
        message: &[[u8; 8]],
    ) -> Result<(), ModeError> {
        let (last, chain) = message.split_last().ok_or(ModeError::Empty)?;
        if !mac.takes(&key) {
            return Err(ModeError::KeyLength);
        }
        let chain = chain.iter().map(|block| (mac.chain_key(&key), block));
        for (key, block) in chain.chain(once((key, last))) {
            *value = xor(*value, *block);
            self.encrypt_blocks_shared(key, from_mut(value));
        }
        Ok(())
    }

    fn macs(
        self,
        mac: Mac,
        keys: &[Key<'_>],
        values: &mut [[u8; 8]],
        messages: &[&[[u8; 8]]],
    ) -> Result<(), ModeError> {
        if keys.len() != messages.len() || values.len() != messages.len() {
            return Err(ModeError::Batch);
        }
        if messages.iter().any(|message| message.is_empty()) {
            return Err(ModeError::Empty);
        }
        if !keys.iter().all(|key| mac.takes(key)) {
            return Err(ModeError::KeyLength);
        }
        if messages.len() <= FEW {
            self.macs_by::<FEW>(mac, keys, values, messages)
        } else if messages.len() <= SOME {
            self.macs_by::<SOME>(mac, keys, values, messages)
        } else {
            self.macs_by::<MOST>(mac, keys, values, messages)
        }
    }

    /// The last blocks wait for the longest message and then go together: all that a retail MAC has under TDES.
    fn macs_by<const N: usize>(
        self,
        mac: Mac,
        keys: &[Key<'_>],
        values: &mut [[u8; 8]],
        messages: &[&[[u8; 8]]],
    ) -> Result<(), ModeError> {
        let groups = keys.chunks(N).zip(values.chunks_mut(N)).zip(messages.chunks(N));
        for ((keys, values), messages) in groups {
            let Some(mut lanes) = Lanes::<N>::new(keys) else { return Ok(()) };
            let chained = messages.iter().map(|message| message.len().saturating_sub(1));
            for step in 0..chained.max().unwrap_or(0) {
                let block = |message: &&[[u8; 8]]| message.split_last()?.1.get(step).copied();
                lanes.step(
                    self,
                    keys.iter().map(|key| mac.chain_key(key)),
                    values,
                    messages,
                    block,
                )?;
            }
            for (value, message) in values.iter_mut().zip(messages) {
                *value = xor(*value, message.last().copied().unwrap_or_default());
            }
            self.encrypt_batch(keys, values)?;
        }
        Ok(())
    }
}
