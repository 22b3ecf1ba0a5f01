//! A disk that fails once: `strace` has calls of the daemon answered with EIO.

use crate::appliance::{Appliance, events, long};
use crate::load::Load;
use crate::support::binary::{Daemon, pause, wait_for};
use payhsm_audit::record::event;
use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// `strace` on a daemon; it lets go when it is dropped.
struct Strace(Child);

impl Drop for Strace {
    fn drop(&mut self) {
        // By a signal that it can act on: a process that is traced by one that was killed stops.
        let id = self.0.id().to_string();
        drop(Command::new("kill").args(["-INT", &id]).status());
        drop(self.0.wait());
    }
}

impl Strace {
    /// Has calls fail as `inject` says, and lists all syncs in a file. `None`, with a reason, where that cannot be done.
    fn on(daemon: &Daemon, inject: &str, list: &Path) -> Option<Self> {
        let id = daemon.id().to_string();
        let traced = "trace=fdatasync,fsync,pwrite64";
        let child = Command::new("strace")
            .args(["-f", "-y", "-e", traced, "-e", inject, "-p", &id, "-o"])
            .arg(list)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let mut strace = match child {
            Ok(child) => Self(child),
            Err(why) => {
                println!("skipped: injected errors: strace: {why}");
                return None;
            }
        };
        let traced = |task: fs::DirEntry| {
            let status = fs::read_to_string(task.path().join("status")).unwrap_or_default();
            !status.contains("TracerPid:\t0")
        };
        let tasks = format!("/proc/{id}/task");
        let mut ended = false;
        wait_for("strace", || {
            ended = strace.0.try_wait().unwrap().is_some();
            ended || fs::read_dir(&tasks).unwrap().all(|task| task.is_ok_and(traced))
        });
        if ended {
            println!("skipped: injected errors: strace cannot trace the daemon");
        }
        (!ended).then_some(strace)
    }
}

/// The files that a line of the list is about, and whether it failed.
fn synced(line: &str) -> Option<(&str, bool)> {
    let (_, call) = line.split_once("sync(")?;
    let (_, file) = call.split_once('<')?;
    let (file, _) = file.split_once('>')?;
    Some((file, line.contains("(INJECTED)")))
}

fn with(inject: &str, failures: bool) {
    let appliance = Appliance::new();
    let (daemon, _) = appliance.start_and_ask();
    let list = appliance.folder.path("strace");
    let Some(strace) = Strace::on(&daemon, inject, &list) else { return };
    let mut load = Load::new(4);
    let while_ = Duration::from_millis(if long() { 5000 } else { 1000 });
    load.run(&appliance.folder, daemon.address(true, None), |progress| {
        progress.wait_until_refused();
        let done = progress.done();
        wait_for("answers again", || progress.done() > done);
        pause(while_);
    });
    drop(strace);
    Appliance::stop(daemon);
    let entries = appliance.verified(&[]);
    assert_eq!((load.missing(&entries), load.kept_though_refused(&entries)), (0, 0));
    assert!(!events(&entries, event::GAP).is_empty());
    let list = fs::read_to_string(list).unwrap();
    let mut failed = HashSet::new();
    for (file, fails) in list.lines().filter_map(synced) {
        assert!(!failed.contains(file), "{file} was synced again after an error");
        if fails {
            failed.insert(file);
        }
    }
    println!("{inject}: {} answered, {} files given up", load.done(), failed.len());
    assert!(failed.is_empty() != failures);
}

#[test]
fn a_file_that_could_not_be_synced_is_never_believed_again() {
    with("inject=fdatasync:error=EIO:when=40", true);
}

#[test]
fn again_and_again() {
    with("inject=fdatasync:error=EIO:when=10+9", true);
}

#[test]
fn what_could_not_be_written_is_not_kept() {
    with("inject=pwrite64:error=EIO:when=40", false);
}
