//! Shares: given, tried, given out anew; and what is done with an appliance that does not come back as it should.

use crate::appliance::Appliance;
use crate::person::PASSPHRASE;
use payhsm_protocol::officer::{Act, Answer, Quorum};
use std::fs;

const HOLDERS: [&str; 3] = ["alice", "bob", "carol"];

fn holders() -> Vec<String> {
    HOLDERS.map(str::to_owned).to_vec()
}

#[test]
fn shares_that_do_not_fit_are_told_and_the_right_ones_unseal() {
    let (appliance, foreign) = (Appliance::at_work(), Appliance::at_work());
    fs::copy(foreign.path("lmk-00-2-of-3-bob.share"), appliance.path("shares/foreign.share"))
        .unwrap();
    let folder = appliance.stop();
    let appliance = Appliance::again(folder);
    let mut screen = appliance.console();
    let line = format!("{PASSPHRASE}\r");
    let alice = ("Passphrase of alice: (not shown)", line.as_str());
    let bob = ("Passphrase of bob: (not shown)", line.as_str());
    screen.walk(
        0,
        &[
            ("Number:", "1\r"),
            ("0 of 2 shares are in. The next holder, please.", ""),
            ("Number:", "1\r"),
            ("Passphrase of alice: (not shown)", "not the passphrase\r"),
            ("Wrong passphrase (1 of 5).", ""),
            alice,
            ("The share: ./lmk-00-1-of-3-alice.share", ""),
            ("1 of 2 are in", ""),
            ("1 of 2 shares are in. The next holder, please.", ""),
            ("Number:", "1\r"),
            alice,
            ("Share 1 was given already.", ""),
            // Too few: whoever has to fetch the next holder goes back, and the share stays.
            ("Number:", "b\r"),
            ("Number:", "1\r"),
            ("1 of 2 shares are in. The next holder, please.", ""),
            ("Number:", "2\r"),
            bob,
            ("The appliance is unsealed.", ""),
            ("Number:", "q\r"),
        ],
    );
    assert!(screen.ended().success());

    // One of another appliance, beside the own.
    let (done, said) = appliance.try_script(
        r#"{ do = "log-in", officer = "bob" }, { do = "try-shares", shares = ["shares/foreign.share"] },"#,
        "",
    );
    assert!(!done && said.contains("This share belongs to appliance"), "{said}");
    let (done, said) = appliance.try_script(
        r#"{ do = "log-in", officer = "bob" }, { do = "try-shares", shares = ["lmk-00-1-of-3-alice.share"] },"#,
        "",
    );
    assert!(!done && said.contains("alice has not logged in"), "{said}");
}

