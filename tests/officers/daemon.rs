//! The real binaries: a daemon that dies in the middle of a change, and the guide from its first line to its last.

use crate::appliance::{Appliance, Console, Lmk, change, key, migrate, people};
use crate::support::binary::{self, Daemon, Folder, PATIENCE, configuration, free_ports};
use payhsm_officer::Identity;
use payhsm_protocol::field::CheckValue;
use payhsm_protocol::officer::{Act, Answer};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const FILES: [&str; 4] = ["store.redb", "generation", "officers.toml", "lmk.toml"];
const KEYS: usize = 150;

fn copy(from: &Path, to: &Path) {
    for name in FILES {
        fs::copy(from.join(name), to.join(name)).unwrap();
    }
}

/// A filled and sealed appliance: its people, its LMK, the check values of its keys.
fn filled(folder: &Path) -> ([Identity; 3], Lmk, Vec<CheckValue>) {
    let appliance = Appliance::start(folder);
    let people = people();
    appliance.connect().enrol(&people);
    let mut console = appliance.with(&[&people[0], &people[1]]);
    let lmk = console.first_lmk();
    for number in 0..KEYS {
        console.done(&Act::GenerateKey(key(&format!("key-{number:03}"), b"72", b"A3")));
    }
    let values = check_values(&mut console);
    appliance.stop();
    (people, lmk, values)
}

fn check_values(console: &mut Console) -> Vec<CheckValue> {
    console.keys().into_iter().map(|line| line.check_value).collect()
}

/// Starts the change in a real daemon, and kills it when the first records have moved. Gives the new LMK.
fn killed_while_changing(folder: &Folder, people: &[Identity; 3], lmk: &Lmk) -> Lmk {
    let rest = "[officers]\nsocket = 'officers.sock'\n[memory]\nstrict = false";
    let daemon = Daemon::configured(folder, &configuration("issuer", false, rest), 1);
    let mut console = Console::connect(&folder.path("officers.sock"));
    let unsealed = console.unseal(lmk, &[&people[0], &people[1]]);
    assert!(matches!(unsealed, Answer::Done { .. }), "{unsealed:?}");
    let answer = console.ask(&change());
    let new = Lmk::of(&mut console, answer);
    loop {
        match console.ask(&Act::ContinueMigration) {
            Answer::Progress { have: 0, .. } => {}
            Answer::Progress { .. } | Answer::Done { .. } => break,
            answer => panic!("{answer:?}"),
        }
    }
    // SIGKILL.
    drop(daemon);
    new
}

#[test]
fn a_daemon_killed_in_the_middle_of_a_change_goes_on_with_shares_of_either_lmk() {
    let origin = tempfile::tempdir().unwrap();
    let (people, old, values) = filled(origin.path());
    let mut in_the_middle = false;
    for _ in 0..10 {
        let folder = Folder::new();
        let state = folder.path("state-issuer");
        fs::create_dir(&state).unwrap();
        copy(origin.path(), &state);
        let new = killed_while_changing(&folder, &people, &old);
        for (shares, holders) in [(&old, [0, 2]), (&new, [1, 2])] {
            let again = tempfile::tempdir().unwrap();
            copy(&state, again.path());
            let appliance = Appliance::start(again.path());
            let mut console = appliance.connect();
            let unsealed = console.unseal(shares, &holders.map(|holder| &people[holder]));
            let finished = matches!(unsealed, Answer::Refused(_));
            if finished {
                // It was over before it was killed; once more.
                assert!(std::ptr::eq(shares, &old), "{unsealed:?}");
                break;
            }
            assert_eq!(check_values(&mut console), values);
            let notes = console.status().notes;
            let Some(note) = notes.iter().find(|note| note.contains("not finished")) else { break };
            in_the_middle |= !note.contains(" 0 of ");
            assert_eq!(console.status().lmks[0].check_value, old.check_value);
            migrate(&mut console);
            assert_eq!(console.status().lmks[0].check_value, new.check_value);
            assert_eq!(check_values(&mut console), values);
            console.done(&Act::Seal);
            let answer = console.unseal(&new, &[&people[0], &people[1]]);
            assert!(matches!(answer, Answer::Done { .. }), "{answer:?}");
            assert_eq!(check_values(&mut console), values);
        }
        if in_the_middle {
            return;
        }
    }
    panic!("it was never killed in the middle");
}

