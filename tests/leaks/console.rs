//! Officers' end of the socket, and what they hold.

use payhsm_officer::Identity;
use payhsm_officer::passphrase::Cost;
use payhsm_officer::random::SystemRandom;
use payhsm_officer::share::Belonging;
use payhsm_protocol::compact::Compact;
use payhsm_protocol::field::{Exportability, KeyAttributes, LmkId};
use payhsm_protocol::officer::{Act, Answer, NewKey, Quorum, SealedShare, Status};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

pub(crate) const QUORUM: Quorum = Quorum { needed: 2, of: 3 };

const NAMES: [&str; 3] = ["alice", "bob", "carol"];

/// Three officers.
pub(crate) fn people() -> [Identity; 3] {
    NAMES.map(|name| {
        let cost = Cost::development_only();
        Identity::create(name, b"a passphrase for tests", cost, &mut SystemRandom).unwrap()
    })
}

/// All of them.
pub(crate) fn holders() -> Vec<String> {
    NAMES.map(str::to_owned).to_vec()
}

/// A double-length TDES key that may leave.
pub(crate) fn tdes_key(label: &str, usage: &[u8; 2]) -> NewKey {
    let attributes = KeyAttributes {
        usage: *usage,
        algorithm: Some(*b"T2"),
        mode_of_use: b'B',
        version: *b"00",
        exportability: Exportability::Trusted,
        optional_blocks: Vec::new(),
    };
    NewKey { label: label.to_owned(), slot: None, attributes }
}

/// An LMK as its holders have it.
pub(crate) struct Shares {
    appliance: String,
    sealed: Vec<SealedShare>,
}

impl Shares {
    /// The share of a person.
    pub(crate) fn open(&self, holder: &Identity) -> Vec<u8> {
        let share = self.sealed.iter().find(|share| share.holder == holder.name()).unwrap();
        let (appliance, holder_name) = (self.appliance.as_str(), holder.name());
        let belonging = Belonging { appliance, lmk: share.lmk, holder: holder_name };
        holder.open_share(&belonging, &share.sealed).unwrap().to_vec()
    }
}

/// The other end of the socket.
pub(crate) struct Console(UnixStream);

impl Console {
    pub(crate) fn connect(path: &Path) -> Self {
        Self(UnixStream::connect(path).unwrap())
    }

    pub(crate) fn ask_with(&mut self, act: &Act, secret: &[u8]) -> Answer {
        let mut message = Vec::new();
        act.put(&mut message).unwrap();
        let lengths = [message.len(), secret.len()].map(|length| u32::try_from(length).unwrap());
        let mut frame = lengths.map(u32::to_be_bytes).concat();
        frame.extend_from_slice(&message);
        frame.extend_from_slice(secret);
        self.0.write_all(&frame).unwrap();
        let mut lengths = [0; 8];
        self.0.read_exact(&mut lengths).unwrap();
        let length = u32::from_be_bytes(lengths[..4].try_into().unwrap());
        let mut message = vec![0; usize::try_from(length).unwrap()];
        self.0.read_exact(&mut message).unwrap();
        Answer::take(&message).unwrap()
    }

    pub(crate) fn ask(&mut self, act: &Act) -> Answer {
        self.ask_with(act, &[])
    }

    /// Asks for what is then done.
    pub(crate) fn done(&mut self, act: &Act) {
        let answer = self.ask(act);
        assert!(matches!(answer, Answer::Done { .. }), "{act:?}: {answer:?}");
    }

    fn status(&mut self) -> Status {
        let answer = self.ask(&Act::Status);
        let Answer::Status(status) = answer else { panic!("{answer:?}") };
        *status
    }

    pub(crate) fn log_in(&mut self, person: &Identity) {
        let status = self.status();
        self.done(&Act::Login {
            name: person.name().to_owned(),
            signature: person.sign_login(&status.challenge, &status.appliance).to_vec(),
            seen_generation: 0,
        });
    }

    /// Asks for an LMK that is then split.
    pub(crate) fn split(&mut self, answer: Answer) -> Shares {
        let Answer::Split { shares, .. } = answer else { panic!("{answer:?}") };
        Shares { appliance: self.status().appliance, sealed: shares }
    }

    /// One more LMK, made inside.
    pub(crate) fn generate(&mut self, id: u8) -> Shares {
        let answer =
            self.ask(&Act::GenerateLmk { id: LmkId(id), quorum: QUORUM, holders: holders() });
        self.split(answer)
    }

    /// Another master LMK, with everything under it.
    pub(crate) fn change(&mut self) -> Shares {
        let answer = self.ask(&Act::ChangeLmk { quorum: QUORUM, holders: holders() });
        let shares = self.split(answer);
        loop {
            let answer = self.ask(&Act::ContinueMigration);
            if matches!(answer, Answer::Done { .. }) {
                return shares;
            }
            assert!(matches!(answer, Answer::Progress { .. }), "{answer:?}");
            crate::binary::pause(std::time::Duration::from_millis(2));
        }
    }

    /// Gives shares, the last of which unseals.
    pub(crate) fn unseal(&mut self, shares: &Shares, people: [&Identity; 2]) {
        for (number, person) in people.into_iter().enumerate() {
            self.log_in(person);
            let answer = self.ask_with(&Act::Unseal, &shares.open(person));
            assert_eq!(matches!(answer, Answer::Done { .. }), number == 1, "{answer:?}");
        }
    }
}
