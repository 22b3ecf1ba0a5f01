//! What others can read of a process: a victim is given a random secret, and its memory is searched for it.
#![cfg(test)]

mod common;

use common::{child, role, secret_memory};
use corosensei::{Coroutine, CoroutineResult};
use payhsm_arena::{Arena, Options, Policy, SecretStack, harden_process, with_stack_wiped};
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::FileExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};

const SECRET: usize = 32;

/// The user `nobody`.
const NOBODY: u32 = 65_534;

/// Says that all is in place, and stays until its input ends.
fn stay() {
    println!("\nready");
    assert_eq!(rustix::io::read(std::io::stdin(), &mut [0; 1]), Ok(0));
}

/// Leaves copies of the secret deep in the stack.
#[inline(never)]
fn work_with(secret: &[u8]) {
    let mut copies = [0u8; 64 * SECRET];
    copies.chunks_exact_mut(SECRET).for_each(|copy| copy.copy_from_slice(secret));
    black_box(&copies);
}

#[test]
#[ignore = "a child of other tests"]
fn victim() {
    let Some(role) = role() else { return };
    let policy = if role == "locked" { Policy::LockedOnly } else { Policy::SecretOnly };
    let stdin = std::io::stdin();
    if role == "heap" || role == "hardened heap" {
        let mut secret = vec![0; SECRET];
        assert_eq!(rustix::io::read(&stdin, &mut secret), Ok(SECRET));
        assert!(role == "heap" || harden_process().is_complete());
        stay();
        black_box(&secret);
        return;
    }
    let arena = Arena::new(Options { policy, ..Options::default() }).unwrap();
    let secret = arena.read_exact_from(&stdin, SECRET).unwrap();
    match role.as_str() {
        "stack" => work_with(&secret),
        "wiped stack" => with_stack_wiped::<65_536, _>(|| work_with(&secret)),
        "secret stack" => {
            let stack = SecretStack::new(64 << 10, policy).unwrap();
            let mut coroutine = Coroutine::<(), (), (), _>::with_stack(stack, move |wait, ()| {
                work_with(&secret);
                wait.suspend(());
                black_box(&secret);
            });
            assert!(matches!(coroutine.resume(()), CoroutineResult::Yield(())));
            stay();
            assert!(matches!(coroutine.resume(()), CoroutineResult::Return(())));
            return;
        }
        _ => (),
    }
    stay();
    black_box(&secret);
}

/// A victim that holds `secret`, as `nobody` if that can be.
fn start(role: &str, secret: &[u8], as_nobody: bool) -> Child {
    let mut command = child("victim", role);
    command.stdin(Stdio::piped());
    if as_nobody && rustix::process::getuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    let mut victim = command.spawn().unwrap();
    victim.stdin.as_mut().unwrap().write_all(secret).unwrap();
    let mut lines = BufReader::new(victim.stdout.as_mut().unwrap()).lines();
    let ready = lines.any(|line| line.unwrap() == "ready");
    if !ready {
        let mut text = String::new();
        victim.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        panic!("{role}: {text}");
    }
    victim
}

fn stop(mut victim: Child) {
    drop(victim.stdin.take());
    // Its output has to have a reader until it has said the rest.
    let mut rest = String::new();
    victim.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
    assert!(victim.wait().unwrap().success(), "{rest}");
}

/// What searching the memory of a process found.
#[derive(Debug, Default)]
struct Found {
    /// Mappings that hold either half of the secret, as `/proc/PID/maps` names them.
    hits: Vec<String>,
    /// What reading the mappings of secret memory said.
    secret_memory: Vec<Option<i32>>,
}

