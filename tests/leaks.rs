//! No clear key, no share, no component, no round key and no clear PIN block in memory that can be read: officers hold a
//! real ceremony with an LMK and keys that the test knows, hosts work with keys that it knows, over several connections,
//! and then everything that root can read of the daemon is searched. Also in the middle of it.
//!
//! `PAYHSM_LONG_TESTS=1` sends a hundred thousand commands over sixteen connections. `PAYHSM_LEAKS_BINARY` names a daemon
//! to search in place of the one that was built with the test, as one of a release; `PAYHSM_LEAKS_CONTROL` one of the same
//! kind that was built with debug assertions and can be made to leak. Values that callers hand in in the clear (BA, NG)
//! are no part of it: they travel in the clear.
#![cfg(test)]

#[path = "leaks/audit.rs"]
mod audit;
#[path = "support/binary.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod binary;
#[path = "leaks/canaries.rs"]
mod canaries;
#[path = "leaks/ceremony.rs"]
mod ceremony;
#[path = "leaks/console.rs"]
mod console;
#[path = "leaks/derived.rs"]
mod derived;
#[path = "leaks/dump.rs"]
mod dump;
#[path = "leaks/limits.rs"]
mod limits;
#[path = "leaks/needles.rs"]
mod needles;
#[path = "leaks/schedules.rs"]
mod schedules;
#[path = "leaks/signing.rs"]
mod signing;
#[path = "leaks/tls.rs"]
mod tls;
#[path = "leaks/victim.rs"]
mod victim;

use binary::{Caller, Folder, Tls, pause};
use canaries::Canaries;
use ceremony::Ceremony;
use needles::{Hits, Needles};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use victim::{Searched, Victim};

/// Whether the long form is asked for.
fn long() -> bool {
    std::env::var_os("PAYHSM_LONG_TESTS").is_some()
}

/// The daemon that is searched.
fn program() -> PathBuf {
    std::env::var_os("PAYHSM_LEAKS_BINARY").unwrap_or(env!("CARGO_BIN_EXE_payhsmd").into()).into()
}

/// One of its kind that can be made to leak.
fn control() -> Option<PathBuf> {
    let given = std::env::var_os("PAYHSM_LEAKS_CONTROL").map(PathBuf::from);
    let built = cfg!(debug_assertions) && std::env::var_os("PAYHSM_LEAKS_BINARY").is_none();
    given.or_else(|| built.then(|| env!("CARGO_BIN_EXE_payhsmd").into()))
}

/// A daemon, where the system gives memory that root cannot read, and lets this test try.
fn victim(folder: &Folder, program: &Path, ordinary: bool) -> Option<Victim> {
    if let Err(error) = payhsm_arena::Region::secret(1) {
        println!("skipped: {error}");
        return None;
    }
    let victim = Victim::start(folder, program, ordinary);
    if !victim.can_be_read() {
        println!("skipped: the memory of another process can be read by root alone");
        return None;
    }
    Some(victim)
}

/// A daemon that has done everything that it can do with keys.
struct Worked {
    folder: Folder,
    victim: Victim,
    needles: Needles,
    answered: usize,
    snapshots: usize,
    /// What was found while it worked.
    hits: Hits,
    /// What was in registers while it worked; a core file has them.
    registers: Hits,
    _open: Vec<Caller<Tls>>,
}

impl Worked {
    fn new(program: &Path, ordinary: bool) -> Option<Self> {
        let folder = Folder::new();
        let victim = victim(&folder, program, ordinary)?;
        let mut needles = Needles::new();
        let socket = folder.path("officers.sock");
        let mut ceremony = Ceremony::hold(&socket, &mut needles);
        let mut canaries = Canaries::new(&ceremony, &mut needles);
        let lmk = ceremony.lmk.clone();
        let (snapshots, dumps) = if long() { (24, 4) } else { (3, 1) };
        let (mut hits, mut registers, mut taken) = (Hits::new(), Hits::new(), 0);
        let over = AtomicBool::new(false);
        let (open, answered) = std::thread::scope(|scope| {
            let load = scope.spawn(|| canaries.drive(&folder, victim.address(), &over));
            while taken < snapshots {
                // Officers are at work in some of them, hosts in all.
                ceremony.turn(&mut needles);
                pause(Duration::from_millis(u64::from(canaries::random::<1>()[0])));
                for (name, memory) in victim.snapshot() {
                    needles.search(
                        &format!("{name} while hosts were answered"),
                        &memory,
                        &mut hits,
                    );
                }
                taken += 1;
                if taken <= dumps
                    && let Some((memory, found)) = victim.search_dump(&folder, &needles)
                {
                    hits.extend(memory.hits);
                    registers.extend(found.hits);
                }
            }
            over.store(true, Ordering::Relaxed);
            load.join().unwrap()
        });
        canaries.add_made(&lmk, &mut needles);
        ceremony.change_the_lmk(&mut needles);
        let snapshots = taken;
        Some(Self { folder, victim, needles, answered, snapshots, hits, registers, _open: open })
    }
}

#[test]
fn nothing_readable_holds_a_clear_key() {
    let Some(worked) = Worked::new(&program(), false) else { return };
    let Worked { folder, victim, needles, .. } = &worked;
    let Searched { hits, bytes, secret, files } = victim.search(folder, needles);
    println!(
        "{} commands, {} needles, {bytes} bytes of memory searched, {secret} bytes secret, {files} files, {} snapshots",
        worked.answered,
        needles.count(),
        worked.snapshots
    );
    println!("in registers while at work: {:?}", worked.registers);
    assert!(worked.snapshots > 0 && secret > 1 << 20 && bytes > 1 << 20 && files > 10);
    assert!(
        worked.hits.is_empty(),
        "while at work, {} kinds: {:#?}",
        worked.hits.len(),
        worked.hits
    );
    assert!(hits.is_empty(), "{} kinds: {hits:#?}", hits.len());
    match victim.search_dump(folder, needles) {
        Some((memory, registers)) => {
            println!("{} bytes of core file searched", memory.bytes + registers.bytes);
            assert!(memory.hits.is_empty(), "{:#?}", memory.hits);
            assert!(registers.hits.is_empty(), "{:#?}", registers.hits);
        }
        None => println!("no core file: there is no gdb"),
    }
}

/// Otherwise finding nothing would say nothing. The switch is in builds for tests alone.
#[test]
fn ordinary_memory_leaks_and_the_search_finds_it() {
    let Some(program) = control() else {
        println!("skipped: PAYHSM_LEAKS_CONTROL names no daemon that can be made to leak");
        return;
    };
    let Some(worked) = Worked::new(&program, true) else { return };
    worked.folder.write("state-issuer/planted", worked.needles.text());
    let Searched { hits, .. } = worked.victim.search(&worked.folder, &worked.needles);
    println!("{} kinds of leak afterwards, {} at work: {hits:#?}", hits.len(), worked.hits.len());
    for found in [&hits, &worked.hits] {
        assert!(found.keys().any(|name| name.contains("round key")), "{found:?}");
    }
    assert!(hits.keys().any(|name| name.ends_with("in planted")), "{hits:?}");
}
