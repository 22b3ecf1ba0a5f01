//! What the system knows of a daemon's process, and what it allows it.

use crate::support::binary::Daemon;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::fs;
use std::process::Command;

/// Files that a process has open.
pub(crate) fn open_files(daemon: &Daemon) -> usize {
    fs::read_dir(format!("/proc/{}/fd", daemon.id())).unwrap().count()
}

/// The bytes of addresses that a process has.
pub(crate) fn addresses(daemon: &Daemon) -> usize {
    let pages = fs::read_to_string(format!("/proc/{}/statm", daemon.id())).unwrap();
    pages.split(' ').next().unwrap().parse::<usize>().unwrap() * rustix::param::page_size()
}

/// Sets a limit of a running process, such as `nofile`. Whether that can be done here.
pub(crate) fn limit(daemon: &Daemon, what: &str, value: usize) -> bool {
    let limit = format!("--{what}={value}:");
    let done = Command::new("prlimit").args(["--pid", &daemon.id().to_string(), &limit]).status();
    done.is_ok_and(|status| status.success())
}

/// Lets the test itself have so many files open; says if the system does not.
pub(crate) fn allow_files(needed: usize) -> bool {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let needed = u64::try_from(needed).unwrap();
    let enough = |limit: Option<u64>| limit.is_none_or(|limit| limit >= needed);
    let raised = Rlimit { current: maximum, maximum };
    let allowed =
        enough(current) || (enough(maximum) && setrlimit(Resource::Nofile, raised).is_ok());
    if !allowed {
        println!("skipped: it takes {needed} open files, and {maximum:?} are allowed");
    }
    allowed
}
