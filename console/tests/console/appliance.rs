//! A real daemon with three officers, and a person at the console in front of it.

use crate::person::PASSPHRASE;
use crate::screen::Screen;
use payhsm_console::daemon::Daemon;
use payhsm_officer::passphrase::Cost;
use payhsm_officer::random::SystemRandom;
use payhsm_officer::{Identity, IdentityFile};
use payhsm_protocol::officer::{Act, Answer};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const CONFIGURATION: &str = "profile = 'development'\nstate = 'state'\n[listen]\nplain = '127.0.0.1:0'\n\
    [officers]\nsocket = 'officers.sock'\n[memory]\nstrict = false\n";

/// The daemon beside the console, built as this is.
fn payhsmd() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let path = Path::new(env!("CARGO_BIN_EXE_payhsm-console")).with_file_name("payhsmd");
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--offline", "-p", "payhsm", "--bin", "payhsmd"]);
        if path.components().any(|part| part.as_os_str() == "release") {
            build.arg("--release");
        }
        let built = build.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        path
    })
}

/// A folder with a daemon at work in it.
pub(crate) struct Appliance {
    pub(crate) folder: TempDir,
    daemon: Child,
}

impl Drop for Appliance {
    fn drop(&mut self) {
        drop(self.daemon.kill());
        drop(self.daemon.wait());
    }
}

impl Appliance {
    /// Starts a daemon in a folder; `credentials` as a service manager has them.
    fn start(folder: TempDir, configuration: &str, credentials: Option<&Path>) -> Self {
        fs::write(folder.path().join("payhsm.toml"), configuration).unwrap();
        let log = File::create(folder.path().join("log")).unwrap();
        let mut command = Command::new(payhsmd());
        command.args(["--config", "payhsm.toml"]).current_dir(folder.path()).env_remove("RUST_LOG");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        if let Some(credentials) = credentials {
            command.env("CREDENTIALS_DIRECTORY", credentials);
        }
        let made = Self { daemon: command.spawn().unwrap(), folder };
        let start = Instant::now();
        while Daemon::connect(&made.socket()).is_err() {
            let log = fs::read_to_string(made.folder.path().join("log")).unwrap();
            assert!(start.elapsed() < Duration::from_secs(30), "no daemon: {log}");
            std::thread::park_timeout(Duration::from_millis(5));
        }
        made
    }

    /// Nothing has been done with it.
    pub(crate) fn new() -> Self {
        Self::start(tempfile::tempdir().unwrap(), CONFIGURATION, None)
    }

    /// At work, with 2 of 3 shares in `shares`.
    pub(crate) fn at_work() -> Self {
        let made = Self::new();
        for name in ["alice", "bob", "carol"] {
            made.officer(name);
        }
        fs::create_dir(made.path("shares")).unwrap();
        made.script(
            r#"
            { do = "enrol", file = "alice.officer" },
            { do = "enrol", file = "bob.officer" },
            { do = "enrol", file = "carol.officer" },
            { do = "log-in", officer = "alice" },
            { do = "log-in", officer = "bob" },
            { do = "generate-lmk", needed = 2, holders = ["alice", "bob", "carol"], shares = "." },"#,
        );
        made
    }

    /// Ends the daemon; the folder stays.
    pub(crate) fn stop(mut self) -> TempDir {
        drop(self.daemon.kill());
        drop(self.daemon.wait());
        let empty = tempfile::tempdir().unwrap();
        std::mem::replace(&mut self.folder, empty)
    }

    /// Starts it over what lies in a folder.
    pub(crate) fn again(folder: TempDir) -> Self {
        Self::start(folder, CONFIGURATION, None)
    }

    /// The same with a credential of the service manager.
    pub(crate) fn unattended(folder: TempDir, credentials: &Path) -> Self {
        let more = format!("{CONFIGURATION}[unattended]\ncredential = 'lmk'\n");
        Self::start(folder, &more, Some(credentials))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn socket(&self) -> PathBuf {
        self.path("officers.sock")
    }

    /// An officer's file.
    pub(crate) fn officer(&self, name: &str) {
        let cost = Cost::development_only();
        let made = Identity::create(name, PASSPHRASE.as_bytes(), cost, &mut SystemRandom).unwrap();
        made.write_new(&self.path(&format!("{name}.officer")), &mut SystemRandom).unwrap();
    }

    /// Does what a script says; gives what it said.
    pub(crate) fn script(&self, steps: &str) -> String {
        let (done, said) = self.try_script(steps, "");
        assert!(done, "{said}");
        said
    }

    /// The same, with other file descriptors as bash has them, and whether it was done.
    pub(crate) fn try_script(&self, steps: &str, descriptors: &str) -> (bool, String) {
        let officer = |name| format!("{{ file = \"{name}.officer\", passphrase_fd = 3 }}");
        let officers = ["alice", "bob", "carol"].map(officer).join(", ");
        let script = format!(
            "format = \"payhsm ceremony 1\"\nofficer = [{officers}]\nrecords = \"shares\"\nstep = [{steps}]\n"
        );
        fs::write(self.path("ceremony.toml"), script).unwrap();
        let line = format!(
            "exec 3< <(yes '{PASSPHRASE}') {descriptors}\n\"$CONSOLE\" --socket officers.sock run ceremony.toml 2>&1"
        );
        let mut bash = Command::new("bash");
        bash.args(["-c", &line]).current_dir(self.folder.path());
        let output = bash.env("CONSOLE", env!("CARGO_BIN_EXE_payhsm-console")).output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    }

    /// A console on a terminal, in its menu.
    pub(crate) fn console(&self) -> Screen {
        Screen::open(self.folder.path(), &["--socket", "officers.sock"])
    }

    /// The same with alice and bob logged in; where the screen is then.
    pub(crate) fn two(&self) -> (Screen, usize) {
        let mut screen = self.console();
        let line = format!("{PASSPHRASE}\r");
        let at = screen.walk(
            0,
            &[
                ("Number:", "1\r"),
                ("Number:", "1\r"),
                ("Passphrase of alice: (not shown)", &line),
                ("Number:", "1\r"),
                ("Number:", "2\r"),
                ("Passphrase of bob: (not shown)", &line),
                ("2 officers present: alice, bob.", ""),
            ],
        );
        (screen, at)
    }

    /// A connection with alice and bob, without a console.
    pub(crate) fn connection(&self) -> Daemon {
        let mut daemon = Daemon::connect(&self.socket()).unwrap();
        for name in ["alice", "bob"] {
            let file = IdentityFile::read(&self.path(&format!("{name}.officer"))).unwrap();
            let identity = file.unlock(PASSPHRASE.as_bytes()).unwrap();
            let Answer::Status(status) = daemon.ask(&Act::Status).unwrap() else { panic!() };
            let signature = identity.sign_login(&status.challenge, &status.appliance).to_vec();
            let act = Act::Login { name: name.to_owned(), signature, seen_generation: 0 };
            assert!(matches!(daemon.ask(&act).unwrap(), Answer::Done { .. }));
        }
        daemon
    }
}
