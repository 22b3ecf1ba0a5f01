//! The sealed store: what it keeps, what it refuses, and that a refusal touches nothing.
#![cfg(test)]

mod common;

use common::{AES_LMK, random};
use payhsm_keys::LmkSecret;
use payhsm_keys::store::{Expected, SealedStore, Store, StoreFiles, StoreKey, StoreRefused};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const APPLIANCE: &str = "00112233445566AA";
const AS_IT_IS: Expected = Expected { seen_generation: 0, accept_older: false };
const ACCEPTED: Expected = Expected { seen_generation: 0, accept_older: true };

fn key() -> StoreKey {
    StoreKey::of(&LmkSecret::copy_of(&hex::decode(AES_LMK).unwrap()).unwrap()).unwrap()
}

fn other_key() -> StoreKey {
    StoreKey::of(&LmkSecret::generate(&mut random()).unwrap()).unwrap()
}

fn open(files: &StoreFiles, expected: Expected) -> Result<Store, StoreRefused> {
    Store::open(files, key(), expected, &mut random())
}

/// A store with three records, closed; its generation is 1.
fn made() -> (TempDir, StoreFiles) {
    let folder = tempfile::tempdir().unwrap();
    let files = StoreFiles::in_folder(folder.path());
    let secret = payhsm_arena::global().unwrap().copy_of(&[0xA5; 38]).unwrap();
    let store = Store::create(&files, APPLIANCE, key(), &mut random(), |batch| {
        batch.put("key/zpk", b"first".to_vec())?;
        batch.put("zone/VIS", vec![7; 300])?;
        batch.put_secret("lmk/01", &secret)
    });
    assert_eq!(store.unwrap().generation(), 1);
    (folder, files)
}

fn put(store: &mut Store, name: &str, text: &[u8]) -> Result<(), StoreRefused> {
    store.change(&mut random(), |batch| batch.put(name, text.to_vec()))
}

/// Every file of a folder.
fn bytes_of(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let read = |entry: fs::DirEntry| {
        (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())
    };
    entries.map(read).collect()
}

#[test]
fn what_was_put_in_is_there_again() {
    let (_folder, files) = made();
    let mut store = open(&files, AS_IT_IS).unwrap();
    assert_eq!((store.appliance(), store.generation(), store.len()), (APPLIANCE, 1, 3));
    assert_eq!(store.get("key/zpk").unwrap().unwrap(), b"first");
    assert_eq!(*store.get_secret("lmk/01").unwrap().unwrap(), [0xA5; 38]);
    assert_eq!(store.get("key/none").unwrap(), None);
    let changed = store.change(&mut random(), |batch| {
        batch.put("key/zpk", b"second".to_vec())?;
        batch.put("key/abc", Vec::new())?;
        batch.remove("zone/VIS")?;
        Ok::<_, StoreRefused>(17)
    });
    assert_eq!((changed, store.generation()), (Ok(17), 2));
    drop(store);
    let store = open(&files, AS_IT_IS).unwrap();
    assert_eq!((store.generation(), store.list("key")), (2, vec!["abc".into(), "zpk".into()]));
    assert_eq!(store.get("key/zpk").unwrap().unwrap(), b"second");
    assert_eq!(store.list("zone"), [""; 0]);
}

#[test]
fn nothing_is_readable_in_the_file() {
    let (folder, files) = made();
    drop(open(&files, AS_IT_IS).unwrap());
    for (name, bytes) in bytes_of(folder.path()) {
        for text in [b"first".as_slice(), &[7; 12], &[0xA5; 12]] {
            assert!(!bytes.windows(text.len()).any(|window| window == text), "{name}");
        }
    }
}

#[test]
fn a_change_that_is_refused_changes_nothing() {
    let (folder, files) = made();
    let mut store = open(&files, AS_IT_IS).unwrap();
    let before = bytes_of(folder.path());
    let refused: Result<(), _> = store.change(&mut random(), |batch| {
        batch.put("key/zpk", b"second".to_vec())?;
        Err(StoreRefused::Random)
    });
    assert_eq!(refused, Err(StoreRefused::Random));
    for name in ["key", "key/", "/zpk", "key/z pk", "key/../x", "header"] {
        assert_eq!(put(&mut store, name, b""), Err(StoreRefused::Name(name.to_owned())));
    }
    assert_eq!(put(&mut store, "key/long", &[0; (256 << 10) + 1]), Err(StoreRefused::TooLong));
    assert_eq!(bytes_of(folder.path()), before);
    assert_eq!(store.generation(), 1);
    assert_eq!(store.get("key/zpk").unwrap().unwrap(), b"first");
}

