//! The store on disks that fail, wait, or are slow.

use super::Embedded;
use super::faults::{Fault, Faulty};
use crate::{Kept, RowKey, Store, Unavailable, Verdict};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

const SOON: Duration = Duration::from_millis(2);

fn open(disk: &Faulty) -> Result<Embedded, Unavailable> {
    Embedded::open_on(Arc::new(disk.clone()), SOON)
}

fn key(number: u8) -> RowKey {
    RowKey { kind: 1, id: [number; 16] }
}

fn set(store: &Embedded, key: RowKey, value: &[u8]) -> Result<Kept, Unavailable> {
    store.change(&[key], &mut |rows| {
        rows[0] = Some(value.to_vec());
        Verdict::Write
    })
}

fn look(store: &Embedded, key: RowKey) -> Result<Kept, Unavailable> {
    store.change(&[key], &mut |_| Verdict::Leave)
}

fn wait_until_well(store: &Embedded) {
    for _ in 0..5_000 {
        if store.trouble().is_none() {
            return;
        }
        std::thread::park_timeout(Duration::from_millis(1));
    }
    panic!("{:?}", store.trouble());
}

/// What may be in a row: the last that was kept, or what nobody knows of.
#[derive(Default)]
struct Expected {
    kept: Option<Vec<u8>>,
    unknown: Vec<Vec<u8>>,
}

impl Expected {
    fn note(&mut self, value: &[u8], kept: bool) {
        if kept {
            self.kept = Some(value.to_vec());
            self.unknown.clear();
        } else {
            self.unknown.push(value.to_vec());
        }
    }

    fn allows(&self, found: &Option<Vec<u8>>) -> bool {
        *found == self.kept || self.unknown.iter().any(|value| Some(value) == found.as_ref())
    }
}

/// Changes three rows on a disk with this fault; whether it came.
fn with_fault(fault: Fault) -> bool {
    let disk = Faulty::new(Some(fault));
    let store = (0..=fault.times).find_map(|_| open(&disk).ok());
    let store = store.unwrap_or_else(|| panic!("{fault:?}: never opened"));
    let mut rows = [Expected::default(), Expected::default(), Expected::default()];
    for round in 0..9_u8 {
        let at = usize::from(round % 3);
        let value = vec![round; 1 + usize::from(round) * 700];
        let kept = set(&store, key(round % 3), &value).and_then(Kept::wait);
        rows[at].note(&value, kept.is_ok());
        for lucky in [false, true] {
            let again = open(&disk.after_power_cut(lucky)).unwrap();
            for (at, expected) in (0..).zip(&rows) {
                let found = again.read(&key(at)).unwrap();
                assert!(expected.allows(&found), "{fault:?}, power cut after {round}, row {at}");
            }
        }
        wait_until_well(&store);
        for (at, expected) in (0..).zip(&mut rows) {
            let found = store.read(&key(at)).unwrap();
            assert!(expected.allows(&found), "{fault:?}, after {round}, row {at}");
            // Whoever sees it may rely on it from now on.
            if look(&store, key(at)).and_then(Kept::wait).is_ok() {
                expected.kept = found;
                expected.unknown.clear();
            }
        }
    }
    drop(store);
    let store = open(&disk.after_power_cut(false)).unwrap();
    for (at, expected) in (0..).zip(&rows) {
        assert!(expected.allows(&store.read(&key(at)).unwrap()), "{fault:?}, at last, row {at}");
    }
    disk.was_hit()
}

#[test]
fn whichever_step_of_the_disk_fails_what_was_kept_stays_and_the_store_recovers() {
    for (torn, forgets, times) in
        [(false, true, 1), (true, true, 1), (false, false, 1), (true, true, 3)]
    {
        let hits =
            (0..).take_while(|after| with_fault(Fault { after: *after, times, torn, forgets }));
        let hits = hits.count();
        assert!(hits > 60, "{hits} steps");
    }
}

#[test]
fn nobody_waits_for_a_disk_that_waits() {
    let disk = Faulty::new(None);
    let store = open(&disk).unwrap();
    set(&store, key(1), b"old").unwrap().wait().unwrap();
    disk.hold(true);
    let first = set(&store, key(1), b"first").unwrap();
    let (done, finished) = mpsc::channel();
    std::thread::scope(|scope| {
        let store = &store;
        scope.spawn(move || {
            assert_eq!(store.read(&key(1)).unwrap().unwrap(), b"first");
            let second = set(store, key(1), b"second").unwrap();
            let other = set(store, key(2), b"other").unwrap();
            assert_eq!(store.read(&key(1)).unwrap().unwrap(), b"second");
            assert_eq!(store.read(&key(3)).unwrap(), None);
            done.send((second, other)).unwrap();
        });
        let (second, other) = finished.recv_timeout(Duration::from_secs(10)).unwrap();
        disk.hold(false);
        Kept::all([first, second, other]).wait().unwrap();
    });
    drop(store);
    let store = open(&disk.after_power_cut(false)).unwrap();
    assert_eq!(store.read(&key(1)).unwrap().unwrap(), b"second");
    assert_eq!(store.read(&key(2)).unwrap().unwrap(), b"other");
}

