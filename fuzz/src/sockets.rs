//! Both ends of the officers' socket, with bytes of the fuzzer on the other.

use super::given::Given;
use super::stores::folder;
use payhsm::Engine;
use payhsm::clock::Monotonic;
use payhsm::lifecycle::{Lifecycle, State};
use payhsm::officers::{Office, Server, Setup};
use payhsm::record::LogOnly;
use payhsm::settings::{Legacy, Profile, Settings};
use payhsm_console::daemon::Daemon;
use payhsm_protocol::compact::Compact;
use payhsm_protocol::host;
use payhsm_protocol::officer::{Act, Answer, MAX_MESSAGE};
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;

/// An appliance that has no LMK yet; it listens in this folder.
fn appliance(folder: &Path) -> Server {
    let settings = Settings { profile: Profile::Issuer, legacy: Legacy::default() };
    let lifecycle = Lifecycle::new(State::Uninitialised);
    let engine =
        Engine::new(None, lifecycle, settings, host::Settings::default(), Box::new(LogOnly));
    let office = Office::open(Setup {
        engine: Arc::new(engine),
        folder: folder.to_owned(),
        anchor: None,
        clock: Arc::new(Monotonic::new()),
        reloader: None,
        audit: None,
    });
    Server::start(office.expect("an office"), &folder.join(SOCKET)).expect("a socket")
}

const SOCKET: &str = "officers.sock";

/// What comes to the daemon on its officers' socket: framed acts and bytes of any kind, and secrets. Every answer is one, and the
/// daemon goes on.
pub fn officers_socket(data: &[u8]) {
    let mut given = Given::new(data);
    let mut sent = Vec::new();
    while !given.is_empty() {
        let message = given.counted();
        let secret = if given.byte() % 4 == 3 { given.counted() } else { &[] };
        let length =
            if given.byte() == 0xFF { u32::from(given.short()) << 8 } else { length(message) };
        sent.extend_from_slice(&length.to_be_bytes());
        sent.extend_from_slice(&self::length(secret).to_be_bytes());
        sent.extend_from_slice(message);
        sent.extend_from_slice(secret);
    }
    let folder = folder();
    let server = appliance(folder.path());
    let mut stream = UnixStream::connect(folder.path().join(SOCKET)).expect("a connection");
    // It may have closed before it read all of it.
    drop(stream.write_all(&sent));
    drop(stream.shutdown(Shutdown::Write));
    let mut answers = Vec::new();
    drop(stream.read_to_end(&mut answers));
    let mut rest = answers.as_slice();
    while let Some((head, behind)) = rest.split_first_chunk::<8>() {
        let (length, secret) = head.split_at(4);
        assert_eq!(secret, [0; 4]);
        let length = usize::try_from(u32::from_be_bytes(length.try_into().expect("4 bytes")));
        let length = length.expect("a length");
        assert!(length <= MAX_MESSAGE && length <= behind.len());
        let (message, behind) = behind.split_at(length);
        assert!(Answer::take(message).is_ok(), "an answer that is none");
        rest = behind;
    }
    assert!(rest.is_empty(), "an answer that is cut short");
    // It is still there for the next one.
    let mut daemon = Daemon::connect(&folder.path().join(SOCKET)).expect("a connection");
    assert!(matches!(daemon.ask(&Act::Status), Ok(Answer::Status(_))));
    drop(daemon);
    server.stop();
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).expect("a short message")
}

/// What comes to the console from something that says it is the daemon.
pub fn hostile_daemon(data: &[u8]) {
    let folder = folder();
    let path = folder.path().join(SOCKET);
    let listener = UnixListener::bind(&path).expect("a socket");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (mut stream, _) = listener.accept().expect("a connection");
            drop(stream.write_all(data));
            drop(stream.shutdown(Shutdown::Write));
            drop(stream.read_to_end(&mut Vec::new()));
        });
        let mut daemon = Daemon::connect(&path).expect("a connection");
        for act in [Act::Status, Act::ListOfficers, Act::Seal] {
            match daemon.ask_with(&act, b"a secret") {
                Ok(answer) => assert!(!format!("{answer:?}").is_empty()),
                Err(why) => {
                    assert!(!why.to_string().is_empty());
                    break;
                }
            }
        }
    });
}

/// Seeds of [`officers_socket`].
#[must_use]
pub fn officers_socket_seeds() -> Vec<Vec<u8>> {
    let framed = |message: Vec<u8>| {
        let length = u8::try_from(message.len()).ok()?;
        Some([&[length], message.as_slice(), &[0, 0]].concat())
    };
    let mut seeds: Vec<_> =
        super::officers::officer_act_seeds().into_iter().filter_map(framed).collect();
    let all = seeds.concat();
    seeds.push(all);
    seeds.push(vec![1, 0, 3, 5, 1, 2, 3, 4, 5, 0]);
    seeds
}

/// Seeds of [`hostile_daemon`].
#[must_use]
pub fn hostile_daemon_seeds() -> Vec<Vec<u8>> {
    let framed =
        |message: Vec<u8>| [&length(&message).to_be_bytes()[..], &[0; 4], &message].concat();
    let mut seeds: Vec<_> =
        super::officers::officer_answer_seeds().into_iter().map(framed).collect();
    let all = seeds.concat();
    seeds.push(all);
    seeds.push([&[0, 4, 0, 1, 0, 0, 0, 0][..], &[0; 40]].concat());
    seeds
}
