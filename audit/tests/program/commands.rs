//! Each task, through the program itself.

use crate::kit::Kit;
use crate::made::{Made, day, encoded, event, key};
use payhsm_audit::cosignature::{WitnessKey, cosign};
use payhsm_audit::note::{Ed25519Signer, Note, Signer};
use std::fs;
use std::path::Path;

#[test]
fn verify_says_yes_and_no() {
    let kit = Kit::new(700);
    kit.checkpoint(300);
    let good = kit.run("verify log --key audit.pub --checkpoint checkpoint-300").ends(0);
    let last = good.out.lines().last().unwrap();
    assert!(last.starts_with("verified up to size 700 by the checkpoint of 2026-11-22T"), "{last}");
    assert!(last.ends_with("Z; nothing is known after") && good.err.is_empty(), "{good:?}");
    // The key as a line; one JSON object.
    let json = kit.run(&format!("verify log --key {} --json", key(1))).ends(0).json();
    assert_eq!((&json["good"], &json["size"]), (&true.into(), &700.into()));
    assert_eq!(
        json["counts"]["commands"].as_u64().unwrap() + json["counts"]["acts"].as_u64().unwrap(),
        699
    );
    kit.edit("log/tile/entries/001", |bytes| bytes[300] ^= 4);
    let bad = kit.run("verify log --key audit.pub --checkpoint checkpoint-300").ends(1);
    assert!(bad.out.contains("The first bad record is 257."), "{}", bad.out);
    assert!(bad.out.ends_with("NOT VERIFIED: the log is not what was signed\n"), "{}", bad.out);
    let json = kit.run("verify log --key audit.pub --json").ends(1).json();
    assert_eq!((&json["good"], &json["faults"][0]["record"]), (&false.into(), &257.into()));
    assert!(["changed", "malformed"].contains(&json["faults"][0]["kind"].as_str().unwrap()));
}

#[test]
fn what_cannot_be_checked_is_not_called_bad() {
    let kit = Kit::new(10);
    for line in [
        "verify nothing --key audit.pub",
        "verify . --key audit.pub",
        "verify log --key nothing.pub",
        "verify log --key log/checkpoint",
        "verify log --key audit.pub --checkpoint nothing",
        "verify log --key audit.pub --checkpoint audit.pub",
        "verify log --key audit.pub --witness x",
        "verify log",
        "show nothing",
        "show log 7-20",
        "prove log 10",
        "prove log 1 --size 5",
        "prove log --consistency 0 10",
        "check audit.pub --key audit.pub",
        "check-export audit.pub --key audit.pub",
        "archive log --to old --before 5",
        "export log 1-2 --redact x -o e",
    ] {
        let ran = kit.run(line).ends(2);
        assert!(!ran.err.is_empty() || ran.out.contains("NO USE"), "{line}: {ran:?}");
    }
    assert_eq!(kit.run("--help").ends(0).err, "");
}

#[test]
fn a_witness_gives_the_time() {
    let kit = Kit::new(20);
    let witness = Ed25519Signer::from_seed("w.example/one", &[9; 32]).unwrap();
    let witness_key = WitnessKey::new("w.example/one", witness.public_key()).unwrap();
    let mut note = Note::parse(fs::read(kit.path("log/checkpoint")).unwrap()).unwrap();
    let line = format!("verify log --key audit.pub --witness {witness_key}");
    kit.run(&line).ends(1);
    cosign(&mut note, &witness, 1_795_333_400).unwrap();
    fs::write(kit.path("log/checkpoint"), note.to_string()).unwrap();
    let ran = kit.run(&line).ends(0);
    let said = "verified up to size 20 by the checkpoint of 2026-11-22T07:43:20Z; nothing is known after\n";
    assert!(ran.out.ends_with(said), "{}", ran.out);
    kit.run("prove log 3 -o p").ends(0);
    let ran = kit.run(&format!("check p --key audit.pub --witness {witness_key}")).ends(0);
    assert!(ran.out.contains("saw the checkpoint at 2026-11-22T07:43:20Z"), "{}", ran.out);
}

