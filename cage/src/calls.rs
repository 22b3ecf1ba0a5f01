//! Every call of the system that a serving daemon may make. What is not here ends the process, with a line in the kernel's log.
//!
//! A call may stand on several lines, each with other arguments. Why each is needed, and that each is used, is held by
//! `tests/cage.rs` of the daemon, which provokes all of them and reads along.

mod argument;
mod table;

pub use argument::{Argument, Is};

use std::fmt;

/// What has to be configured for a call to be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// Nothing.
    Always,
    /// Rows of cards in PostgreSQL: connections are made anew while the daemon serves.
    Database,
}

/// What becomes of a call that is on the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is made.
    Made,
    /// The kernel says that there is no such call, and the caller takes another.
    NoSuchCall,
}

/// A line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// `SYS_` and its name.
    constant: &'static str,
    /// Its number on this machine's architecture.
    pub number: i64,
    /// What its arguments have to be; all of it holds.
    pub arguments: &'static [Argument],
    /// What has to be configured.
    pub need: Need,
    /// What becomes of it.
    pub answer: Answer,
    /// What the daemon needs it for.
    pub reason: &'static str,
}

impl Call {
    /// Its name, as manuals and `strace` write it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.constant.strip_prefix("SYS_").unwrap_or(self.constant)
    }

    /// Whether this line allows the call with these arguments in the process with id `own`.
    #[must_use]
    pub fn admits(&self, arguments: &[u64; 6], own: u32) -> bool {
        self.arguments.iter().all(|one| one.holds(arguments, own))
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        if self.arguments.is_empty() {
            return Ok(());
        }
        for (place, one) in self.arguments.iter().enumerate() {
            f.write_str(if place == 0 { "(" } else { ", " })?;
            write!(f, "{one}")?;
        }
        f.write_str(")")
    }
}

/// The lines that count when these needs are there; [`Need::Always`] always is.
pub fn calls(needs: &[Need]) -> impl Iterator<Item = &'static Call> {
    let asked = needs.to_vec();
    table::TABLE
        .iter()
        .chain([table::NO_CALL])
        .filter(move |call| call.need == Need::Always || asked.contains(&call.need))
}

#[cfg(test)]
mod tests {
    use super::{Need, calls};
    use std::collections::BTreeSet;

    const ALL: [Need; 1] = [Need::Database];

    #[test]
    fn every_line_has_a_reason_and_no_two_say_the_same() {
        let mut seen = BTreeSet::new();
        for call in calls(&ALL) {
            assert!(call.reason.len() > 8, "{call} has no reason");
            assert!(seen.insert((call.need, call.to_string())), "{call} is there twice");
            assert!(call.arguments.iter().all(|one| one.index < 6), "{call}");
        }
    }

    #[test]
    fn what_opens_ways_out_is_not_on_the_list() {
        let names: BTreeSet<_> = calls(&ALL).map(super::Call::name).collect();
        for forbidden in [
            "execve",
            "execveat",
            "fork",
            "vfork",
            "ptrace",
            "process_vm_readv",
            "process_vm_writev",
            "io_uring_setup",
            "io_uring_enter",
            "io_uring_register",
            "userfaultfd",
            "bpf",
            "perf_event_open",
            "keyctl",
            "add_key",
            "mount",
            "umount2",
            "pivot_root",
            "chroot",
            "unshare",
            "setns",
            "init_module",
            "finit_module",
            "kexec_load",
            "memfd_create",
            "personality",
            "setuid",
            "setresuid",
            "capset",
            "listen",
            "kill",
            "tkill",
            "pidfd_getfd",
            "pidfd_open",
            "sendmsg_zc",
            "mknod",
            "mknodat",
            "symlink",
            "open_by_handle_at",
            "shmat",
        ] {
            assert!(!names.contains(forbidden), "{forbidden}");
        }
    }

    #[test]
    fn without_a_database_nothing_connects() {
        let names: BTreeSet<_> = calls(&[]).map(super::Call::name).collect();
        for call in ["socket", "connect", "bind", "sendmmsg"] {
            assert!(!names.contains(call), "{call}");
        }
    }
}
