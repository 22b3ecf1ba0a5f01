//! A daemon that keeps a log, started again and again on the same folders; and what the log has to say afterwards.

use crate::support::binary::{Daemon, Folder, configuration};
use crate::support::random::long_tests;
use payhsm_audit::note::VerifierKey;
use payhsm_audit::record::{Entry, Event, Record};
use payhsm_audit::tile::{entries_path, parse_bundle};
use payhsm_audit::verify::{Folders, Given, Job, verify};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Whether the long form is asked for.
pub(crate) fn long() -> bool {
    long_tests() > 1
}

/// What a start and its first answer may take: a second, for a release. A build for tests shares the machine with other
/// tests, and is several times slower.
pub(crate) fn soon() -> Duration {
    Duration::from_secs(if cfg!(debug_assertions) { 5 } else { 1 })
}

/// A developer's appliance whose log is in a folder of the test's choice.
pub(crate) struct Appliance {
    pub(crate) folder: Folder,
    pub(crate) log: PathBuf,
    config: String,
}

impl Appliance {
    pub(crate) fn new() -> Self {
        let folder = Folder::new();
        let log = folder.path("audit");
        Self::with_log(folder, &log, "durable")
    }

    /// The log in this folder.
    pub(crate) fn with_log(folder: Folder, log: &Path, durability: &str) -> Self {
        let rest = format!("[audit]\nfolder = '{}'\ndurability = '{durability}'\n", log.display());
        let config = format!("state = 'state'\n{}", configuration("development", false, &rest));
        Self { folder, log: log.to_owned(), config }
    }

    pub(crate) fn config(&self) -> &str {
        &self.config
    }

    /// Started.
    pub(crate) fn start(&self) -> Daemon {
        Daemon::configured(&self.folder, &self.config, 4)
    }

    /// Started, and asked once; how long that took.
    pub(crate) fn start_and_ask(&self) -> (Daemon, Duration) {
        let begun = Instant::now();
        let daemon = self.start();
        let mut caller = self.folder.host_client("client", daemon.address(true, None));
        assert!(caller.ask("NC").starts_with("ND00"));
        (daemon, begun.elapsed())
    }

    /// Stopped as a service manager does it.
    pub(crate) fn stop(mut daemon: Daemon) {
        daemon.terminate();
        assert!(daemon.end().success(), "{:#?}", daemon.log.all());
    }

    /// The log's checkpoint as it is now, to hold the log to later.
    pub(crate) fn checkpoint(&self) -> Option<Given> {
        let note = fs::read(self.log.join("checkpoint")).ok()?;
        Some(Given { name: format!("of {} bytes", note.len()), note })
    }

    /// All entries, if the log is what was signed, now and in these checkpoints of before.
    pub(crate) fn verified(&self, before: &[Given]) -> Vec<Entry> {
        entries(&self.log, self.checked(before))
    }

    /// How many entries it has, if it is what was signed, now and in these checkpoints of before.
    pub(crate) fn checked(&self, before: &[Given]) -> u64 {
        let key = fs::read_to_string(self.log.with_extension("pub")).unwrap();
        let key = VerifierKey::parse(key.trim()).unwrap();
        let verdict = verify(&Job {
            source: &Folders::new(self.log.clone(), None),
            key: &key,
            checkpoints: before,
            witnesses: &[],
            threads: 2,
            progress: &|_| (),
        });
        let verdict = verdict.unwrap();
        assert!(verdict.good, "{:?} {:?} {}", verdict.faults, verdict.unusable, verdict.said);
        assert_eq!(verdict.checkpoints.len(), before.len());
        verdict.size
    }
}

fn entries(log: &Path, size: u64) -> Vec<Entry> {
    let mut entries = Vec::new();
    for index in 0..size.div_ceil(256) {
        let width = u16::try_from((size - 256 * index).min(256)).unwrap();
        let bundle = fs::read(log.join(entries_path(index, width))).unwrap();
        entries.extend(parse_bundle(&bundle).unwrap().iter().map(|one| Entry::take(one).unwrap()));
    }
    entries
}

/// The events of this name.
pub(crate) fn events<'a>(entries: &'a [Entry], name: &str) -> Vec<&'a Event> {
    let event = |entry: &'a Entry| match &entry.record {
        Record::Event(event) if event.name == name => Some(event),
        Record::Event(_) | Record::Command(_) | Record::Act(_) => None,
    };
    entries.iter().filter_map(event).collect()
}
