//! New shares of an LMK that stays, and shares that are tried while it is at work.

use crate::appliance::{Appliance, Console, Lmk, change, generate, migrate, officer, operational};
use payhsm_officer::Identity;
use payhsm_protocol::field::LmkId;
use payhsm_protocol::officer::{Act, Answer, Quorum};

fn reissue(id: u8, needed: u8, holders: &[&str]) -> Act {
    let quorum = Quorum { needed, of: u8::try_from(holders.len()).unwrap() };
    let holders = holders.iter().map(|&holder| holder.to_owned()).collect();
    Act::ReissueShares { id: LmkId(id), quorum, holders }
}

fn try_share(console: &mut Console, lmk: &Lmk, person: &Identity) -> Answer {
    console.ask_with(&Act::TryShare, &lmk.open(person).unwrap())
}

fn refused(answer: Answer) -> String {
    let Answer::Refused(why) = answer else { panic!("{answer:?}") };
    why
}

#[test]
fn a_holder_leaves_and_the_lmk_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (appliance, people, old) = operational(folder.path());
    let [alice, bob, carol] = &people;
    let dave = officer("dave");
    let mut console = appliance.with(&[alice, bob]);
    console.done(&Act::Enrol(dave.officer().clone()));
    let before = console.status();
    for (act, word) in [
        (reissue(7, 2, &["alice", "bob"]), "no LMK 07"),
        (reissue(0, 1, &["alice", "bob"]), "At least two"),
        (reissue(0, 2, &["alice", "eve"]), "no officer eve"),
        (reissue(0, 2, &["alice", "alice"]), "alice would hold two"),
    ] {
        let why = console.refused(&act);
        assert!(why.contains(word), "{why}");
    }
    let act = reissue(0, 3, &["alice", "bob", "dave"]);
    assert!(appliance.with(&[carol]).refused(&act).contains("carol alone"));
    assert_eq!(console.status(), before, "nothing was done");

    let answer = console.ask(&act);
    let new = Lmk::of(&mut console, answer);
    assert_eq!(new.check_value, old.check_value);
    let after = console.status();
    assert_eq!(after.generation, before.generation + 1);
    assert_eq!(after.lmks[0].holders, ["alice", "bob", "dave"]);
    assert_eq!(after.lmks[0].quorum, Some(Quorum { needed: 3, of: 3 }));
    assert_eq!(after.lmks[0].check_value, old.check_value);
    // Whoever left is no holder any more and may go; with one of the new ones it is no quorum.
    console.done(&Act::Remove { name: "carol".into() });
    let why = console.refused(&Act::Remove { name: "dave".into() });
    assert!(why.contains("takes 3 of its holders") && why.contains("give out its shares anew"));

    // Tried while it is at work: new ones with each other, old ones with each other, and no others.
    let mut trial = appliance.with(&[alice]);
    assert!(trial.refused(&Act::TryShare).contains("Nothing was entered"));
    for (lmk, holders) in [(&new, [alice, bob, &dave].as_slice()), (&old, &[carol, alice])] {
        for (have, person) in (1..).zip(holders) {
            let answer = try_share(&mut trial, lmk, person);
            if have < holders.len() {
                assert!(matches!(answer, Answer::Progress { .. }), "{answer:?}");
            } else {
                let Answer::Done { said, .. } = answer else { panic!("{answer:?}") };
                assert!(said.contains("make the LMK 00 that is in force"), "{said}");
                assert!(said.contains(&hex::encode_upper(&old.check_value.0)), "{said}");
            }
        }
    }
    try_share(&mut trial, &new, alice);
    assert!(refused(try_share(&mut trial, &old, bob)).contains("another set"));
    assert!(refused(try_share(&mut trial, &new, alice)).contains("given already"));
    trial.done(&Act::Abandon);
    assert!(matches!(try_share(&mut trial, &old, bob), Answer::Progress { have: 1, .. }));
    appliance.stop();

    // Old shares and new ones bring it back; lmk.toml says which holders there are now.
    let appliance = Appliance::start(folder.path());
    assert_eq!(appliance.connect().status().shares, Some(Quorum { needed: 0, of: 3 }));
    let mut console = appliance.connect();
    assert!(matches!(console.unseal(&new, &[&dave, bob, alice]), Answer::Done { .. }));
    console.done(&Act::Seal);
    console.ask_with(&Act::Unseal, &old.open(carol).unwrap());
    let answer = console.ask_with(&Act::Unseal, &old.open(bob).unwrap());
    assert!(matches!(answer, Answer::Done { .. }), "{answer:?}");
}

#[test]
fn during_a_change_it_is_the_next_one_that_is_split() {
    let folder = tempfile::tempdir().unwrap();
    let (appliance, people, old) = operational(folder.path());
    let [alice, bob, carol] = &people;
    let mut console = appliance.with(&[alice, bob]);
    let answer = console.ask(&change());
    let lost = Lmk::of(&mut console, answer);
    let answer = console.ask(&reissue(0, 2, &["bob", "carol"]));
    let new = Lmk::of(&mut console, answer);
    assert_eq!(new.check_value, lost.check_value);
    // Until it is over the holders of the one in force are those that they were.
    assert_eq!(console.status().lmks[0].holders, ["alice", "bob", "carol"]);
    try_share(&mut console, &new, bob);
    let Answer::Done { said, .. } = try_share(&mut console, &new, carol) else { panic!() };
    assert!(said.contains("that it is being changed for"), "{said}");
    assert!(console.refused(&Act::NoteCredential).contains("being changed"));
    migrate(&mut console);
    let line = console.status().lmks.remove(0);
    assert_eq!(
        (line.holders, &line.check_value),
        (vec!["bob".into(), "carol".into()], &new.check_value)
    );
    // The old ones make an LMK, but not this one.
    try_share(&mut console, &old, bob);
    assert!(refused(try_share(&mut console, &old, alice)).contains("not the one in force"));
    console.done(&Act::Seal);
    assert!(matches!(console.unseal(&new, &[bob, carol]), Answer::Done { .. }));
}

#[test]
fn a_credential_is_noted_once_for_shares_that_are_good() {
    let folder = tempfile::tempdir().unwrap();
    let (appliance, people, lmk) = operational(folder.path());
    let [alice, bob, carol] = &people;
    let mut console = appliance.with(&[alice, bob]);
    assert!(console.refused(&Act::NoteCredential).contains("have to be given on this connection"));
    // Another LMK, which comes with the first one.
    let answer = console.ask(&generate(7));
    let second = Lmk::of(&mut console, answer);
    let why = refused(try_share(&mut console, &second, alice));
    assert!(why.contains("LMK 07") && why.contains("only shares of LMK 00 unseal"), "{why}");
    let answer = console.ask(&reissue(7, 2, &["bob", "carol"]));
    assert_eq!(Lmk::of(&mut console, answer).check_value, second.check_value);
    let holders = console.status().lmks.into_iter().find(|lmk| lmk.id == LmkId(7)).unwrap().holders;
    assert_eq!(holders, ["bob", "carol"]);

    try_share(&mut console, &lmk, alice);
    try_share(&mut console, &lmk, carol);
    let mut other = appliance.with(&[alice, bob]);
    assert!(other.refused(&Act::NoteCredential).contains("on this connection"));
    let said = console.done(&Act::NoteCredential);
    assert!(said.contains("alice and bob write a credential"), "{said}");
    console.refused(&Act::NoteCredential);
    let kept = appliance.acts.kept.lock().unwrap();
    assert!(kept.iter().any(|(officers, act, ..)| act == "note-credential" && officers.len() == 2));
}
