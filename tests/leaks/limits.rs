//! A daemon that may lock too little memory says so, says how much it takes, and where it insists it does not start.

use super::program;
use super::victim::Victim;
use crate::binary::{Folder, configuration};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Enough for the first keys, and too little for the stacks of a single processor.
const TOO_LITTLE: usize = 256 << 10;

/// A daemon under a limit, to which root is held as well.
fn limited(bytes: usize, config: &Path) -> Command {
    let mut command = Command::new("setpriv");
    if std::fs::metadata("/proc/self").unwrap().uid() == 0 {
        command.args(["--bounding-set", "-ipc_lock", "--inh-caps", "-ipc_lock"]);
    }
    command.args(["prlimit", &format!("--memlock={bytes}:{bytes}")]).arg(program());
    command.arg("--config").arg(config).env_remove("RUST_LOG").stdin(Stdio::null());
    command
}

fn config(folder: &Folder, strict: bool) -> std::path::PathBuf {
    let rest = format!("[officers]\nsocket = 'officers.sock'\n[memory]\nstrict = {strict}");
    folder.write("payhsm.toml", &configuration("issuer", false, &rest))
}

/// Whether this system has the programs and the memory that it takes.
fn can_be_limited() -> bool {
    for program in ["setpriv", "prlimit"] {
        if Command::new(program).arg("--version").output().is_err() {
            println!("skipped: there is no {program}");
            return false;
        }
    }
    payhsm_arena::Region::secret(1).inspect_err(|error| println!("skipped: {error}")).is_ok()
}

#[test]
fn too_little_locked_memory_is_refused_in_a_sentence_that_helps() {
    if !can_be_limited() {
        return;
    }
    let folder = Folder::new();
    let path = config(&folder, true);
    // Too little for the stacks, and too little for anything.
    for bytes in [TOO_LITTLE, 4096] {
        let Output { status, stderr, .. } = limited(bytes, &path).output().unwrap();
        let said = String::from_utf8(stderr).unwrap();
        let said = said.lines().last().unwrap();
        assert!(!status.success(), "{said}");
        let limit = format!("lock {bytes} bytes in all");
        for word in
            ["RLIMIT_MEMLOCK", "LimitMEMLOCK=", "ulimit -l", "memory.strict = false", &limit]
        {
            assert!(said.contains(word), "{word}: {said}");
        }
    }
    // As much as it asked for is enough.
    let said = limited(TOO_LITTLE, &path).output().unwrap().stderr;
    let said = String::from_utf8(said).unwrap();
    let (_, enough) = said.rsplit_once("so LimitMEMLOCK=").unwrap();
    let enough = enough.split_once(' ').unwrap().0.parse().unwrap();
    drop(Victim::of(&mut limited(enough, &path)));
}

#[test]
fn where_it_does_not_insist_the_log_says_what_is_missing() {
    if !can_be_limited() {
        return;
    }
    let folder = Folder::new();
    let log = Victim::of(&mut limited(TOO_LITTLE, &config(&folder, false))).log();
    let line = log.lines().find(|line| line.contains("too few protected stacks")).unwrap();
    for word in ["RLIMIT_MEMLOCK", "LimitMEMLOCK=", "\"WARN\""] {
        assert!(line.contains(word), "{line}");
    }
}
