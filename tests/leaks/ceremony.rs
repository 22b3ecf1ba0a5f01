//! Officers at the socket of the daemon: an LMK of components that the test chose, keys of every origin, and what they do
//! besides.

use super::canaries::{random, sealed, tdes, under_zmk};
use super::console::{Console, QUORUM, Shares, holders, people, tdes_key};
use super::needles::Needles;
use super::schedules::product;
use payhsm_crypto::key_block::x9143;
use payhsm_crypto::parity;
use payhsm_officer::Identity;
use payhsm_protocol::field::LmkId;
use payhsm_protocol::officer::{Act, Answer, Forming, NewKey};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};

/// Where the share itself lies in a share.
const SHARE: std::ops::Range<usize> = 15..47;

/// What came of it.
pub(crate) struct Ceremony {
    socket: PathBuf,
    people: [Identity; 3],
    shares: Shares,
    /// The LMK.
    pub(crate) lmk: Vec<u8>,
    zmk: [u8; 16],
    /// The ZMK of the officers' store as hosts have it, under the LMK.
    pub(crate) zmk_block: String,
    /// A key of components that officers exported under it, as X9.143.
    pub(crate) exported: String,
    /// How often officers did what they do besides.
    turns: usize,
    /// Connections that stay open: what their threads leave is to be seen.
    open: VecDeque<Console>,
}

fn sum(parts: &[Vec<u8>]) -> Vec<u8> {
    (0..parts[0].len()).map(|at| parts.iter().fold(0, |sum, part| sum ^ part[at])).collect()
}

/// Enters them one after the other, the first with a slip.
fn enter(console: &mut Console, what: Forming, parts: &[Vec<u8>]) -> Answer {
    console.ask(&Act::BeginComponents(what));
    for (number, part) in parts.iter().enumerate() {
        let entered = console.ask_with(&Act::Component, part);
        assert!(matches!(entered, Answer::Progress { .. }), "{entered:?}");
        if number == 0 {
            console.ask(&Act::DropComponent);
            console.ask_with(&Act::Component, part);
        }
        console.ask(&Act::KeepComponent);
    }
    console.ask(&Act::FinishComponents)
}

/// A TDES key of components, which become needles, as it does; exportable.
fn formed(console: &mut Console, wanted: NewKey, needles: &mut Needles) -> [u8; 16] {
    let label = wanted.label.clone();
    let parts: Vec<_> = (0..3).map(|_| tdes().to_vec()).collect();
    for (number, part) in parts.iter().enumerate() {
        needles.tdes(&format!("component {number} of {label}"), part);
    }
    let mut whole = sum(&parts);
    parity::make_odd(&mut whole);
    needles.wrapping_tdes(&label, &whole);
    let answer = enter(console, Forming::Key { key: wanted, components: 3 }, &parts);
    assert!(matches!(answer, Answer::Progress { have: 3, of: 3, .. }), "{answer:?}");
    whole.try_into().unwrap()
}

/// The LMK that two shares make, and the coefficients of the line through them; all become needles.
fn split(name: &str, shares: &Shares, people: &[Identity], needles: &mut Needles) -> Vec<u8> {
    let opened: Vec<_> = people.iter().map(|person| shares.open(person)).collect();
    for (number, share) in opened.iter().enumerate() {
        needles.bytes(&format!("share {number} of {name}"), &share[SHARE]);
    }
    // The line through 1 and 2, at 0: their weights are 2/(2-1) and 1/(1-2), and 1/3 is F6.
    let weights = [product(2, 0xF6), product(1, 0xF6)];
    let [one, two] = [&opened[0][SHARE], &opened[1][SHARE]];
    let whole: Vec<u8> = one
        .iter()
        .zip(two)
        .map(|(one, two)| product(*one, weights[0]) ^ product(*two, weights[1]))
        .collect();
    let slope: Vec<u8> = one.iter().zip(&whole).map(|(share, whole)| share ^ whole).collect();
    needles.bytes(&format!("coefficients of {name}"), &slope);
    needles.wrapping_aes(name, &whole);
    whole
}

