//! The same programs against daemons that run: real processes in the profiles `issuer` and `acquirer`, with keys that officers
//! brought in, over TLS.

use crate::appliance::{Appliance, Console, Lmk, key, people};
use crate::bank::{Customer, Hsm, KEYS, customers, error, named};
use crate::counted::Counted;
use crate::support::binary::{Caller, Daemon, Folder, Tls, configuration};
use crate::{decimalisation, generation, messages, sweeps};
use payhsm::settings::Profile;
use payhsm_officer::Identity;
use payhsm_protocol::officer::{Act, Answer, Forming};
use std::fs;

/// A daemon, and what its officers need in order to unseal it.
struct Running {
    folder: Folder,
    config: String,
    people: [Identity; 3],
    lmk: Lmk,
    daemon: Daemon,
}

/// Two components of odd parity that make a clear key.
fn components(clear: &[u8]) -> [Vec<u8>; 2] {
    let one: Vec<u8> = b"Payment".iter().cycle().take(clear.len()).map(|&byte| odd(byte)).collect();
    let other = one.iter().zip(clear).map(|(a, b)| a ^ b).collect();
    [one, other]
}

fn odd(byte: u8) -> u8 {
    let others = (byte >> 1).count_ones();
    (byte & 0xFE) | u8::from(others.is_multiple_of(2))
}

/// The keys of the bank, brought in by two officers.
fn load_keys(console: &mut Console) {
    for (label, attributes, clear) in KEYS {
        let clear = hex::decode(clear).unwrap();
        let usage = attributes.as_bytes().first_chunk().unwrap();
        let algorithm = if attributes.as_bytes()[2] == b'A' { b"A1" } else { b"T2" };
        let mut wanted = key(label, usage, algorithm);
        wanted.attributes.mode_of_use = attributes.as_bytes()[3];
        console.ask(&Act::BeginComponents(Forming::Key { key: wanted, components: 2 }));
        for component in components(&clear) {
            let answer = console.ask_with(&Act::Component, &component);
            assert!(matches!(answer, Answer::Progress { .. }), "{label}: {answer:?}");
            console.ask(&Act::KeepComponent);
        }
        let answer = console.ask(&Act::FinishComponents);
        assert!(matches!(answer, Answer::Progress { .. }), "{label}: {answer:?}");
    }
}

impl Running {
    fn start(profile: Profile) -> Self {
        let folder = Folder::new();
        let state = folder.path(&format!("state-{}", profile.name()));
        fs::create_dir(&state).unwrap();
        let people = people();
        let lmk = {
            let appliance = Appliance::of(&state, profile);
            appliance.connect().enrol(&people);
            let mut console = appliance.with(&[&people[0], &people[1]]);
            let lmk = console.first_lmk();
            load_keys(&mut console);
            appliance.stop();
            lmk
        };
        let rest = "[officers]\nsocket = 'officers.sock'\n[memory]\nstrict = false\n";
        let config = configuration(profile.name(), false, rest)
            .replace("commands = ['*']", "commands = ['*']\nlabels = ['*']");
        let daemon = Daemon::configured(&folder, &config, 1);
        let running = Self { folder, config, people, lmk, daemon };
        running.unseal();
        running
    }

    fn unseal(&self) {
        let mut console = Console::connect(&self.folder.path("officers.sock"));
        let unsealed = console.unseal(&self.lmk, &[&self.people[0], &self.people[1]]);
        assert!(matches!(unsealed, Answer::Done { .. }), "{unsealed:?}");
    }

    fn caller(&self) -> Caller<Tls> {
        self.folder.host_client("client", self.daemon.address(true, None))
    }

    /// Ends it as a power failure does, and starts it again.
    fn killed_and_started(mut self) -> Self {
        self.daemon.kill();
        self.daemon.end();
        self.daemon = Daemon::configured(&self.folder, &self.config, 1);
        self.unseal();
        self
    }
}

