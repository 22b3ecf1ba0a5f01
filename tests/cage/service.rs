//! A service manager, played by the test: it hears what the daemon says of itself, and hands sockets over.

use crate::appliance::{Console, people};
use crate::calls::{ceremony, config};
use crate::support::binary::{
    Caller, Daemon, Folder, PATIENCE, configuration, connect, program, wait_for,
};
use payhsm_protocol::officer::{Act, Answer};
use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

/// The ear of a service manager.
pub(crate) struct Manager {
    socket: UnixDatagram,
    heard: Vec<String>,
}

impl Manager {
    pub(crate) fn at(path: &std::path::Path) -> Self {
        Self::of(UnixDatagram::bind(path).unwrap())
    }

    fn of(socket: UnixDatagram) -> Self {
        socket.set_read_timeout(Some(std::time::Duration::from_millis(50))).unwrap();
        Self { socket, heard: Vec::new() }
    }

    /// Everything that has been said so far, a line each.
    pub(crate) fn heard(&mut self) -> &[String] {
        let mut message = [0; 4096];
        while let Ok(length) = self.socket.recv(&mut message) {
            let text = std::str::from_utf8(&message[..length]).unwrap();
            self.heard.extend(text.lines().map(str::to_owned));
        }
        &self.heard
    }

    pub(crate) fn wait_for(&mut self, line: &str) {
        let start = Instant::now();
        while !self.heard().iter().any(|heard| heard == line) {
            assert!(start.elapsed() < PATIENCE, "{line} is not in {:#?}", self.heard);
        }
    }

    pub(crate) fn count(&mut self, line: &str) -> usize {
        self.heard().iter().filter(|heard| *heard == line).count()
    }
}

/// A daemon with this environment.
fn start(folder: &Folder, config: &str, environment: &[(&str, &str)]) -> Daemon {
    let path = folder.write("payhsm.toml", config);
    let mut command = Command::new(program());
    command.arg("--config").arg(path);
    command.env_remove("RUST_LOG").envs(environment.iter().copied()).stdin(Stdio::null());
    Daemon::of(&mut command)
}

#[test]
fn the_service_manager_hears_how_it_stands() {
    let folder = Folder::new();
    let mut manager = Manager::at(&folder.path("notify"));
    let socket = folder.path("notify").display().to_string();
    let environment = [("NOTIFY_SOCKET", socket.as_str())];
    let mut daemon = start(&folder, &config(""), &environment).listening(1);
    manager.wait_for("READY=1");
    manager.wait_for("STATUS=uninitialised: waiting for officers to make the first LMK");
    let people = people();
    let (mut console, lmk) = ceremony(&folder, &people);
    manager.wait_for("STATUS=operational: answering");
    console.done(&Act::Seal);
    manager.wait_for("STATUS=sealed: waiting for officers");
    drop(console);
    let mut console = Console::connect(&folder.path("officers.sock"));
    assert!(matches!(console.unseal(&lmk, &[&people[0], &people[1]]), Answer::Done { .. }));
    wait_for("the LMK", || manager.count("STATUS=operational: answering") == 2);
    let (ready, reloading) = (manager.count("READY=1"), manager.count("RELOADING=1"));
    assert_eq!((ready, reloading), (1, 0));
    let before = uptime();
    daemon.reload();
    wait_for("the end of it", || manager.count("READY=1") == 2);
    let heard = manager.heard();
    let at = |line: &str| heard.iter().rposition(|heard| heard.starts_with(line)).unwrap();
    assert!(at("RELOADING=1") < at("MONOTONIC_USEC=") && at("MONOTONIC_USEC=") < at("READY=1"));
    let told = heard[at("MONOTONIC_USEC=")].strip_prefix("MONOTONIC_USEC=").unwrap();
    let told: u64 = told.parse().unwrap();
    assert!((before..=uptime()).contains(&(told / 1_000_000)), "{told} after {before} s");
    assert_eq!(manager.count("WATCHDOG=1"), 0, "nobody has asked for it");
    daemon.terminate();
    assert!(daemon.end().success());
    manager.wait_for("STOPPING=1");
}

/// Whole seconds of the monotonic clock.
fn uptime() -> u64 {
    let text = fs::read_to_string("/proc/uptime").unwrap();
    text.split('.').next().unwrap().parse().unwrap()
}

#[test]
fn a_manager_in_the_abstract_is_heard_and_one_that_is_not_there_is_an_error() {
    let folder = Folder::new();
    let name = format!("payhsm-{}-{}", std::process::id(), folder.path("").display());
    let address = std::os::unix::net::SocketAddr::from_abstract_name(&name).unwrap();
    let mut manager = Manager::of(UnixDatagram::bind_addr(&address).unwrap());
    let socket = format!("@{name}");
    let config = configuration("development", true, "");
    let environment = [("NOTIFY_SOCKET", socket.as_str()), ("WATCHDOG_USEC", "400000")];
    let _daemon = start(&folder, &config, &environment).listening(8);
    manager.wait_for("READY=1");
    wait_for("signs of life", || manager.count("WATCHDOG=1") > 3);
    let gone = folder.path("nobody").display().to_string();
    let mut daemon = start(&folder, &config, &[("NOTIFY_SOCKET", gone.as_str())]);
    assert_eq!(daemon.end().code(), Some(1));
    wait_for("why", || daemon.log.contain("cannot be told anything"));
}