/// What opening says, and that it touched nothing.
fn refused(folder: &Path, files: &StoreFiles, key: StoreKey, expected: Expected) -> StoreRefused {
    let before = bytes_of(folder);
    let refused = Store::open(files, key, expected, &mut random()).unwrap_err();
    assert!(bytes_of(folder) == before, "{refused}: files were touched");
    refused
}

#[test]
fn the_store_of_another_lmk_is_refused() {
    let (folder, files) = made();
    assert_eq!(refused(folder.path(), &files, other_key(), ACCEPTED), StoreRefused::AnotherLmk);
}

#[test]
fn there_is_one_store_and_one_process() {
    let (folder, files) = made();
    let again = Store::create(&files, APPLIANCE, key(), &mut random(), |_| Ok(()));
    assert_eq!(again.unwrap_err(), StoreRefused::Exists);
    let store = open(&files, AS_IT_IS).unwrap();
    assert_eq!(refused(folder.path(), &files, key(), AS_IT_IS), StoreRefused::InUse);
    store.erase().unwrap();
    assert_eq!(bytes_of(folder.path()), BTreeMap::new());
    assert_eq!(open(&files, AS_IT_IS).unwrap_err(), StoreRefused::Missing);
    let odd = Store::create(&files, "0011", key(), &mut random(), |_| Ok(()));
    assert_eq!(odd.unwrap_err(), StoreRefused::Appliance);
}

#[test]
fn an_older_store_is_refused_until_it_is_accepted() {
    let (folder, files) = made();
    let old = fs::read(&files.store).unwrap();
    let mut store = open(&files, AS_IT_IS).unwrap();
    for text in [b"2", b"3", b"4"] {
        put(&mut store, "key/zpk", text).unwrap();
    }
    drop(store);
    fs::write(&files.store, &old).unwrap();
    let by_anchor = StoreRefused::OlderThanAnchor { found: 1, known: 4 };
    assert_eq!(refused(folder.path(), &files, key(), AS_IT_IS), by_anchor);
    assert!(by_anchor.may_be_accepted());

    // With the anchor put back too, there is what an officer has seen.
    fs::write(&files.anchor, format!("payhsm generation 1 {APPLIANCE} 1\n")).unwrap();
    let seen = Expected { seen_generation: 3, accept_older: false };
    let by_officer = StoreRefused::OlderThanSeen { found: 1, known: 3 };
    assert_eq!(refused(folder.path(), &files, key(), seen), by_officer);

    // Accepted: past everything that was known, and counted.
    let store = open(&files, Expected { accept_older: true, ..seen }).unwrap();
    assert_eq!((store.generation(), store.restores()), (4, 1));
    drop(store);
    assert_eq!(open(&files, seen).unwrap().generation(), 4);
}

#[test]
fn an_anchor_that_is_missing_or_foreign_is_refused_until_it_is_accepted() {
    for anchor in [None, Some("payhsm generation 1 FFFFFFFFFFFFFFFF 1\n"), Some("?"), Some("")] {
        let (folder, files) = made();
        fs::remove_file(&files.anchor).unwrap();
        if let Some(text) = anchor {
            fs::write(&files.anchor, text).unwrap();
        }
        let expected = if anchor.is_some() {
            StoreRefused::AnchorForeign
        } else {
            StoreRefused::AnchorMissing
        };
        assert_eq!(refused(folder.path(), &files, key(), AS_IT_IS), expected);
        assert_eq!(open(&files, ACCEPTED).unwrap().restores(), 1);
        assert_eq!(open(&files, AS_IT_IS).unwrap().generation(), 2);
    }
}

#[test]
fn a_stop_between_commit_and_anchor_is_mended() {
    let (_folder, files) = made();
    let behind = fs::read(&files.anchor).unwrap();
    let mut store = open(&files, AS_IT_IS).unwrap();
    put(&mut store, "key/zpk", b"2").unwrap();
    let ahead = fs::read(&files.anchor).unwrap();
    drop(store);
    fs::write(&files.anchor, behind).unwrap();
    assert_eq!(open(&files, AS_IT_IS).unwrap().generation(), 2);
    assert_eq!(fs::read(&files.anchor).unwrap(), ahead);
}

