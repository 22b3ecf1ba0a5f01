//! After a call nothing of its keys and blocks is in memory: not in the form they had, and in no other form.
//!
//! A process makes the calls and is looked into from outside. Each call is made with one set of secrets, with another,
//! and with both again; what comes back with the secrets comes from them. So this finds round keys and half-done
//! blocks in whatever form a kernel keeps them. See docs/side-channels.md.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests stop at what they do not expect"
)]

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use payhsm_taint::memory::{Place, Snapshot, leftovers};
use payhsm_taint::program::release_example;
use payhsm_tdes::{Instructions, Kernel, KernelName};

/// Bytes of keys, and of blocks and chaining values, that go with each request.
const KEYS: usize = 300 * 24;
const DATA: usize = 300 * (8 + 8);

struct Served {
    process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Served {
    fn start(subject: &str) -> Self {
        let program = release_example(env!("CARGO"), "payhsm-tdes", "ctgrind").unwrap();
        let mut command = Command::new(program);
        command.args(["served", subject]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let requests = process.stdin.take().unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap());
        Self { process, requests, answers }
    }

    /// What the call of this number is; nothing if there is none.
    fn name(&mut self, number: u8) -> String {
        self.requests.write_all(&[number]).unwrap();
        self.answer()
    }

    /// Has the call made that was just named, and looks.
    fn call(&mut self, secrets: &[u8]) -> Snapshot {
        self.requests.write_all(secrets).unwrap();
        self.answer();
        Snapshot::of(self.process.id()).unwrap()
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    fn stop(mut self) {
        drop(self.requests);
        assert!(self.process.wait().unwrap().success());
    }
}

/// What looks like nothing else in memory.
fn secrets(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut word = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z ^ (z >> 27)
    };
    (0..(KEYS + DATA) / 8).flat_map(|_| word().to_le_bytes()).collect()
}

/// How often a call is looked at until what it leaves is believed: other words, such as how much came in one read, have two
/// values too, and may by chance go with the secrets.
const LOOKS: usize = 4;

/// What calls are made with.
struct Given {
    one: Vec<u8>,
    other: Vec<u8>,
    public: Vec<u8>,
    /// The other secrets, in either order of bytes.
    needles: Vec<[u8; 8]>,
}

impl Given {
    fn new() -> Self {
        let (one, other, public) = (secrets(1), secrets(2), secrets(3));
        let words = other.as_chunks::<8>().0;
        let reversed = words.iter().map(|word| u64::from_le_bytes(*word).to_be_bytes());
        let needles = words.iter().copied().chain(reversed).collect();
        Self { one, other, public, needles }
    }
}

impl Served {
    /// The call of this number, and what is left of its secrets; `None` if there is no such call.
    fn look(&mut self, number: u8, given: &Given) -> Option<(String, Vec<Place>)> {
        let mut name = String::new();
        // In turn: what merely grows or counts does not come back.
        let snapshots = [&given.one, &given.other, &given.one, &given.other].map(|secrets| {
            name = self.name(number);
            // Ciphertext is no secret, and the decryption of CBC says that it keeps some.
            let ciphertext = name.contains("shape: Cbc, encrypt: false");
            let data = if ciphertext { &given.public[KEYS..] } else { &secrets[KEYS..] };
            (!name.is_empty()).then(|| self.call(&[&secrets[..KEYS], data].concat()))
        });
        let [Some(first), Some(second), Some(third), Some(last)] = snapshots else { return None };
        let mut places = leftovers([&first, &third], [&second, &last]);
        // By name too, at any alignment.
        places.extend(last.find(&given.needles));
        Some((name, places))
    }
}

/// The call and what was left of its secrets, for every call that leaves something.
fn left_by(subject: &str) -> Vec<(String, Vec<Place>)> {
    let given = Given::new();
    let mut served = Served::start(subject);
    let mut left = Vec::new();
    for number in 0.. {
        let Some((name, mut places)) = served.look(number, &given) else {
            assert!(number > 90, "{number} calls");
            break;
        };
        for _ in 1..LOOKS {
            if places.is_empty() {
                break;
            }
            let (_, again) = served.look(number, &given).unwrap();
            places.retain(|place| again.iter().any(|one| one.is_at(place)));
        }
        if !places.is_empty() {
            left.push((name, places));
        }
    }
    served.stop();
    left
}

#[test]
fn kernels_leave_nothing() {
    let mut report = String::new();
    let kernels = KernelName::ALL.into_iter().filter(|kernel| Kernel::with(*kernel).is_some());
    let pairs = Instructions::ALL.into_iter().filter(|set| Kernel::within(*set).is_some());
    for subject in kernels.map(KernelName::as_str).chain(pairs.map(Instructions::as_str)) {
        for (call, places) in left_by(subject) {
            writeln!(report, "{subject}: {call} leaves {} words", places.len()).unwrap();
            places.iter().take(8).for_each(|place| writeln!(report, "    {place:?}").unwrap());
        }
    }
    assert!(report.is_empty(), "{report}");
}

#[test]
fn what_table_code_leaves_is_found() {
    let left = left_by("des");
    assert!(left.iter().any(|(_, places)| places.len() > 2), "{left:?}");
}