impl Ceremony {
    /// From a new appliance to one at work.
    pub(crate) fn hold(socket: &Path, needles: &mut Needles) -> Self {
        let people = people();
        let mut console = Console::connect(socket);
        for person in &people {
            console.done(&Act::Enrol(person.officer().clone()));
        }
        console.log_in(&people[0]);
        console.log_in(&people[1]);
        let components: Vec<_> = (0..3).map(|_| random::<32>().to_vec()).collect();
        for (number, component) in components.iter().enumerate() {
            needles.aes(&format!("component {number} of the LMK"), component);
        }
        let (id, quorum) = (LmkId(0), QUORUM);
        let what = Forming::Lmk { id, components: 3, quorum, holders: holders() };
        let answer = enter(&mut console, what, &components);
        let shares = console.split(answer);
        let lmk = split("LMK", &shares, &people, needles);
        assert_eq!(lmk, sum(&components));

        let zmk = formed(&mut console, tdes_key("zmk", b"52"), needles);
        formed(&mut console, tdes_key("zpk", b"72"), needles);
        let exported = exported(&mut console, "zpk");
        let zmk_block = sealed(&lmk, "52TB00S00", &zmk);
        let socket = socket.to_owned();
        let mut held = Self {
            socket,
            people,
            shares,
            lmk,
            zmk,
            zmk_block,
            exported,
            turns: 0,
            open: VecDeque::new(),
        };
        held.keep(console);
        held.seal_and_unseal();
        held
    }

    fn keep(&mut self, console: Console) {
        self.open.push_back(console);
        if self.open.len() > 4 {
            self.open.pop_front();
        }
    }

    /// A connection with the first two present.
    fn console(&self) -> Console {
        let mut console = Console::connect(&self.socket);
        console.log_in(&self.people[0]);
        console.log_in(&self.people[1]);
        console
    }

    /// Forgotten, and brought back by two shares; then hosts may do what they will.
    pub(crate) fn seal_and_unseal(&mut self) {
        let mut console = self.console();
        console.done(&Act::Seal);
        let [one, _, three] = &self.people;
        console.unseal(&self.shares, [three, one]);
        for what in ["generate", "import", "export", "component", "command"] {
            let activity = format!("{what}.*.host");
            console.done(&Act::Authorise { activity, minutes: 60 });
        }
        self.keep(console);
    }

    /// What officers do while hosts are answered.
    pub(crate) fn turn(&mut self, needles: &mut Needles) {
        let mut console = self.console();
        self.turns += 1;
        let named = |what: &str| format!("{what}-{}", self.turns);
        formed(&mut console, tdes_key(&named("formed"), b"71"), needles);
        // Made inside, and known by its export.
        console.done(&Act::GenerateKey(tdes_key(&named("made"), b"72")));
        let block = exported(&mut console, &named("made"));
        needles.tdes(&named("made"), &under(&self.zmk, &block));
        let theirs = tdes();
        needles.tdes(&named("imported"), &theirs);
        console.done(&Act::ImportKey {
            key: tdes_key(&named("imported"), b"72"),
            zmk: "zmk".to_owned(),
            block: under_zmk(&self.zmk, 'B', "72TB00E00", &theirs),
        });
        exported(&mut console, &named("imported"));
        console.done(&Act::Backup { file: named("backup") });
        console.done(&Act::Reload);
        // A second LMK, made inside.
        if self.turns == 1 {
            let other = console.generate(7);
            split("second LMK", &other, &self.people, needles);
        }
        self.keep(console);
    }

    /// Another master LMK, with everything under it, and once more sealed and brought back.
    pub(crate) fn change_the_lmk(&mut self, needles: &mut Needles) {
        let mut console = self.console();
        self.shares = console.change();
        self.lmk = split("next LMK", &self.shares, &self.people, needles);
        self.keep(console);
        self.seal_and_unseal();
    }
}

/// Under the ZMK, as X9.143.
fn exported(console: &mut Console, label: &str) -> String {
    let answer = console.ask(&Act::ExportKey { label: label.to_owned(), zmk: "zmk".to_owned() });
    let Answer::Block { block, .. } = answer else { panic!("{answer:?}") };
    block
}

fn under(zmk: &[u8], block: &str) -> Vec<u8> {
    let (header, body) = block.split_at(16);
    let mut body = hex::decode(body).unwrap();
    let version = x9143::Version::of(header.as_bytes()).unwrap();
    let zmk = x9143::ProtectionKey::new(version, zmk).unwrap();
    let place = zmk.unwrap_in_place(header.as_bytes(), &mut body).unwrap();
    body[place].to_vec()
}