/// Row 3: the translations that the attacker would like.
fn formats(hsm: &mut dyn Hsm, victim: &Customer) {
    let [zpk, zpk2] = ["zpk", "zpk2"].map(named);
    let mut to = |to: &str| {
        let (block, account) = (victim.tapped(), victim.account());
        error(&hsm.ask(&format!("CC{zpk}{zpk2}12{block}01{to}{account}"))).to_owned()
    };
    assert_eq!(["01", "47"].map(&mut to), ["00", "00"]);
    assert_eq!(["03", "05", "34", "46"].map(to), ["23", "23", "23", "69"]);
}

/// Rows 7 to 9, 11 and 12, a few of each: the rest of them is in the files of the rows.
fn keys(hsm: &mut dyn Hsm, victim: &Customer) {
    let zpk = named("zpk");
    let invented = format!("S10096P0TB00E0000{}", "5A".repeat(40));
    assert_eq!(hsm.ask(&format!("BUFF1{invented}")), "BVA4");
    assert_eq!(hsm.ask(&format!("M20011FFF{zpk}0010{}", victim.tapped())), "M3A4");
    let answer = hsm.ask(&format!("BUFF1{zpk}"));
    assert_eq!((error(&answer), answer.len()), ("00", 10), "{answer}");
    for code in ["BA", "NG", "B0"] {
        assert_eq!(error(&hsm.ask(&messages::of(code))), "68", "{code}");
    }
    for code in ["A0", "A6", "A8", "CS"] {
        // Under the LMK that there is.
        let message = messages::of(code).replace("%01", "").replace("%00", "");
        assert_eq!(error(&hsm.ask(&message)), "17", "{code}");
    }
}

#[test]
fn an_issuers_daemon_gives_no_pin_away() {
    let running = Running::start(Profile::Issuer);
    let mut hsm = running.caller();
    let victims = customers(900, 20);
    for attack in decimalisation::ATTACKS {
        assert_eq!(decimalisation::recovered(&mut hsm, attack, &victims), 0);
    }
    formats(&mut hsm, &victims[0]);
    assert_eq!(generation::all_recovered(&mut hsm, &victims), 0);
    keys(&mut hsm, &victims[0]);

    // Row 10, also through a power failure.
    let victim = customers(901, 1).remove(0);
    let commands = ["EC", "DC", "CU"];
    let mut hsm = Counted::new(running.caller());
    assert!(sweeps::guess(&mut hsm, "EC", &victim, &victim.pin), "the right PIN is right");
    assert_eq!(sweeps::all_pins(&mut hsm, &commands, &victim, 3), None);
    let running = running.killed_and_started();
    let mut again = Counted::new(running.caller());
    assert_eq!(sweeps::all_pins(&mut again, &commands, &victim, 300), None);
    assert_eq!(hsm.with(&["01"]) + again.with(&["01"]), sweeps::K);
    assert_eq!(sweeps::all_cvvs(&mut again, &victim), None);
    let running = running.killed_and_started();
    let mut hsm = Counted::new(running.caller());
    assert_eq!(sweeps::all_pins(&mut hsm, &commands, &victim, 100), None);
    assert_eq!(sweeps::all_cvvs(&mut hsm, &victim), None);
    assert_eq!(hsm.with(&["00", "01"]), 0);
}

#[test]
fn an_acquirers_daemon_gives_no_pin_away() {
    let running = Running::start(Profile::Acquirer);
    let mut hsm = running.caller();
    let victims = customers(902, 20);
    formats(&mut hsm, &victims[0]);
    assert_eq!(generation::all_recovered(&mut hsm, &victims), 0);
    keys(&mut hsm, &victims[0]);
    for code in ["EA", "EC", "DA", "DC", "CU", "DU", "CY", "BC", "BE", "FW", "BK", "JE", "WA"] {
        assert_eq!(error(&hsm.ask(messages::of(code))), "68", "{code}");
    }
}