/// Puts one changed record into the file, as whoever has the disk might.
fn edit(files: &StoreFiles, change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>)) {
    const TABLE: redb::TableDefinition<'_, &str, &[u8]> = redb::TableDefinition::new("payhsm");
    use redb::{ReadableDatabase, ReadableTable};
    let database = redb::Database::open(&files.store).unwrap();
    let mut records = BTreeMap::new();
    for record in database.begin_read().unwrap().open_table(TABLE).unwrap().iter().unwrap() {
        let (name, value) = record.unwrap();
        records.insert(name.value().to_owned(), value.value().to_vec());
    }
    let before: Vec<_> = records.keys().cloned().collect();
    change(&mut records);
    let writing = database.begin_write().unwrap();
    {
        let mut table = writing.open_table(TABLE).unwrap();
        for name in before {
            table.remove(name.as_str()).unwrap();
        }
        for (name, value) in &records {
            table.insert(name.as_str(), value.as_slice()).unwrap();
        }
    }
    writing.commit().unwrap();
}

#[test]
fn a_changed_bit_in_any_record_is_refused_by_name() {
    let (folder, files) = made();
    let original = fs::read(&files.store).unwrap();
    for name in ["header", "key/zpk", "zone/VIS", "lmk/01"] {
        let mut length = 0;
        edit(&files, |records| length = records[name].len());
        // Samples of every part: what is in front, nonce, text, tag.
        let places = (0..26)
            .step_by(2)
            .chain((26..length).step_by(97))
            .chain((length - 16..length).step_by(3));
        for (number, place) in places.enumerate() {
            fs::write(&files.store, &original).unwrap();
            edit(&files, |records| records.get_mut(name).unwrap()[place] ^= 1 << (number % 8));
            let said = refused(folder.path(), &files, key(), ACCEPTED);
            let format = matches!(said, StoreRefused::Format(other) if other != 1);
            let fits = said == StoreRefused::Damaged(name.to_owned())
                || (name == "header" && place == 0 && format);
            assert!(fits, "{name}, byte {place}: {said}");
        }
    }
}

#[test]
fn records_that_are_moved_removed_or_replaced_are_seen() {
    let (folder, files) = made();
    let mut older = Vec::new();
    edit(&files, |records| older = records["key/zpk"].clone());
    let mut store = open(&files, AS_IT_IS).unwrap();
    put(&mut store, "key/zpk", b"second").unwrap();
    drop(store);
    let original = fs::read(&files.store).unwrap();
    type Edit<'a> = &'a dyn Fn(&mut BTreeMap<String, Vec<u8>>);
    let remove: Edit<'_> = &|records| drop(records.remove("key/zpk"));
    let replace: Edit<'_> = &|records| drop(records.insert("key/zpk".to_owned(), older.clone()));
    let rename: Edit<'_> = &|records| {
        let value = records.remove("key/zpk").unwrap();
        records.insert("key/other".to_owned(), value);
    };
    let damaged = StoreRefused::Damaged("key/other".to_owned());
    for (edited, expected) in
        [(remove, StoreRefused::Replaced), (replace, StoreRefused::Replaced), (rename, damaged)]
    {
        fs::write(&files.store, &original).unwrap();
        edit(&files, edited);
        assert_eq!(refused(folder.path(), &files, key(), ACCEPTED), expected);
    }
}

#[test]
fn a_file_that_is_damaged_anywhere_is_refused_or_no_different() {
    let (folder, files) = made();
    let original = fs::read(&files.store).unwrap();
    // Where redb keeps its roots, then samples of all pages.
    let places = (0..320).step_by(8).chain((512..original.len()).step_by(40_961));
    let mut refusals = 0;
    for place in places {
        let mut changed = original.clone();
        changed[place] ^= 0x10;
        fs::write(&files.store, &changed).unwrap();
        let before = bytes_of(folder.path());
        match SealedStore::read(&files) {
            Err(_) => refusals += 1,
            Ok(sealed) => {
                let number = sealed.lmk_number(&key());
                assert_eq!(number, Ok(1), "byte {place}");
                // Nothing else is believed than what was there.
                match open(&files, AS_IT_IS) {
                    Ok(store) => assert_eq!(store.get("key/zpk").unwrap().unwrap(), b"first"),
                    Err(_) => refusals += 1,
                }
                continue;
            }
        }
        assert!(bytes_of(folder.path()) == before, "byte {place}");
    }
    assert!(refusals > 10, "{refusals}");
    for odd in [Vec::new(), b"no store".to_vec(), vec![0; 8192], original[..5000].to_vec()] {
        fs::write(&files.store, &odd).unwrap();
        assert_eq!(refused(folder.path(), &files, key(), ACCEPTED), StoreRefused::File);
    }
}