#[test]
fn new_shares_are_given_out_and_tried_and_the_old_ones_stay_good() {
    let appliance = Appliance::at_work();
    let (mut screen, at) = appliance.two();
    let line = format!("{PASSPHRASE}\r");
    let carol = ("Passphrase of carol: (not shown)", line.as_str());
    screen.walk(
        at,
        &[
            ("Number:", "7\r"),
            ("Number:", "4\r"),
            ("shares that are out there stay good", ""),
            ("How many holders [3]:", "2\r"),
            ("How many of them bring it back [2]:", "\r"),
            ("Holders, with spaces between [alice bob]:", "bob carol\r"),
            ("Folder for the share files [.]:", "nowhere\r"),
            ("nowhere is no folder that is there.", ""),
            ("Folder for the share files [.]:", "shares\r"),
            ("Give out new shares of LMK 00 now? (y/n):", "?\r"),
            ("The new shares go together with each other alone", ""),
            ("Give out new shares of LMK 00 now? (y/n):", "y\r"),
            ("LMK 00 was split once more; any 2 of 2 of its new shares bring it back.", ""),
            ("Share 2 of 2 was sealed for carol: lmk-00-2-of-2-carol.share.", ""),
            ("RECORD: new shares of an LMK", ""),
            // Status has the new holders; the same folder once more would write over them.
            ("Number:", "15\r"),
            ("any 2 of 2 shares of bob, carol", ""),
            ("Number:", "7\r"),
            ("Number:", "4\r"),
            ("How many holders [3]:", "2\r"),
            ("How many of them bring it back [2]:", "\r"),
            ("Holders, with spaces between [alice bob]:", "bob carol\r"),
            ("Folder for the share files [.]:", "shares\r"),
            ("nothing is written over it", ""),
            ("Folder for the share files [.]:", "b\r"),
            // Old shares, tried while it works.
            ("Number:", "7\r"),
            ("Number:", "5\r"),
            ("The first holder, please.", ""),
            ("Number:", "1\r"),
            ("Passphrase of alice: (not shown)", &line),
            ("1 share is in.", ""),
            ("Number:", "3\r"),
            carol,
            ("These shares make the LMK 00 that is in force", ""),
            ("RECORD: trial of shares", ""),
            ("Number:", "q\r"),
        ],
    );
    assert!(screen.ended().success());
    // Old and new ones do not go together; the new ones do.
    let steps = |second: &str| {
        format!(
            r#"{{ do = "log-in", officer = "bob" }}, {{ do = "log-in", officer = "carol" }},
            {{ do = "try-shares", shares = ["shares/lmk-00-1-of-2-bob.share", "{second}"] }},"#
        )
    };
    let (done, said) = appliance.try_script(&steps("lmk-00-3-of-3-carol.share"), "");
    assert!(!done && said.contains("from another set than the others"), "{said}");
    appliance.script(&steps("shares/lmk-00-2-of-2-carol.share"));
}

#[test]
fn a_backup_is_restored_on_an_empty_machine() {
    let appliance = Appliance::at_work();
    appliance.script(
        r#"{ do = "log-in", officer = "alice" }, { do = "log-in", officer = "bob" },
        { do = "generate-key", key = { label = "kept", usage = "72", algorithm = "A3" } },
        { do = "backup", file = "monday" },
        { do = "destroy-key", label = "kept" },"#,
    );
    let folder = appliance.stop();
    let (backup, empty) = (folder.path().join("state/backup"), tempfile::tempdir().unwrap());
    fs::create_dir(empty.path().join("state")).unwrap();
    for (from, to) in [
        ("monday", "store.redb"),
        ("monday.officers.toml", "officers.toml"),
        ("monday.lmk.toml", "lmk.toml"),
    ] {
        fs::copy(backup.join(from), empty.path().join("state").join(to)).unwrap();
    }
    for (number, name) in (1..).zip(HOLDERS) {
        for file in [format!("{name}.officer"), format!("lmk-00-{number}-of-3-{name}.share")] {
            fs::copy(folder.path().join(&file), empty.path().join(&file)).unwrap();
        }
    }
    let appliance = Appliance::again(empty);
    let mut screen = appliance.console();
    let line = format!("{PASSPHRASE}\r");
    screen.walk(
        0,
        &[
            ("Number:", "1\r"),
            ("Number:", "1\r"),
            ("Passphrase of alice: (not shown)", &line),
            ("Number:", "3\r"),
            ("Passphrase of carol: (not shown)", &line),
            ("the store may be an older one", ""),
            ("If you restored a backup yourselves: `Accept an older store`", ""),
            ("Number:", "3\r"),
            ("Accept this only if you restored a backup yourselves", ""),
            ("Accept the older store? (y/n):", "y\r"),
            ("The older store was accepted by alice and carol", ""),
            ("Number:", "2\r"),
            ("Number:", "1\r"),
            ("kept: check value ", ""),
            ("Number:", "q\r"),
        ],
    );
    assert!(screen.ended().success());
    assert!(screen.shown().contains("RECORD: "));
}

