//! An appliance in the process of the test, with its officers' socket, and people who talk to it.

use crate::support::recorders::Acts;
use crate::support::time::ByHand;
use payhsm::Engine;
use payhsm::audit::AuditLog;
use payhsm::lifecycle::{Lifecycle, State};
use payhsm::officers::{Office, Server, Setup, has_lmk};
use payhsm::record::Recorder;
use payhsm::settings::{Legacy, Profile, Settings};
use payhsm_audit::record::event;
use payhsm_officer::passphrase::Cost;
use payhsm_officer::random::SystemRandom;
use payhsm_officer::share::Belonging;
use payhsm_officer::{Identity, OfficerError};
use payhsm_protocol::compact::Compact;
use payhsm_protocol::field::{CheckValue, Exportability, KeyAttributes, LmkId};
use payhsm_protocol::host;
use payhsm_protocol::officer::{Act, Answer, KeyLine, NewKey, Quorum, SealedShare, Status, Zone};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) const QUORUM: Quorum = Quorum { needed: 2, of: 3 };

/// An officer's file in the hands of its owner.
pub(crate) fn officer(name: &str) -> Identity {
    let cost = Cost::development_only();
    Identity::create(name, b"a passphrase for tests", cost, &mut SystemRandom).unwrap()
}

/// Three of them.
pub(crate) fn people() -> [Identity; 3] {
    ["alice", "bob", "carol"].map(officer)
}

pub(crate) struct Appliance {
    pub(crate) folder: PathBuf,
    pub(crate) engine: Arc<Engine>,
    pub(crate) office: Arc<Office>,
    pub(crate) clock: ByHand,
    pub(crate) acts: Acts,
    pub(crate) audit: Option<Arc<AuditLog>>,
    server: Option<Server>,
}

impl Appliance {
    /// An issuer's, as a daemon starts it over what lies in the folder.
    pub(crate) fn start(folder: &Path) -> Self {
        Self::of(folder, Profile::Issuer)
    }

    pub(crate) fn of(folder: &Path, profile: Profile) -> Self {
        Self::kept(folder, profile, None)
    }

    /// An issuer's, with an audit log in the folder.
    pub(crate) fn audited(folder: &Path) -> Self {
        let state = folder.display();
        let config =
            format!("profile = 'issuer'\nstate = '{state}'\n[listen]\ntls = '127.0.0.1:0'\n");
        let audit = payhsm::audit::open(&toml::from_str(&config).unwrap()).unwrap();
        audit.as_ref().unwrap().record_event(event::START, "in a test").unwrap();
        Self::kept(folder, Profile::Issuer, audit)
    }

    fn kept(folder: &Path, profile: Profile, audit: Option<Arc<AuditLog>>) -> Self {
        let settings = Settings { profile, legacy: Legacy::default() };
        let state = if has_lmk(folder) { State::Sealed } else { State::Uninitialised };
        let (clock, acts) = (ByHand::default(), Acts::default());
        let host = host::Settings::default();
        let recorder: Box<dyn Recorder> = match &audit {
            Some(audit) => Box::new(Arc::clone(audit)),
            None => Box::new(acts.clone()),
        };
        let engine = Engine::new(None, Lifecycle::new(state), settings, host, recorder);
        let engine = Arc::new(engine.with_clock(Arc::new(clock.clone())));
        let setup = Setup {
            engine: Arc::clone(&engine),
            folder: folder.to_owned(),
            anchor: None,
            clock: Arc::new(clock.clone()),
            reloader: None,
            audit: audit.clone().map(|log| (log, None)),
        };
        let office = Office::open(setup).unwrap();
        let server = Server::start(Arc::clone(&office), &folder.join("officers.sock")).unwrap();
        let folder = folder.to_owned();
        Self { folder, engine, office, clock, acts, audit, server: Some(server) }
    }