#[test]
fn a_backup_is_whole_and_restores_to_an_empty_folder() {
    let (folder, files) = made();
    let mut store = open(&files, AS_IT_IS).unwrap();
    put(&mut store, "key/zpk", b"second").unwrap();
    let to = folder.path().join("backup.redb");
    store.backup(&to).unwrap();
    assert_eq!(store.backup(&to).unwrap_err(), StoreRefused::Exists);
    assert!(!folder.path().join("backup.redb.new").exists());
    let nowhere = store.backup(&folder.path().join("none/backup.redb")).unwrap_err();
    assert_eq!(
        nowhere.to_string().split(':').next().unwrap(),
        "the store cannot be written, and nothing was changed"
    );
    put(&mut store, "key/zpk", b"third").unwrap();

    let empty = tempfile::tempdir().unwrap();
    let restored = StoreFiles::in_folder(empty.path());
    fs::copy(&to, &restored.store).unwrap();
    assert_eq!(refused(empty.path(), &restored, key(), AS_IT_IS), StoreRefused::AnchorMissing);
    let seen = Expected { seen_generation: 3, accept_older: true };
    let store = Store::open(&restored, key(), seen, &mut random()).unwrap();
    assert_eq!((store.generation(), store.restores()), (4, 1));
    assert_eq!(store.get("key/zpk").unwrap().unwrap(), b"second");
    assert_eq!(*store.get_secret("lmk/01").unwrap().unwrap(), [0xA5; 38]);
}

#[test]
fn what_a_crash_left_behind_is_in_nobodys_way() {
    let (folder, files) = made();
    let mut store = open(&files, AS_IT_IS).unwrap();
    fs::write(folder.path().join("generation.new"), b"half").unwrap();
    fs::write(folder.path().join("backup.redb.new"), b"half").unwrap();
    put(&mut store, "key/zpk", b"second").unwrap();
    store.backup(&folder.path().join("backup.redb")).unwrap();
    store.erase().unwrap();
    fs::write(folder.path().join("store.redb.new"), b"half").unwrap();
    drop(Store::create(&files, APPLIANCE, key(), &mut random(), |_| Ok(())).unwrap());
    assert_eq!(open(&files, AS_IT_IS).unwrap().generation(), 1);
}

#[test]
fn a_full_disk_and_one_that_cannot_be_read_are_told_and_change_nothing() {
    let (folder, files) = made();
    let mut store = open(&files, AS_IT_IS).unwrap();
    let new_anchor = folder.path().join("generation.new");
    std::os::unix::fs::symlink("/dev/full", &new_anchor).unwrap();
    let before = fs::read(&files.store).unwrap();
    assert_eq!(put(&mut store, "key/zpk", b"second"), Err(StoreRefused::Full));
    assert!(fs::read(&files.store).unwrap() == before);
    assert_eq!(
        (store.generation(), store.get("key/zpk").unwrap().unwrap()),
        (1, b"first".to_vec())
    );
    fs::remove_file(&new_anchor).unwrap();
    put(&mut store, "key/zpk", b"second").unwrap();
    drop(store);
    fs::remove_file(&files.store).unwrap();
    fs::create_dir(&files.store).unwrap();
    assert!(matches!(open(&files, AS_IT_IS), Err(StoreRefused::Unreadable(_))));
}

#[test]
fn nothing_secret_prints_itself() {
    let (_folder, files) = made();
    let store = open(&files, AS_IT_IS).unwrap();
    assert_eq!(format!("{store:?}"), "Store(00112233445566AA, generation 1, 3 records)");
    assert_eq!(format!("{:?}", key()), "StoreKey(…)");
}

/// Made once, by the first version of this format, under the public test LMK; never made again.
#[test]
fn the_store_of_the_first_version_opens() {
    let folder = tempfile::tempdir().unwrap();
    let files = StoreFiles::in_folder(folder.path());
    fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/store-v1.redb"), &files.store)
        .unwrap();
    fs::write(&files.anchor, "payhsm generation 1 0123456789ABCDEF 2\n").unwrap();
    let seen = Expected { seen_generation: 2, accept_older: false };
    let store = Store::open(&files, key(), seen, &mut random()).unwrap();
    assert_eq!((store.appliance(), store.generation(), store.len()), ("0123456789ABCDEF", 2, 5));
    assert_eq!(store.get("key/visa-zpk").unwrap().unwrap(), b"a labelled key");
    assert_eq!(store.get("zone/VIS").unwrap().unwrap(), b"a zone");
    assert_eq!(store.get("officers/list").unwrap().unwrap(), b"");
    assert_eq!(store.get("table/pvk-1").unwrap().unwrap(), b"0123456789012345");
    assert_eq!(*store.get_secret("lmk/01").unwrap().unwrap(), [0x5A; 38]);
}
