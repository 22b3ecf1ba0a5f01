//! What lies on disks: the sealed store and its copies, the rows of cards, and the journal of the audit log. Written well and
//! then changed, or made up. Files are in memory where the system has a folder for that.

use super::given::Given;
use payhsm_audit::log::disk::RealDisk;
use payhsm_audit::log::{Clock, Durability, Log, Setup};
use payhsm_audit::record::{Event, Moment, Record};
use payhsm_keys::store::{Expected, SealedStore, Store, StoreFiles, StoreKey};
use payhsm_keys::{LmkSecret, SystemRandom};
use payhsm_state::{Embedded, RowKey, Store as _, Verdict};
use redb::{Database, ReadableTable, TableDefinition};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use tempfile::TempDir;

/// A folder for one input, in memory where there is such a place.
#[must_use]
pub fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a folder")
}

const APPLIANCE: &str = "00112233445566aa";

/// Records of the sealed store that is changed.
const KEPT: [(&str, &[u8]); 2] = [("key/zpk", b"first"), ("zone/VIS", &[7; 300])];

fn key() -> StoreKey {
    let secret = LmkSecret::public_test().expect("the public test LMK");
    StoreKey::of(&secret).expect("secret memory")
}

/// Store and anchor as they were written.
fn sealed_store() -> &'static (Vec<u8>, Vec<u8>) {
    static MADE: OnceLock<(Vec<u8>, Vec<u8>)> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = folder();
        let files = StoreFiles::in_folder(folder.path());
        let store = Store::create(&files, APPLIANCE, key(), &mut SystemRandom::new(), |batch| {
            KEPT.iter().try_for_each(|(name, text)| batch.put(name, text.to_vec()))
        });
        drop(store.expect("a store"));
        let read = |path| fs::read(path).expect("a file");
        (read(&files.store), read(&files.anchor))
    })
}

/// Changes places of these bytes, or cuts them.
fn changed(given: &mut Given<'_>, original: &[u8]) -> Vec<u8> {
    let mut bytes = original.to_vec();
    for _ in 0..given.byte() % 8 {
        // Most of a file is empty; heads of pages are where it counts.
        let at = match given.byte() % 4 {
            0 => given.below(512),
            1 => 4096 * given.below(bytes.len() / 4096 + 1) + usize::from(given.byte()),
            _ => usize::try_from(given.long() % 4_000_000).expect("a place") % bytes.len().max(1),
        };
        let new = given.counted();
        if let Some(place) = bytes.get_mut(at..at + new.len()) {
            place.copy_from_slice(new);
        }
    }
    if given.byte() == 0xEE {
        bytes.truncate(given.below(bytes.len().max(1)));
    }
    bytes
}

/// A sealed store with changed places, with other records, or with another anchor: it is refused, or holds what was put in.
pub fn store(data: &[u8]) {
    let mut given = Given::new(data);
    let folder = folder();
    let files = StoreFiles::in_folder(folder.path());
    let (store, anchor) = sealed_store();
    match given.byte() % 4 {
        0 => {
            fs::write(&files.store, changed(&mut given, store)).expect("a file");
            fs::write(&files.anchor, anchor).expect("a file");
        }
        1 => {
            fs::write(&files.store, store).expect("a file");
            fs::write(&files.anchor, given.counted()).expect("a file");
        }
        2 => fs::write(&files.store, given.counted()).expect("a file"),
        _ => {
            fs::write(&files.store, store).expect("a file");
            fs::write(&files.anchor, anchor).expect("a file");
            other_records(&files.store, &mut given);
        }
    }
    let Ok(sealed) = SealedStore::read(&files) else { return };
    drop(sealed.lmk_number(&key()));
    let expected =
        Expected { seen_generation: u64::from(given.flag()), accept_older: given.flag() };
    let keys = BTreeMap::from([(1, key())]);
    let Ok(mut store) = sealed.open(keys, expected, &mut SystemRandom::new()) else { return };
    for (name, text) in KEPT {
        assert_eq!(store.get(name).ok().flatten().as_deref(), Some(text), "{name}");
    }
    let again = store.change(&mut SystemRandom::new(), |batch| batch.put("key/new", vec![1]));
    if again.is_ok() {
        assert_eq!(store.get("key/new").ok().flatten().as_deref(), Some(&[1][..]));
    }
}

