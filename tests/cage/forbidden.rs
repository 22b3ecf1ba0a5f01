//! A daemon that makes a call it must not make dies of it, whoever had it do so: here a debugger of root's.

use crate::calls::config;
use crate::has;
use crate::support::binary::{Daemon, Folder};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};

/// What it is made to do: the call, and its arguments.
const CALLS: [(&str, i64, &str); 6] = [
    ("execve", libc::SYS_execve, "\"/bin/true\", 0, 0"),
    ("ptrace", libc::SYS_ptrace, "0, 0, 0, 0"),
    ("socket", libc::SYS_socket, "2, 1, 0"),
    ("process_vm_readv", libc::SYS_process_vm_readv, "1, 0, 0, 0, 0, 0"),
    ("io_uring_setup", libc::SYS_io_uring_setup, "1, 0"),
    ("memory to run", libc::SYS_mmap, "0, 4096, 7, 0x22, -1, 0"),
];

fn inject(daemon: &Daemon, number: i64, arguments: &str) -> Output {
    let call = format!("call ((long (*)(long, ...)) syscall)({number}, {arguments})");
    let gdb = ["-nx", "-batch", "-iex", "set debuginfod enabled off", "-ex", &call, "-p"];
    Command::new("gdb").args(gdb).arg(daemon.id().to_string()).output().unwrap()
}

#[test]
fn a_forbidden_call_ends_the_daemon() {
    if !has("gdb") {
        return;
    }
    let folder = Folder::new();
    for (name, number, arguments) in CALLS {
        let mut daemon = Daemon::configured(&folder, &config(""), 1);
        assert!(daemon.log.contain("system calls left (seccomp)"), "{:#?}", daemon.log.all());
        let said = inject(&daemon, number, arguments);
        assert_eq!(daemon.end().signal(), Some(libc::SIGSYS), "{name}: {said:?}");
    }
}

#[test]
fn files_that_are_not_its_own_are_out_of_reach() {
    if !has("gdb") {
        return;
    }
    let folder = Folder::new();
    let daemon = Daemon::configured(&folder, &config(""), 1);
    // openat(AT_FDCWD, …, O_RDONLY): what is refused is -EACCES; what is its own has a descriptor.
    for (path, own) in [("/etc/passwd", false), ("/proc/self/mem", false), ("/root", false)]
        .map(|(path, own)| (path.to_owned(), own))
        .into_iter()
        .chain([(folder.path("ca.crt").display().to_string(), true)])
    {
        let said = inject(&daemon, libc::SYS_openat, &format!("-100, \"{path}\", 0"));
        let said = String::from_utf8(said.stdout).unwrap();
        assert_eq!(said.contains("$1 = -1"), !own, "{path}: {said}");
        assert!(said.contains("$1 = "), "{path}: {said}");
    }
}

#[test]
fn root_is_refused_outside_development_and_told_what_to_do() {
    let folder = Folder::new();
    let config = config("").replace("allow_root = true", "allow_root = false");
    let path = folder.write("payhsm.toml", &config);
    let root =
        std::fs::metadata("/proc/self").map(|found| std::os::unix::fs::MetadataExt::uid(&found));
    if root.unwrap() != 0 {
        println!("skipped: this is not root");
        return;
    }
    let output = crate::support::binary::payhsmd(&["--config", path.to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    for words in ["runs as root", "User=", "--allow-root"] {
        assert!(said.contains(words), "{said}");
    }
    let allowed = Daemon::start(&["--allow-root", "--config", path.to_str().unwrap()]).listening(1);
    assert!(allowed.log.contain("runs as root"), "{:#?}", allowed.log.all());
    // A developer is told, and goes on.
    let developer = folder.development("");
    assert!(developer.log.contain("runs as root"), "{:#?}", developer.log.all());
}
