//! The flows, with a person who types from a list and a daemon on a real socket.
use crate::support::{APPLIANCE, Fake};
use payhsm_console::clock::Clock;
use payhsm_console::daemon::Daemon;
use payhsm_console::session::{Session, Settings};
use payhsm_console::terminal::{Terminal, Tone, WIDTH, wrapped};
use payhsm_console::{Leave, Secret, menu};
use payhsm_officer::passphrase::Cost;
use payhsm_officer::random::SystemRandom;
use payhsm_officer::{Identity, IdentityFile};
use std::collections::VecDeque;
use std::path::Path;
use tempfile::TempDir;
use time::OffsetDateTime;

const PASSPHRASE: &str = "a passphrase for tests";

/// What the person types: `key` is a part of the question that it answers.
struct Scripted {
    typed: VecDeque<(&'static str, String)>,
    seen: String,
}

impl Scripted {
    fn new(typed: &[(&'static str, &str)]) -> Self {
        let typed = typed.iter().map(|(key, line)| (*key, (*line).to_owned())).collect();
        Self { typed, seen: String::new() }
    }

    fn next(&mut self, prompt: &str) -> Result<String, Leave> {
        self.seen.push_str(prompt);
        self.seen.push('\n');
        let Some((key, line)) = self.typed.pop_front() else {
            return Err(Leave::Stopped);
        };
        assert!(prompt.contains(key), "asked {prompt:?}, expected {key:?}; so far:\n{}", self.seen);
        Ok(line)
    }
}

impl Terminal for Scripted {
    fn show(&mut self, _tone: Tone, text: &str) {
        let text = wrapped(text);
        assert!(text.lines().all(|line| line.chars().count() < 80), "{text}");
        self.seen.push_str(&text);
    }

    fn ask(&mut self, prompt: &str) -> Result<String, Leave> {
        assert!(prompt.len() < 80, "{prompt}");
        self.next(prompt)
    }

    fn ask_hidden(&mut self, prompt: &str) -> Result<Secret, Leave> {
        self.next(prompt).map(|line| Secret::new(line.into_bytes()))
    }

    fn pause(&mut self) {}
}

struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(1_795_329_612).unwrap()
    }
}

fn officer(folder: &Path, name: &str) -> Identity {
    let cost = Cost::development_only();
    let identity = Identity::create(name, PASSPHRASE.as_bytes(), cost, &mut SystemRandom).unwrap();
    identity.write_new(&folder.join(format!("{name}.officer")), &mut SystemRandom).unwrap();
    identity
}

/// A daemon in a state, with alice and bob enrolled.
fn place(state: &str) -> (TempDir, Fake) {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start(folder.path(), state);
    for name in ["alice", "bob"] {
        let identity = officer(folder.path(), name);
        fake.with(|state| state.officers.push(identity.officer().clone()));
    }
    (folder, fake)
}

fn run(
    folder: &TempDir,
    fake: &Fake,
    typed: &[(&'static str, &str)],
) -> (String, Result<(), Leave>) {
    let mut terminal = Scripted::new(typed);
    let settings = Settings {
        officers: folder.path().to_owned(),
        records: folder.path().to_owned(),
        cost: Cost::development_only(),
    };
    let daemon = Daemon::connect(&fake.socket).unwrap();
    let mut session =
        Session::begin(&mut terminal, daemon, settings).unwrap().with_clock(Box::new(FixedClock));
    let ended = menu::run(&mut session);
    drop(session);
    assert!(terminal.typed.is_empty(), "not asked: {:?}\n{}", terminal.typed, terminal.seen);
    (terminal.seen, ended)
}

const ALICE: [(&str, &str); 2] = [("Number", "1"), ("Passphrase of alice", PASSPHRASE)];
const BOB: [(&str, &str); 2] = [("Number", "2"), ("Passphrase of bob", PASSPHRASE)];

fn lines(parts: &[&[(&'static str, &'static str)]]) -> Vec<(&'static str, &'static str)> {
    parts.concat()
}

#[test]
fn the_first_ceremony_goes_from_nothing_to_a_signed_record() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start(folder.path(), "uninitialised");
    drop(officer(folder.path(), "alice"));
    let shares = folder.path().join("shares");
    std::fs::create_dir(&shares).unwrap();
    let folder_name = shares.display().to_string();
    let before = [
        ("Number", "?"),
        ("Number", "1"),
        ("Number", "1"),
        ("Number", "1"),
        // Bob has no file yet.
        ("Number", "2"),
        ("Name of the officer", "bo b"),
        ("Name of the officer", "bob"),
        ("New passphrase", "short"),
        ("New passphrase", PASSPHRASE),
        ("Once more", "another passphrase"),
        ("New passphrase", PASSPHRASE),
        ("Once more", PASSPHRASE),
    ];
    // The fake calls itself a production appliance, where a development file is refused.
    let mut terminal = Scripted::new(&before);
    let settings = Settings {
        officers: folder.path().to_owned(),
        records: folder.path().to_owned(),
        cost: Cost::development_only(),
    };
    let daemon = Daemon::connect(&fake.socket).unwrap();
    let mut session = Session::begin(&mut terminal, daemon, settings).unwrap();
    assert_eq!(menu::run(&mut session), Err(Leave::Stopped));
    drop(session);
    assert!(terminal.seen.contains("development only; this appliance is not"), "{}", terminal.seen);
    assert!(terminal.seen.contains("That is 5 characters; 12 is the least."));
    assert!(terminal.seen.contains("The two are different."));

    for name in ["alice", "bob"] {
        let file = IdentityFile::read(&folder.path().join(format!("{name}.officer"))).unwrap();
        fake.with(|state| state.officers.push(file.officer().clone()));
    }
    let typed = [
        &[("Number", "1"), ("Number", "3")][..],
        &ALICE,
        &BOB,
        &[
            ("Number", "1"),
            ("How many holders", ""),
            ("How many of them", "3"),
            ("How many of them", ""),
            ("Holders", "alice alice"),
            ("Holders", "alice mallory"),
            ("Holders", ""),
            ("Folder", "/nowhere/at/all"),
            ("Folder", folder_name.as_str()),
            ("Make the LMK now?", "y"),
            ("Number", "q"),
        ],
    ]
    .concat();
    let (seen, ended) = run(&folder, &fake, &typed);
    assert_eq!(ended, Ok(()));
    for part in [
        "1 of 2 officers present: alice; one more has to log in.",
        "Type a number from 2 to 2.",
        "alice is there twice",
        "mallory is no officer",
        "is no folder that is there",
        "RECORD: first ceremony",
        "check value of the LMK: A1B2C3",
        "signature",
    ] {
        assert!(seen.contains(part), "{part}\n{seen}");
    }
    assert!(shares.join("lmk-00-1-of-2-alice.share").is_file());
    assert!(shares.join("lmk-00-2-of-2-bob.share").is_file());
    let clock = payhsm_console::clock::compact(FixedClock.now());
    let record = folder.path().join(format!("payhsm-{APPLIANCE}-{clock}.record.txt"));
    let text = std::fs::read_to_string(&record).unwrap();
    assert!(text.contains("LMK 00 was made inside") && seen.contains(&text));
    let file = IdentityFile::read(&folder.path().join("alice.officer")).unwrap();
    assert!(file.seen().get(APPLIANCE).is_some_and(|generation| *generation >= 1));
}

#[test]
fn holders_unseal_with_their_own_shares() {
    let (folder, fake) = place("sealed");
    // Shares from the daemon itself, as in a first ceremony.
    let make =
        [&[("Number", "2")][..], &ALICE, &[("Number", "2")], &BOB, &[("Number", "q")]].concat();
    let (_, ended) = run(&folder, &fake, &make);
    assert_eq!(ended, Ok(()));
    for (index, name) in [(1_u8, "alice"), (2, "bob")] {
        let officer = fake.with(|state| {
            state.officers.iter().find(|officer| officer.name == name).unwrap().clone()
        });
        write_share(folder.path(), &officer, index);
    }
    let typed = [&[("Number", "1")][..], &ALICE, &BOB, &[("Number", "q")]].concat();
    let (seen, ended) = run(&folder, &fake, &typed);
    assert_eq!(ended, Ok(()), "{seen}");
    assert!(seen.contains("0 of 2 shares are in") && seen.contains("1 of 2 shares are in"));
    assert!(seen.contains("The appliance is unsealed.") && seen.contains("RECORD: unsealing"));
    fake.with(|state| assert_eq!(state.given, [vec![1; 33], vec![2; 33]]));
}

fn write_share(folder: &Path, officer: &payhsm_protocol::officer::Officer, index: u8) {
    use payhsm_officer::ShareFile;
    use payhsm_officer::share::{Belonging, seal};
    use payhsm_protocol::field::{CheckValue, LmkId};
    use payhsm_protocol::officer::{Quorum, SealedShare};
    let holder = officer.name.clone();
    let belonging = Belonging { appliance: APPLIANCE, lmk: LmkId(0), holder: &holder };
    let sealed = seal(&mut SystemRandom, &officer.sealing_key, &belonging, &[index; 33]).unwrap();
    let file = ShareFile {
        appliance: APPLIANCE.to_owned(),
        quorum: Quorum { needed: 2, of: 2 },
        check_value: CheckValue(vec![0xa1, 0xb2, 0xc3]),
        share: SealedShare { holder, index, lmk: LmkId(0), sealed },
    };
    file.write_into(folder).unwrap();
}

#[test]
fn a_zone_is_led_through_from_its_components() {
    let (folder, fake) = place("operational");
    let first = "0123 4567 89AB CDEF FEDC BA98 7654 3210";
    let typed = lines(&[
        &[("Number", "3"), ("Number", "2")],
        &ALICE,
        &BOB,
        &[
            ("Name of the zone", "visa"),
            ("Name of the zone", "vis"),
            // The ZMK, from components.
            ("Number", "1"),
            ("Label", ""),
            ("Number", "5"),
            ("Number", "1"),
            ("Slot", "00A"),
            ("How many components", ""),
            ("Component 1", "0123 4567 89AB CDEF 0123 4567 89AB CD"),
            ("Component 1", "00000000000000000000000000000000"),
            ("Component 1", first),
            ("As on your sheet?", "n"),
            ("Component 1", first),
            ("As on your sheet?", "y"),
            ("Component 2", "11112222333344445555666677778888"),
            ("As on your sheet?", "y"),
            // The ZPK, imported.
            ("Number", "2"),
            ("Label", "vis-zpk"),
            ("Number", "5"),
            ("Number", "2"),
            ("Slot", ""),
            ("Label of the ZMK", "vis-zmk"),
            ("Key block", "B0096P0TE00N0000"),
            // No ZEK.
            ("Number", "5"),
            ("Export profile", "E9"),
            ("Export profile", ""),
            ("Callers", "switch-1 switch-2"),
            ("Keep the zone so?", "y"),
            ("Number", "q"),
        ],
    ]);
    let (seen, ended) = run(&folder, &fake, &typed);
    assert_eq!(ended, Ok(()));
    for part in [
        "This takes two officers.",
        "1 of 2 officers present: alice; one more has to log in.",
        "A zone has 1 to 3 letters or digits.",
        "That is 30 digits; a double-length TDES component has 32.",
        "Not done: a component of nothing but zeros.",
        "It does not count. Again:",
        "RECORD: keys of a zone",
        "check value of component 1:",
        "check value of vis-zmk:",
    ] {
        assert!(seen.contains(part), "{part}\n{seen}");
    }
    fake.with(|state| {
        assert_eq!(state.kept.len(), 2);
        assert_eq!(state.kept[0].first(), Some(&0x01));
        let zone = &state.zones[0];
        assert_eq!((zone.zmk.as_deref(), zone.zpk.as_deref()), (Some("vis-zmk"), Some("vis-zpk")));
        assert_eq!((zone.zek.as_deref(), zone.export_profile.as_str()), (None, "E6"));
        assert_eq!(state.keys[0].slot, Some(10));
    });
    // No digit of a component is on the screen or in the record.
    let record = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let record = record.filter(|path| path.to_string_lossy().ends_with(".record.txt"));
    let texts: Vec<_> = record.map(|path| std::fs::read_to_string(path).unwrap()).collect();
    assert!(!texts.is_empty());
    for text in texts.iter().chain([&seen]) {
        for secret in ["0123 4567", "FEDCBA98", "11112222", PASSPHRASE] {
            assert!(!text.contains(secret), "{secret}");
        }
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH + 1));
    }
}

