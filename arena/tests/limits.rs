//! Limits, guards and forks, each in a child of its own.
#![cfg(test)]

mod common;

use common::{faults, passes, role, secret_memory};
use payhsm_arena::{
    Arena, ArenaBox, ArenaError, Options, Policy, PooledStack, Protection, Region, SecretStack,
    StackPool, harden_process,
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{CapabilitySet, CapabilitySets, set_capabilities};
use std::hint::black_box;
use std::io::Read;
use std::os::fd::AsRawFd;

const KIB: u64 = 1024;

/// From here on root's privileges, under which the limit does not count, are gone from this thread.
fn drop_privileges() {
    let none = CapabilitySet::empty();
    let sets = CapabilitySets { effective: none, permitted: none, inheritable: none };
    set_capabilities(None, sets).unwrap();
}

fn limit(resource: Resource, soft: u64, hard: u64) {
    setrlimit(resource, Rlimit { current: Some(soft), maximum: Some(hard) }).unwrap();
}

#[test]
#[ignore = "a child of other tests"]
fn limited() {
    let Some(role) = role() else { return };
    drop_privileges();
    match role.as_str() {
        "exhausted" => {
            limit(Resource::Memlock, 16 * KIB, 16 * KIB);
            for policy in [Policy::SecretOnly, Policy::PreferSecret, Policy::LockedOnly] {
                // Twice: what is refused must not use the limit up.
                for _ in 0..2 {
                    let error = Region::new(65_536, policy).unwrap_err();
                    let [soft, hard] = [Some(16 * KIB); 2];
                    if policy == Policy::SecretOnly
                        && matches!(error, ArenaError::NoSecretMemory(_))
                    {
                        continue;
                    }
                    assert_eq!(error, ArenaError::LockLimit { wanted: 65_536, soft, hard });
                    let text = error.to_string();
                    for word in [
                        "65536 bytes",
                        "RLIMIT_MEMLOCK",
                        "16384 bytes",
                        "LimitMEMLOCK=",
                        "ulimit -l",
                    ] {
                        assert!(text.contains(word), "{text}");
                    }
                }
            }
            let (first, second) =
                (Region::new(8192, Policy::default()), Region::new(8192, Policy::default()));
            assert!(first.is_ok() && second.is_ok());
            assert!(matches!(Region::new(1, Policy::default()), Err(ArenaError::LockLimit { .. })));
            drop(first);
            Region::new(1, Policy::default()).unwrap();
        }
        "raised" => {
            limit(Resource::Memlock, 16 * KIB, 128 * KIB);
            Region::new(65_536, Policy::default()).unwrap();
            assert_eq!(getrlimit(Resource::Memlock).current, Some(128 * KIB));
        }
        // The call itself fails, as on a kernel without it.
        "no secret memory" => {
            // What was there before has to be refused more, too.
            let here = Region::secret(1).is_ok();
            let options = |policy| Options { region_bytes: 4096, cap: 16_384, policy };
            let strict = here.then(|| strict_ones(options(Policy::SecretOnly)));
            limit(Resource::Nofile, 0, 0);
            if let Some((arena, pool, kept)) = strict {
                assert!(matches!(arena.zeroed(4096), Err(ArenaError::NoSecretMemory(_))));
                assert!(matches!(pool.take().map(drop), Err(ArenaError::NoSecretMemory(_))));
                assert_eq!(arena.protection(), Protection::Secret);
                assert_eq!((pool.protection(), pool.shortfall()), (Protection::Secret, None));
                drop(kept);
            }
            let region = Region::new(4096, Policy::PreferSecret).unwrap();
            assert_eq!(region.protection(), Protection::Locked);
            let why = region.shortfall().unwrap();
            assert!(
                matches!(why, ArenaError::NoSecretMemory(error) if error.call() == "memfd_secret")
            );
            assert_eq!(Region::new(4096, Policy::SecretOnly).unwrap_err(), why);
            assert_eq!(Arena::new(options(Policy::SecretOnly)).unwrap_err(), why);
            let arena = Arena::new(options(Policy::PreferSecret)).unwrap();
            assert_eq!((arena.protection(), arena.shortfall()), (Protection::Locked, Some(why)));
            assert_eq!(SecretStack::new(8192, Policy::SecretOnly).unwrap_err(), why);
            assert_eq!(StackPool::new(8192, 1, 2, Policy::SecretOnly).unwrap_err(), why);
            let pool = StackPool::new(8192, 1, 2, Policy::PreferSecret).unwrap();
            assert_eq!((pool.protection(), pool.shortfall()), (Protection::Locked, Some(why)));
        }
        other => panic!("{other}"),
    }
}

/// An arena and a pool that insist, both with all that they have in use.
fn strict_ones(options: Options) -> (Arena, StackPool, (ArenaBox<[u8]>, PooledStack)) {
    let arena = Arena::new(options).unwrap();
    let pool = StackPool::new(8192, 1, 2, options.policy).unwrap();
    let kept = (arena.zeroed(4096).unwrap(), pool.take().unwrap());
    (arena, pool, kept)
}

#[test]
fn too_much_locked_memory_is_a_typed_error() {
    passes("limited", "exhausted");
}

#[test]
fn the_soft_limit_is_raised_to_the_hard_one() {
    passes("limited", "raised");
}

#[test]
fn without_secret_memory_it_falls_back_and_says_why() {
    passes("limited", "no secret memory");
}

#[test]
fn hardening_holds_and_is_reported() {
    passes("hardened", "any");
}

#[test]
#[ignore = "a child of other tests"]
fn hardened() {
    if role().is_none() {
        return;
    }
    let holds = harden_process();
    assert!(holds.is_complete(), "{holds}");
    assert_eq!(harden_process(), holds);
    assert_eq!(getrlimit(Resource::Core).maximum, Some(0));
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
    assert!(status.contains("NoNewPrivs:\t1"), "{status}");
    assert_eq!(
        holds.to_string(),
        "closed to dumps and tracers of the same user: yes, core files off: yes, new privileges off: yes"
    );
}

#[test]
fn guard_pages_fault() {
    for policy in [Policy::SecretOnly, Policy::LockedOnly] {
        if policy == Policy::SecretOnly && !secret_memory() {
            continue;
        }
        for side in ["before", "behind", "far before", "far behind"] {
            faults("strays", &format!("{policy:?} {side}"));
        }
        passes("strays", &format!("{policy:?} inside"));
    }
}

#[test]
#[ignore = "a child of other tests"]
fn strays() {
    let Some(role) = role() else { return };
    assert!(harden_process().is_complete(), "a core file would be left behind");
    let (policy, side) = role.split_once(' ').unwrap();
    let region = match policy {
        "SecretOnly" => Region::secret(4096).unwrap(),
        _ => Region::locked(4096).unwrap(),
    };
    let (first, len, guard) = (region.bytes().as_ptr(), region.len(), region.guard());
    let address = match side {
        "before" => first.wrapping_sub(1),
        "behind" => first.wrapping_add(len),
        "far before" => first.wrapping_sub(guard),
        "far behind" => first.wrapping_add(len + guard - 1),
        _ => first,
    };
    // SAFETY: none, but where it is inside: the fault is what is tested.
    assert_eq!(black_box(unsafe { address.read_volatile() }), 0);
}

/// What a forked child finds at `region`: the error number, 0 if none, and the bytes.
fn seen_by_fork(region: &Region) -> (i32, Vec<u8>) {
    let (mut reader, writer) = std::io::pipe().unwrap();
    let (fd, bytes) = (writer.as_raw_fd(), region.bytes().as_ptr());
    // SAFETY: the child calls nothing but `write` and `_exit`.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: the kernel checks the address.
        let written = unsafe { libc::write(fd, bytes.cast(), 16) };
        let error = std::io::Error::last_os_error().raw_os_error().unwrap_or(-1);
        // SAFETY: ends the child.
        unsafe { libc::_exit(if written == 16 { 0 } else { error }) };
    }
    drop(writer);
    let mut seen = Vec::new();
    reader.read_to_end(&mut seen).unwrap();
    let mut status = 0;
    // SAFETY: our own child, and a place for its status.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert!(libc::WIFEXITED(status));
    (libc::WEXITSTATUS(status), seen)
}

#[test]
fn a_forked_child_has_none_of_it() {
    let mut locked = Region::locked(4096).unwrap();
    locked.bytes_mut().fill(0xA5);
    assert_eq!(seen_by_fork(&locked), (0, vec![0; 16]));
    assert!(locked.bytes().iter().all(|byte| *byte == 0xA5));
    if secret_memory() {
        let mut secret = Region::secret(4096).unwrap();
        secret.bytes_mut().fill(0xA5);
        assert_eq!(seen_by_fork(&secret), (libc::EFAULT, vec![]));
        assert!(secret.bytes().iter().all(|byte| *byte == 0xA5));
    }
}
