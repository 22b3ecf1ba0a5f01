//! What a change by officers costs as the store grows. Not a test: it prints, and a person judges.
//!
//! `cargo test --release -p payhsm-keys --test store_cost -- --ignored --nocapture`
#![cfg(test)]

mod common;

use common::{AES_LMK, random};
use payhsm_keys::store::{Expected, Store, StoreFiles, StoreKey, StoreRefused};
use payhsm_keys::{KeyRules, LmkAbout, LmkSecret, Vault};
use payhsm_protocol::field::{Exportability, KeyAttributes, LmkId};
use payhsm_protocol::officer::NewKey;
use std::time::{Duration, Instant};

const AS_IT_IS: Expected = Expected { seen_generation: 0, accept_older: false };
const TIMES: usize = 9;

fn lmk() -> LmkSecret {
    LmkSecret::copy_of(&hex::decode(AES_LMK).unwrap()).unwrap()
}

fn open(files: &StoreFiles) -> Store {
    Store::open(files, StoreKey::of(&lmk()).unwrap(), AS_IT_IS, &mut random()).unwrap()
}

fn wanted(label: &str) -> NewKey {
    let attributes = KeyAttributes {
        usage: *b"P0",
        algorithm: Some(*b"A3"),
        mode_of_use: b'B',
        version: *b"00",
        exportability: Exportability::Trusted,
        optional_blocks: Vec::new(),
    };
    NewKey { label: label.to_owned(), slot: None, attributes }
}

/// The middle one of some.
fn median(mut work: impl FnMut(usize)) -> Duration {
    let mut taken: Vec<_> = (0..TIMES)
        .map(|time| {
            let start = Instant::now();
            work(time);
            start.elapsed()
        })
        .collect();
    taken.sort();
    taken[TIMES / 2]
}

#[test]
#[ignore = "prints what it measures"]
fn a_change_by_number_of_keys() {
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    println!("  keys   unseal ms   change ms   of it the disk ms");
    for keys in [1, 100, 1_000, 10_000] {
        let folder = tempfile::tempdir().unwrap();
        let files = StoreFiles::in_folder(folder.path());
        let vault = Vault::new(files.clone(), KeyRules::PRODUCTION);
        let (id, check_value) = (LmkId(0), lmk().check_value().unwrap());
        let about = LmkAbout { id, check_value, quorum: None, holders: Vec::new() };
        vault.create("00112233445566AA", lmk(), &about, &mut random()).unwrap();
        vault.generate_key(&wanted("one"), "alice", &mut random()).unwrap();
        vault.seal();

        // Copies of its record: what they cost is what others would.
        let mut store = open(&files);
        let text = store.get("key/one").unwrap().unwrap();
        let filled: Result<(), StoreRefused> = store.change(&mut random(), |batch| {
            (1..keys).try_for_each(|number| batch.put(&format!("key/k{number}"), text.clone()))
        });
        filled.unwrap();
        let put = |store: &mut Store, time: usize| {
            let text = time.to_string().into_bytes();
            store.change(&mut random(), |batch| batch.put("other/one", text))
        };
        let disk = median(|time| put(&mut store, time).unwrap());
        store.change(&mut random(), |batch| batch.remove("other/one")).unwrap();
        drop(store);

        let unseal = median(|_| {
            vault.seal();
            vault.unseal(id, lmk(), AS_IT_IS, &mut random()).unwrap();
        });
        let change = median(|time| vault.enable_key("one", time % 2 == 1, &mut random()).unwrap());
        let [unseal, change, disk] = [unseal, change, disk].map(milliseconds);
        println!("{keys:>6} {unseal:>11.1} {change:>11.2} {disk:>19.2}");
    }
}
