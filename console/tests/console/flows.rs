//! The flows, with a person who types from a list and a daemon on a real socket.
use crate::person::{ALICE, BOB, FixedClock, PASSPHRASE, Scripted, lines, officer, place, run};
use crate::support::{APPLIANCE, Fake};
use payhsm_console::clock::Clock;
use payhsm_console::daemon::Daemon;
use payhsm_console::session::{Session, Settings};
use payhsm_console::{Leave, menu};
use payhsm_officer::IdentityFile;
use payhsm_officer::passphrase::Cost;
use payhsm_officer::random::SystemRandom;
use std::path::Path;

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

pub(crate) fn write_share(folder: &Path, officer: &payhsm_protocol::officer::Officer, index: u8) {
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
    assert!(seen.contains("Wrong passphrase (1 of 5). Again, or Enter to go back:"));
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