#[test]
fn the_status_tells_of_tls_what_a_person_should_know() {
    let folder = Folder::new();
    let rest = "[officers]\nsocket = 'officers.sock'\n[memory]\nstrict = false";
    let good = configuration("issuer", false, rest);
    let lines = "[tls]\nversions = ['1.2', '1.3']\nrevoked = 'revoked.crl'\n";
    folder.revoke("revoked.crl", &[], 2021);
    let daemon = Daemon::configured(&folder, &good.replacen("[tls]\n", lines, 1), 1);
    let mut console = Console::connect(&folder.path("officers.sock"));
    let mut notes = || {
        let notes = console.status().notes;
        notes.into_iter().filter(|note| note.starts_with("tls.")).collect::<Vec<_>>()
    };
    let said = notes().join("\n");
    assert!(said.contains("tls.versions: TLS 1.2 is allowed"), "{said}");
    assert!(said.contains("tls.revoked: list 1 ended"), "{said}");
    folder.revoke("revoked.crl", &[], 2900);
    folder.write("payhsm.toml", &good.replacen("[tls]\n", "[tls]\nrevoked = 'revoked.crl'\n", 1));
    daemon.reload();
    assert_eq!(notes(), <[&str; 0]>::default());
}

/// The console beside the daemon, built as this is.
fn console() -> PathBuf {
    let path = Path::new(env!("CARGO_BIN_EXE_payhsmd")).with_file_name("payhsm-console");
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--offline", "-p", "payhsm-console"]);
    if path.components().any(|part| part.as_os_str() == "release") {
        build.arg("--release");
    }
    let built = build.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    path
}

/// The commands of the guide, in order.
fn commands(guide: &str) -> String {
    let blocks = guide.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let blocks: Vec<_> = blocks.collect();
    assert!(blocks.len() > 4, "{} blocks", blocks.len());
    blocks.concat()
}

#[test]
fn the_guide_leads_from_an_empty_folder_to_a_zone_and_a_host_that_is_answered() {
    let binaries = console();
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ceremony.md");
    let port = free_ports(1).to_string();
    // What the machine of the test may not have: the usual port, secret memory.
    let script = commands(&fs::read_to_string(guide).unwrap())
        .replace("2500", &port)
        .replace("payhsmd --config", "payhsmd --allow-root --config")
        .replace("# strict = false", "strict = false");
    assert!(script.contains(&port) && script.contains("\nstrict = false"));
    let folder = tempfile::tempdir().unwrap();
    let search = std::env::var("PATH").unwrap();
    let search = format!("{}:{search}", binaries.parent().unwrap().display());
    let log = folder.path().join("out.txt");
    let out = fs::File::create(&log).unwrap();
    // Whatever happens, the daemon that it starts ends with it.
    let mut child = Command::new("bash")
        .args(["-c", &format!("set -eu -o pipefail\ntrap 'kill $(jobs -p)' EXIT\n{script}")])
        .current_dir(folder.path())
        .env("PATH", search)
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .stderr(out.try_clone().unwrap())
        .stdout(out)
        .spawn()
        .unwrap();
    let start = std::time::Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if start.elapsed() > 4 * PATIENCE {
            child.kill().unwrap();
        }
        binary::pause(std::time::Duration::from_millis(50));
    };
    let said = fs::read_to_string(&log).unwrap();
    assert!(status.success(), "{said}");
    let word = |line: &str| {
        let at = said.find(line).unwrap_or_else(|| panic!("no {line:?} in:\n{said}"));
        said[at + line.len()..].chars().take(6).collect::<String>()
    };
    assert!(said.contains("State      at work"), "{said}");
    // The LMK's check value, as the officers have it in their record and the host in its answer.
    assert_eq!(word("check value of the LMK: "), word("0000ND00"), "{said}");
    assert!(said.contains("The zone VIS is set."), "{said}");
    assert!(said.contains("0000A100S"), "{said}");
}
