//! The watchdog: a daemon that stands still is not kept alive by a thread that does nothing but say that all is well.

use crate::appliance::people;
use crate::calls::{ceremony, config};
use crate::has;
use crate::service::Manager;
use crate::support::binary::{Daemon, Folder, pause, program, wait_for};
use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// In which a sign of life has to come.
const LIMIT: Duration = Duration::from_millis(600);

struct Scene {
    folder: Folder,
    daemon: Daemon,
    manager: Manager,
}

/// A thread that is held for ten seconds in each of these calls, until this is dropped.
struct Held(Child);

impl Drop for Held {
    fn drop(&mut self) {
        // So that it lets go of the daemon first.
        drop(Command::new("kill").arg(self.0.id().to_string()).status());
        drop(self.0.wait());
    }
}

impl Scene {
    fn start() -> Self {
        let folder = Folder::new();
        let manager = Manager::at(&folder.path("notify"));
        let path = folder.write("payhsm.toml", &config(""));
        let mut command = Command::new(program());
        command.arg("--config").arg(path).env_remove("RUST_LOG").stdin(Stdio::null());
        command.env("NOTIFY_SOCKET", folder.path("notify"));
        command.env("WATCHDOG_USEC", LIMIT.as_micros().to_string());
        let daemon = Daemon::of(&mut command).listening(1);
        Self { folder, daemon, manager }
    }

    fn hears(&mut self) -> bool {
        let before = self.manager.count("WATCHDOG=1");
        pause(3 * LIMIT);
        self.manager.count("WATCHDOG=1") > before
    }

    /// Holds every thread with this name in these calls.
    fn hold(&self, thread: &str, calls: &str) -> Held {
        let mut strace = Command::new("strace");
        strace.args(["-q", "-o", "/dev/null", "-e"]).arg(format!("trace={calls}"));
        strace.arg("-e").arg(format!("inject={calls}:delay_enter=10000000"));
        let mut found = 0;
        for task in fs::read_dir(format!("/proc/{}/task", self.daemon.id())).unwrap() {
            let task = task.unwrap();
            if fs::read_to_string(task.path().join("comm")).unwrap().trim() == thread {
                strace.arg("-p").arg(task.file_name());
                found += 1;
            }
        }
        assert!(found > 0, "there is no thread {thread}");
        let held = Held(strace.stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        let traced = || {
            let status = fs::read_dir(format!("/proc/{}/task", self.daemon.id())).unwrap();
            let all =
                status.map(|task| fs::read_to_string(task.unwrap().path().join("status")).unwrap());
            all.filter(|text| {
                text.lines().any(|line| line.starts_with("TracerPid:") && !line.ends_with("\t0"))
            })
            .count()
        };
        wait_for("strace", || traced() == found);
        held
    }
}

#[test]
fn a_daemon_that_is_well_says_so_whether_it_is_busy_or_not() {
    let mut scene = Scene::start();
    assert!(scene.hears());
    drop(ceremony(&scene.folder, &people()));
    let mut host = scene.folder.host_client("client", scene.daemon.address(true, None));
    for _ in 0..2000 {
        assert!(host.ask("NC").starts_with("ND00"));
    }
    assert!(scene.hears());
    assert!(!scene.daemon.log.contain("is told nothing"), "{:#?}", scene.daemon.log.all());
}

#[test]
fn one_thread_of_the_runtime_that_stands_still_ends_the_signs_of_life() {
    if !has("strace") {
        return;
    }
    let mut scene = Scene::start();
    let mut host = scene.folder.host_client("client", scene.daemon.address(true, None));
    assert!(host.ask("NO00").starts_with("NP00"));
    // Whichever thread writes an answer is held; the others go on.
    let held = scene.hold("tokio-rt-worker", "writev,sendto");
    host.send("NO00");
    wait_for("word of it", || scene.daemon.log.contain("is told nothing"));
    assert!(!scene.hears());
    drop(held);
    wait_for("its return", || scene.hears());
}

#[test]
fn an_audit_log_that_writes_nothing_ends_the_signs_of_life() {
    if !has("strace") {
        return;
    }
    let mut scene = Scene::start();
    let mut host = scene.folder.host_client("client", scene.daemon.address(true, None));
    assert!(host.ask("NO00").starts_with("NP00"));
    let held = scene.hold("audit-journal", "fdatasync,pwrite64");
    host.send("NO00");
    wait_for("word of it", || scene.daemon.log.contain("the audit log writes none"));
    assert!(!scene.hears());
    drop(held);
    assert!(host.receive().unwrap().starts_with("NP00"));
    wait_for("its return", || scene.hears());
}
