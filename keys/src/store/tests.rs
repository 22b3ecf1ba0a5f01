//! What a disk that fails, and a power cut between any two writes, leave of a change: the store as it was or as it is to
//! be, never a mix, and never one that is refused.

use super::faults::{Disk, Done, Fault};
use super::{Expected, Store, StoreFiles, StoreKey, StoreRefused};
use crate::lmk::LmkSecret;
use crate::random::{Random, RandomFailed};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const APPLIANCE: &str = "00112233445566AA";
const AS_IT_IS: Expected = Expected { seen_generation: 0, accept_older: false };
/// `errno` of a disk that fails, and of one that is full.
const EIO: i32 = 5;
const ENOSPC: i32 = 28;
/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

/// xorshift64*: the same bytes in every run.
struct Repeatable(u64);

impl Repeatable {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }
}

impl Random for Repeatable {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomFailed> {
        for byte in bytes {
            [*byte, ..] = self.next().to_be_bytes();
        }
        Ok(())
    }
}

fn random() -> Repeatable {
    Repeatable(0x9E37_79B9_7F4A_7C15)
}

fn key() -> StoreKey {
    StoreKey::of(&LmkSecret::public_test().unwrap()).unwrap()
}

fn open(files: &StoreFiles) -> Result<Store, StoreRefused> {
    // Other tests start processes, which have our files and their locks between fork and exec.
    let end = Instant::now() + Duration::from_secs(5);
    loop {
        match Store::open(files, key(), AS_IT_IS, &mut random()) {
            Err(StoreRefused::InUse) if Instant::now() < end => std::thread::yield_now(),
            outcome => return outcome,
        }
    }
}

/// A change: which records there are after it, and what is in them.
#[derive(Clone, Copy)]
struct Sizes {
    before: usize,
    added: usize,
}

const SMALL: Sizes = Sizes { before: 3, added: 2 };
/// The tree gets another level, and the file grows.
const LARGE: Sizes = Sizes { before: 40, added: 120 };

type Texts = BTreeMap<String, Vec<u8>>;

impl Sizes {
    /// What a store of generation 1 or 2 holds.
    fn texts(self, generation: u64) -> Texts {
        let numbers = if generation == 1 { 0..self.before } else { 1..self.before + self.added };
        // Every third of those that stay is written anew.
        let version = |number: usize| {
            if number < self.before && number.is_multiple_of(3) { generation } else { 1 }
        };
        let text = |number| format!("{number} in version {}", version(number)).repeat(20);
        numbers.map(|number| (format!("key/{number}"), text(number).into_bytes())).collect()
    }

    fn made(self) -> (TempDir, StoreFiles) {
        let folder = tempfile::tempdir().unwrap();
        let files = StoreFiles::in_folder(folder.path());
        let made = Store::create(&files, APPLIANCE, key(), &mut random(), |batch| {
            self.texts(1).into_iter().try_for_each(|(name, text)| batch.put(&name, text))
        });
        drop(made.unwrap());
        (folder, files)
    }

    fn change(self, store: &mut Store) -> Result<(), StoreRefused> {
        store.change(&mut random(), |batch| {
            batch.remove("key/0")?;
            let (old, new) = (self.texts(1), self.texts(2));
            let other = new.into_iter().filter(|(name, text)| old.get(name) != Some(text));
            other.into_iter().try_for_each(|(name, text)| batch.put(&name, text))
        })
    }

    /// Whole, as the generation has it, and good for another change; gives the generation.
    fn checked(self, files: &StoreFiles) -> u64 {
        let mut store = open(files).unwrap();
        let generation = store.generation();
        assert_eq!(texts_of(&store), self.texts(generation));
        let said = format!("payhsm generation 1 {APPLIANCE} {generation}\n");
        assert_eq!(fs::read_to_string(&files.anchor).unwrap(), said);
        store.change(&mut random(), |batch| batch.put("key/after", Vec::new())).unwrap();
        assert_eq!(store.generation(), generation + 1);
        drop(store);
        assert_eq!(open(files).unwrap().generation(), generation + 1);
        generation
    }
}

fn texts_of(store: &Store) -> Texts {
    let names = store.list("key").into_iter().map(|name| format!("key/{name}"));
    names.map(|name| (name.clone(), store.get(&name).unwrap().unwrap())).collect()
}

fn copy(from: &StoreFiles, to: &Path) -> StoreFiles {
    let copies = StoreFiles::in_folder(to);
    fs::copy(&from.store, &copies.store).unwrap();
    fs::copy(&from.anchor, &copies.anchor).unwrap();
    copies
}

/// What the store says after a change that failed; the disk is as the failure left it.
fn after_a_failure(store: &mut Store, refused: &StoreRefused, sizes: Sizes) {
    let known = matches!(refused, StoreRefused::Full | StoreRefused::Unwritable(_));
    assert!(known || matches!(refused, StoreRefused::Uncertain(_)), "{refused}");
    assert_eq!((store.generation(), store.len()), (1, sizes.before));
    // Nothing more is written or given out as a backup before somebody has looked, and it is said why.
    let again = store.change(&mut random(), |batch| batch.put("key/again", Vec::new()));
    let backup = store.backup(&store.files.store.with_extension("copy"));
    for refused in [again, backup] {
        let said = refused.unwrap_err();
        assert!(matches!(said, StoreRefused::Uncertain(_)), "{said}");
        assert!(said.to_string().contains("started again"), "{said}");
    }
    for (name, text) in sizes.texts(1) {
        match store.get(&name) {
            Ok(found) => assert_eq!(found, Some(text)),
            Err(refused) => assert!(matches!(refused, StoreRefused::Uncertain(_)), "{refused}"),
        }
    }
}