#[test]
fn proofs_are_made_and_checked() {
    let kit = Kit::new(700);
    kit.checkpoint(300);
    for (index, more) in
        [(0, ""), (255, ""), (699, ""), (299, "--size 300 --checkpoint checkpoint-300")]
    {
        kit.run(&format!("prove log {index} {more} -o p")).ends(0);
        let yes = kit.run("check p --key audit.pub").ends(0);
        assert!(yes.out.starts_with(&format!("YES: it is record {index} of the ")), "{}", yes.out);
        let json = kit.run("check p --key audit.pub --json").ends(0).json();
        assert_eq!((&json["good"], &json["record"]["index"]), (&true.into(), &index.into()));
        kit.run(&format!("check p --key {}", key(2))).ends(1);
        // Other bytes, from elsewhere or within.
        fs::write(kit.path("entry"), &kit.entries[index]).unwrap();
        kit.run("check p --key audit.pub --entry entry").ends(0);
        fs::write(kit.path("entry"), &kit.entries[7]).unwrap();
        assert!(kit.run("check p --key audit.pub --entry entry").ends(1).out.starts_with("NO: "));
        let text = fs::read_to_string(kit.path("p")).unwrap();
        let moved =
            text.replace(&format!("\nindex {index}\n"), &format!("\nindex {}\n", index ^ 1));
        fs::write(kit.path("p"), moved).unwrap();
        kit.run("check p --key audit.pub").ends(1);
    }
    kit.run("prove log --consistency 300 700 -o c").ends(0);
    let yes = kit.run("check c --key audit.pub --old checkpoint-300").ends(0);
    assert!(
        yes.out.starts_with("YES: the 700 records of test.example/hsm begin with the 300"),
        "{}",
        yes.out
    );
    kit.run("check c --key audit.pub").ends(2);
    let mut others = day(300);
    others[9].0 = event("other", "");
    fs::write(kit.path("checkpoint-300"), Made::of(&encoded(&others), 1).checkpoint()).unwrap();
    assert!(
        kit.run("check c --key audit.pub --old checkpoint-300").ends(1).out.starts_with("NO: ")
    );
    // Nothing is proven of a log that is bad.
    kit.edit("log/tile/entries/000", |bytes| bytes[15] ^= 1);
    kit.run("prove log 0").ends(1);
}

#[test]
fn records_are_shown_and_found() {
    let kit = Kit::new(700);
    let lines = |line: &str| kit.run(line).ends(0).out.lines().count();
    assert_eq!(
        (
            lines("show log"),
            lines("show log 5"),
            lines("show log 250-260"),
            lines("show log last-9")
        ),
        (701, 2, 12, 10)
    );
    assert_eq!((lines("show log --format csv 690-"), lines("show log --format json")), (11, 700));
    let found = |more: &str| {
        let out = kit.run(&format!("search log --format json {more}")).ends(0).out;
        out.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect::<Vec<serde_json::Value>>()
    };
    let all = found("");
    let count =
        |wanted: &dyn Fn(&serde_json::Value) -> bool| all.iter().filter(|row| wanted(row)).count();
    for (line, right) in [
        ("--caller api", count(&|row| row["caller"] == "api")),
        ("--command CA --result 00", count(&|row| row["command"] == "CA" && row["result"] == "00")),
        ("--result !00", count(&|row| row["kind"] == "command" && row["result"] != "00")),
        ("--key tpk-1", count(&|row| row["kind"] == "command")),
        ("--key label:tpk-1", count(&|row| row["kind"] == "command")),
        ("--officer bob", count(&|row| row["kind"] == "act")),
        ("--event start", 1),
        (
            "--account-fingerprint 0A0a",
            count(&|row| {
                row["account_fingerprint"].as_str().is_some_and(|hex| hex.starts_with("0a0a"))
            }),
        ),
        (
            "--from 2026-11-22T07:41:00Z --to 2026-11-22T07:42:00Z",
            count(&|row| {
                let time = row["time"].as_str().unwrap();
                ("2026-11-22T07:41:00"..="2026-11-22T07:41:59.999999Z").contains(&time)
            }),
        ),
        ("--to 2026-11-22", 0),
        ("--limit 3", 3),
    ] {
        assert_eq!(found(line).len(), right, "{line}");
        assert!(right > 0 || line.starts_with("--to"), "{line}");
    }
}

