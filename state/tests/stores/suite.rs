//! What is the same for both.

use crate::{increment, key, read_number};
use payhsm_state::{Kept, MOST_VALUE, RowKey, Store, Verdict};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

/// Opens the store: again, if it was open before.
pub(crate) type Open<'a> = &'a dyn Fn() -> Box<dyn Store>;

/// Every case.
pub(crate) fn all(open: Open<'_>) {
    for case in [
        sixteen_threads_lose_no_increment,
        rows_change_together,
        leave_writes_nothing,
        rows_are_removed,
        values_are_of_any_bytes_and_up_to_64_kib,
        what_was_kept_is_there_when_it_is_opened_again,
        what_is_wrong_is_refused_and_changes_nothing,
        receipts_are_futures_too,
        it_works_wherever_it_is_called,
        a_panic_of_make_leaves_everything_as_it_was,
        nobody_sees_half_of_a_change,
    ] {
        case(open);
    }
}

fn put(store: &dyn Store, key: RowKey, value: &[u8]) {
    let kept = store.change(&[key], &mut |rows| {
        rows[0] = Some(value.to_vec());
        Verdict::Write
    });
    kept.unwrap().wait().unwrap();
}

fn sixteen_threads_lose_no_increment(open: Open<'_>) {
    let store = open();
    let (one, other) = (key(1, 1), key(1, 2));
    std::thread::scope(|scope| {
        for thread in 0..16 {
            let store = &store;
            // Half of them name the rows the other way round.
            let keys = if thread % 2 == 0 { [one, other] } else { [other, one] };
            scope.spawn(move || {
                for _ in 0..20 {
                    increment(&**store, &keys).unwrap();
                    increment(&**store, &keys[..1]).unwrap();
                }
            });
        }
    });
    assert_eq!(read_number(&*store, one), 480);
    assert_eq!(read_number(&*store, other), 480);
}

fn rows_change_together(open: Open<'_>) {
    let store = open();
    let keys: Vec<_> = (0..16).rev().map(|number| key(2, number)).collect();
    put(&*store, keys[3], b"three");
    let kept = store.change(&keys, &mut |rows| {
        assert_eq!(rows.len(), 16);
        // In the order of the keys, not of the table.
        assert_eq!(rows.iter().position(Option::is_some), Some(3));
        for (at, row) in (0..).zip(rows) {
            *row = (at % 2 == 0).then(|| vec![at]);
        }
        Verdict::Write
    });
    kept.unwrap().wait().unwrap();
    for (at, key) in (0..).zip(&keys) {
        assert_eq!(store.read(key).unwrap(), (at % 2 == 0).then(|| vec![at]), "{at}");
    }
}

fn leave_writes_nothing(open: Open<'_>) {
    let store = open();
    put(&*store, key(3, 1), b"as it was");
    let kept = store.change(&[key(3, 1), key(3, 2)], &mut |rows| {
        assert_eq!(rows[0].as_deref(), Some(&b"as it was"[..]));
        rows[0] = None;
        rows[1] = Some(b"new".to_vec());
        Verdict::Leave
    });
    kept.unwrap().wait().unwrap();
    assert_eq!(store.read(&key(3, 1)).unwrap().unwrap(), b"as it was");
    assert_eq!(store.read(&key(3, 2)).unwrap(), None);
}

fn rows_are_removed(open: Open<'_>) {
    let keys = [key(4, 1), key(4, 2)];
    {
        let store = open();
        put(&*store, keys[0], b"there");
        let kept = store.change(&keys, &mut |rows| {
            rows.fill(None);
            Verdict::Write
        });
        kept.unwrap().wait().unwrap();
        assert_eq!(store.read(&keys[0]).unwrap(), None);
    }
    let store = open();
    assert_eq!(store.read(&keys[0]).unwrap(), None);
    put(&*store, keys[0], b"again");
    assert_eq!(store.read(&keys[0]).unwrap().unwrap(), b"again");
}

fn values_are_of_any_bytes_and_up_to_64_kib(open: Open<'_>) {
    let store = open();
    let all: Vec<u8> = (0..=255).cycle().take(MOST_VALUE).collect();
    for value in [&all[..], &[], &[0]] {
        put(&*store, RowKey { kind: 255, ..key(5, 1) }, value);
        assert_eq!(store.read(&RowKey { kind: 255, ..key(5, 1) }).unwrap().unwrap(), value);
    }
    // The same id of another kind is another row.
    assert_eq!(store.read(&RowKey { kind: 254, ..key(5, 1) }).unwrap(), None);
}

