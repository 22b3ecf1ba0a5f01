//! What authentication keys do: MACs in one piece, or message by message.

use crate::key::Key;
use crate::material::Algorithm;
use crate::operation::OperationRefused;
use crate::usage::Authentication;
use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::mac::{
    Chaining, CmacKey, Mac, MacError, Padding, RetailMacKey, cbc_mac_finish, cbc_mac_update,
};

/// A MAC algorithm of the host language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MacAlgorithm {
    /// ISO/IEC 9797-1 algorithm 1: CBC-MAC. TDES keys; blocks M0, M1.
    CbcMac,
    /// ISO/IEC 9797-1 algorithm 3: retail MAC. Double-length TDES keys; blocks M3.
    RetailMac,
    /// ISO/IEC 9797-1 algorithm 5: CMAC. TDES and AES keys; blocks M5, M6. Ignores the padding.
    Cmac,
}

impl MacAlgorithm {
    /// Whether a key whose block has this usage may be used so. A cryptogram binds its key to no algorithm.
    fn permitted_by(self, usage: Option<[u8; 2]>) -> bool {
        match usage.as_ref() {
            None => true,
            Some(b"M0" | b"M1") => self == Self::CbcMac,
            Some(b"M3") => self == Self::RetailMac,
            Some(b"M5" | b"M6") => self == Self::Cmac,
            Some(_) => false,
        }
    }
}

/// The key made ready for an algorithm.
enum Ready {
    Cbc(BlockKey),
    Retail(Box<RetailMacKey>),
    Cmac(CmacKey),
}

impl<U: Authentication> Key<U> {
    /// The chaining value after a first or middle part of a message: whole blocks.
    ///
    /// `chaining` is what the part before gave, 8 bytes or 16 under AES; `None` for the first part.
    ///
    /// # Errors
    /// [`OperationRefused`]
    pub fn mac_part(
        &self,
        algorithm: MacAlgorithm,
        chaining: Option<&[u8]>,
        blocks: &[u8],
    ) -> Result<Chaining, OperationRefused> {
        let mut chaining = self.chaining(chaining)?;
        match self.ready(algorithm)? {
            Ready::Cbc(key) => cbc_mac_update(&key, &mut chaining, blocks),
            Ready::Retail(key) => key.update(&mut chaining, blocks),
            Ready::Cmac(key) => key.update(&mut chaining, blocks),
        }
        .map_err(mac_refused)?;
        Ok(chaining)
    }

    /// The MAC of a whole message, or of its last part after `chaining`. Compare with [`Mac::verify`].
    ///
    /// # Errors
    /// [`OperationRefused`]
    pub fn mac(
        &self,
        algorithm: MacAlgorithm,
        padding: Padding,
        chaining: Option<&[u8]>,
        data: &[u8],
    ) -> Result<Mac, OperationRefused> {
        let chaining = self.chaining(chaining)?;
        match self.ready(algorithm)? {
            Ready::Cbc(key) => cbc_mac_finish(&key, chaining, padding, data),
            Ready::Retail(key) => key.finish(chaining, padding, data),
            Ready::Cmac(key) => key.finish(chaining, data),
        }
        .map_err(mac_refused)
    }

    fn ready(&self, algorithm: MacAlgorithm) -> Result<Ready, OperationRefused> {
        if !algorithm.permitted_by(self.block_usage) {
            return Err(OperationRefused::Usage);
        }
        match (algorithm, self.algorithm) {
            (MacAlgorithm::CbcMac, Algorithm::Tdes) => Ok(Ready::Cbc(self.cipher()?)),
            (MacAlgorithm::RetailMac, Algorithm::Tdes) => {
                let key = RetailMacKey::new(self.material.clear()).map_err(mac_refused)?;
                Ok(Ready::Retail(Box::new(key)))
            }
            (MacAlgorithm::Cmac, Algorithm::Tdes | Algorithm::Aes) => {
                CmacKey::new(self.cipher()?).map(Ready::Cmac).map_err(mac_refused)
            }
            (MacAlgorithm::CbcMac | MacAlgorithm::RetailMac, Algorithm::Aes) => {
                Err(OperationRefused::Usage)
            }
        }
    }

    fn chaining(&self, value: Option<&[u8]>) -> Result<Chaining, OperationRefused> {
        let block = match self.algorithm {
            Algorithm::Tdes => 8,
            Algorithm::Aes => 16,
        };
        let chaining = match value {
            None => Chaining::start(block),
            Some(value) if value.len() == block => Chaining::resume(value),
            Some(_) => Err(MacError::Length),
        };
        chaining.map_err(mac_refused)
    }
}

fn mac_refused(error: MacError) -> OperationRefused {
    match error {
        MacError::Length => OperationRefused::DataLength,
        MacError::Key => OperationRefused::KeyLength,
        MacError::Padding => OperationRefused::Input,
    }
}
