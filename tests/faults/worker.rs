//! A worker that panics, one that touches memory that is not there, and a process that gets no more memory: the process ends at
//! once, no answer was wrong, nothing of it stays on the disk, and the next one goes on.

use crate::appliance::{Appliance, long};
use crate::load::{Load, Stop};
use crate::process::{addresses, limit};
use crate::strace::{Strace, open_to_faults};
use crate::support::binary::{Daemon, Folder, framed, pause, tls, wait_for};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::process::ExitStatusExt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How soon callers are served by the next process.
const AGAIN: Duration = Duration::from_secs(if cfg!(debug_assertions) { 6 } else { 2 });

/// Callers who ask for an echo of something that nobody else asks for, until the daemon is gone; answers, and wrong ones.
struct Echoes {
    right: AtomicUsize,
    wrong: AtomicUsize,
    stop: AtomicBool,
}

impl Echoes {
    fn new() -> Self {
        Self { right: 0.into(), wrong: 0.into(), stop: false.into() }
    }

    fn ask(&self, folder: &Folder, address: SocketAddr, who: usize) {
        let mut caller = folder.host_client("client", address);
        for number in 0.. {
            let words = |at: usize| format!("{who:04}{number:08}{at:02}");
            let messages: Vec<u8> =
                (0..8).flat_map(|at| framed(format!("B2000E{}", words(at)))).collect();
            if caller.stream.write_all(&messages).and_then(|()| caller.stream.flush()).is_err() {
                return;
            }
            for at in 0..8 {
                let Some(answer) = caller.receive() else { return };
                let right = answer == format!("B300{}", words(at));
                let counted = if right { &self.right } else { &self.wrong };
                counted.fetch_add(1, Ordering::SeqCst);
            }
            if self.stop.load(Ordering::SeqCst) {
                return;
            }
        }
    }
}

/// Has a daemon end by `fault` under a load, and starts the next one.
fn ends_by(
    signal: i32,
    words: &str,
    fault: impl FnOnce(&mut Daemon, &Appliance) -> Option<Strace>,
) {
    let appliance = Appliance::new();
    let Some(mut daemon) = open_to_faults(&appliance) else { return };
    let address = daemon.address(true, None);
    let mut load = Load::new(4);
    let echoes = Echoes::new();
    let status = std::thread::scope(|scope| {
        let _stop = Stop(&echoes.stop);
        for who in 0..4 {
            let (echoes, folder) = (&echoes, &appliance.folder);
            scope.spawn(move || echoes.ask(folder, address, who));
        }
        load.run(&appliance.folder, address, |_| {
            pause(Duration::from_millis(if long() { 2000 } else { 300 }));
            let strace = fault(&mut daemon, &appliance);
            let status = daemon.end();
            drop(strace);
            status
        })
    });
    assert_eq!(status.signal(), Some(signal), "{status} {:#?}", daemon.log.all());
    wait_for("its last words", || words.is_empty() || daemon.log.contain(words));
    let ended = Instant::now();
    let (next, _) = appliance.start_and_ask();
    let again = ended.elapsed();
    Appliance::stop(next);
    let (right, wrong) = (echoes.right.into_inner(), echoes.wrong.into_inner());
    println!(
        "signal {signal}: {right} echoes right, {wrong} wrong, {} commands answered, again after {again:?}",
        load.done()
    );
    assert_eq!(wrong, 0);
    assert!(right > 100, "{right}");
    assert_eq!(load.missing(&appliance.verified(&[])), 0);
    assert!(again <= AGAIN, "{again:?}");
    let left = std::fs::read_dir(appliance.folder.path(".")).unwrap();
    let core = left
        .map(|file| file.unwrap().file_name())
        .find(|name| name.to_string_lossy().contains("core"));
    assert_eq!(core, None, "memory of it is on the disk");
}

const SIGABRT: i32 = 6;
const SIGSEGV: i32 = 11;

/// The thread that waits for sockets is told that there is nothing to wait on: it panics, as the runtime has it.
#[test]
fn a_worker_that_panics_takes_the_process_with_it() {
    ends_by(SIGABRT, "panicked", |daemon, appliance| {
        let list = appliance.folder.path("strace");
        Strace::on(daemon, "epoll_wait", "inject=epoll_wait:error=EBADF:when=20+", &list)
    });
}

#[test]
fn a_worker_that_touches_what_is_not_there_takes_the_process_with_it() {
    ends_by(SIGSEGV, "", |daemon, appliance| {
        let list = appliance.folder.path("strace");
        Strace::on(daemon, "fdatasync", "inject=fdatasync:signal=SIGSEGV:when=20+", &list)
    });
}

/// It may have no more memory than it has: the next callers are too many.
#[test]
fn a_process_without_memory_ends_and_answers_nothing_wrong() {
    ends_by(SIGABRT, "memory allocation", |daemon, appliance| {
        assert!(limit(daemon, "as", addresses(daemon)));
        let address = daemon.address(true, None);
        let mut callers = Vec::new();
        while callers.len() < 3000 && !daemon.has_ended() {
            let identity = ["client.crt", "client.key"].map(|file| appliance.folder.path(file));
            let [certificate, key] = identity;
            let Ok(stream) = TcpStream::connect(address) else { break };
            stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            let authority = appliance.folder.path("ca.crt");
            let mut caller = tls(&authority, Some((certificate, key)), &[], stream);
            drop(caller.write_all(&framed("B20002hi")));
            drop(caller.read(&mut [0; 12]));
            callers.push(caller);
        }
        None
    });
}
