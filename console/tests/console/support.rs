//! A daemon on a real Unix socket that is just real enough: it checks logins, counts components and shares, seals shares to their
//! holders, and keeps what it was told so that a test can look.

use payhsm_protocol::compact::Compact;
use payhsm_protocol::field::CheckValue;
use payhsm_protocol::officer::{Act, AuthorisedLine, Forming, KeyLine, LmkLine, Officer, Zone};
use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

pub(crate) const APPLIANCE: &str = "0123456789abcdef";

/// What the daemon holds; tests look into it.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) state: String,
    pub(crate) officers: Vec<Officer>,
    pub(crate) lmks: Vec<LmkLine>,
    pub(crate) keys: Vec<KeyLine>,
    pub(crate) zones: Vec<Zone>,
    pub(crate) generation: u64,
    pub(crate) authorised: Vec<AuthorisedLine>,
    /// Acts by name, in order.
    pub(crate) acts: Vec<String>,
    /// Components that count.
    pub(crate) kept: Vec<Vec<u8>>,
    pub(crate) given: Vec<Vec<u8>>,
    pub(crate) moved: u64,
    /// By default `issuer`.
    pub(crate) profile: Option<String>,
    pub(crate) present: Vec<String>,
    pub(crate) forming: Option<Forming>,
    pub(crate) pending: Option<Vec<u8>>,
}

pub(crate) struct Fake {
    pub(crate) socket: PathBuf,
    pub(crate) state: Arc<Mutex<State>>,
}

impl Fake {
    /// Starts it in a folder.
    pub(crate) fn start(folder: &Path, state: &str) -> Self {
        let socket = folder.join("officer.sock");
        let listener = UnixListener::bind(&socket).unwrap();
        let held = Arc::new(Mutex::new(State { state: state.to_owned(), ..State::default() }));
        let shared = Arc::clone(&held);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                shared.lock().unwrap().hang_up();
                serve(stream.unwrap(), &shared);
            }
        });
        Self { socket, state: held }
    }

    pub(crate) fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap())
    }
}

fn serve(mut stream: UnixStream, state: &Mutex<State>) {
    loop {
        let mut lengths = [0; 8];
        if stream.read_exact(&mut lengths).is_err() {
            return;
        }
        let length = |at: usize| u32::from_be_bytes(lengths[at..at + 4].try_into().unwrap());
        let mut message = vec![0; length(0) as usize];
        let mut secret = vec![0; length(4) as usize];
        stream.read_exact(&mut message).unwrap();
        stream.read_exact(&mut secret).unwrap();
        let answer = state.lock().unwrap().answer(Act::take(&message).unwrap(), secret);
        let mut frame = vec![0; 8];
        answer.put(&mut frame).unwrap();
        let length = u32::try_from(frame.len() - 8).unwrap();
        frame[..4].copy_from_slice(&length.to_be_bytes());
        if stream.write_all(&frame).is_err() {
            return;
        }
    }
}

/// Seven lines of a list at a time.
pub(crate) fn page<T: Clone>(all: &[T], is_after: impl Fn(&T) -> bool) -> (Vec<T>, bool) {
    let mut rest = all.iter().filter(|line| is_after(line)).cloned();
    let page = rest.by_ref().take(7).collect();
    (page, rest.next().is_some())
}

/// No check value that means anything; different bytes give different ones.
pub(crate) fn check_value(bytes: &[u8]) -> CheckValue {
    let sum = bytes.iter().fold(7_u32, |sum, byte| sum.wrapping_mul(16_777_619) ^ u32::from(*byte));
    CheckValue(sum.to_be_bytes()[1..].to_vec())
}