#[test]
fn an_erasure_is_asked_for_completed_and_begins_anew() {
    let appliance = Appliance::at_work();
    // As a stop in the middle of an erasure leaves it: the store is gone, the word of the LMK is not.
    let folder = appliance.stop();
    for name in ["store.redb", "generation"] {
        fs::remove_file(folder.path().join("state").join(name)).unwrap();
    }
    let appliance = Appliance::again(folder);
    let (mut screen, at) = appliance.two_of_a_sealed();
    let id = screen.shown();
    let id = id.split("Appliance  ").nth(1).unwrap().chars().take(16).collect::<String>() + "\r";
    let question = format!("To erase it, type the appliance's id ({}):", id.trim());
    screen.walk(
        at,
        &[
            ("Number:", "5\r"),
            ("This erases the LMK and the store.", ""),
            (question.as_str(), "0123456789abcdef\r"),
            ("That is another id; nothing was erased.", ""),
            ("Number:", "5\r"),
            (question.as_str(), id.as_str()),
            ("are erased; the appliance is as new.", ""),
            ("RECORD: erasure", ""),
            ("First ceremony: officers and LMK", ""),
            ("Number:", "q\r"),
        ],
    );
    assert!(screen.ended().success());
}

impl Appliance {
    /// Alice and bob before a sealed appliance.
    fn two_of_a_sealed(&self) -> (crate::screen::Screen, usize) {
        let mut screen = self.console();
        let line = format!("{PASSPHRASE}\r");
        let at = screen.walk(
            0,
            &[
                ("There is no store", ""),
                ("Number:", "2\r"),
                ("Number:", "1\r"),
                ("Passphrase of alice: (not shown)", &line),
                ("Number:", "2\r"),
                ("Number:", "2\r"),
                ("Passphrase of bob: (not shown)", &line),
            ],
        );
        (screen, at)
    }
}

#[test]
fn while_the_lmk_is_changed_it_is_said_what_goes_and_what_does_not() {
    let appliance = Appliance::at_work();
    // The new one is made, and whoever had its shares was cut off before anything moved.
    let change = Act::ChangeLmk { quorum: Quorum { needed: 2, of: 3 }, holders: holders() };
    let answer = appliance.connection().ask(&change).unwrap();
    assert!(matches!(answer, Answer::Split { .. }), "{answer:?}");
    let (mut screen, at) = appliance.two();
    let told = "until all records have moved nothing";
    screen.walk(
        at,
        &[
            ("Number:", "2\r"),
            ("Number:", "2\r"),
            ("Label of the key:", "new\r"),
            ("Number:", "1\r"),
            ("Number:", "1\r"),
            ("Number:", "1\r"),
            ("Slot", "\r"),
            (told, ""),
            ("go on with the change", ""),
            // Not after somebody has typed components.
            ("Number:", "2\r"),
            ("Number:", "3\r"),
            ("Label of the key:", "new\r"),
            ("Number:", "1\r"),
            ("Number:", "1\r"),
            ("Number:", "1\r"),
            ("Slot", "\r"),
            ("How many components [2]:", "\r"),
            (told, ""),
            ("Number:", "2\r"),
            ("Number:", "1\r"),
            ("There are no keys yet.", ""),
            ("Number:", "15\r"),
            ("The change of the LMK is not finished", ""),
            // Its shares are nowhere: others, then on with it.
            ("Number:", "7\r"),
            ("Number:", "4\r"),
            ("How many holders [3]:", "\r"),
            ("How many of them bring it back [2]:", "\r"),
            ("Holders, with spaces between", "\r"),
            ("Folder for the share files [.]:", "shares\r"),
            ("Give out new shares of LMK 00 now? (y/n):", "y\r"),
            ("LMK 00 was split once more", ""),
            ("Number:", "7\r"),
            ("Number:", "2\r"),
            ("records are under the new LMK", ""),
            ("Number:", "10\r"),
            ("Seal it? (y/n):", "y\r"),
            ("The appliance is sealed", ""),
            ("Number:", "q\r"),
        ],
    );
    assert!(screen.ended().success());
    appliance.script(
        r#"{ do = "log-in", officer = "alice" },
        { do = "unseal", officer = "alice", share = "shares/lmk-00-1-of-3-alice.share" },
        { do = "log-in", officer = "carol" },
        { do = "unseal", officer = "carol", share = "shares/lmk-00-3-of-3-carol.share" },"#,
    );
}