#[test]
fn going_back_in_the_middle_of_components_forgets_them() {
    let (folder, fake) = place("operational");
    let typed = lines(&[
        &[("Number", "2"), ("Number", "3")],
        &ALICE,
        &BOB,
        &[
            ("Label", "a-key"),
            ("Number", "10"),
            ("Number", "2"),
            ("Number", "1"),
            ("Slot", ""),
            ("How many components", "2"),
            ("Component 1", "0123456789ABCDEFFEDCBA9876543210"),
            ("As on your sheet?", "b"),
            ("Number", "q"),
        ],
    ]);
    let (seen, ended) = run(&folder, &fake, &typed);
    assert_eq!(ended, Ok(()));
    assert!(seen.contains("What was entered so far is forgotten."), "{seen}");
    fake.with(|state| assert!(state.kept.is_empty() && state.keys.is_empty()));
}

#[test]
fn refusals_wrong_passphrases_and_wrong_ids_are_told() {
    let (folder, fake) = place("operational");
    fake.with(|state| state.officers.retain(|officer| officer.name != "bob"));
    let typed = lines(&[
        &[("Number", "1"), ("Number", "1"), ("Passphrase of alice", "not the passphrase")],
        &[("Passphrase of alice", PASSPHRASE), ("Number", "1")],
        &BOB,
        &[("Number", "q")],
    ]);
    let (seen, ended) = run(&folder, &fake, &typed);
    assert_eq!(ended, Ok(()));
    assert!(seen.contains("Wrong passphrase. Again, or Enter to go back:"));
    assert!(seen.contains("Not done: the login was refused."), "{seen}");

    let (folder, fake) = place("operational");
    let typed =
        lines(&[&[("Number", "12")], &ALICE, &BOB, &[("To erase it", "abc"), ("Number", "q")]]);
    let (seen, ended) = run(&folder, &fake, &typed);
    assert_eq!(ended, Ok(()));
    assert!(seen.contains("That is another id; nothing was erased."));
    fake.with(|state| assert!(!state.acts.contains(&"Erase".to_owned())));
}