    /// Ends it, as at the end of a day: what is in memory is gone.
    pub(crate) fn stop(mut self) {
        self.server.take().unwrap().stop();
        assert!(!self.folder.join("officers.sock").exists());
        self.office.vault().seal();
        if let Some(audit) = &self.audit {
            audit.close();
        }
    }

    pub(crate) fn connect(&self) -> Console {
        Console::connect(&self.folder.join("officers.sock"))
    }

    /// A connection with these people present.
    pub(crate) fn with(&self, people: &[&Identity]) -> Console {
        let mut console = self.connect();
        people.iter().for_each(|person| console.log_in(person));
        console
    }

    pub(crate) fn state(&self) -> State {
        self.engine.lifecycle().state()
    }

    /// What a host is answered.
    pub(crate) fn ask(&self, message: &str) -> String {
        crate::support::ask(&self.engine, message)
    }
}

/// An LMK as its holders have it.
pub(crate) struct Lmk {
    pub(crate) appliance: String,
    pub(crate) check_value: CheckValue,
    pub(crate) shares: Vec<SealedShare>,
}

impl Lmk {
    pub(crate) fn of(console: &mut Console, answer: Answer) -> Self {
        let appliance = console.status().appliance;
        let Answer::Split { check_value, shares, .. } = answer else { panic!("{answer:?}") };
        Self { appliance, check_value, shares }
    }

    /// The share of a person, opened.
    pub(crate) fn open(&self, holder: &Identity) -> Result<Vec<u8>, OfficerError> {
        let share = self.shares.iter().find(|share| share.holder == holder.name()).unwrap();
        let belonging =
            Belonging { appliance: &self.appliance, lmk: share.lmk, holder: holder.name() };
        holder.open_share(&belonging, &share.sealed).map(|share| share.to_vec())
    }
}

/// The other end of the socket.
pub(crate) struct Console {
    pub(crate) stream: UnixStream,
}

impl Console {
    pub(crate) fn connect(path: &Path) -> Self {
        Self { stream: UnixStream::connect(path).unwrap() }
    }

    pub(crate) fn send(&mut self, lengths: [u32; 2], bytes: &[u8]) {
        let mut frame: Vec<_> = lengths.iter().flat_map(|length| length.to_be_bytes()).collect();
        frame.extend_from_slice(bytes);
        self.stream.write_all(&frame).unwrap();
    }

    pub(crate) fn receive(&mut self) -> Option<Answer> {
        let mut lengths = [0; 8];
        self.stream.read_exact(&mut lengths).ok()?;
        assert_eq!(lengths[4..], [0; 4], "answers have no secret");
        let length = u32::from_be_bytes(lengths[..4].try_into().unwrap());
        let mut message = vec![0; usize::try_from(length).unwrap()];
        self.stream.read_exact(&mut message).ok()?;
        Some(Answer::take(&message).unwrap())
    }

    pub(crate) fn ask_with(&mut self, act: &Act, secret: &[u8]) -> Answer {
        let mut message = Vec::new();
        act.put(&mut message).unwrap();
        let lengths = [message.len(), secret.len()].map(|length| u32::try_from(length).unwrap());
        message.extend_from_slice(secret);
        self.send(lengths, &message);
        self.receive().expect("an answer")
    }

    pub(crate) fn ask(&mut self, act: &Act) -> Answer {
        self.ask_with(act, &[])
    }

    /// Asks for what is then done.
    pub(crate) fn done(&mut self, act: &Act) -> String {
        let answer = self.ask(act);
        let Answer::Done { said, .. } = answer else { panic!("{act:?}: {answer:?}") };
        assert!(said.ends_with('.'), "{said}");
        said
    }

    /// Asks for what is refused, in a whole sentence.
    pub(crate) fn refused(&mut self, act: &Act) -> String {
        self.refused_with(act, &[])
    }

    pub(crate) fn refused_with(&mut self, act: &Act, secret: &[u8]) -> String {
        let answer = self.ask_with(act, secret);
        let Answer::Refused(why) = answer else { panic!("{act:?}: {answer:?}") };
        assert!(why.ends_with('.') && !why.starts_with(char::is_lowercase), "{why}");
        why
    }

