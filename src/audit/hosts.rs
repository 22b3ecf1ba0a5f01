//! What Q2, Q6 and Q8 do with the log.

use super::AuditLog;
use crate::record::AuditView;
use payhsm_keys::{AuditKeys, Random};
use payhsm_protocol::ErrorCode;
use std::sync::{Arc, PoisonError};

impl AuditLog {
    /// Nobody makes or checks a MAC while the appliance is sealed.
    fn keys_for_hosts(&self) -> Result<Arc<AuditKeys>, ErrorCode> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner).clone();
        keys.ok_or(ErrorCode::NotOperational)
    }

    /// Entries that the last checkpoint has.
    fn signed(&self) -> u64 {
        let checkpoint = self.checkpoint();
        let size = checkpoint.as_deref().and_then(|note| note.lines().nth(1)?.parse().ok());
        size.unwrap_or_default()
    }
}

impl AuditView for AuditLog {
    fn retrieve(&self, random: &mut dyn Random) -> Result<[u8; 40], ErrorCode> {
        let keys = self.keys_for_hosts()?;
        let mut drawn = [0; 16];
        random.fill(&mut drawn).map_err(|_| ErrorCode::Internal)?;
        let record = self.view.next(|| self.signed())?;
        let mac = keys.record_mac(&drawn, &record);
        let bytes = [record.as_slice(), &mac, &drawn].concat();
        bytes.try_into().map_err(|_| ErrorCode::Internal)
    }

    fn release(&self) -> Result<u16, ErrorCode> {
        self.keys_for_hosts()?;
        self.view.release(|| self.signed())
    }

    fn release_archived(&self) -> Result<u16, ErrorCode> {
        self.keys_for_hosts()?;
        Err(self.view.release_archived(|| self.signed()))
    }

    fn verifies(&self, record: &[u8; 40]) -> Result<bool, ErrorCode> {
        let keys = self.keys_for_hosts()?;
        let parts = record.split_first_chunk().and_then(|(record, rest)| {
            let (mac, drawn) = rest.split_first_chunk()?;
            Some((record, mac, drawn.as_array()?))
        });
        let (record, mac, drawn) = parts.ok_or(ErrorCode::Internal)?;
        Ok(keys.is_record_mac(drawn, record, mac))
    }
}
