//! What data encryption keys do: ECB, CBC and CFB, in place.

use crate::key::Key;
use crate::operation::OperationRefused;
use crate::usage::DataEncryption;
use payhsm_crypto::cipher::BlockLengthError;

/// A mode of operation (M0, M2, M4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataMode {
    /// 00: ECB, whole blocks, no IV.
    Ecb,
    /// 01: CBC, whole blocks.
    Cbc,
    /// 02: CFB with segments of one byte, any length.
    Cfb8,
    /// 03: CFB with segments of one block, which is CFB-64 under TDES and CFB-128 under AES; any length.
    Cfb64,
}

impl<U: DataEncryption> Key<U> {
    /// Bytes in a block and in an IV: 8 under TDES, 16 under AES.
    ///
    /// # Errors
    /// [`OperationRefused::Internal`], which cannot happen to a key that was opened.
    pub fn block_length(&self) -> Result<usize, OperationRefused> {
        Ok(self.cipher()?.block_len())
    }

    /// Encrypts `data` in place and leaves in `iv` what the next part of the message goes on from.
    ///
    /// # Errors
    /// [`OperationRefused::DataLength`]; ECB wants an empty `iv`.
    pub fn encrypt(
        &self,
        mode: DataMode,
        iv: &mut [u8],
        data: &mut [u8],
    ) -> Result<(), OperationRefused> {
        let key = self.cipher()?;
        check_iv(mode, iv, key.block_len())?;
        match mode {
            DataMode::Ecb => key.ecb_encrypt(data),
            DataMode::Cbc => key.cbc_encrypt(iv, data),
            DataMode::Cfb8 => key.cfb8_encrypt(iv, data),
            DataMode::Cfb64 => key.cfb_encrypt(iv, data),
        }
        .map_err(data_refused)
    }

    /// Decrypts `data` in place and leaves in `iv` what the next part of the message goes on from.
    ///
    /// # Errors
    /// [`OperationRefused::DataLength`]; ECB wants an empty `iv`.
    pub fn decrypt(
        &self,
        mode: DataMode,
        iv: &mut [u8],
        data: &mut [u8],
    ) -> Result<(), OperationRefused> {
        let key = self.cipher()?;
        check_iv(mode, iv, key.block_len())?;
        match mode {
            DataMode::Ecb => key.ecb_decrypt(data),
            DataMode::Cbc => key.cbc_decrypt(iv, data),
            DataMode::Cfb8 => key.cfb8_decrypt(iv, data),
            DataMode::Cfb64 => key.cfb_decrypt(iv, data),
        }
        .map_err(data_refused)
    }
}

fn check_iv(mode: DataMode, iv: &[u8], block: usize) -> Result<(), OperationRefused> {
    let wanted = match mode {
        DataMode::Ecb => 0,
        DataMode::Cbc | DataMode::Cfb8 | DataMode::Cfb64 => block,
    };
    if iv.len() == wanted { Ok(()) } else { Err(OperationRefused::DataLength) }
}

fn data_refused(_: BlockLengthError) -> OperationRefused {
    OperationRefused::DataLength
}
