//! Fields of the M-commands.

use super::Fields;
use super::primitive::hex_bytes;
use crate::ErrorCode;
use crate::field::{
    Bytes, CipherMode, CipherModeCode, DataFormat, InitialVector, KeyField, Mac, MacMethod, MacSize,
};

impl Fields<'_> {
    /// 2N: a mode of operation; [`Self::cipher_mode`] completes it.
    ///
    /// # Errors
    /// 15 if the message ends before, `otherwise` if there is no such mode.
    pub fn cipher_mode_code(&mut self, otherwise: ErrorCode) -> Result<CipherModeCode, ErrorCode> {
        CipherModeCode::from_digits(self.chars()?).ok_or(otherwise)
    }

    /// The rest of a mode of operation: nothing for ECB, else the block that a text under `key`
    /// starts from.
    ///
    /// # Errors
    /// 15 if it is not hex.
    pub fn cipher_mode(
        &mut self,
        code: CipherModeCode,
        key: &KeyField,
    ) -> Result<CipherMode, ErrorCode> {
        Ok(match code {
            CipherModeCode::Ecb => CipherMode::Ecb,
            CipherModeCode::Cbc => CipherMode::Cbc(self.initial_vector(key)?),
            CipherModeCode::Cfb8 => CipherMode::Cfb8(self.initial_vector(key)?),
            CipherModeCode::Cfb => CipherMode::Cfb(self.initial_vector(key)?),
        })
    }

    /// 16H, or 32H if `key` is an AES key: a block that a chain starts or goes on from.
    ///
    /// # Errors
    /// 15 if it is not hex.
    pub fn initial_vector(&mut self, key: &KeyField) -> Result<InitialVector, ErrorCode> {
        if self.is_aes(key) {
            self.hex_bytes().map(InitialVector::Aes)
        } else {
            self.hex_bytes().map(InitialVector::Tdes)
        }
    }

    /// 1N: a data format.
    ///
    /// # Errors
    /// 15 if the message ends before, `otherwise` if there is no such format.
    pub fn data_format(&mut self, otherwise: ErrorCode) -> Result<DataFormat, ErrorCode> {
        let [code] = self.chars()?;
        DataFormat::from_code(code).ok_or(otherwise)
    }

    /// 1N: a format for encrypted data, which is no text.
    ///
    /// # Errors
    /// As [`Self::data_format`].
    pub fn ciphertext_format(&mut self, otherwise: ErrorCode) -> Result<DataFormat, ErrorCode> {
        match self.data_format(otherwise)? {
            format @ (DataFormat::Binary | DataFormat::Hex) => Ok(format),
            DataFormat::Text => Err(otherwise),
        }
    }

    /// 1N and 1N: a MAC size and an algorithm; 1N: a padding method.
    ///
    /// # Errors
    /// 15 if the message ends before, 04 for the size or the algorithm, 09 for the padding.
    pub fn mac_method(&mut self) -> Result<(MacSize, MacMethod), ErrorCode> {
        let [size, algorithm, padding] = self.chars()?;
        let size = MacSize::from_code(size).ok_or(ErrorCode::INVALID_ALGORITHM)?;
        Ok((size, MacMethod::from_codes(algorithm, padding)?))
    }

    /// 8H or 16H: a MAC.
    ///
    /// # Errors
    /// 15 if it is not hex.
    pub fn mac(&mut self, size: MacSize) -> Result<Mac, ErrorCode> {
        let bytes = match size {
            MacSize::Half => self.parse(hex_bytes::<4>)?.to_vec(),
            MacSize::Full => self.parse(hex_bytes::<8>)?.to_vec(),
        };
        Ok(Mac(bytes))
    }

    /// 4H: a length in characters, and so many characters of data.
    ///
    /// # Errors
    /// 06 if the length is no length for the format, 80 if the message ends before, 15 if hex is
    /// not hex.
    pub fn data(&mut self, format: DataFormat) -> Result<Bytes, ErrorCode> {
        let length = self.data_length(format)?;
        self.data_of(format, length)
    }

    /// As [`Self::data`], where nothing but the tail of the message follows. Client codecs have
    /// been seen to count hex data in bytes; as the data must reach to the tail, it is plain what
    /// is meant.
    ///
    /// # Errors
    /// As [`Self::data`].
    pub fn last_data(&mut self, format: DataFormat) -> Result<Bytes, ErrorCode> {
        let length = self.data_length(format)?;
        let bytes_counted = format == DataFormat::Hex
            && !self.tail_at(length)
            && self.tail_at(length.saturating_mul(2));
        self.data_of(format, if bytes_counted { length * 2 } else { length })
    }

    fn data_length(&mut self, format: DataFormat) -> Result<usize, ErrorCode> {
        let length = self.hexadecimal::<4>(ErrorCode::InvalidLength)?;
        let length = usize::try_from(length).map_err(|_| ErrorCode::InvalidLength)?;
        let odd = format == DataFormat::Hex && !length.is_multiple_of(2);
        if odd { Err(ErrorCode::InvalidLength) } else { Ok(length) }
    }

    fn data_of(&mut self, format: DataFormat, characters: usize) -> Result<Bytes, ErrorCode> {
        if self.left() < characters {
            return Err(ErrorCode::InvalidDataLength);
        }
        match format {
            DataFormat::Binary | DataFormat::Text => self.binary(characters),
            DataFormat::Hex => self.hex(characters),
        }
    }
}
