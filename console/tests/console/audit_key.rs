//! Another signing key for the audit log, by two people at the console and by a script; what the log has of it, files tell.

use crate::appliance::Appliance;
use crate::person::PASSPHRASE;
use std::fs;
use std::path::Path;

const QUESTION: &str = "Sign the audit log with another key from now on? (y/n):";

/// The public key of the log.
fn key(appliance: &Appliance) -> String {
    fs::read_to_string(appliance.path("state/audit.pub")).unwrap().trim_end().to_owned()
}

/// How often `text` is in the files below a folder.
fn count(folder: &Path, text: &str) -> usize {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let found = |path: std::path::PathBuf| {
        if path.is_dir() {
            return count(&path, text);
        }
        let bytes = fs::read(path).unwrap();
        bytes.windows(text.len()).filter(|window| *window == text.as_bytes()).count()
    };
    files.map(found).sum()
}

/// The record of a change from one key to the other, as the journal has it.
fn told(appliance: &Appliance, before: &str, after: &str) -> usize {
    count(&appliance.path("state/audit/journal"), &format!("{before} {after} "))
}

/// What is on a screen or paper that may break a long line anywhere.
fn joined(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The papers with this title.
fn papers(folder: &Path, title: &str) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let papers = files.filter(|path| path.to_string_lossy().ends_with(".record.txt"));
    papers
        .map(|path| fs::read_to_string(path).unwrap())
        .filter(|text| text.contains(title))
        .collect()
}

#[test]
fn two_people_replace_it_at_the_console_and_have_it_on_paper() {
    let appliance = Appliance::at_work();
    let before = key(&appliance);
    // One alone is asked for the other one, and both may think again.
    let mut screen = appliance.console();
    let line = format!("{PASSPHRASE}\r");
    let one = [
        ("Number:", "1\r"),
        ("Number:", "1\r"),
        ("Passphrase of alice: (not shown)", line.as_str()),
        ("1 of 2 officers present", ""),
        ("16) Another signing key for the audit log", ""),
        ("Number:", "16\r"),
        ("This takes two officers.", ""),
        ("Number:", "2\r"),
        ("Passphrase of bob: (not shown)", line.as_str()),
        (QUESTION, "n\r"),
        ("2 officers present", ""),
    ];
    let at = screen.walk(0, &one);
    assert_eq!(key(&appliance), before);
    let steps = [
        ("Number:", "16\r"),
        (QUESTION, "?\r"),
        ("The log tells of it in a record that both keys sign", ""),
        (QUESTION, "y\r"),
        ("The audit log is signed with another key:", ""),
        ("Give it to the auditors, and take a backup.", ""),
        ("RECORD: signing key of the audit log", ""),
        ("Number:", "q\r"),
    ];
    screen.walk(at, &steps);
    assert!(screen.ended().success());
    let after = key(&appliance);
    assert_ne!(after, before);
    assert_eq!(told(&appliance, &before, &after), 1);
    assert!(joined(&screen.shown()).contains(&after), "{}", screen.shown());
    let papers = papers(&appliance.path(""), "signing key of the audit log");
    let [paper] = papers.as_slice() else { panic!("{papers:?}") };
    assert!(
        joined(paper).contains(&after) && paper.contains("alice") && paper.contains("bob"),
        "{paper}"
    );
}

#[test]
fn a_script_replaces_it_with_two_and_not_with_one() {
    let appliance = Appliance::at_work();
    let before = key(&appliance);
    let (done, said) = appliance
        .try_script(r#"{ do = "log-in", officer = "alice" }, { do = "replace-audit-key" },"#, "");
    assert!(!done && said.contains("officer"), "{said}");
    assert_eq!(key(&appliance), before);
    let said = appliance.script(
        r#"{ do = "log-in", officer = "alice" }, { do = "log-in", officer = "bob" },
           { do = "replace-audit-key" }, { do = "backup", file = "after" },"#,
    );
    let after = key(&appliance);
    assert_ne!(after, before);
    assert_eq!(told(&appliance, &before, &after), 1);
    assert!(joined(&said).contains(&after), "{said}");
    let papers = papers(&appliance.path("shares"), "another key");
    let [paper] = papers.as_slice() else { panic!("{papers:?}") };
    assert!(joined(paper).contains(&after), "{paper}");
    // Started again it goes on with the new key: that of the store.
    let appliance = Appliance::again(appliance.stop());
    fs::remove_file(appliance.path("state/audit.pub")).unwrap();
    appliance.script(
        r#"{ do = "log-in", officer = "alice" }, { do = "log-in", officer = "carol" },
           { do = "unseal", officer = "alice", share = "lmk-00-1-of-3-alice.share" },
           { do = "unseal", officer = "carol", share = "lmk-00-3-of-3-carol.share" },"#,
    );
    assert_eq!(key(&appliance), after);
    assert_eq!(count(&appliance.path("state"), "log-replaced"), 0);
}
