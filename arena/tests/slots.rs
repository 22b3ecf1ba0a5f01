//! Secrets in the arena: they are what was put there, they go, and they do not print.
#![cfg(test)]

use payhsm_arena::{
    Arena, ArenaBox, ArenaError, Options, PlaceError, Policy, Protection, ReadError,
};
use std::cell::Cell;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::sync::Mutex;
use std::thread;

fn arena() -> Arena {
    Arena::new(Options::default()).unwrap()
}

#[test]
fn what_is_written_is_read_back() {
    let arena = arena();
    let sizes = [0, 1, 8, 15, 16, 17, 24, 32, 33, 240, 256, 1000, 2048, 4095, 4096];
    let mut secrets = Vec::new();
    for (number, size) in sizes.into_iter().cycle().take(200).enumerate() {
        let fill = u8::try_from(number % 251).unwrap();
        let mut secret = arena.zeroed(size).unwrap();
        assert!(secret.iter().all(|byte| *byte == 0), "{size}");
        secret.fill(fill);
        secrets.push((fill, size, secret));
        // Holes, so that slots are used again between others.
        if number % 3 == 0 {
            secrets.swap_remove(number / 3);
        }
    }
    for (fill, size, secret) in &secrets {
        assert_eq!(secret.len(), *size);
        assert!(secret.iter().all(|byte| byte == fill));
    }
    let held: usize = secrets.iter().map(|(_, size, _)| size.max(&16).next_power_of_two()).sum();
    assert_eq!(arena.usage().in_use, held);
    drop(secrets);
    assert_eq!(arena.usage().in_use, 0);
}

#[test]
fn a_larger_secret_than_the_largest_slot_is_refused() {
    let refused = arena().zeroed(4097).map(drop);
    assert_eq!(refused, Err(ArenaError::TooLarge { wanted: 4097 }));
    assert_eq!(
        arena().place(|place| place.write([0u8; 5000])).map(drop),
        Err(ArenaError::TooLarge { wanted: 5000 })
    );
}

#[test]
fn it_grows_to_its_cap_and_not_beyond() {
    let options = Options { region_bytes: 8192, cap: 20_000, policy: Policy::default() };
    let arena = Arena::new(options).unwrap();
    assert_eq!(arena.usage().mapped, 8192);
    let secrets: Vec<_> = (0..4).map(|_| arena.zeroed(4096).unwrap()).collect();
    assert_eq!(arena.usage().mapped, 16_384);
    assert_eq!(arena.zeroed(16).map(drop), Err(ArenaError::Full { cap: 20_000 }));
    drop(secrets);
    assert!(arena.zeroed(4096).is_ok());
}

#[test]
fn threads_share_it() {
    let arena = arena();
    thread::scope(|scope| {
        for fill in 1..=4 {
            let arena = &arena;
            scope.spawn(move || {
                let mut held = Vec::new();
                for round in 0..500 {
                    let mut secret = arena.zeroed(16 << (round % 5)).unwrap();
                    assert!(secret.iter().all(|byte| *byte == 0));
                    secret.fill(fill);
                    held.push(secret);
                    if round % 7 == 6 {
                        assert!(
                            held.drain(..).all(|secret| secret.iter().all(|byte| *byte == fill))
                        );
                    }
                }
            });
        }
    });
    assert_eq!(arena.usage().in_use, 0);
}

#[test]
fn threads_of_the_process_can_wait_on_what_lies_in_it() {
    let counter = arena().new_with(|| Mutex::new(0)).unwrap();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..2000).for_each(|_| *counter.lock().unwrap() += 1));
        }
    });
    assert_eq!(*counter.lock().unwrap(), 8000);
}

#[test]
fn a_secret_outlives_the_handle_it_came_from() {
    let secret = arena().copy_of(b"sixteen bytes of").unwrap();
    let moved = thread::spawn(move || secret.to_vec()).join().unwrap();
    assert_eq!(moved, b"sixteen bytes of");
}

