//! A PostgreSQL server of one's own, for tests: in a folder of its own, on a port of its own, and gone with its owner.

use std::fmt;
use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// What the users of the test servers have as their password; nothing else does.
pub const PASSWORD: &str = "not-to-be-seen";

/// Who runs the server where the tests are run by root, whom it refuses.
const USERS: [&str; 2] = ["postgres", "nobody"];

/// A server that a test may stop and start as it likes.
pub struct Server {
    programs: PathBuf,
    folder: TempDir,
    user: Option<String>,
    port: u16,
}

impl Server {
    /// Starts one, with the programs below `/usr/lib/postgresql`.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub fn start() -> Result<Self, String> {
        Self::start_with(&[], &[])
    }

    /// Starts one with these files in its folder, readable by it alone, and these settings, as `name=value`; in a
    /// setting, `{folder}` is where the files are.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub fn start_with(files: &[(&str, &[u8])], settings: &[&str]) -> Result<Self, String> {
        let programs = programs()?;
        let folder = TempDir::with_prefix("payhsm-postgres-").map_err(words)?;
        let root = fs::metadata(folder.path()).map_err(words)?.uid() == 0;
        let user = if root { Some(user()?) } else { None };
        let mut server = Self { programs, folder, user, port: 0 };
        server.own(server.folder.path())?;
        server.put("password", PASSWORD.as_bytes())?;
        for (name, content) in files {
            server.put(name, content)?;
        }
        let password = format!("--pwfile={}", server.path("password"));
        let data = server.data();
        server.run(
            "initdb",
            &["-D", &data, "-U", "payhsm", "--auth=scram-sha-256", &password, "--no-sync"],
        )?;
        let mut text = "listen_addresses = '127.0.0.1'\n".to_owned();
        text += &format!("unix_socket_directories = '{}'\n", server.folder.path().display());
        for (name, value) in settings.iter().filter_map(|setting| setting.split_once('=')) {
            let value = value.replace("{folder}", &server.folder.path().display().to_string());
            text += &format!("{name} = '{value}'\n");
        }
        let path = format!("{data}/postgresql.conf");
        let file = fs::OpenOptions::new().append(true).open(path);
        file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(words)?;
        // Somebody may take the port before the server has it.
        let mut outcome = Ok(());
        for _ in 0..5 {
            server.port = free_port()?;
            outcome = server.again();
            if outcome.is_ok() {
                break;
            }
        }
        outcome.map(|()| server)
    }

    /// Its url, password and all.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://payhsm:{PASSWORD}@127.0.0.1:{}/postgres", self.port)
    }

    /// The port of 127.0.0.1 on which it listens.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Where its Unix socket is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Ends it as a crash would: it says good-bye to nobody, and recovers when it starts again.
    ///
    /// # Errors
    /// In words.
    pub fn crash(&self) -> Result<(), String> {
        self.run("pg_ctl", &["-D", &self.data(), "-w", "-m", "immediate", "stop"])
    }

    /// Starts it again, on the same port.
    ///
    /// # Errors
    /// In words.
    pub fn again(&self) -> Result<(), String> {
        let (log, port) = (self.path("log"), format!("-p {}", self.port));
        self.run("pg_ctl", &["-D", &self.data(), "-w", "-l", &log, "-o", &port, "start"])
    }

    /// What it has logged.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn data(&self) -> String {
        self.path("data")
    }

    fn put(&self, name: &str, content: &[u8]) -> Result<(), String> {
        use std::os::unix::fs::OpenOptionsExt;
        let path = self.folder.path().join(name);
        let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        file.and_then(|mut file| file.write_all(content)).map_err(words)?;
        self.own(&path)
    }

    /// Gives a file to the server's user.
    fn own(&self, path: &Path) -> Result<(), String> {
        let Some(user) = &self.user else { return Ok(()) };
        let uid = id(user).ok_or("no such user")?;
        chown(path, Some(uid), None).map_err(words)
    }

    /// Runs one of the server's programs as the server's user.
    fn run(&self, program: &str, arguments: &[&str]) -> Result<(), String> {
        let program = self.programs.join(program);
        let mut command = match &self.user {
            Some(user) => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", user, "--clear-groups", "--"]).arg(&program);
                command
            }
            None => Command::new(&program),
        };
        let command = command.args(arguments).current_dir(self.folder.path()).env("LC_ALL", "C");
        // A file and no pipe: the server would hold the pipe open.
        let told = self.folder.path().join("told");
        let out = fs::File::create(&told).map_err(words)?;
        let again = out.try_clone().map_err(words)?;
        let status = command.stdout(out).stderr(again).status().map_err(words)?;
        if status.success() {
            return Ok(());
        }
        let told = fs::read_to_string(&told).unwrap_or_default();
        Err(format!("{}: {status}: {told}{}", program.display(), self.log()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be stopped already.
        drop(self.crash());
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server on port {}", self.port)
    }
}

fn words(error: std::io::Error) -> String {
    error.to_string()
}

/// The folder of the newest server that is installed.
fn programs() -> Result<PathBuf, String> {
    let missing = || "there is no PostgreSQL below /usr/lib/postgresql".to_owned();
    let versions = fs::read_dir("/usr/lib/postgresql").map_err(|_| missing())?;
    let found = versions.filter_map(|version| {
        let version = version.ok()?;
        let number: u32 = version.file_name().to_str()?.parse().ok()?;
        let folder = version.path().join("bin");
        folder.join("initdb").is_file().then_some((number, folder))
    });
    found.max().map(|(_, folder)| folder).ok_or_else(missing)
}

fn user() -> Result<String, String> {
    let found = USERS.into_iter().find(|user| id(user).is_some());
    found.map(str::to_owned).ok_or_else(|| "there is nobody to run PostgreSQL".to_owned())
}

fn id(user: &str) -> Option<u32> {
    let Output { status, stdout, .. } = Command::new("id").args(["-u", user]).output().ok()?;
    let number = String::from_utf8(stdout).ok()?;
    if status.success() { number.trim().parse().ok() } else { None }
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(words)?;
    Ok(listener.local_addr().map_err(words)?.port())
}
