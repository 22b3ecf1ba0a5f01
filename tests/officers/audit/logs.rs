//! The logs of an appliance, one after the other, each held to its own key.

use crate::appliance::Appliance;
use crate::support::binary::wait_for;
use payhsm_audit::checkpoint::{self, Checkpoint};
use payhsm_audit::note::VerifierKey;
use payhsm_audit::record::{Entry, Record};
use payhsm_audit::tile::{entries_path, parse_bundle};
use payhsm_audit::verify::{Folders, Given, Job, Verdict, verify};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Ends an appliance, and waits until the threads of its connections have let go of the log.
pub(crate) fn stop(appliance: Appliance) {
    let lock = appliance.folder.join("audit/lock");
    appliance.stop();
    wait_for("the log to be let go of", || {
        File::open(&lock).is_ok_and(|lock| lock.try_lock().is_ok())
    });
}

/// The public key beside a log.
pub(crate) fn key_of(log: &Path) -> VerifierKey {
    let name = log.file_name().unwrap().to_str().unwrap();
    let line = fs::read_to_string(log.with_file_name(format!("{name}.pub"))).unwrap();
    VerifierKey::parse(line.trim_end()).unwrap()
}

pub(crate) fn check(log: &Path, key: &VerifierKey, checkpoints: &[Given]) -> Verdict {
    let source = Folders::new(log.to_owned(), None);
    let (witnesses, progress) = (&[], &|_| ());
    verify(&Job { source: &source, key, checkpoints, witnesses, threads: 2, progress }).unwrap()
}

/// All of a log that is good by the key beside it.
pub(crate) fn good(log: &Path) -> Vec<Entry> {
    let verdict = check(log, &key_of(log), &[]);
    assert!(verdict.good, "{}: {:?} {}", log.display(), verdict.faults, verdict.said);
    let bundle = |index: u64| {
        let width = u16::try_from((verdict.size - 256 * index).min(256)).unwrap();
        let bundle = fs::read(log.join(entries_path(index, width))).unwrap();
        let entries = parse_bundle(&bundle).unwrap();
        entries.into_iter().map(|one| Entry::take(one).unwrap()).collect::<Vec<_>>()
    };
    (0..verdict.size.div_ceil(256)).flat_map(bundle).collect()
}

/// The folders of logs that have ended, in a folder, by size.
pub(crate) fn ended(folder: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_log = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        path.is_dir() && name.starts_with("audit.") && name != "audit.next"
    };
    let mut logs: Vec<_> = all.filter(is_log).collect();
    logs.sort_by_key(|log| fs::metadata(log.join("checkpoint")).unwrap().modified().unwrap());
    logs
}

pub(crate) fn event(entry: &Entry) -> (&str, &str) {
    match &entry.record {
        Record::Event(event) => (&event.name, &event.detail),
        Record::Command(_) | Record::Act(_) => ("", ""),
    }
}

/// The acts of this name in a log, by outcome.
pub(crate) fn acts<'a>(entries: &'a [Entry], name: &str) -> Vec<&'a str> {
    let act = |entry: &'a Entry| match &entry.record {
        Record::Act(act) if act.act == name => Some(act.outcome.as_str()),
        Record::Event(_) | Record::Command(_) | Record::Act(_) => None,
    };
    entries.iter().filter_map(act).collect()
}

pub(crate) fn last(log: &Path) -> Checkpoint {
    checkpoint::open(fs::read(log.join("checkpoint")).unwrap(), &key_of(log)).unwrap()
}

/// Record 0 of `new` names the last checkpoint of `old`, how many records are behind it, and where `old` is now.
pub(crate) fn follows(new: &Entry, old: &Path, name: &str, behind: Option<u64>) -> String {
    let (event, detail) = event(new);
    assert_eq!((event, new.index), (name, 0), "{detail}");
    let (words, why) = detail.split_once(": ").unwrap();
    let words: Vec<_> = words.split(' ').collect();
    let Checkpoint { origin, size, root, .. } = last(old);
    let folder = old.file_name().unwrap().to_str().unwrap();
    assert_eq!(words[..3], [origin, size.to_string(), root.to_base64()], "{detail}");
    assert_eq!(words[4..], [folder], "{detail}");
    assert!(behind.is_none_or(|behind| words[3] == behind.to_string()), "{detail}");
    why.to_owned()
}