#[test]
fn only_the_size_is_printed() {
    let arena = arena();
    assert_eq!(format!("{:?}", arena.copy_of(b"MARK").unwrap()), "ArenaBox(4 bytes)");
    let placed = arena.new_with(|| [0x4D41_524Bu32; 60]).unwrap();
    assert_eq!(format!("{placed:?}"), "ArenaBox(240 bytes)");
    let whole = format!("{arena:?}");
    assert!(whole.contains("256 of 65536 bytes in use, at most 4194304"), "{whole}");
}

#[test]
fn a_duplicate_is_another_place() {
    let arena = arena();
    let mut first = arena.copy_of(&[7; 24]).unwrap();
    let second = first.duplicate().unwrap();
    first.fill(0);
    assert_eq!(*second, [7; 24]);
    assert_eq!(arena.usage().in_use, 64);
}

#[test]
fn values_are_made_in_place_aligned_and_dropped_once() {
    #[repr(align(64))]
    struct Schedule<'count>([u64; 10], &'count Cell<u32>);
    impl Drop for Schedule<'_> {
        fn drop(&mut self) {
            self.1.set(self.1.get() + 1);
        }
    }
    let (arena, dropped) = (arena(), Cell::new(0));
    let made: ArenaBox<Schedule<'_>> = arena.new_with(|| Schedule([5; 10], &dropped)).unwrap();
    assert_eq!((&raw const *made).addr() % 64, 0);
    assert_eq!(made.0, [5; 10]);
    drop(made);
    assert_eq!((dropped.get(), arena.usage().in_use), (1, 0));
}

#[test]
fn a_value_made_elsewhere_is_refused() {
    let arena = arena();
    let refused = arena.place(|_| Box::leak(Box::new([1u8; 16]))).map(drop);
    assert_eq!(refused, Err(ArenaError::NotInPlace));
    let failed = arena.try_place::<[u8; 16], _>(|place| {
        place.write([1; 16]);
        Err("no")
    });
    assert_eq!(failed.map(drop), Err(PlaceError::Make("no")));
    assert_eq!(arena.usage().in_use, 0);
    assert_eq!(*arena.zeroed(16).unwrap(), [0; 16]);
}

#[test]
fn secrets_are_read_into_place() {
    let (arena, mut file) = (arena(), tempfile::tempfile().unwrap());
    file.write_all(&[9; 40]).unwrap();
    rewind(&mut file);
    assert_eq!(*arena.read_exact_from(&file, 32).unwrap(), [9; 32]);
    assert_eq!(*arena.read_exact(&mut file, 8).unwrap(), [9; 8]);
    rewind(&mut file);
    let short = arena.read_exact_from(&file, 41).unwrap_err();
    assert!(matches!(short, ReadError::Source(error) if error.kind() == ErrorKind::UnexpectedEof));
    assert_eq!(arena.usage().in_use, 0);
}

fn rewind(file: &mut File) {
    std::io::Seek::rewind(file).unwrap();
}

#[test]
fn the_fallback_works_and_says_so() {
    let options = Options { policy: Policy::LockedOnly, ..Options::default() };
    let arena = Arena::new(options).unwrap();
    assert_eq!(arena.protection(), Protection::Locked);
    assert_eq!(arena.shortfall(), None, "it is what was asked for");
    assert_eq!(*arena.copy_of(&[3; 100]).unwrap(), [3; 100]);
    assert!(Protection::Locked < Protection::Secret);
}

#[test]
fn the_process_has_one_arena() {
    let first = payhsm_arena::init(Options::default()).unwrap();
    assert_eq!(payhsm_arena::init(Options::default()).map(drop), Err(ArenaError::AlreadySet));
    let boxed = ArenaBox::new_with(|| [1u8; 32]).unwrap();
    assert_eq!(first.usage().in_use, 32);
    assert_eq!(payhsm_arena::global().unwrap().usage(), first.usage());
    drop(boxed);
}
