//! What several test files need: children of the test binary, and whether there is secret memory here.
#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses a part")]

use payhsm_arena::{ArenaError, Region};
use std::env;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

/// Says to a test that it runs as a child, and what it is to do.
const ROLE: &str = "PAYHSM_ARENA_TEST_ROLE";

/// What this process was started for, if it is such a child.
pub(crate) fn role() -> Option<String> {
    env::var(ROLE).ok()
}

/// This test binary, to run the ignored test `test` alone in the given role.
pub(crate) fn child(test: &str, role: &str) -> Command {
    // Not its path: another user may be unable to walk there.
    let mut command = Command::new("/proc/self/exe");
    command.args([test, "--exact", "--ignored", "--nocapture", "--test-threads=1"]);
    command.env(ROLE, role).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs such a child and expects it to pass.
pub(crate) fn passes(test: &str, role: &str) {
    let output = child(test, role).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{role}: {text}");
    assert!(text.contains("1 passed"), "{role}: {text}");
}

/// Runs such a child and expects it to end by a segmentation fault.
pub(crate) fn faults(test: &str, role: &str) {
    let output = child(test, role).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.signal(), Some(libc::SIGSEGV), "{role}: {text}");
}

/// Whether there is `memfd_secret` here; if not, says why a test is skipped.
pub(crate) fn secret_memory() -> bool {
    match Region::secret(1) {
        Ok(_) => true,
        Err(error @ ArenaError::NoSecretMemory(why))
            if [libc::ENOSYS, libc::EPERM].contains(&why.code()) =>
        {
            println!("skipped: {error}");
            false
        }
        Err(error) => panic!("{error}"),
    }
}