fn what_was_kept_is_there_when_it_is_opened_again(open: Open<'_>) {
    for round in 0..3 {
        let store = open();
        for number in 0..20 {
            assert_eq!(read_number(&*store, key(6, number)), round);
            increment(&*store, &[key(6, number)]).unwrap();
        }
    }
}

fn what_is_wrong_is_refused_and_changes_nothing(open: Open<'_>) {
    let store = open();
    let keys: Vec<_> = (0..17).map(|number| key(7, number)).collect();
    let mut write = |rows: &mut [Option<Vec<u8>>]| {
        rows.fill(Some(b"no".to_vec()));
        Verdict::Write
    };
    for wrong in [&[][..], &keys, &[keys[1], keys[2], keys[1]]] {
        store.change(wrong, &mut write).unwrap_err();
    }
    let long = store.change(&keys[..2], &mut |rows| {
        rows[0] = Some(b"short".to_vec());
        rows[1] = Some(vec![0; MOST_VALUE + 1]);
        Verdict::Write
    });
    long.unwrap_err();
    for key in &keys {
        assert_eq!(store.read(key).unwrap(), None);
    }
    // What was wrong is no trouble of the store.
    assert_eq!(store.trouble(), None);
    put(&*store, keys[0], b"yes");
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// The least that is a runtime.
fn block_on<F: IntoFuture>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future.into_future());
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(done) => return done,
            Poll::Pending => std::thread::park(),
        }
    }
}

fn receipts_are_futures_too(open: Open<'_>) {
    let store = open();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let store = &store;
            scope.spawn(move || {
                for round in 0..10 {
                    let kept = [1, 2, 3].map(|number| {
                        let kept = store.change(&[key(8, thread * 10 + number)], &mut |rows| {
                            rows[0] = Some(vec![round]);
                            Verdict::Write
                        });
                        kept.unwrap()
                    });
                    // One that is polled, and one that nobody asks again.
                    let [first, second, third] = kept;
                    let mut second = pin!(second.into_future());
                    let polled = second.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                    assert!(matches!(polled, Poll::Pending | Poll::Ready(Ok(()))));
                    block_on(Kept::all([first, third])).unwrap();
                }
            });
        }
    });
    assert_eq!(store.read(&key(8, 71)).unwrap().unwrap(), [9]);
}

fn it_works_wherever_it_is_called(open: Open<'_>) {
    let store: Arc<dyn Store> = open().into();
    let row = key(9, 1);
    increment(&*store, &[row]).unwrap();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let inside = Arc::clone(&store);
    runtime.block_on(async move {
        let task = tokio::spawn(async move {
            tokio::task::block_in_place(|| increment(&*inside, &[row])).unwrap();
            // Nor does it panic where it should not be called.
            increment(&*inside, &[row]).unwrap();
            let kept = inside.change(&[row], &mut |_| Verdict::Leave).unwrap();
            kept.await.unwrap();
            read_number(&*inside, row)
        });
        assert_eq!(task.await.unwrap(), 3);
        // The last owner may be inside too.
        drop(store);
    });
}

fn a_panic_of_make_leaves_everything_as_it_was(open: Open<'_>) {
    let store = open();
    let row = key(10, 1);
    increment(&*store, &[row]).unwrap();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        store.change(&[row], &mut |rows| {
            rows[0] = None;
            panic!("on purpose");
        })
    }));
    panicked.unwrap_err();
    assert_eq!(read_number(&*store, row), 1);
    increment(&*store, &[row]).unwrap();
    assert_eq!(read_number(&*store, row), 2);
}

fn nobody_sees_half_of_a_change(open: Open<'_>) {
    let store = open();
    let keys = [key(11, 1), key(11, 2), key(11, 3)];
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..50 {
                    increment(&*store, &keys).unwrap();
                }
            });
        }
        for _ in 0..50 {
            let mut seen = Vec::new();
            let kept = store.change(&keys, &mut |rows| {
                seen = rows.to_vec();
                Verdict::Leave
            });
            kept.unwrap().wait().unwrap();
            assert!(seen.iter().all(|row| *row == seen[0]), "{seen:?}");
        }
    });
    assert_eq!(read_number(&*store, keys[2]), 100);
}
