//! Keepers of the audit record, for tests.

use payhsm::Engine;
use payhsm::lifecycle::{Lifecycle, State};
use payhsm::record::{
    ActOutcome, ActRecord, AuditView, Kept as When, LogOnly, Record, RecordFailed, Recorder,
};
use payhsm::settings::Settings;
use payhsm_keys::Random;
use payhsm_protocol::ErrorCode;
use payhsm_protocol::field::LmkId;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// One that never can.
#[derive(Debug)]
pub(crate) struct NeverKeeps;

impl Recorder for NeverKeeps {
    fn record(&self, _: &[Record<'_>]) -> Result<When, RecordFailed> {
        Err(RecordFailed)
    }

    fn record_act(&self, _: &ActRecord<'_>) -> Result<(), RecordFailed> {
        Err(RecordFailed)
    }
}

/// One that keeps nothing, and shows the record of docs/protocol/Q2.md whenever it is asked for one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shows;

/// Record 7, the command CA, answered with 00 on 22 November 2026 at 08:40:12.
pub(crate) const SHOWN: &str =
    "000000070840122211264341000030303DC1A5E9704B826F0102030405060708090A0B0C0D0E0F10";

impl Recorder for Shows {
    fn record(&self, records: &[Record<'_>]) -> Result<When, RecordFailed> {
        LogOnly.record(records)
    }

    fn record_act(&self, record: &ActRecord<'_>) -> Result<(), RecordFailed> {
        LogOnly.record_act(record)
    }

    fn wants_mentions(&self) -> bool {
        LogOnly.wants_mentions()
    }

    fn view(&self) -> Option<&dyn AuditView> {
        Some(self)
    }
}

impl AuditView for Shows {
    fn retrieve(&self, _: &mut dyn Random) -> Result<[u8; 40], ErrorCode> {
        let bytes = hex::decode(SHOWN).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.ok_or(ErrorCode::Internal)
    }

    fn release(&self) -> Result<u16, ErrorCode> {
        Ok(1)
    }

    fn release_archived(&self) -> Result<u16, ErrorCode> {
        Err(ErrorCode::NoMatchingAuditRecord)
    }

    fn verifies(&self, record: &[u8; 40]) -> Result<bool, ErrorCode> {
        Ok(hex::encode_upper(record) == SHOWN)
    }
}

/// A record as it was kept: peer, command, LMK, outcome.
pub(crate) type Kept = (String, String, Option<LmkId>, String);

/// One that keeps batches in memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keeps(pub(crate) Arc<Mutex<Vec<Vec<Kept>>>>);

impl Recorder for Keeps {
    fn record(&self, records: &[Record<'_>]) -> Result<When, RecordFailed> {
        let kept = records
            .iter()
            .map(|record| {
                let command = String::from_utf8_lossy(&record.command).into_owned();
                (record.peer.to_owned(), command, record.lmk, record.outcome.as_text())
            })
            .collect();
        self.0.lock().map_err(|_| RecordFailed)?.push(kept);
        Ok(When::Now)
    }

    fn record_act(&self, _: &ActRecord<'_>) -> Result<(), RecordFailed> {
        Ok(())
    }
}

/// An act of officers as it was kept: officers, act, about, outcome.
pub(crate) type KeptAct = (Vec<String>, String, String, ActOutcome);

/// One that keeps officers' acts in memory; once `fails` says so, it cannot.
#[derive(Clone, Debug, Default)]
pub(crate) struct Acts {
    pub(crate) kept: Arc<Mutex<Vec<KeptAct>>>,
    pub(crate) fails: Arc<AtomicBool>,
}

impl Recorder for Acts {
    fn record(&self, _: &[Record<'_>]) -> Result<When, RecordFailed> {
        Ok(When::Now)
    }

    fn record_act(&self, record: &ActRecord<'_>) -> Result<(), RecordFailed> {
        if self.fails.load(Ordering::Relaxed) {
            return Err(RecordFailed);
        }
        let kept =
            (record.officers.to_vec(), record.act.into(), record.about.into(), record.outcome);
        self.kept.lock().map_err(|_| RecordFailed)?.push(kept);
        Ok(())
    }
}

/// A developer's appliance whose record is kept by `recorder`.
pub(crate) fn recorded_by(recorder: impl Recorder + 'static) -> Engine {
    let lifecycle = Lifecycle::new(State::Operational);
    let (settings, host) = (Settings::development(), super::host_settings());
    Engine::new(Some(super::test_lmks().into()), lifecycle, settings, host, Box::new(recorder))
}