    pub(crate) fn status(&mut self) -> Status {
        let answer = self.ask(&Act::Status);
        let Answer::Status(status) = answer else { panic!("{answer:?}") };
        *status
    }

    pub(crate) fn login(&mut self, person: &Identity, seen_generation: u64) -> Act {
        let status = self.status();
        Act::Login {
            name: person.name().to_owned(),
            signature: person.sign_login(&status.challenge, &status.appliance).to_vec(),
            seen_generation,
        }
    }

    pub(crate) fn log_in(&mut self, person: &Identity) {
        let act = self.login(person, 0);
        self.done(&act);
    }

    pub(crate) fn enrol(&mut self, people: &[Identity]) {
        for person in people {
            self.done(&Act::Enrol(person.officer().clone()));
        }
    }

    /// The master LMK of a new appliance.
    pub(crate) fn first_lmk(&mut self) -> Lmk {
        let answer = self.ask(&generate(0));
        Lmk::of(self, answer)
    }

    /// Gives shares; the answer to the last one.
    pub(crate) fn unseal(&mut self, lmk: &Lmk, people: &[&Identity]) -> Answer {
        let give = |person: &&Identity| {
            self.log_in(person);
            self.ask_with(&Act::Unseal, &lmk.open(person).unwrap())
        };
        people.iter().map(give).last().unwrap()
    }

    pub(crate) fn keys(&mut self) -> Vec<KeyLine> {
        let mut all: Vec<KeyLine> = Vec::new();
        loop {
            let after = all.last().map(|line| line.label.clone()).unwrap_or_default();
            let answer = self.ask(&Act::ListKeys { after });
            let Answer::Keys { lines, more } = answer else { panic!("{answer:?}") };
            all.extend(lines);
            if !more {
                return all;
            }
        }
    }
}

pub(crate) fn list_keys() -> Act {
    Act::ListKeys { after: String::new() }
}

pub(crate) fn generate(id: u8) -> Act {
    let holders = ["alice", "bob", "carol"].map(str::to_owned).to_vec();
    Act::GenerateLmk { id: LmkId(id), quorum: QUORUM, holders }
}

pub(crate) fn change() -> Act {
    let holders = ["alice", "bob", "carol"].map(str::to_owned).to_vec();
    Act::ChangeLmk { quorum: QUORUM, holders }
}

pub(crate) fn key(label: &str, usage: &[u8; 2], algorithm: &[u8; 2]) -> NewKey {
    let attributes = KeyAttributes {
        usage: *usage,
        algorithm: Some(*algorithm),
        mode_of_use: b'B',
        version: *b"00",
        exportability: Exportability::Trusted,
        optional_blocks: Vec::new(),
    };
    NewKey { label: label.to_owned(), slot: None, attributes }
}

pub(crate) fn zone(name: &str, zmk: Option<&str>, zpk: Option<&str>) -> Zone {
    Zone {
        name: name.to_owned(),
        zmk: zmk.map(str::to_owned),
        zpk: zpk.map(str::to_owned),
        zek: None,
        export_profile: "E6".to_owned(),
        callers: vec!["tests".to_owned()],
    }
}

/// The whole change of the master LMK.
pub(crate) fn migrate(console: &mut Console) {
    loop {
        match console.ask(&Act::ContinueMigration) {
            Answer::Done { .. } => return,
            Answer::Progress { have, of, .. } => assert!(have < of, "{have} of {of}"),
            answer => panic!("{answer:?}"),
        }
        crate::support::binary::pause(std::time::Duration::from_millis(2));
    }
}

/// An operational appliance.
pub(crate) fn operational(folder: &Path) -> (Appliance, [Identity; 3], Lmk) {
    let appliance = Appliance::start(folder);
    let people = people();
    appliance.connect().enrol(&people);
    let lmk = appliance.with(&[&people[0], &people[1]]).first_lmk();
    (appliance, people, lmk)
}
