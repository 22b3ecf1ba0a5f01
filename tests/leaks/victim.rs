//! A daemon whose memory is read while it serves.

use super::needles::{Hits, Needles};
use crate::support::binary::{Folder, configuration, wait_for};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::os::unix::fs::FileExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

/// Dropping it ends the process, and no other.
pub(crate) struct Victim {
    child: Child,
    log: Arc<Mutex<String>>,
}

/// What the search of a process came to.
#[derive(Debug, Default)]
pub(crate) struct Searched {
    pub(crate) hits: Hits,
    pub(crate) bytes: usize,
    /// Bytes of secret memory, which nobody could read.
    pub(crate) secret: usize,
}

impl Drop for Victim {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Victim {
    /// A developer's daemon; with `ordinary` its handlers run on ordinary stacks.
    pub(crate) fn start(folder: &Folder, ordinary: bool) -> Self {
        let path = folder.write("payhsm.toml", &configuration("development", true, ""));
        let mut command = Command::new(env!("CARGO_BIN_EXE_payhsmd"));
        command.args(["--config", path.to_str().unwrap()]).env_remove("RUST_LOG");
        if ordinary {
            command.env("PAYHSM_TEST_ORDINARY_STACKS", "1");
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (lines, kept) = (BufReader::new(child.stderr.take().unwrap()), Arc::clone(&log));
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                writeln!(kept.lock().unwrap(), "{line}").unwrap();
            }
        });
        let victim = Self { child, log };
        wait_for("ports", || victim.log().matches("\"listening\"").count() == 8);
        victim
    }

    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Its base port for TLS.
    pub(crate) fn address(&self) -> SocketAddr {
        let log = self.log();
        let said = log.lines().filter_map(|line| serde_json::from_str(line).ok());
        let mut bases = said.filter(|line: &serde_json::Value| {
            line["fields"]["tls"] == true && line["fields"]["lmk"].is_null()
        });
        bases.next().unwrap()["fields"]["address"].as_str().unwrap().parse().unwrap()
    }

    /// Searches all memory that can be read, the log, and the files of the daemon's folder.
    pub(crate) fn search(&self, folder: &Folder, needles: &Needles) -> Searched {
        let mut searched = Searched::default();
        let process = format!("/proc/{}", self.child.id());
        let memory = File::open(format!("{process}/mem")).unwrap();
        for mapping in fs::read_to_string(format!("{process}/maps")).unwrap().lines() {
            let mut fields = mapping.split_ascii_whitespace();
            let (from, to) = fields.next().unwrap().split_once('-').unwrap();
            let (from, to) = (parsed(from), parsed(to));
            let readable = fields.next().unwrap().starts_with('r');
            let name = fields.nth(3).unwrap_or("memory without a name");
            if !readable || matches!(name, "[vvar]" | "[vvar_vclock]" | "[vsyscall]") {
                continue;
            }
            let length = usize::try_from(to - from).unwrap();
            let mut bytes = vec![0; length];
            if memory.read_exact_at(&mut bytes, from).is_ok() {
                searched.bytes += length;
                needles.search(name, &bytes, &mut searched.hits);
            } else if name.contains("secretmem") {
                searched.secret += length;
            } else {
                let now = fs::read_to_string(format!("{process}/maps")).unwrap();
                assert!(!now.contains(mapping), "not read: {mapping}");
            }
        }
        needles.search("the log", self.log().as_bytes(), &mut searched.hits);
        for file in fs::read_dir(folder.path("")).unwrap() {
            let file = fs::read(file.unwrap().path()).unwrap();
            needles.search("a file", &file, &mut searched.hits);
        }
        searched
    }

    /// Has gdb write a core file into `folder`, and searches it; `None` where there is no gdb.
    pub(crate) fn search_dump(&self, folder: &Folder, needles: &Needles) -> Option<Searched> {
        let prefix = folder.path("core");
        let pid = self.child.id().to_string();
        let mut gcore = Command::new("gcore");
        gcore.arg("-o").arg(&prefix).arg(&pid).stdin(Stdio::null());
        let output = gcore.output().ok()?;
        let file = folder.path(&format!("core.{pid}"));
        let Ok(core) = fs::read(&file) else {
            println!("gcore: {}", String::from_utf8_lossy(&output.stderr));
            return None;
        };
        let mut searched = Searched { bytes: core.len(), ..Searched::default() };
        needles.search("the core file", &core, &mut searched.hits);
        fs::remove_file(file).unwrap();
        Some(searched)
    }

    /// Whether its memory may be read here.
    pub(crate) fn can_be_read(&self) -> bool {
        File::open(format!("/proc/{}/mem", self.child.id())).is_ok()
    }
}

fn parsed(address: &str) -> u64 {
    u64::from_str_radix(address, 16).unwrap()
}