/// A daemon that was handed sockets, as descriptors 3 and 4. The test gives them as input and output; a shell moves them.
struct Handed {
    child: Child,
    log: PathBuf,
}

impl Drop for Handed {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Handed {
    fn start(folder: &Folder, config: &str, names: &str, sockets: [OwnedFd; 2]) -> Self {
        let (path, log) = (folder.write("payhsm.toml", config), folder.path("log"));
        let script = "LISTEN_PID=$$ exec \"$0\" --config \"$1\" 3<&0 4<&1 0</dev/null 1>/dev/null";
        let [first, second] = sockets;
        let mut command = Command::new("sh");
        command.args(["-c", script]).arg(program()).arg(path).env_remove("RUST_LOG");
        command.envs([("LISTEN_FDS", "2"), ("LISTEN_FDNAMES", names)]);
        command.stdin(first).stdout(second).stderr(File::create(&log).unwrap());
        Self { child: command.spawn().unwrap(), log }
    }

    fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    fn wait_for(&self, text: &str) {
        wait_for(text, || self.said().contains(text));
    }

    /// What it says of its start when there is none.
    fn refused(mut self) -> String {
        wait_for("its end", || self.child.try_wait().unwrap().is_some());
        assert_eq!(self.child.wait().unwrap().code(), Some(1), "{}", self.said());
        self.said()
    }
}

fn tcp() -> (SocketAddr, OwnedFd) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    (listener.local_addr().unwrap(), listener.into())
}

#[test]
fn sockets_that_were_handed_over_take_the_place_of_addresses() {
    let folder = Folder::new();
    fs::create_dir(folder.path("run")).unwrap();
    let officers = folder.path("run/o.sock");
    let listener = UnixListener::bind(&officers).unwrap();
    let kept = listener.try_clone().unwrap();
    let (address, socket) = tcp();
    // Where the configuration says there is nothing, and nobody could make a socket.
    let config = config("").replace("'officers.sock'", "'nowhere/officers.sock'");
    let handed = Handed::start(&folder, &config, "tls:officers", [socket, listener.into()]);
    handed.wait_for("officers' socket");
    let people = people();
    let mut console = Console::connect(&officers);
    console.enrol(&people);
    console.log_in(&people[0]);
    console.log_in(&people[1]);
    drop(console.first_lmk());
    let mut host = folder.host_client("client", address);
    assert!(host.ask("NC").starts_with("ND00"));
    let mut handed = handed;
    let stopped = Command::new("kill").arg(handed.child.id().to_string()).status();
    assert!(stopped.unwrap().success());
    assert!(handed.child.wait().unwrap().success(), "{}", handed.said());
    // It is the manager's, and the next daemon's.
    assert!(officers.exists());
    let (address, socket) = tcp();
    let handed = Handed::start(&folder, &config, "tls:officers", [socket, kept.into()]);
    handed.wait_for("officers' socket");
    assert!(Console::connect(&officers).status().appliance.len() > 8);
    drop(folder.host_client("client", address).ask("NO00"));
}

#[test]
fn ports_of_lmks_are_handed_over_by_their_number_and_others_are_opened() {
    let folder = Folder::new();
    let [(first, one), (second, two)] = [tcp(), tcp()];
    let config =
        configuration("development", true, "").replace("plain =", "lmks = [1, 2]\nplain =");
    let handed = Handed::start(&folder, &config, "plain-1:plain-1", [one, two]);
    handed.wait_for("TEST LMK");
    wait_for("all ports", || handed.said().matches("\"listening\"").count() == 7);
    for address in [first, second] {
        let mut caller = Caller::new(connect(address));
        assert!(caller.ask("NC").starts_with("ND00"));
        let said = handed.said();
        let line = said.lines().find(|line| line.contains(&address.to_string())).unwrap();
        assert!(line.contains("\"lmk\":\"01\""), "{line}");
    }
}

#[test]
fn sockets_that_nobody_has_use_for_are_refused_in_a_sentence() {
    let folder = Folder::new();
    let unix = || OwnedFd::from(UnixStream::pair().unwrap().0);
    for (names, [one, two], words) in [
        ("tls:colour", [tcp().1, tcp().1], "a socket `colour`"),
        // No LMK has that port.
        ("tls:tls-7", [tcp().1, tcp().1], "a socket `tls-7`"),
        ("plain:tls", [tcp().1, tcp().1], "a socket `plain`"),
        ("tls", [tcp().1, tcp().1], "2 sockets and 1 names"),
        ("tls:officers", [tcp().1, tcp().1], "the socket `officers`"),
        ("tls:tls", [tcp().1, unix()], "the socket `tls`"),
        ("tls:officers", [tcp().1, unix()], "does not listen"),
    ] {
        let said = Handed::start(&folder, &config(""), names, [one, two]).refused();
        assert!(said.contains(words), "{names}: {said}");
    }
}

#[test]
fn sockets_that_were_handed_to_somebody_else_are_left_alone() {
    let folder = Folder::new();
    let environment = [("LISTEN_PID", "1"), ("LISTEN_FDS", "1"), ("LISTEN_FDNAMES", "colour")];
    drop(start(&folder, &config(""), &environment).listening(1));
}
