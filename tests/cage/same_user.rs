//! Another process of the same user: nothing of the daemon is open to it.

use crate::has;
use crate::support::binary::{Daemon, Folder, configuration, program};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::{Command, Stdio};

/// A command of somebody who is not root.
fn as_somebody(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]).arg(program);
    command.env_remove("RUST_LOG");
    command
}

/// What there is to see of a process.
const PLACES: [&str; 6] = ["maps", "environ", "auxv", "mem", "smaps", "fd/0"];

/// Which of them the same user may open.
fn seen(id: u32) -> Vec<&'static str> {
    let opens = |place: &&str| {
        let path = format!("/proc/{id}/{place}");
        let mut command = as_somebody("sh");
        command.args(["-c", ": < \"$0\""]).arg(path).stderr(Stdio::null());
        command.status().unwrap().success()
    };
    PLACES.into_iter().filter(opens).collect()
}

#[test]
fn another_process_of_the_same_user_sees_nothing() {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        println!("skipped: only root can be somebody else");
        return;
    }
    if !has("setpriv") {
        return;
    }
    let folder = Folder::new();
    // Where that user may go.
    fs::copy(program(), folder.path("payhsmd")).unwrap();
    folder.write("payhsm.toml", &configuration("development", true, ""));
    let given = Command::new("chown").args(["-R", "65534:65534"]).arg(folder.path("")).status();
    assert!(given.unwrap().success());
    let mut command = as_somebody(folder.path("payhsmd"));
    let daemon = Daemon::of(command.arg("--config").arg(folder.path("payhsm.toml"))).listening(8);
    let owner = |id: u32| fs::metadata(format!("/proc/{id}/maps")).unwrap().uid();
    let status = fs::read_to_string(format!("/proc/{}/status", daemon.id())).unwrap();
    assert!(status.contains("Uid:\t65534\t65534"), "{status}");
    assert_eq!(owner(daemon.id()), 0, "what is not dumpable is root's, not its user's");
    assert_eq!(seen(daemon.id()), Vec::<&str>::new());
    // The control: a process that does not defend itself.
    let mut other = as_somebody("sleep").arg("60").stdin(Stdio::null()).spawn().unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(5);
    while owner(other.id()) != 65_534 && std::time::Instant::now() < deadline {
        crate::support::binary::pause(std::time::Duration::from_millis(10));
    }
    let control = seen(other.id());
    other.kill().unwrap();
    other.wait().unwrap();
    println!(
        "of {} places a process of the same user opens 0, and {} of another",
        PLACES.len(),
        control.len()
    );
    assert!(["maps", "environ", "auxv"].iter().all(|place| control.contains(place)), "{control:?}");
}
