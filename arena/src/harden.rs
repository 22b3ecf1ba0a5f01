//! What the process can give up so that others cannot look into it.

use rustix::process::{
    DumpableBehavior, Resource, Rlimit, dumpable_behavior, getrlimit, set_dumpable_behavior,
    setrlimit,
};
use rustix::thread::{no_new_privs, set_no_new_privs};
use std::fmt;

/// What holds, as the kernel reports it afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hardening {
    /// No core dumps, no ptrace and no `/proc/PID/mem` for processes of the same user (`PR_SET_DUMPABLE` 0).
    pub not_dumpable: bool,
    /// Soft and hard limit of core files are 0 bytes (`RLIMIT_CORE`).
    pub no_core_files: bool,
    /// No program that this thread, or one that it starts, executes gains privileges (`PR_SET_NO_NEW_PRIVS`).
    pub no_new_privileges: bool,
}

impl Hardening {
    /// Whether everything holds.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.not_dumpable && self.no_core_files && self.no_new_privileges
    }
}

impl fmt::Display for Hardening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |holds| if holds { "yes" } else { "NO" };
        write!(
            f,
            "closed to dumps and tracers of the same user: {}, core files off: {}, new privileges off: {}",
            word(self.not_dumpable),
            word(self.no_core_files),
            word(self.no_new_privileges)
        )
    }
}

/// Closes the process to dumps and to others of the same user, and reports what holds. There is no way back.
///
/// Call it first in `main`: the last of the three is inherited by threads, not given to those that run already.
/// Root is not kept out.
#[must_use]
pub fn harden_process() -> Hardening {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    Hardening {
        not_dumpable: set_dumpable_behavior(DumpableBehavior::NotDumpable).is_ok()
            && matches!(dumpable_behavior(), Ok(DumpableBehavior::NotDumpable)),
        no_core_files: setrlimit(Resource::Core, none).is_ok() && getrlimit(Resource::Core) == none,
        no_new_privileges: set_no_new_privs(true).is_ok() && matches!(no_new_privs(), Ok(true)),
    }
}