/// Puts other records into the file, takes some out, changes some.
fn other_records(path: &Path, given: &mut Given<'_>) {
    const TABLE: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("payhsm");
    const NAMES: [&str; 5] = ["header", "key/zpk", "zone/VIS", "key/other", "nothing"];
    let database = Database::open(path).expect("a store");
    let writing = database.begin_write().expect("a transaction");
    {
        let mut table = writing.open_table(TABLE).expect("the table");
        for _ in 0..1 + given.byte() % 3 {
            let name = *given.pick(&NAMES);
            let before = table.get(name).expect("a record").map(|value| value.value().to_vec());
            let mut value = before.unwrap_or_default();
            match given.byte() % 4 {
                0 => drop(table.remove(name).expect("a record")),
                1 => drop(table.insert(name, given.counted()).expect("a record")),
                2 => {
                    // The value of one under the name of another.
                    let other = table.get(*given.pick(&NAMES)).expect("a record");
                    let other = other.map(|value| value.value().to_vec()).unwrap_or_default();
                    drop(table.insert(name, other.as_slice()).expect("a record"));
                }
                _ => {
                    let at = given.below(value.len().max(1));
                    let change = given.byte();
                    value.get_mut(at).into_iter().for_each(|byte| *byte ^= change);
                    drop(table.insert(name, value.as_slice()).expect("a record"));
                }
            }
        }
    }
    writing.commit().expect("a commit");
}

const ROW: RowKey = RowKey { kind: 1, id: *b"0123456789abcdef" };

/// The file of cards' rows, with two of them.
fn state() -> &'static Vec<u8> {
    static MADE: OnceLock<Vec<u8>> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = folder();
        let path = folder.path().join("cards.redb");
        let store = Embedded::open(&path).expect("a store");
        let kept = store.change(&[ROW, RowKey { kind: 2, ..ROW }], &mut |rows| {
            rows.iter_mut().for_each(|row| *row = Some(b"a row".to_vec()));
            Verdict::Write
        });
        kept.and_then(payhsm_state::Kept::wait).expect("durable rows");
        drop(store);
        fs::read(&path).expect("a file")
    })
}

/// The file of cards' rows with changed places: it is refused, or rows can be read and written.
pub fn state_file(data: &[u8]) {
    let mut given = Given::new(data);
    let folder = folder();
    let path = folder.path().join("cards.redb");
    let bytes = if given.flag() { changed(&mut given, state()) } else { given.counted().to_vec() };
    fs::write(&path, bytes).expect("a file");
    let Ok(store) = Embedded::open(&path) else { return };
    drop(store.read(&ROW));
    let written = store.change(&[ROW], &mut |rows| {
        rows[0] = Some(vec![5; 9]);
        Verdict::Write
    });
    if written.and_then(payhsm_state::Kept::wait).is_ok() {
        assert_eq!(store.read(&ROW).ok().flatten(), Some(vec![5; 9]));
    }
}

/// A clock that stands.
#[derive(Debug)]
struct Stands;

impl Clock for Stands {
    fn now(&self) -> Moment {
        Moment { wall: 1_700_000_000_000_000, monotonic: 1 }
    }
}

/// The journal of a log as a crash, or somebody, left it: frames whose sums are right, whatever they hold; up to where the tree
/// was written; a checkpoint. It is refused, or the log goes on.
pub fn journal(data: &[u8]) {
    let mut given = Given::new(data);
    let folder = folder();
    let journal = folder.path().join("journal");
    fs::create_dir_all(&journal).expect("a folder");
    if given.byte() & 3 == 3 {
        fs::write(journal.join("synced"), synced(&mut given)).expect("a file");
    }
    if given.byte() & 3 == 3 {
        fs::write(folder.path().join("checkpoint"), given.counted()).expect("a file");
    }
    let mut index = if given.flag() { 0 } else { u64::from(given.byte()) };
    for number in 0..1 + u64::from(given.byte() % 3) {
        let mut segment = Vec::new();
        for _ in 0..given.byte() % 5 {
            segment.extend(frame(&mut given, number, &mut index));
        }
        segment.extend_from_slice(given.counted());
        fs::write(journal.join(format!("{number:016}.journal")), segment).expect("a file");
    }
    let setup = Setup {
        folder: folder.path().to_owned(),
        durability: Durability::Relaxed,
        segment_bytes: 4096,
        clock: Arc::new(Stands),
        disk: Arc::new(RealDisk),
    };
    let Ok(log) = Log::open(setup) else { return };
    let record = Record::Event(Event { name: "start".to_owned(), detail: "again".to_owned() });
    if let Ok(receipt) = log.append(&[record]) {
        receipt.wait().expect("a record that is kept");
    }
    drop(log.key_change_at_start(0));
    log.close();
}

