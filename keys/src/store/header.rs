//! The header: whose store it is, how often it was changed, and what has to be in it.

use super::StoreRefused;
use super::record::Stamp;
use payhsm_protocol::compact::Compact;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Name of its record.
pub(super) const HEADER: &str = "header";

/// Version of its text.
const VERSION: u8 = 1;

/// What the values of all records but the header say of themselves, by name.
pub(super) type Index = BTreeMap<String, Stamp>;

#[derive(Clone)]
pub(super) struct Header {
    pub(super) appliance: String,
    pub(super) generation: u64,
    /// How often officers accepted an older store.
    pub(super) restores: u32,
    /// SHA-256 over all other records.
    pub(super) digest: [u8; 32],
}

impl Header {
    /// That of a store that was never written.
    pub(super) fn new(appliance: &str) -> Self {
        Self { appliance: appliance.to_owned(), generation: 0, restores: 0, digest: [0; 32] }
    }

    pub(super) fn to_text(&self) -> Result<Vec<u8>, StoreRefused> {
        let fields = (self.appliance.clone(), self.generation, self.restores, self.digest);
        let mut text = vec![VERSION];
        fields.put(&mut text).map_err(|_| StoreRefused::TooLong)?;
        Ok(text)
    }

    pub(super) fn from_text(text: &[u8]) -> Result<Self, StoreRefused> {
        let damaged = || StoreRefused::Damaged(HEADER.to_owned());
        match text.split_first().ok_or_else(damaged)? {
            (&VERSION, text) => {
                let (appliance, generation, restores, digest) =
                    Compact::take(text).map_err(|_| damaged())?;
                Ok(Self { appliance, generation, restores, digest })
            }
            (version, _) => Err(StoreRefused::Format(*version)),
        }
    }
}

/// SHA-256 over length and name, version, LMK number and tag of every record, in order of the names.
pub(super) fn digest(index: &Index) -> [u8; 32] {
    let mut digest = Sha256::new();
    for (name, stamp) in index {
        digest.update(u64::try_from(name.len()).unwrap_or(u64::MAX).to_be_bytes());
        digest.update(name);
        digest.update(stamp.lmk.to_be_bytes());
        digest.update(stamp.version.to_be_bytes());
        digest.update(stamp.tag);
    }
    digest.finalize().into()
}
