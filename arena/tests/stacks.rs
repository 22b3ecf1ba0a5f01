//! Coroutines on secret stacks.
#![cfg(test)]

mod common;

use common::{faults, role};
use corosensei::stack::Stack;
use corosensei::{Coroutine, CoroutineResult};
use payhsm_arena::{ArenaError, Policy, SecretStack, StackPool, harden_process};
use std::hint::black_box;
use std::thread;

const KIB: usize = 1024;

/// Runs `work` on the stack and gives the stack back.
fn run<S: Stack + 'static>(stack: S, work: impl FnOnce() + 'static) -> S {
    let mut coroutine = Coroutine::<(), (), (), S>::with_stack(stack, move |_, ()| work());
    assert!(matches!(coroutine.resume(()), CoroutineResult::Return(())));
    coroutine.into_stack()
}

/// Uses at least `N` bytes of stack.
#[inline(never)]
fn fill<const N: usize>() {
    black_box(&mut [0xA5u8; N]);
}

#[test]
fn a_stack_is_as_large_as_asked_with_its_guard_below() {
    for (asked, size) in [(0, 4096), (5000, 8192), (64 * KIB, 64 * KIB)] {
        let stack = SecretStack::new(asked, Policy::default()).unwrap();
        assert_eq!(stack.size(), size);
        assert!(stack.base().get() - stack.limit().get() > size);
        assert_eq!(stack.base().get() % 4096, 0);
    }
}

#[test]
fn what_ran_on_it_is_found_and_wiped() {
    let stack = SecretStack::new(64 * KIB, Policy::default()).unwrap();
    assert_eq!(stack.used(), 0);
    let mut stack = run(stack, || {
        let local = black_box(0u8);
        let here = (&raw const local).addr();
        fill::<8192>();
        black_box(here);
    });
    let used = stack.used();
    assert!((8192..64 * KIB).contains(&used), "{used}");
    assert_eq!(stack.wipe_used(), used);
    assert_eq!(stack.used(), 0);
    let mut stack = run(stack, fill::<1024>);
    assert!(stack.used() < used);
    stack.wipe();
    assert_eq!(stack.used(), 0);
}

#[test]
fn panics_and_the_system_work_on_it() {
    let stack = SecretStack::new(256 * KIB, Policy::default()).unwrap();
    run(stack, || {
        let caught = std::panic::catch_unwind(|| std::panic::resume_unwind(Box::new("caught")));
        assert_eq!(*caught.unwrap_err().downcast::<&str>().unwrap(), "caught");
        let text = std::fs::read_to_string("/proc/self/status").unwrap();
        assert!(text.contains("VmLck"));
        thread::spawn(|| ()).join().unwrap();
    });
}

#[test]
fn a_pool_maps_up_to_its_cap_and_wipes_what_comes_back() {
    let pool = StackPool::new(32 * KIB, 1, 2, Policy::default()).unwrap();
    assert_eq!(pool.idle(), 1);
    let (first, second) = (pool.take().unwrap(), pool.take().unwrap());
    assert_eq!(pool.take().map(drop), Err(ArenaError::NoStackLeft { cap: 2 }));
    let base = first.base();
    drop(run(first, fill::<4096>));
    let mut again = pool.take().unwrap();
    assert_eq!(again.base(), base);
    assert_eq!(again.wipe_used(), 0, "it came back clean");
    drop((again, second));
    assert_eq!(pool.idle(), 2);
    assert!(format!("{pool:?}").starts_with("StackPool(2 of 2 stacks of 32768 bytes"));
    assert!(StackPool::new(32 * KIB, 3, 2, Policy::default()).is_err());
}

#[test]
fn threads_share_a_pool() {
    let pool = StackPool::new(32 * KIB, 0, 4, Policy::default()).unwrap();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..100).for_each(|_| drop(run(pool.take().unwrap(), fill::<2048>))));
        }
    });
    assert!((1..=4).contains(&pool.idle()));
}

#[test]
fn an_overflow_faults() {
    faults("overflows", "any");
}

#[test]
#[ignore = "a child of other tests"]
fn overflows() {
    #[expect(unconditional_recursion, reason = "until the guard")]
    fn deeper(depth: u64) -> u64 {
        deeper(black_box(depth + 1)) + black_box(1)
    }
    if role().is_some() {
        assert!(harden_process().is_complete(), "a core file would be left behind");
        let stack = SecretStack::new(16 * KIB, Policy::default()).unwrap();
        drop(run(stack, || {
            black_box(deeper(0));
        }));
    }
}
