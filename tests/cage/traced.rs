//! A daemon that `strace` reads along with, and what it read: every call that was begun after the filter was in force, with
//! its arguments as they are.

use crate::support::binary::{Daemon, Folder, program, wait_for};
use payhsm_cage::{Call, Need, calls};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// One call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Made {
    name: String,
    arguments: [u64; 6],
    /// Of the process.
    own: u32,
}

/// A daemon and what is read of it.
pub(crate) struct Traced {
    pub(crate) daemon: Daemon,
    file: PathBuf,
}

impl Traced {
    /// Starts a daemon with this configuration, and reads along from its first call. `more` are arguments of `strace`.
    pub(crate) fn start(folder: &Folder, config: &str, ports: usize, more: &[&str]) -> Self {
        Self::after(&[], folder, config, ports, more)
    }

    /// The same, by a command that goes over into the daemon, such as one that sets a limit before.
    pub(crate) fn after(
        before: &[&str],
        folder: &Folder,
        config: &str,
        ports: usize,
        more: &[&str],
    ) -> Self {
        let (path, file) = (folder.write("payhsm.toml", config), folder.path("calls"));
        let mut command = Command::new("strace");
        // The daemon stays the child of the test: who reads along is another.
        command.args(["-D", "-f", "-q", "-e", "raw=all"]).args(more);
        command.arg("-o").arg(&file).args(before).arg(program()).arg("--config").arg(&path);
        command.env_remove("RUST_LOG").stdin(Stdio::null());
        Self { daemon: Daemon::of(&mut command).listening(ports), file }
    }

    /// The calls of a daemon that has ended.
    pub(crate) fn calls(mut self) -> Vec<Made> {
        self.daemon.end();
        let own = self.daemon.id();
        let number = own.to_string();
        wait_for("the end of what is read", || {
            let text = fs::read_to_string(&self.file).unwrap();
            text.lines().any(|line| line.split_whitespace().take(2).eq([number.as_str(), "+++"]))
        });
        read(&self.file, own, true)
    }

    /// Asks it to stop, and gives its calls.
    pub(crate) fn stopped(self) -> Vec<Made> {
        self.daemon.terminate();
        self.calls()
    }
}

/// The calls in a file of `strace -f -e raw=all`: all of them, or those after the second filter was taken.
pub(crate) fn read(file: &Path, own: u32, from_the_filter: bool) -> Vec<Made> {
    let (mut filters, mut found) = (if from_the_filter { 0 } else { 2 }, BTreeSet::new());
    for line in fs::read_to_string(file).unwrap().lines() {
        let Some((_, rest)) = line.split_once(char::is_whitespace) else { continue };
        let Some((name, rest)) = rest.trim_start().split_once('(') else { continue };
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            continue;
        }
        if filters < 2 {
            filters += u32::from(name == "seccomp");
            continue;
        }
        let inside = rest.split([')', '<']).next().unwrap();
        let mut arguments = [0; 6];
        for (place, text) in arguments.iter_mut().zip(inside.split(", ")) {
            let text = text.trim();
            *place = match text.strip_prefix("0x") {
                Some(digits) => u64::from_str_radix(digits, 16).unwrap(),
                None => text.parse().unwrap_or_default(),
            };
        }
        // What is made to fail has no number any more when the filter sees it.
        let name = if rest.ends_with("(INJECTED)") { "none" } else { name };
        found.insert(Made { name: name.to_owned(), arguments, own });
    }
    assert!(filters == 2 && !found.is_empty(), "no filter was seen in {}", file.display());
    found.into_iter().collect()
}

impl Made {
    /// Whether this line of the list allows it.
    pub(crate) fn is(&self, call: &Call) -> bool {
        call.name() == self.name && call.admits(&self.arguments, self.own)
    }
}

/// The lines that nothing was seen of.
pub(crate) fn unused(needs: &[Need], made: &[Made]) -> Vec<String> {
    let lines = calls(needs).filter(|call| !made.iter().any(|made| made.is(call)));
    lines.map(|call| format!("{call}: {}", call.reason)).collect()
}

/// The calls that no line allows.
pub(crate) fn unlisted(needs: &[Need], made: &[Made]) -> Vec<Made> {
    let known = |made: &&Made| !calls(needs).any(|call| made.is(call));
    made.iter().filter(known).cloned().collect()
}
