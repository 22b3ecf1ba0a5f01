//! `payhsm-console run`, as a program: secrets by file descriptor, the record on standard output, the first refusal ends it.

use crate::support::{APPLIANCE, Fake};
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

const PASSPHRASE: &str = "a passphrase for tests";
const COMPONENTS: [&str; 2] =
    ["0123 4567 89AB CDEF FEDC BA98 7654 3210", "11112222333344445555666677778888"];

const SCRIPT: &str = r#"
format = "payhsm ceremony 1"
title = "test ceremony"

[[officer]]
file = "alice.officer"
passphrase_fd = 3

[[officer]]
file = "bob.officer"
passphrase_fd = 3

[[step]]
do = "enrol"
file = "alice.officer"
[[step]]
do = "enrol"
file = "bob.officer"
[[step]]
do = "log-in"
officer = "alice"
[[step]]
do = "log-in"
officer = "bob"
[[step]]
do = "generate-lmk"
needed = 2
holders = ["alice", "bob"]
shares = "."
[[step]]
do = "key-from-components"
key = { label = "vis-zmk", usage = "52", algorithm = "T2" }
components_fd = [4, 4]
[[step]]
do = "set-zone"
name = "VIS"
zmk = "vis-zmk"
"#;

/// Runs a line of bash in a folder, with the console as `$CONSOLE`.
fn bash(folder: &Path, line: &str) -> Output {
    Command::new("bash")
        .args(["-c", line])
        .current_dir(folder)
        .env("CONSOLE", env!("CARGO_BIN_EXE_payhsm-console"))
        .env("PASSPHRASE", PASSPHRASE)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn place(script: &str) -> (TempDir, Fake) {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start(folder.path(), "uninitialised");
    fake.with(|state| state.profile = Some("development".to_owned()));
    for name in ["alice", "bob"] {
        let line = format!(
            "exec 3<<<\"$PASSPHRASE\"; $CONSOLE officer new {name} --development-only --passphrase-fd 3"
        );
        let made = bash(folder.path(), &line);
        assert!(made.status.success(), "{}", text(&made.stderr));
    }
    std::fs::write(folder.path().join("ceremony.toml"), script).unwrap();
    (folder, fake)
}

/// The passphrase twice on one descriptor, both components on the next.
fn ceremony(folder: &Path, options: &str) -> Output {
    let [first, second] = COMPONENTS;
    let line = format!(
        "exec 3<<<\"$PASSPHRASE\n$PASSPHRASE\" 4< <(printf '%s\\n' '{first}' '{second}')
         $CONSOLE --socket officer.sock run ceremony.toml {options}"
    );
    bash(folder, &line)
}

#[test]
fn a_script_does_what_officers_do() {
    let (folder, fake) = place(SCRIPT);
    let dry = ceremony(folder.path(), "--dry-run");
    assert!(dry.status.success(), "{}", text(&dry.stderr));
    fake.with(|state| assert!(state.acts.is_empty(), "{:?}", state.acts));

    let done = ceremony(folder.path(), "");
    let (out, err) = (text(&done.stdout), text(&done.stderr));
    assert!(done.status.success(), "{out}{err}");
    for part in ["RECORD: test ceremony", APPLIANCE, "check value of vis-zmk:", "alice, bob"] {
        assert!(out.contains(part), "{part}\n{out}");
    }
    for secret in [PASSPHRASE, "0123 4567", "01234567", "11112222"] {
        // The appliance's id begins like a component.
        let (out, err) = (out.replace(APPLIANCE, ""), err.replace(APPLIANCE, ""));
        assert!(!out.contains(secret) && !err.contains(secret));
    }
    assert!(folder.path().join("lmk-00-2-of-2-bob.share").is_file());
    fake.with(|state| {
        assert_eq!(state.kept.len(), 2);
        assert_eq!(state.zones[0].zmk.as_deref(), Some("vis-zmk"));
    });

    let status = bash(folder.path(), "$CONSOLE --socket officer.sock status --json");
    let json: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(json["state"], "operational");
    assert_eq!(json["lmks"][0]["check_value"], "A1B2C3");
    let shown = text(&bash(folder.path(), "$CONSOLE officer show alice.officer").stdout);
    assert!(shown.contains("Officer      alice") && shown.contains(APPLIANCE), "{shown}");
}

#[test]
fn a_script_stops_at_the_first_refusal_and_says_where() {
    // A check value that no component has.
    let script = SCRIPT.replace(
        "components_fd = [4, 4]",
        "components_fd = [4, 4]\ncheck_values = [\"000000\", \"000000\"]",
    );
    let (folder, fake) = place(&script);
    let stopped = ceremony(folder.path(), "");
    assert_eq!(stopped.status.code(), Some(1));
    let (out, err) = (text(&stopped.stdout), text(&stopped.stderr));
    assert!(err.contains("Step 6 (key-from-components): Component 1 has the check value"), "{err}");
    assert!(out.contains("NOT FINISHED"), "{out}");
    fake.with(|state| assert!(state.kept.is_empty() && state.zones.is_empty()));
}

#[test]
fn a_script_is_checked_before_anything_is_done() {
    for (from, to, says) in [
        ("needed = 2", "needed = 3", "needed is 2 to 2."),
        ("officer = \"bob\"", "officer = \"carol\"", "carol is no [[officer]]"),
        ("usage = \"52\"", "usage = \"529\"", "usage has two characters."),
        ("do = \"set-zone\"", "do = \"set-zones\"", "set-zones"),
        ("components_fd = [4, 4]", "components_fd = [4, 77]", "File descriptor 77 is not open"),
        ("payhsm ceremony 1", "payhsm ceremony 9", "payhsm ceremony 1"),
    ] {
        let (folder, fake) = place(&SCRIPT.replacen(from, to, 1));
        let refused = ceremony(folder.path(), "");
        assert_eq!(refused.status.code(), Some(1), "{to}");
        assert!(text(&refused.stderr).contains(says), "{to}: {}", text(&refused.stderr));
        fake.with(|state| assert!(state.acts.is_empty()));
    }
}

#[test]
fn a_script_for_another_appliance_does_nothing() {
    let script = SCRIPT.replace("title =", "appliance = \"fedcba9876543210\"\ntitle =");
    let (folder, fake) = place(&script);
    let refused = ceremony(folder.path(), "");
    assert!(text(&refused.stderr).contains("for another appliance"));
    fake.with(|state| assert!(state.acts.is_empty()));
}

#[test]
fn secrets_are_not_taken_from_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let refused = bash(folder.path(), "echo x | $CONSOLE officer new alice");
    assert_eq!(refused.status.code(), Some(1));
    let told = text(&refused.stderr);
    assert!(
        told.contains("There is no terminal here") && told.contains("payhsm-console run"),
        "{told}"
    );
    let refused = bash(folder.path(), "$CONSOLE --socket none.sock status");
    assert!(text(&refused.stderr).contains("No daemon answers at none.sock"));
}
