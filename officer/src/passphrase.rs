//! From a passphrase to a key: Argon2id (RFC 9106).

use crate::OfficerError;
use argon2::{Algorithm, Argon2, Params, Version};
use zeroize::Zeroizing;

/// Characters that a new passphrase has at least.
pub const SHORTEST: usize = 12;

/// Bytes of a salt.
pub const SALT: usize = 16;

/// What a guess costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory, KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Cost {
    /// 64 MiB, three passes: the second recommendation of RFC 9106 section 4, on one lane, since nothing here runs in parallel.
    pub const STANDARD: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 };

    /// As good as nothing; for tests and quickstarts, and a file says that it was made so.
    #[must_use]
    pub const fn development_only() -> Self {
        Self { memory_kib: 64, passes: 1, lanes: 1 }
    }

    /// Whether a guess costs less than [`Cost::STANDARD`].
    #[must_use]
    pub const fn is_development_only(self) -> bool {
        self.memory_kib < Self::STANDARD.memory_kib || self.passes < Self::STANDARD.passes
    }

    /// A file could ask for anything: not more than 1 GiB, 16 passes and 4 lanes.
    pub(crate) const fn is_bearable(self) -> bool {
        self.memory_kib <= 1024 * 1024 && self.passes <= 16 && self.lanes <= 4
    }

    /// The key, 32 bytes.
    pub(crate) fn key(
        self,
        passphrase: &[u8],
        salt: &[u8; SALT],
    ) -> Result<Zeroizing<[u8; 32]>, OfficerError> {
        let failed = |_| OfficerError::PassphraseFunction("there is not enough memory for it");
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32))
            .map_err(|_| OfficerError::Cost)?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase, salt, key.as_mut_slice())
            .map_err(failed)?;
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::{AssociatedData, ParamsBuilder};

    #[test]
    fn the_function_is_rfc_9106() {
        // RFC 9106 section 5.3.
        let params = ParamsBuilder::new()
            .m_cost(32)
            .t_cost(3)
            .p_cost(4)
            .output_len(32)
            .data(AssociatedData::new(&[4; 12]).unwrap())
            .build()
            .unwrap();
        let secret = [3; 8];
        let function =
            Argon2::new_with_secret(&secret, Algorithm::Argon2id, Version::V0x13, params).unwrap();
        let mut tag = [0; 32];
        function.hash_password_into(&[1; 32], &[2; 16], &mut tag).unwrap();
        let published = "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659";
        assert_eq!(hex::encode(tag), published);
    }

    #[test]
    fn what_is_cheap_is_for_development() {
        assert!(!Cost::STANDARD.is_development_only() && Cost::STANDARD.is_bearable());
        assert!(Cost::development_only().is_development_only());
        assert!(!Cost { memory_kib: u32::MAX, ..Cost::STANDARD }.is_bearable());
    }
}
