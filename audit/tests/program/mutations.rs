//! Whatever is changed in a log is found, and named. `PAYHSM_LONG_TESTS=1` makes it 100,000 changes.

use crate::base::{Base, Chance, Expected, Mutant, about, leaves, whole};
use crate::made::mixed;
use crate::verified::checked_with;
use payhsm_audit::record::{Entry, Moment};
use payhsm_audit::tile::TileId;
use payhsm_audit::verify::{Kind, Verdict};
use std::collections::BTreeMap;

const WAYS: usize = 13;

/// Changes something, and says what has to be found. `None` if nothing came out of it.
fn mutate<'a>(base: &'a Base, way: usize, chance: &mut Chance) -> Option<(Mutant<'a>, Expected)> {
    let size = usize::try_from(base.made.size).unwrap();
    let record = chance.below(size) as u64;
    let mut changed = BTreeMap::new();
    let mut put = |path: String, bytes: Vec<u8>| drop(changed.insert(path, Some(bytes)));
    let expected = match way {
        // A bit, a byte.
        0 | 1 => {
            let (path, at, expected) = base.place(chance);
            let mut bytes = base.made.files[&path].clone();
            bytes[at] ^= if way == 0 {
                1 << chance.below(8)
            } else {
                1 + u8::try_from(chance.below(255)).unwrap()
            };
            put(path, bytes);
            expected
        }
        // A file that ends too early.
        2 => {
            let (path, at, expected) = base.place(chance);
            let bytes = base.made.files[&path][..at].to_vec();
            put(path.clone(), bytes);
            let tile = path.starts_with("tile/") && !path.starts_with("tile/entries");
            if tile { base.expected(&path, 0) } else { expected }
        }
        // A byte too much.
        3 => {
            let (path, at, expected) = base.place(chance);
            let mut bytes = base.made.files[&path].clone();
            bytes.insert(at, bytes[at].wrapping_add(1));
            put(path.clone(), bytes);
            let tile = path.starts_with("tile/") && !path.starts_with("tile/entries");
            if tile { base.expected(&path, 0) } else { expected }
        }
        // A file less.
        4 => {
            let files = base.files();
            let path = files[chance.below(files.len())].clone();
            let expected = base.expected(&path, 0);
            changed.insert(path, None);
            expected
        }
        // Two records in each other's place.
        5 => {
            let other = chance.below(size) as u64;
            if record == other {
                return None;
            }
            let entry = |record: u64| {
                base.entries(record / 256).1[usize::try_from(record % 256).unwrap()].clone()
            };
            let (first, second) = (entry(record), entry(other));
            if record / 256 == other / 256 {
                let (path, bytes) = base.edit(record, |at, entries| {
                    entries.swap(at, usize::try_from(other % 256).unwrap());
                });
                put(path, bytes);
            } else {
                for (record, entry) in [(record, second), (other, first)] {
                    let (path, bytes) = base.edit(record, |at, entries| entries[at] = entry);
                    put(path, bytes);
                }
            }
            about(&[record.min(other)], &[Kind::Moved])
        }
        // A record less; with its hash, too.
        6 | 7 => {
            let mut rest = Vec::new();
            let (path, bytes) = base.edit(record, |at, entries| {
                entries.remove(at);
                rest.clone_from(entries);
            });
            put(path, bytes);
            if way == 7 {
                let width = rest.len() + 1;
                let tile =
                    TileId { level: 0, index: record / 256, width: u16::try_from(width).unwrap() };
                put(tile.path(), leaves(&rest).iter().flat_map(|leaf| leaf.0).collect());
            }
            about(&[record], &[Kind::Moved, Kind::Missing])
        }
        // Two files in each other's place.
        8 => {
            let files = base.files();
            let (one, two) = (files[chance.below(files.len())], files[chance.below(files.len())]);
            let (first, second) = (&base.made.files[one], &base.made.files[two]);
            if first == second {
                return None;
            }
            put(one.clone(), second.clone());
            put(two.clone(), first.clone());
            Expected { records: Vec::new(), kinds: &[] }
        }
        // A bundle of another history; with its hashes, too.
        9 | 10 => {
            let index = record / 256;
            let (path, entries) = base.entries(index);
            put(path.clone(), base.other.files[&path].clone());
            if way == 10 {
                let tile = TileId { level: 0, index, width: u16::try_from(entries.len()).unwrap() };
                put(tile.path(), base.other.files[&tile.path()].clone());
            }
            if way == 10 && entries.len() < 256 {
                // Nothing but the root stands above it, and that does not say which record.
                whole(&[Kind::Root])
            } else {
                about(&[256 * index], &[Kind::Changed])
            }
        }
        // The checkpoint before.
        11 => {
            put("checkpoint".to_owned(), base.older.clone().into_bytes());
            whole(&[Kind::Truncated])
        }
        // A record that was written otherwise: at another time.
        _ => {
            let (path, bytes) = base.edit(record, |at, entries| {
                let entry = Entry::take(&entries[at]).unwrap();
                entries[at].clear();
                let moment = Moment {
                    wall: entry.moment.wall + 1 + chance.below(1000) as u64,
                    ..entry.moment
                };
                entry.record.put(entry.index, moment, &mut entries[at]);
            });
            put(path, bytes);
            about(&[record], &[Kind::Changed])
        }
    };
    Some((Mutant { base: &base.made, changed }, expected))
}

