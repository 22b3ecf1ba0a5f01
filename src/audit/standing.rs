//! How the log stands, as officers are told.

use super::AuditLog;
use payhsm_audit::checkpoint::Checkpoint;
use payhsm_audit::note::Note;
use payhsm_audit::verify::rfc_3339_seconds;
use payhsm_protocol::officer::LogLine;
use std::fs;
use std::time::UNIX_EPOCH;

impl AuditLog {
    /// Its last checkpoint, of this life of the daemon or of an earlier one.
    pub(crate) fn standing(&self) -> LogLine {
        let durability = self.durability.name().to_owned();
        let path = self.folder.join("checkpoint");
        let note = fs::read(&path).ok().and_then(|bytes| Note::parse(bytes).ok());
        let Some(checkpoint) = note.and_then(|note| Checkpoint::parse(&note.text).ok()) else {
            return LogLine { durability, ..LogLine::default() };
        };
        let written = fs::metadata(&path).and_then(|about| about.modified()).ok();
        let seconds = written.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        LogLine {
            name: checkpoint.origin,
            size: checkpoint.size,
            signed: seconds.map(|time| rfc_3339_seconds(time.as_secs())).unwrap_or_default(),
            durability,
        }
    }
}
