//! More connections than the limit, than the process may have files, and than the system has left.

use crate::appliance::{long, soon};
use crate::officers;
use crate::process::{allow_files, limit, open_files};
use crate::support::binary::{Daemon, Folder, configuration, connect, pause, program, wait_for};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// An appliance with officers, which answers a question about its state.
struct Appliance {
    folder: Folder,
    daemon: Daemon,
    socket: PathBuf,
}

const STATE: &str = "NO01";

impl Appliance {
    /// With these limits, in a process that may have so many files.
    fn new(limits: &str, files: Option<usize>) -> Self {
        let folder = Folder::new();
        let rest = format!(
            "[officers]\nsocket = 'officers.sock'\n[memory]\nstrict = false\n[limits]\n{limits}"
        );
        let config = folder.write("payhsm.toml", &configuration("issuer", false, &rest));
        let files = files.map(|files| format!("--nofile={files}:{files}"));
        let mut command = Command::new("prlimit");
        command.args(files).arg(program()).arg("--config").arg(config);
        let daemon = Daemon::of(command.env_remove("RUST_LOG").stdin(Stdio::null())).listening(1);
        let socket = folder.path("officers.sock");
        Self { folder, daemon, socket }
    }

    fn address(&self) -> SocketAddr {
        self.daemon.address(true, None)
    }

    /// How long a new caller takes from connecting to an answer.
    fn new_caller(&self) -> Duration {
        let begun = Instant::now();
        let mut caller = self.folder.host_client("client", self.address());
        assert!(caller.ask(STATE).starts_with("NP00"));
        begun.elapsed()
    }

    /// How long it takes until a new caller is served again.
    fn served_again(&self) -> Duration {
        let begun = Instant::now();
        wait_for("a new caller", || {
            let identity = ["client.crt", "client.key"].map(|file| self.folder.path(file));
            let [certificate, key] = identity;
            let stream = connect(self.address());
            stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
            let authority = self.folder.path("ca.crt");
            let stream =
                crate::support::binary::tls(&authority, Some((certificate, key)), &[], stream);
            let mut caller = crate::support::binary::Caller::new(stream);
            let message = crate::support::binary::framed(STATE);
            let sent = std::io::Write::write_all(&mut caller.stream, &message);
            sent.is_ok() && caller.receive().is_some_and(|answer| answer.starts_with("NP00"))
        });
        begun.elapsed()
    }

    /// What officers wait for word of their appliance.
    fn officers(&self) -> Duration {
        let begun = Instant::now();
        assert!(!officers::status(&self.socket).state.is_empty());
        begun.elapsed()
    }
}

/// So many connections at once; those that the daemon has closed are among them.
fn connections(address: SocketAddr, many: usize) -> Vec<TcpStream> {
    (0..many).map(|_| connect(address)).collect()
}

#[test]
fn a_flood_is_shed_and_officers_get_through() {
    let (waves, wave) = if long() { (10, 2000) } else { (2, 1000) };
    if !allow_files(2 * wave) {
        return;
    }
    let appliance = Appliance::new("connections = 500", None);
    let mut good = appliance.folder.host_client("client", appliance.address());
    assert!(good.ask(STATE).starts_with("NP00"));
    let files = open_files(&appliance.daemon);
    let (mut officers, mut answers) = (Duration::ZERO, Duration::ZERO);
    let begun = Instant::now();
    for _ in 0..waves {
        let flood = connections(appliance.address(), wave);
        let asked = Instant::now();
        assert!(good.ask(STATE).starts_with("NP00"));
        answers = answers.max(asked.elapsed());
        officers = officers.max(appliance.officers());
        drop(flood);
    }
    let (took, again) = (begun.elapsed(), appliance.served_again());
    println!(
        "{} connections in {took:?}: an answer after {answers:?} at most, officers {officers:?}, a new caller {again:?} after",
        waves * wave
    );
    assert!(again <= soon() && answers <= soon() && officers <= soon());
    wait_for("files that are closed", || open_files(&appliance.daemon) <= files);
    let told = appliance.daemon.log.count("connection limit reached");
    let most = usize::try_from(took.as_secs()).unwrap() + 2;
    assert!((1..=most).contains(&told), "told {told} times in {took:?}");
    for words in ["panicked", "cannot accept", "no connection"] {
        assert!(!appliance.daemon.log.contain(words), "{:#?}", appliance.daemon.log.all());
    }
}

#[test]
fn a_process_with_few_files_keeps_some_for_officers_and_the_log() {
    let appliance = Appliance::new("connections = 4096", Some(180));
    assert!(
        appliance.daemon.log.contain("more than the process may open files"),
        "{:#?}",
        appliance.daemon.log.all()
    );
    let mut good = appliance.folder.host_client("client", appliance.address());
    assert!(good.ask(STATE).starts_with("NP00"));
    let flood = connections(appliance.address(), 400);
    wait_for("a refusal", || appliance.daemon.log.contain("connection limit reached"));
    // Eight consoles, as many as there may be, and everything else that takes a file.
    for _ in 0..20 {
        assert!(appliance.officers() <= soon());
    }
    assert!(good.ask(STATE).starts_with("NP00"));
    appliance.daemon.reload();
    drop(flood);
    let again = appliance.served_again();
    println!("180 files and 400 connections: a new caller after {again:?}");
    assert!(again <= soon());
    for words in ["panicked", "cannot accept", "no connection", "nothing has changed"] {
        assert!(!appliance.daemon.log.contain(words), "{:#?}", appliance.daemon.log.all());
    }
}

/// The system has no file left to give, whatever the process was promised.
#[test]
fn when_no_file_is_left_callers_wait_and_are_served_afterwards() {
    let appliance = Appliance::new("connections = 4096", None);
    let mut good = appliance.folder.host_client("client", appliance.address());
    assert!(good.ask(STATE).starts_with("NP00"));
    let files = open_files(&appliance.daemon);
    if !limit(&appliance.daemon, "nofile", files + 20) {
        println!("skipped: prlimit cannot limit the daemon");
        return;
    }
    let flood = connections(appliance.address(), 60);
    wait_for("an error of the system", || appliance.daemon.log.contain("cannot accept"));
    // Whoever is connected is served.
    assert!(good.ask(STATE).starts_with("NP00"));
    pause(Duration::from_millis(300));
    // It does not ask in vain over and over, nor fill the log.
    let told = appliance.daemon.log.count("cannot accept");
    assert!(told <= 20, "{told} lines");
    drop(flood);
    let again = appliance.served_again();
    println!("no file left: {told} lines of it; a new caller {again:?} after the flood");
    assert!(again <= soon());
    assert!(appliance.new_caller() <= soon());
    assert!(!appliance.daemon.log.contain("panicked"), "{:#?}", appliance.daemon.log.all());
}