#[test]
fn an_export_hides_records_and_is_checked_alone() {
    let kit = Kit::new(700);
    kit.run("export log 250-269 --redact 255-256 --redact officer -o e").ends(0);
    let yes = kit.run("check-export e --key audit.pub").ends(0);
    let hidden = yes.out.lines().filter(|line| line.contains(" hidden ")).count();
    assert!(
        yes.out.starts_with("YES: these are records 250 to 269 of the 700 records"),
        "{}",
        yes.out
    );
    assert!((2..=4).contains(&hidden) && yes.out.lines().count() == 22, "{}", yes.out);
    kit.run(&format!("check-export e --key {}", key(3))).ends(1);
    let text = fs::read_to_string(kit.path("e")).unwrap();
    let lines: Vec<_> = text.lines().collect();
    let proven = lines.iter().position(|line| line.is_empty()).unwrap();
    for at in 1..proven {
        for way in 0..3 {
            let mut lines = lines.clone();
            match way {
                0 => drop(lines.remove(at)),
                1 => lines.swap(at, at + 1),
                _ => lines.insert(at, lines[at]),
            }
            if lines == text.lines().collect::<Vec<_>>() {
                continue;
            }
            fs::write(kit.path("other"), lines.join("\n") + "\n").unwrap();
            let ran = kit.run("check-export other --key audit.pub");
            assert!(ran.code == 1 || ran.code == 2, "{at} {way}: {ran:?}");
        }
    }
    kit.run("export log 0- --redact account --redact caller=api -o e").ends(0);
    let all = kit.run("check-export e --key audit.pub --format json").ends(0);
    assert_eq!(all.out.lines().count(), 700);
    assert!(!all.out.contains("\"account\"") && all.out.contains("\"hidden\""));
}

#[test]
fn an_archive_is_checked_before_anything_is_taken_out() {
    let kit = Kit::new(700);
    let files = |folder: &Path| fs::read_dir(folder.join("tile/entries")).unwrap().count();
    kit.run("archive log --to old --before 600").ends(0);
    assert_eq!((files(&kit.path("log")), files(&kit.path("old"))), (3, 2));
    // A copy that is not right is found, and nothing is taken out.
    kit.edit("old/tile/entries/001", |bytes| bytes[40] ^= 1);
    kit.run("archive log --to old --before 600 --remove").ends(1);
    assert_eq!(files(&kit.path("log")), 3);
    fs::copy(kit.path("log/tile/entries/001"), kit.path("old/tile/entries/001")).unwrap();
    kit.run("archive log --to old --before 600 --remove").ends(0);
    assert_eq!(files(&kit.path("log")), 1);
    let missing = kit.run("verify log --key audit.pub").ends(1);
    assert!(missing.out.contains("(if it is in an archive, name the archive)"), "{}", missing.out);
    kit.run("verify log --archive old --key audit.pub").ends(0);
    kit.run("prove log 3 --archive old -o p").ends(0);
    kit.run("check p --key audit.pub").ends(0);
    // Once more, with what is in the archive already.
    kit.run("archive log --to old --before 600 --remove").ends(0);
    kit.run("archive log --to log --before 600").ends(2);
    kit.edit("old/tile/0/000", |bytes| bytes[40] ^= 1);
    kit.run("verify log --archive old --key audit.pub").ends(1);
}