#[test]
fn a_disk_that_fails_anywhere_in_a_change_leaves_the_old_or_the_new_store() {
    for (sizes, error, torn) in
        [(SMALL, EIO, false), (SMALL, ENOSPC, false), (SMALL, EIO, true), (LARGE, EIO, true)]
    {
        let (_folder, original) = sizes.made();
        let mut ends = BTreeMap::<_, usize>::new();
        for after in 0.. {
            let folder = tempfile::tempdir().unwrap();
            let files = copy(&original, folder.path());
            let disk = Disk::new(Some(Fault { after, error, torn }));
            let end = disk.during(|| match open(&files) {
                Err(refused) => {
                    assert!(!refused.may_be_accepted(), "{refused}");
                    assert!(refused.to_string().contains("cannot be"), "{refused}");
                    "not opened"
                }
                Ok(mut store) => match sizes.change(&mut store) {
                    Ok(()) => "changed",
                    Err(refused) => {
                        after_a_failure(&mut store, &refused, sizes);
                        let uncertain = matches!(refused, StoreRefused::Uncertain(_));
                        if uncertain { "uncertain" } else { "not changed" }
                    }
                },
            });
            let generation = sizes.checked(&files);
            match end {
                "changed" => assert_eq!(generation, 2),
                "uncertain" => assert!([1, 2].contains(&generation)),
                _ => assert_eq!(generation, 1, "{end}"),
            }
            *ends.entry((end, generation)).or_default() += 1;
            if !disk.was_hit() {
                assert_eq!(end, "changed");
                break;
            }
        }
        println!("error {error}, torn {torn}: {ends:?}");
        assert!(ends[&("uncertain", 1)] > 2, "{ends:?}");
    }
}

/// A file as a power cut leaves it.
struct Cut {
    bytes: Vec<u8>,
}

impl Cut {
    /// Does what `keep` lets through, sector by sector.
    fn carry_out(&mut self, done: &Done, mut keep: impl FnMut() -> bool) {
        match done {
            Done::Sync => {}
            Done::Length(length) => {
                if keep() {
                    self.bytes.resize(usize::try_from(*length).unwrap(), 0);
                }
            }
            Done::Write(offset, data) => {
                let sectors = (usize::try_from(*offset).unwrap()..).step_by(SECTOR);
                for (place, sector) in sectors.zip(data.chunks(SECTOR)) {
                    // What lies behind the end that the disk knows is lost.
                    let end = (place + sector.len()).min(self.bytes.len());
                    if place < end && keep() {
                        self.bytes[place..end].copy_from_slice(&sector[..end - place]);
                    }
                }
            }
        }
    }
}

#[test]
fn a_power_cut_after_any_write_of_a_change_leaves_the_old_or_the_new_store() {
    for (sizes, samples) in [(SMALL, 6), (LARGE, 1)] {
        let (_folder, files) = sizes.made();
        let original = fs::read(&files.store).unwrap();
        let old_anchor = fs::read(&files.anchor).unwrap();
        let disk = Disk::new(None);
        let (opened, changed) = disk.during(|| {
            let mut store = open(&files).unwrap();
            let opened = disk.done().len();
            sizes.change(&mut store).unwrap();
            (opened, disk.done().len())
        });
        let new_anchor = fs::read(&files.anchor).unwrap();
        let all = disk.done();
        let mut dice = random();
        let mut seen = [0; 2];
        for cut in 0..=all.len() {
            let synced = all[..cut].iter().rposition(|done| matches!(done, Done::Sync));
            let (certain, open) = all[..cut].split_at(synced.map_or(0, |place| place + 1));
            for sample in 0..samples + 2 {
                let mut file = Cut { bytes: original.clone() };
                certain.iter().for_each(|done| file.carry_out(done, || true));
                // All of what was not synced, nothing of it, or any part of it.
                let mut keep = || match sample {
                    0 => true,
                    1 => false,
                    _ => dice.next() & 1 << 40 == 0,
                };
                open.iter().for_each(|done| file.carry_out(done, &mut keep));
                for anchor in [&old_anchor, &new_anchor] {
                    // It gets its name when the change is on the disk.
                    if anchor == &new_anchor && cut < changed {
                        continue;
                    }
                    let folder = tempfile::tempdir().unwrap();
                    let cut_off = StoreFiles::in_folder(folder.path());
                    fs::write(&cut_off.store, &file.bytes).unwrap();
                    fs::write(&cut_off.anchor, anchor).unwrap();
                    fs::write(folder.path().join("generation.new"), b"payhsm gen").unwrap();
                    let generation = sizes.checked(&cut_off);
                    let expected = if cut < changed { 1..=2 } else { 2..=2 };
                    assert!(expected.contains(&generation) && (cut > opened || generation == 1));
                    seen[usize::from(generation == 2)] += 1;
                }
            }
        }
        println!("{} steps on the disk, {} of the change: {seen:?}", all.len(), changed - opened);
        assert!(seen.into_iter().all(|times| times > 10), "{seen:?}");
    }
}
