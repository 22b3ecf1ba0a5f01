//! Logs made in memory, as quickly as they can be.

use payhsm_audit::checkpoint::Checkpoint;
use payhsm_audit::hash::Hash;
use payhsm_audit::note::{Ed25519Signer, Signer, VerifierKey};
use payhsm_audit::record::{Act, Command, Event, Moment, Record, event};
use payhsm_audit::tile::{all_tiles, entries_path, put_entry};
use payhsm_audit::tree::root_of;
use payhsm_audit::verify::Source;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

pub(crate) const ORIGIN: &str = "test.example/hsm";

/// 2026-11-22T07:40:12Z.
pub(crate) const BEGUN: u64 = 1_795_333_212_000_000;

pub(crate) fn signer(seed: u8) -> Ed25519Signer {
    Ed25519Signer::from_seed(ORIGIN, &[seed; 32]).unwrap()
}

pub(crate) fn key(seed: u8) -> VerifierKey {
    VerifierKey::new(ORIGIN, signer(seed).public_key()).unwrap()
}

/// The files of a log.
#[derive(Clone, Default)]
pub(crate) struct Made {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) size: u64,
}

impl Made {
    /// With a checkpoint signed by the key of this seed.
    pub(crate) fn of(entries: &[Vec<u8>], seed: u8) -> Self {
        let leaves: Vec<_> = entries.iter().map(|entry| Hash::of_leaf(entry)).collect();
        let size = entries.len() as u64;
        let mut files = BTreeMap::new();
        let mut rows = vec![leaves.clone()];
        while let Some(last) = rows.last().filter(|row| row.len() >= 256) {
            rows.push(last.chunks_exact(256).map(root_of).collect());
        }
        for tile in all_tiles(size) {
            let row = &rows[usize::from(tile.level)];
            let from = usize::try_from(tile.index).unwrap() * 256;
            let hashes = &row[from..from + usize::from(tile.width)];
            files.insert(tile.path(), hashes.iter().flat_map(|hash| hash.0).collect());
            if tile.level == 0 {
                let mut bundle = Vec::new();
                for entry in &entries[from..from + usize::from(tile.width)] {
                    put_entry(entry, &mut bundle).unwrap();
                }
                files.insert(entries_path(tile.index, tile.width), bundle);
            }
        }
        let checkpoint = note(size, root_of(&leaves), seed);
        files.insert("checkpoint".to_owned(), checkpoint.into_bytes());
        Self { files, size }
    }

    pub(crate) fn write(&self, folder: &Path) {
        for (path, bytes) in &self.files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }

    pub(crate) fn checkpoint(&self) -> String {
        String::from_utf8(self.files["checkpoint"].clone()).unwrap()
    }
}

pub(crate) fn note(size: u64, root: Hash, seed: u8) -> String {
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size, root, extensions: Vec::new() };
    checkpoint.sign(&signer(seed)).unwrap()
}

impl Source for Made {
    fn read(&self, path: &str) -> io::Result<Option<Cow<'_, [u8]>>> {
        Ok(self.files.get(path).map(|bytes| Cow::Borrowed(bytes.as_slice())))
    }

    fn widths(&self, folder: &str) -> io::Result<Vec<u16>> {
        let within = |path: &String| path.strip_prefix(folder)?.strip_prefix('/')?.parse().ok();
        Ok(self.files.keys().filter_map(within).collect())
    }
}

/// Entries as a day of an appliance makes them; `moment` may say otherwise when.
pub(crate) fn encoded(records: &[(Record, Moment)]) -> Vec<Vec<u8>> {
    let entry = |(index, (record, moment)): (usize, &(Record, Moment))| {
        let mut bytes = Vec::new();
        record.put(index as u64, *moment, &mut bytes);
        bytes
    };
    records.iter().enumerate().map(entry).collect()
}

pub(crate) fn event(name: &str, detail: &str) -> Record {
    Record::Event(Event { name: name.to_owned(), detail: detail.to_owned() })
}

/// A number that looks like chance, and is the same each time.
pub(crate) fn mixed(number: u64) -> u64 {
    let mut x = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5bf0_3635;
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// A day of an appliance: what callers ask for, an officer's act now and then, a start in front.
pub(crate) fn day(size: u64) -> Vec<(Record, Moment)> {
    (0..size).map(|index| (record(index), moment(index, 250_000))).collect()
}

pub(crate) fn moment(index: u64, step: u64) -> Moment {
    Moment {
        wall: BEGUN + index * step + mixed(index) % step,
        monotonic: index * step + 1000 + mixed(index) % step,
    }
}

fn record(index: u64) -> Record {
    let chance = mixed(index);
    if index == 0 {
        return event(event::START, "0.1.0");
    }
    if index % 97 == 13 {
        return Record::Act(Act {
            officers: vec!["alice".to_owned(), "bob".to_owned()],
            act: ["set-zone", "authorise", "status"][usize::try_from(chance % 3).unwrap()]
                .to_owned(),
            about: "VIS".to_owned(),
            outcome: if chance.is_multiple_of(5) { "refused" } else { "done" }.to_owned(),
            said: "The zone VIS was made.".to_owned(),
        });
    }
    let codes = [b"CA", b"CC", b"EA", b"CW", b"CY", b"M6", b"B2"];
    let outcomes = [b"00", b"00", b"00", b"00", b"00", b"00", b"00", b"01", b"10", b"20"];
    Record::Command(Command {
        peer: hex::encode([u8::try_from(chance % 3).unwrap(); 32]),
        caller: ["api", "issuer-app", "batch"][usize::try_from(chance % 3).unwrap()].to_owned(),
        code: *codes[usize::try_from(chance / 3 % 7).unwrap()],
        outcome: *outcomes[usize::try_from(chance / 64 % 10).unwrap()],
        lmk: Some(0),
        keys: vec!["label:tpk-1".to_owned(), format!("kcv:{:06X}", chance & 0xFF_FFFF)],
        zones: vec!["VIS".to_owned()],
        account: Some(format!("********{:04}", chance % 10000)),
        fingerprint: Some([u8::try_from(chance % 251).unwrap(); 16]),
    })
}
