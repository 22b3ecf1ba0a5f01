//! What the handlers of the M-commands share.

use super::Context;
use payhsm_keys::usage::{DataKey, MacKey};
use payhsm_keys::{DataMode, Key, MacAlgorithm, OperationRefused, Padding, Position, Purpose};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::field::{
    Bytes, CipherMode, InitialVector, KeyField, KeyType, MacMethod, MacPadding,
};

/// Key types of data keys: ZEK, DEK, TEK, or what the block says. BDKs come with DUKPT.
const DATA_KEY_TYPES: [&[u8; 3]; 4] = [b"00A", b"00B", b"30B", b"FFF"];

/// Key types of MAC keys: TAK, ZAK, or what the block says.
const MAC_KEY_TYPES: [&[u8; 3]; 3] = [b"003", b"008", b"FFF"];

impl Context<'_> {
    /// Opens a data key.
    pub(super) fn data_key(
        &self,
        key_type: KeyType,
        key: &KeyField,
        purpose: Purpose,
        position: Position,
    ) -> Result<Key<DataKey>, ErrorCode> {
        if !DATA_KEY_TYPES.contains(&&key_type.0) {
            return Err(match position {
                Position::Source => ErrorCode::INVALID_DATA_KEY_TYPE,
                Position::Destination => ErrorCode::InvalidDestinationKeyType,
            });
        }
        let key = Key::open_as(self.lmk()?, key_type, key, purpose, &self.rules())
            .map_err(|refused| self.key_code(refused, position))?;
        self.noted.key(|| key.check_value());
        Ok(key)
    }

    /// Opens a MAC key.
    pub(super) fn mac_key(
        &self,
        key_type: KeyType,
        key: &KeyField,
        purpose: Purpose,
    ) -> Result<Key<MacKey>, ErrorCode> {
        if !MAC_KEY_TYPES.contains(&&key_type.0) {
            return Err(ErrorCode::INVALID_DATA_KEY_TYPE);
        }
        let key = Key::open_as(self.lmk()?, key_type, key, purpose, &self.rules())
            .map_err(|refused| self.key_code(refused, Position::Source))?;
        self.noted.key(|| key.check_value());
        Ok(key)
    }
}

/// Encrypts or decrypts, and gives back what the next part goes on from.
pub(super) fn in_place(
    mode: CipherMode,
    data: &mut Bytes,
    cipher: impl FnOnce(DataMode, &mut [u8], &mut [u8]) -> Result<(), OperationRefused>,
) -> Result<Option<InitialVector>, ErrorCode> {
    if data.0.is_empty() {
        return Err(ErrorCode::InvalidLength);
    }
    let (mode, iv) = match mode {
        CipherMode::Ecb => (DataMode::Ecb, None),
        CipherMode::Cbc(iv) => (DataMode::Cbc, Some(iv)),
        CipherMode::Cfb8(iv) => (DataMode::Cfb8, Some(iv)),
        CipherMode::Cfb(iv) => (DataMode::Cfb64, Some(iv)),
    };
    let mut chaining = iv.map_or(Vec::new(), |iv| iv.as_slice().to_vec());
    cipher(mode, &mut chaining, &mut data.0).map_err(data_code)?;
    Ok(InitialVector::from_slice(&chaining))
}

/// What the part behind this one goes on from.
pub(super) fn chained(
    key: &Key<MacKey>,
    algorithm: MacAlgorithm,
    before: Option<&[u8]>,
    data: &[u8],
) -> Result<InitialVector, ErrorCode> {
    if data.is_empty() {
        return Err(ErrorCode::InvalidLength);
    }
    let chaining = key.mac_part(algorithm, before, data).map_err(data_code)?;
    InitialVector::from_slice(chaining.as_bytes()).ok_or(ErrorCode::Internal)
}

/// The algorithm of a MAC and the padding that it is to use. CMAC pads by itself.
pub(super) fn algorithm(method: MacMethod) -> (MacAlgorithm, Padding) {
    match method {
        MacMethod::CbcMac(padding) => (MacAlgorithm::CbcMac, padding_of(padding)),
        MacMethod::RetailMac(padding) => (MacAlgorithm::RetailMac, padding_of(padding)),
        MacMethod::Cmac => (MacAlgorithm::Cmac, Padding::None),
    }
}

const fn padding_of(padding: MacPadding) -> Padding {
    match padding {
        MacPadding::None => Padding::None,
        MacPadding::Zeros => Padding::Method1,
        MacPadding::OneAndZeros => Padding::Method2,
    }
}

/// The code for data that is not whole blocks is 06 in these commands.
pub(super) fn data_code(refused: OperationRefused) -> ErrorCode {
    match refused {
        OperationRefused::DataLength => ErrorCode::InvalidLength,
        OperationRefused::Input
        | OperationRefused::Account
        | OperationRefused::Pin
        | OperationRefused::Usage
        | OperationRefused::KeyLength
        | OperationRefused::Internal => refused.code(),
    }
}