#[test]
fn a_failed_write_undoes_all_that_came_after_the_last_durable_change() {
    let disk = Faulty::new(None);
    let store = open(&disk).unwrap();
    set(&store, key(1), b"old").unwrap().wait().unwrap();
    disk.hold(true);
    let first = set(&store, key(1), b"first").unwrap();
    // The first is under way, or waits with those after it: they share its lot.
    let second = set(&store, key(2), b"second").unwrap();
    let seen = look(&store, key(1)).unwrap();
    assert!(matches!(seen, Kept::When(_)), "what was seen is not durable");
    assert!(matches!(look(&store, key(3)).unwrap(), Kept::Now));
    disk.fail(Fault { after: 0, times: 1, torn: false, forgets: true });
    disk.hold(false);
    let error = first.wait().unwrap_err();
    assert!(error.to_string().starts_with("the state cannot be written: "), "{error}");
    assert_eq!(second.wait().unwrap_err(), error);
    assert_eq!(seen.wait().unwrap_err(), error);
    wait_until_well(&store);
    assert_eq!(store.read(&key(1)).unwrap().unwrap(), b"old");
    assert_eq!(store.read(&key(2)).unwrap(), None);
    set(&store, key(1), b"new").unwrap().wait().unwrap();
    assert!(matches!(look(&store, key(1)).unwrap(), Kept::Now));
}

#[test]
fn while_the_disk_fails_everything_is_refused_at_once() {
    let disk = Faulty::new(None);
    let store = open(&disk).unwrap();
    set(&store, key(1), b"old").unwrap().wait().unwrap();
    disk.fail(Fault { after: 0, times: usize::MAX / 2, torn: false, forgets: true });
    set(&store, key(1), b"new").unwrap().wait().unwrap_err();
    for _ in 0..20 {
        set(&store, key(1), b"new").unwrap_err();
        look(&store, key(1)).unwrap_err();
        store.read(&key(1)).unwrap_err();
        assert!(store.trouble().is_some());
        std::thread::park_timeout(SOON);
    }
    disk.fail(Fault { after: 0, times: 0, torn: false, forgets: true });
    wait_until_well(&store);
    assert_eq!(store.read(&key(1)).unwrap().unwrap(), b"old");
}

#[test]
fn an_earlier_failure_is_not_covered_by_a_later_success() {
    let disk = Faulty::new(None);
    let store = open(&disk).unwrap();
    disk.fail(Fault { after: 0, times: 1, torn: false, forgets: true });
    let lost = set(&store, key(1), b"lost").unwrap();
    while store.trouble().is_none() {
        std::thread::park_timeout(SOON);
    }
    wait_until_well(&store);
    // So many that, counted alone, they would be later.
    for _ in 0..5 {
        set(&store, key(3), b"kept").unwrap().wait().unwrap();
    }
    let kept = set(&store, key(3), b"kept").unwrap();
    Kept::all([lost, kept]).wait().unwrap_err();
    assert_eq!(store.read(&key(1)).unwrap(), None);
}

#[test]
fn changes_that_come_together_share_a_write() {
    const THREADS: u8 = 64;
    const CHANGES: usize = 20;
    let disk = Faulty::new(None);
    disk.slow(Duration::from_millis(2));
    let store = open(&disk).unwrap();
    let before = disk.syncs();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let store = &store;
            scope.spawn(move || {
                for round in 0..CHANGES {
                    set(store, key(thread), &round.to_be_bytes()).unwrap().wait().unwrap();
                }
            });
        }
    });
    let (syncs, changes) = (disk.syncs() - before, usize::from(THREADS) * CHANGES);
    assert!(syncs * 8 < changes, "{changes} changes took {syncs} syncs");
}

#[test]
fn who_was_overtaken_makes_it_again_of_what_is_there_now() {
    let store = open(&Faulty::new(None)).unwrap();
    let runs = AtomicU64::new(0);
    let kept = store.change(&[key(1)], &mut |rows| {
        if runs.fetch_add(1, Ordering::Relaxed) == 0 {
            assert_eq!(rows[0], None);
            // Somebody else, in the middle of it: no lock is held.
            std::thread::scope(|scope| {
                scope.spawn(|| set(&store, key(1), b"1").unwrap().wait().unwrap());
            });
        }
        let before = rows[0].take().unwrap_or_default();
        rows[0] = Some([before.as_slice(), b"2"].concat());
        Verdict::Write
    });
    kept.unwrap().wait().unwrap();
    assert_eq!(runs.into_inner(), 2);
    assert_eq!(store.read(&key(1)).unwrap().unwrap(), b"12");
}
