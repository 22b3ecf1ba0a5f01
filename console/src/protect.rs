//! Keeping passphrases and opened shares out of files that the system writes: core dumps, and the eyes of other programs of this user.

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// No core dump. Best effort: where the system refuses, the program works all the same.
pub fn no_core_dump() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    setrlimit(Resource::Core, none).unwrap_or_default();
}

/// Besides, other programs of this user cannot read this one's memory. It takes away this program's own way to read
/// file descriptors by number, so it is for a person at a terminal alone.
pub fn no_onlooker() {
    set_dumpable_behavior(DumpableBehavior::NotDumpable).unwrap_or_default();
}
