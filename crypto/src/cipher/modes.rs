//! Modes of operation over a [`BlockKey`], in place: ECB, CBC, CFB-8 and full-block CFB (NIST SP 800-38A section 6).
//!
//! An IV is one block. It is left holding the chaining value, so that a text in several parts goes on where it stopped.

use super::{BlockKey, BlockLengthError, Direction, Schedule, tdes_blocks, tdes_key};
use payhsm_tdes::Kernel;

impl BlockKey {
    /// ECB encryption of whole blocks (SP 800-38A 6.1).
    pub fn ecb_encrypt(&self, data: &mut [u8]) -> Result<(), BlockLengthError> {
        self.each_block(data, Direction::Encrypt)
    }

    /// ECB decryption of whole blocks (SP 800-38A 6.1).
    pub fn ecb_decrypt(&self, data: &mut [u8]) -> Result<(), BlockLengthError> {
        self.each_block(data, Direction::Decrypt)
    }

    /// CBC encryption of whole blocks (SP 800-38A 6.2).
    pub fn cbc_encrypt(&self, iv: &mut [u8], data: &mut [u8]) -> Result<(), BlockLengthError> {
        self.whole_blocks(iv, data)?;
        for block in data.chunks_exact_mut(self.block_len()) {
            xor(block, iv);
            self.encrypt_block(block)?;
            iv.copy_from_slice(block);
        }
        Ok(())
    }

    /// CBC decryption of whole blocks (SP 800-38A 6.2), under TDES all of them together.
    pub fn cbc_decrypt(&self, iv: &mut [u8], data: &mut [u8]) -> Result<(), BlockLengthError> {
        self.whole_blocks(iv, data)?;
        if let Schedule::Tdes(key, length) = &self.0 {
            let iv = iv.as_mut_array().ok_or(BlockLengthError)?;
            Kernel::detect().cbc_decrypt(tdes_key(key, *length)?, iv, tdes_blocks(data)?);
            return Ok(());
        }
        let mut held = [0; 16];
        let ciphertext = held.get_mut(..iv.len()).ok_or(BlockLengthError)?;
        for block in data.chunks_exact_mut(self.block_len()) {
            ciphertext.copy_from_slice(block);
            self.decrypt_block(block)?;
            xor(block, iv);
            iv.copy_from_slice(ciphertext);
        }
        Ok(())
    }

    /// CFB encryption with 8-bit segments, any length (SP 800-38A 6.3, s = 8).
    pub fn cfb8_encrypt(&self, iv: &mut [u8], data: &mut [u8]) -> Result<(), BlockLengthError> {
        for byte in data {
            *byte ^= self.cfb8_mask(iv)?;
            shift_in(iv, *byte);
        }
        Ok(())
    }

    /// CFB decryption with 8-bit segments, any length (SP 800-38A 6.3, s = 8).
    pub fn cfb8_decrypt(&self, iv: &mut [u8], data: &mut [u8]) -> Result<(), BlockLengthError> {
        for byte in data {
            let ciphertext = *byte;
            *byte ^= self.cfb8_mask(iv)?;
            shift_in(iv, ciphertext);
        }
        Ok(())
    }

    /// CFB encryption with segments of one block: CFB-64 for TDES, CFB-128 for AES (SP 800-38A 6.3).
    ///
    /// A last segment may be short; the text then ends with it.
    pub fn cfb_encrypt(&self, iv: &mut [u8], data: &mut [u8]) -> Result<(), BlockLengthError> {
        for segment in data.chunks_mut(self.block_len()) {
            self.encrypt_block(iv)?;
            xor(segment, iv);
            replace_head(iv, segment);
        }
        Ok(())
    }

    /// CFB decryption with segments of one block: CFB-64 for TDES, CFB-128 for AES (SP 800-38A 6.3).
    pub fn cfb_decrypt(&self, iv: &mut [u8], data: &mut [u8]) -> Result<(), BlockLengthError> {
        for segment in data.chunks_mut(self.block_len()) {
            self.encrypt_block(iv)?;
            // Mask and ciphertext change places: the register must end up with the ciphertext.
            for (byte, mask) in segment.iter_mut().zip(iv.iter_mut()) {
                let ciphertext = *byte;
                *byte ^= *mask;
                *mask = ciphertext;
            }
        }
        Ok(())
    }

    fn whole_blocks(&self, iv: &[u8], data: &[u8]) -> Result<(), BlockLengthError> {
        let whole = iv.len() == self.block_len() && data.len().is_multiple_of(self.block_len());
        if whole { Ok(()) } else { Err(BlockLengthError) }
    }

    fn cfb8_mask(&self, register: &[u8]) -> Result<u8, BlockLengthError> {
        let mut held = [0; 16];
        let output = held.get_mut(..register.len()).ok_or(BlockLengthError)?;
        output.copy_from_slice(register);
        self.encrypt_block(output)?;
        output.first().copied().ok_or(BlockLengthError)
    }
}

fn shift_in(register: &mut [u8], byte: u8) {
    register.rotate_left(1);
    if let Some(last) = register.last_mut() {
        *last = byte;
    }
}

fn replace_head(register: &mut [u8], segment: &[u8]) {
    for (to, from) in register.iter_mut().zip(segment) {
        *to = *from;
    }
}

/// XORs `mask` into the head of `data`.
fn xor(data: &mut [u8], mask: &[u8]) {
    for (byte, mask) in data.iter_mut().zip(mask) {
        *byte ^= mask;
    }
}