fn check(base: &Base, way: usize, seed: u64) -> bool {
    let mut chance = Chance(mixed(seed));
    let Some((mutant, expected)) = mutate(base, way, &mut chance) else { return false };
    let verdict: Verdict = checked_with(&mutant, 1, std::slice::from_ref(&base.newer), &[]);
    let told = format!(
        "{}, way {way}, seed {seed}: {:?} in {:?}",
        base.name,
        verdict.faults,
        mutant.changed.keys()
    );
    assert_eq!(verdict.code(), 1, "not found: {told}");
    let fault = verdict.first_fault().unwrap();
    if !expected.kinds.is_empty() {
        assert!(expected.records.contains(&fault.record), "{:?}: {told}", expected.records);
        assert!(expected.kinds.contains(&fault.kind), "{told}");
    }
    assert!(!fault.what.is_empty() && !verdict.said.starts_with("verified"), "{told}");
    true
}

#[test]
fn whatever_is_changed_is_found_and_named() {
    let long = std::env::var_os("PAYHSM_LONG_TESTS").is_some();
    let count = if long { 100_000 } else { 2_000 };
    let bases = [
        Base::new(3, "short"),
        Base::new(300, "middle"),
        Base::new(256, "full"),
        Base::new(700, "long"),
    ];
    for base in &bases {
        let verdict = checked_with(&base.made, 1, std::slice::from_ref(&base.newer), &[]);
        assert!(verdict.good, "as it is it has to be good: {:?}", verdict.faults);
    }
    let done: usize = std::thread::scope(|scope| {
        let part = |part: u64| {
            let bases = &bases;
            scope.spawn(move || {
                let mine = (0..count).filter(|number| number % 2 == part);
                // Most on the ones that are quick to check.
                let base = |number: u64| {
                    [0, 1, 0, 2, 0, 1, 0, 3][usize::try_from(number / 2 % 8).unwrap()]
                };
                mine.filter(|&number| {
                    check(
                        &bases[base(number)],
                        usize::try_from(number / 16).unwrap() % WAYS,
                        number,
                    )
                })
                .count()
            })
        };
        [part(0), part(1)].map(|part| part.join().unwrap()).iter().sum()
    });
    assert!(done as u64 > count * 9 / 10, "{done} of {count}");
}

/// A tree that has three levels of tiles.
#[test]
fn whatever_is_changed_in_a_large_log_is_found_and_named() {
    let base = Base::new(66_000, "large");
    let done = (0..WAYS).filter(|way| check(&base, *way, 77 + *way as u64)).count();
    assert!(done > WAYS - 3, "{done}");
}