/// A frame as `audit/src/log/frame.rs` has it, mostly right.
fn frame(given: &mut Given<'_>, segment: u64, index: &mut u64) -> Vec<u8> {
    let first = *index;
    let (mut entries, mut count) = (Vec::new(), 0_u32);
    for _ in 0..given.byte() % 5 {
        let mut entry = Vec::new();
        if given.byte() % 16 == 15 {
            entry.extend_from_slice(given.counted());
        } else {
            let detail = String::from_utf8_lossy(given.counted()).into_owned();
            let name = (*given.pick(&["start", "signing-key", "log-failed"])).to_owned();
            let record = Record::Event(Event { name, detail });
            record.put(*index, Moment { wall: *index, monotonic: *index }, &mut entry);
        }
        let length = u16::try_from(entry.len()).expect("a short entry");
        entries.extend_from_slice(&length.to_be_bytes());
        entries.extend_from_slice(&entry);
        count += 1;
        *index = index.wrapping_add(1);
    }
    let wrong = given.byte();
    let segment = if wrong == 1 { given.long() } else { segment };
    let first = if wrong == 2 { given.long() } else { first };
    let count = if wrong == 3 { u32::from(given.short()) } else { count };
    let head = [&segment.to_be_bytes()[..], &first.to_be_bytes(), &count.to_be_bytes()].concat();
    let length = u32::try_from(entries.len()).expect("a short frame");
    let length = if wrong == 4 { u32::from(given.short()) << 16 } else { length };
    let sum = crc32fast::hash(&[head.as_slice(), &entries].concat());
    let sum = if wrong == 5 { sum ^ 1 } else { sum };
    [&b"PHJ1"[..], &length.to_be_bytes(), &sum.to_be_bytes(), &head, &entries].concat()
}

/// `journal/synced` as `audit/src/log/synced.rs` has it, with a sum that is right.
fn synced(given: &mut Given<'_>) -> Vec<u8> {
    let size = if given.flag() { u64::from(given.short()) } else { given.long() };
    let mut bytes = [&b"PHS1"[..], &size.to_be_bytes()].concat();
    for level in 0..given.byte() % 5 {
        let right = (size >> (8 * u32::from(level))) % 256;
        let count = if given.flag() { right } else { u64::from(given.short() % 400) };
        let count = u16::try_from(count).expect("a count");
        bytes.extend_from_slice(&count.to_be_bytes());
        bytes.extend(std::iter::repeat_n(given.byte(), 32 * usize::from(count)));
    }
    let sum = crc32fast::hash(&bytes);
    [&bytes[..], &sum.to_be_bytes()].concat()
}

/// Seeds of [`store`] and [`state_file`].
#[must_use]
pub fn file_seeds() -> Vec<Vec<u8>> {
    vec![
        vec![0, 1, 0, 0, 20, 4, 1, 2, 3, 4],
        vec![1, 2, 1, 0, 1, 16, 3, 1, 2, 3, 2, 0, 0, 0, 0, 0, 0, 0x20, 0x11, 2, 0, 0],
        vec![3, 1, 1, 3, 0, 5, 1, 1, 1],
        vec![3, 0, 2, 2, 1],
        [&[2, 40], &[7; 40][..]].concat(),
    ]
}

/// Seeds of [`journal`].
#[must_use]
pub fn journal_seeds() -> Vec<Vec<u8>> {
    let frame = [2, 0, 3, b'a', b'b', b'c', 0, 0, 0, 0, 1, 0];
    vec![
        [&[0, 0, 1, 0, 2][..], &frame, &frame, &[0]].concat(),
        [&[3, 1, 0, 2, 2, 1, 9, 1, 7, 0, 0, 2, 0, 1][..], &frame, &[0]].concat(),
        [&[0, 3, 2, b'a', b'b', 1, 1, 1][..], &frame, &[1, 2, 9, 9]].concat(),
    ]
}
