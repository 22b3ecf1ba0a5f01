//! `strace`, which has calls of a daemon fail, wait or end it.

use crate::appliance::Appliance;
use crate::support::binary::{Daemon, program, wait_for};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Who traces a process, or a thread of it: 0 if nobody does.
fn tracer(status: &Path) -> Option<u32> {
    let status = fs::read_to_string(status).ok()?;
    status.lines().find_map(|line| line.strip_prefix("TracerPid:"))?.trim().parse().ok()
}

/// A daemon whose calls can be made to fail. The filter that it puts on its own calls would end it: to `strace` a call that
/// fails is one that does not exist, which is none that the filter knows. So `strace` keeps that filter, and nothing else,
/// from being put on; a developer's daemon says so and goes on without. `None`, with a reason, where there is no `strace`.
pub(crate) fn open_to_faults(appliance: &Appliance) -> Option<Daemon> {
    let trial = Command::new("strace").args(["-o", "/dev/null", "true"]).output();
    if !trial.is_ok_and(|output| output.status.success()) {
        println!("skipped: injected errors: strace cannot be used here");
        return None;
    }
    let config = appliance.folder.write("payhsm.toml", appliance.config());
    let mut command = Command::new("prlimit");
    // The system would let it write a core file.
    command.args([
        "--core=unlimited:unlimited",
        "strace",
        "-D",
        "-I",
        "2",
        "-f",
        "-o",
        "/dev/null",
    ]);
    command.args(["-e", "trace=seccomp", "-e", "inject=seccomp:error=ENOSYS"]);
    command.arg(program()).arg("--config").arg(config).current_dir(appliance.folder.path("."));
    command.env_remove("RUST_LOG").env_remove("RUST_BACKTRACE").env("MALLOC_ARENA_MAX", "1");
    let daemon = Daemon::of(command.stdin(Stdio::null())).listening(4);
    assert!(daemon.log.contain("NO filter"), "{:#?}", daemon.log.all());
    let status = format!("/proc/{}/status", daemon.id());
    if let Some(tracer @ 1..) = tracer(status.as_ref()) {
        drop(Command::new("kill").args(["-INT", &tracer.to_string()]).status());
    }
    wait_for("strace to let go", || tracer_of_any(&daemon) == Some(0));
    Some(daemon)
}

/// The highest number of who traces a thread of it.
fn tracer_of_any(daemon: &Daemon) -> Option<u32> {
    let tasks = fs::read_dir(format!("/proc/{}/task", daemon.id())).ok()?;
    tasks.map(|task| tracer(&task.ok()?.path().join("status"))).max()?
}

/// `strace` on a daemon; it lets go when it is dropped.
pub(crate) struct Strace(Child);

impl Drop for Strace {
    fn drop(&mut self) {
        // By a signal that it can act on: a process that is traced by one that was killed stops.
        let id = self.0.id().to_string();
        drop(Command::new("kill").args(["-INT", &id]).status());
        drop(self.0.wait());
    }
}

impl Strace {
    /// Has these calls end as `inject` says, and lists all of them in a file. `None`, with a reason, where that cannot be done.
    pub(crate) fn on(daemon: &Daemon, calls: &str, inject: &str, list: &Path) -> Option<Self> {
        let id = daemon.id().to_string();
        let traced = format!("trace={calls}");
        let child = Command::new("strace")
            .args(["-f", "-y", "-e", &traced, "-e", inject, "-p", &id, "-o"])
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
        let mut ended = false;
        wait_for("strace", || {
            ended = strace.0.try_wait().unwrap().is_some();
            ended || all_traced(daemon)
        });
        if ended {
            println!("skipped: injected errors: strace cannot trace the daemon");
        }
        (!ended).then_some(strace)
    }
}

fn all_traced(daemon: &Daemon) -> bool {
    let tasks = fs::read_dir(format!("/proc/{}/task", daemon.id())).unwrap();
    let traced = |task: fs::DirEntry| tracer(&task.path().join("status")).is_some_and(|id| id != 0);
    tasks.into_iter().all(|task| task.is_ok_and(traced))
}