fn search(pid: u32, secret: &[u8]) -> Found {
    let memory = File::open(format!("/proc/{pid}/mem")).unwrap();
    let mut found = Found::default();
    for line in fs::read_to_string(format!("/proc/{pid}/maps")).unwrap().lines() {
        let (range, rest) = line.split_once(' ').unwrap();
        if !rest.starts_with("rw") {
            continue;
        }
        let (start, end) = range.split_once('-').unwrap();
        let [start, end] = [start, end].map(|address| u64::from_str_radix(address, 16).unwrap());
        let mut bytes = vec![0; usize::try_from(end - start).unwrap()];
        let read = memory.read_exact_at(&mut bytes, start);
        if rest.contains("/secretmem") {
            found.secret_memory.push(read.err().and_then(|error| error.raw_os_error()));
        } else if read.is_ok() {
            for half in secret.chunks(SECRET / 2) {
                let (first, others) = half.split_first().unwrap();
                let mut starts = bytes.iter().enumerate().filter(|(_, byte)| *byte == first);
                if starts.any(|(at, _)| bytes[at + 1..].starts_with(others)) {
                    found.hits.push(line.to_owned());
                }
            }
        }
    }
    found
}

fn random_secret() -> [u8; SECRET] {
    let mut secret = [0; SECRET];
    File::open("/dev/urandom").unwrap().read_exact(&mut secret).unwrap();
    secret
}

/// Starts a victim in this role and searches it.
fn searched(role: &str) -> Found {
    let secret = random_secret();
    let victim = start(role, &secret, false);
    let found = search(victim.id(), &secret);
    stop(victim);
    found
}

#[test]
fn the_search_finds_what_is_in_ordinary_memory() {
    assert!(!searched("heap").hits.is_empty());
    // This is root's view, or a parent's: the fallback is readable there and says so.
    let locked = searched("locked");
    assert!(!locked.hits.is_empty());
    if secret_memory() {
        assert!(searched("stack").hits.iter().any(|line| !line.contains("heap")));
    }
}

#[test]
fn secret_memory_cannot_be_read_from_outside() {
    if !secret_memory() {
        return;
    }
    for role in ["secret", "wiped stack", "secret stack"] {
        let found = searched(role);
        assert!(found.hits.is_empty(), "{role}: {found:?}");
        assert!(!found.secret_memory.is_empty(), "{role}: the mapping was not seen");
        assert!(found.secret_memory.iter().all(|error| *error == Some(libc::EIO)), "{found:?}");
    }
}

#[test]
fn both_kinds_stay_in_ram_and_out_of_core_files() {
    let secret = random_secret();
    let roles = [("locked", &["lo", "dd", "wf"]), ("secret", &["lo", "dd", "dc"])];
    for (role, flags) in roles.into_iter().filter(|(role, _)| *role == "locked" || secret_memory())
    {
        let victim = start(role, &secret, false);
        let here = match role {
            "locked" => search(victim.id(), &secret).hits.remove(0),
            _ => "/secretmem".to_owned(),
        };
        let maps = fs::read_to_string(format!("/proc/{}/smaps", victim.id())).unwrap();
        let after = maps.split_once(&here).unwrap().1;
        let line = after.lines().find(|line| line.starts_with("VmFlags:")).unwrap();
        assert!(flags.iter().all(|flag| line.split(' ').any(|has| has == *flag)), "{role}: {line}");
        stop(victim);
    }
}

#[test]
#[ignore = "a child of other tests"]
fn reader() {
    let Some(pid) = role() else { return };
    File::open(format!("/proc/{pid}/mem")).unwrap();
}

#[test]
fn a_hardened_process_is_closed_to_its_own_user() {
    let opened = |role| {
        let victim = start(role, &random_secret(), true);
        let mut reader = child("reader", &victim.id().to_string());
        if rustix::process::getuid().is_root() {
            reader.uid(NOBODY).gid(NOBODY);
        }
        let output = reader.output().unwrap();
        stop(victim);
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    // Where Yama is strict, nobody gets as far as hardening.
    let (open, why) = opened("heap");
    if !open {
        println!("skipped: a process of the same user is kept out already: {why}");
        return;
    }
    let (open, why) = opened("hardened heap");
    assert!(!open);
    assert!(why.contains("PermissionDenied"), "{why}");
}