#[test]
fn the_change_of_the_lmk_shows_how_far_it_is() {
    let (folder, fake) = place("operational");
    let shares = folder.path().display().to_string();
    let typed = [
        &[("Number", "7"), ("Number", "1")][..],
        &ALICE,
        &BOB,
        &[
            ("How many holders", ""),
            ("How many of them", ""),
            ("Holders", ""),
            ("Folder", shares.as_str()),
            ("Change the LMK now?", "y"),
            ("Number", "5"),
            ("Number", "1"),
            ("Activity", "export"),
            ("Activity", "export.P0.host"),
            ("For how many minutes", "721"),
            ("For how many minutes", "65"),
            ("Number", "q"),
        ],
    ]
    .concat();
    let (seen, ended) = run(&folder, &fake, &typed);
    assert_eq!(ended, Ok(()));
    for part in [
        "[########............] 40 of 100 records moved",
        "All 100 records are under the new LMK.",
        "RECORD: change of the LMK",
        "1 h 05 min left, by alice and bob",
    ] {
        assert!(seen.contains(part), "{part}\n{seen}");
    }
    assert!(folder.path().join("lmk-01-2-of-2-bob.share").is_file());
}

#[test]
fn what_was_done_before_a_stop_is_on_record() {
    let (folder, fake) = place("operational");
    let typed = lines(&[&[("Number", "1")], &ALICE]);
    let (seen, ended) = run(&folder, &fake, &typed);
    assert_eq!(ended, Err(Leave::Stopped));
    assert!(
        seen.contains("NOT FINISHED: Stopped at your wish.")
            && seen.contains("Officer alice logged in.")
    );
}
