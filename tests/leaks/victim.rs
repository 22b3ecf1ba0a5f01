//! A daemon whose memory is read while it serves.

use super::dump;
use super::needles::{Hits, Needles};
use crate::binary::{Folder, configuration, wait_for};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

/// Dropping it ends the process, and no other.
pub(crate) struct Victim {
    child: Child,
    log: Arc<Mutex<String>>,
}

/// What a search came to.
#[derive(Debug, Default)]
pub(crate) struct Searched {
    pub(crate) hits: Hits,
    pub(crate) bytes: usize,
    /// Bytes of secret memory, which nobody could read.
    pub(crate) secret: usize,
    pub(crate) files: usize,
}

/// Memory that was read at one moment, with the name of each mapping.
pub(crate) type Snapshot = Vec<(String, Vec<u8>)>;

impl Drop for Victim {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Victim {
    /// An issuer's daemon with officers. With `ordinary` its secrets are worked on in ordinary memory.
    pub(crate) fn start(folder: &Folder, program: &Path, ordinary: bool) -> Self {
        let rest =
            format!("[officers]\nsocket = 'officers.sock'\n[memory]\nstrict = {}", !ordinary);
        let path = folder.write("payhsm.toml", &configuration("issuer", false, &rest));
        let mut command = Command::new(program);
        command.args(["--config", path.to_str().unwrap()]).env_remove("RUST_LOG");
        if ordinary {
            command.env("PAYHSM_TEST_ORDINARY_STACKS", "1");
        }
        Self::of(&mut command)
    }

    /// What `command` starts, once it listens.
    pub(crate) fn of(command: &mut Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (lines, kept) = (BufReader::new(child.stderr.take().unwrap()), Arc::clone(&log));
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                writeln!(kept.lock().unwrap(), "{line}").unwrap();
            }
        });
        let mut victim = Self { child, log };
        wait_for("a port", || {
            assert!(victim.child.try_wait().unwrap().is_none(), "{}", victim.log());
            victim.log().contains("\"listening\"")
        });
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

    fn process(&self) -> String {
        format!("/proc/{}", self.child.id())
    }

    /// Whether its memory may be read here.
    pub(crate) fn can_be_read(&self) -> bool {
        File::open(format!("{}/mem", self.process())).is_ok()
    }

    /// Hands all memory that can be read, mapping by mapping, to `each`; gives the bytes that nobody can read.
    fn read(&self, writable: bool, mut each: impl FnMut(&str, Vec<u8>)) -> usize {
        let process = self.process();
        let memory = File::open(format!("{process}/mem")).unwrap();
        let mut secret = 0;
        for mapping in fs::read_to_string(format!("{process}/maps")).unwrap().lines() {
            let mut fields = mapping.split_ascii_whitespace();
            let (from, to) = fields.next().unwrap().split_once('-').unwrap();
            let (from, to) = (parsed(from), parsed(to));
            let wanted = fields.next().unwrap().starts_with(if writable { "rw" } else { "r" });
            let name = fields.nth(3).unwrap_or("memory without a name");
            if !wanted || matches!(name, "[vvar]" | "[vvar_vclock]" | "[vsyscall]") {
                continue;
            }
            let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
            if memory.read_exact_at(&mut bytes, from).is_ok() {
                each(name, bytes);
            } else if name.contains("secretmem") {
                secret += bytes.len();
            } else {
                let now = fs::read_to_string(format!("{process}/maps")).unwrap();
                assert!(!now.contains(mapping), "not read: {mapping}");
            }
        }
        secret
    }

    /// Searches all memory that can be read.
    pub(crate) fn search_memory(&self, needles: &Needles) -> Searched {
        let mut searched = Searched::default();
        let Searched { hits, bytes, .. } = &mut searched;
        let secret = self.read(false, |name, memory| {
            *bytes += memory.len();
            needles.search(name, &memory, hits);
        });
        searched.secret = secret;
        searched
    }

    /// Searches all memory that can be read, the log, and every file below the daemon's folder.
    pub(crate) fn search(&self, folder: &Folder, needles: &Needles) -> Searched {
        let mut searched = self.search_memory(needles);
        needles.search("the log", self.log().as_bytes(), &mut searched.hits);
        search_files(&folder.path(""), needles, &mut searched);
        searched
    }

    /// What can be written to, as it is at this moment, in the middle of whatever is done: the process stands still.
    pub(crate) fn snapshot(&self) -> Snapshot {
        self.signal("-STOP");
        let stopped = |task: &Path| {
            let stat = fs::read_to_string(task.join("stat")).unwrap_or_default();
            // Behind the name, which may have blanks. A thread that has ended meanwhile has none.
            stat.is_empty() || stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('T'))
        };
        wait_for("all threads to stand still", || {
            let tasks = fs::read_dir(format!("{}/task", self.process())).unwrap();
            tasks.flatten().all(|task| stopped(&task.path()))
        });
        let mut snapshot = Snapshot::new();
        self.read(true, |name, memory| snapshot.push((name.to_owned(), memory)));
        self.signal("-CONT");
        snapshot
    }

    pub(crate) fn signal(&self, signal: &str) {
        let status = Command::new("kill").arg(signal).arg(self.child.id().to_string()).status();
        assert!(status.unwrap().success());
    }

    /// Has gdb write a core file into `folder`, and searches it: memory, and apart from it the registers of its threads.
    /// `None` where there is no gdb.
    pub(crate) fn search_dump(
        &self,
        folder: &Folder,
        needles: &Needles,
    ) -> Option<(Searched, Searched)> {
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
        fs::remove_file(file).unwrap();
        let (notes, memory) = dump::parts(&core);
        let mut found = [Searched::default(), Searched::default()];
        for (searched, (place, parts)) in
            found.iter_mut().zip([("the core file", memory), ("registers in the core file", notes)])
        {
            for part in parts {
                searched.bytes += part.len();
                needles.search(place, part, &mut searched.hits);
            }
        }
        let [memory, registers] = found;
        Some((memory, registers))
    }
}

/// Every file below a folder, by its bytes.
fn search_files(folder: &Path, needles: &Needles, searched: &mut Searched) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            search_files(&path, needles, searched);
        } else if path.is_file() {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            needles.search(&name, &fs::read(&path).unwrap(), &mut searched.hits);
            searched.files += 1;
        }
    }
}

fn parsed(address: &str) -> u64 {
    u64::from_str_radix(address, 16).unwrap()
}
