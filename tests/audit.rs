//! What a running daemon leaves in its audit log, read as an auditor reads it: from the files, with the public key.
#![cfg(test)]
#![expect(clippy::string_slice, reason = "answers are ASCII")]

#[path = "audit/reading.rs"]
mod reading;
mod support;

use payhsm_audit::record::{Command, Record, event};
use reading::{Reading, read};
use support::binary::{Daemon, Folder, For, configuration, wait_for};
use support::keys::sealed;

/// A development appliance with a log; `rest` goes to the configuration.
const STATE: &str = "[audit]\nfolder = 'audit'\n";

/// The same with a folder that its keys stay in.
fn with_state(folder: &Folder, rest: &str) -> Daemon {
    let config = format!("state = 'state'\n{}", configuration("development", true, rest));
    Daemon::configured(folder, &config, 8)
}

fn command(record: &Record) -> Option<&Command> {
    match record {
        Record::Command(command) => Some(command),
        Record::Act(_) | Record::Event(_) => None,
    }
}

fn commands(reading: &Reading) -> Vec<&Command> {
    reading.entries.iter().map(|entry| &entry.record).filter_map(command).collect()
}

fn event_of(record: &Record) -> Option<(&str, &str)> {
    match record {
        Record::Event(event) => Some((event.name.as_str(), event.detail.as_str())),
        Record::Command(_) | Record::Act(_) => None,
    }
}

fn events(reading: &Reading) -> Vec<(&str, &str)> {
    reading.entries.iter().map(|entry| &entry.record).filter_map(event_of).collect()
}

fn text(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

#[test]
fn every_command_leaves_a_record_refused_ones_too() {
    let folder = Folder::new();
    folder.issue("stranger", For::Client, &["stranger.example"]);
    let mut daemon = folder.development(STATE);
    let mut plain = daemon.plain();
    let mut tls = folder.host_client("client", daemon.address(true, None));
    let mut stranger = folder.host_client("stranger", daemon.address(true, None));
    let zpk = "S00072P0TB00E0001EA421618B34F5FA1A77F7CF6480111B97CF0FAE7BD77D589EC921EF9";
    let asked = [
        ("NC", "00"),
        ("B20002hi", "00"),
        ("XX", "68"),
        ("CA", "15"),
        (&*format!("BUFF1{zpk}%01"), "00"),
        ("BUFF1K001", "12"),
    ];
    let check_value = plain.ask(format!("BUFF1{zpk}%01"))[4..10].to_owned();
    for (message, code) in asked {
        assert_eq!(&plain.ask(message)[2..4], code, "{message}");
    }
    assert_eq!(&tls.ask("NC")[2..4], "00");
    assert_eq!(&stranger.ask("NC")[2..4], "68");
    daemon.reload();
    drop((plain, tls, stranger));
    daemon.terminate();
    assert!(daemon.end().success());

    let reading = read(&folder.path("audit"), &folder.path("audit.pub"));
    let commands = commands(&reading);
    // The first one was for its check value.
    let commands = &commands[1..];
    let seen: Vec<_> = commands
        .iter()
        .map(|one| (one.caller.as_str(), text(&one.code), text(&one.outcome)))
        .collect();
    let expected = asked.map(|(message, code)| ("plain", message[..2].to_owned(), code.to_owned()));
    assert_eq!(seen[..6], expected);
    assert_eq!(
        seen[6..],
        [
            ("tests", "NC".to_owned(), "00".to_owned()),
            ("unknown", "NC".to_owned(), "68".to_owned()),
        ]
    );
    assert!(commands[0].peer.starts_with("plain:127.0.0.1:"), "{}", commands[0].peer);
    assert!(commands[6].peer.contains(&folder.fingerprint("client")[..16]), "{}", commands[6].peer);
    assert_eq!(
        (commands[4].lmk, &commands[4].keys),
        (Some(1), &vec![format!("kcv:{check_value}")])
    );
    assert!(commands[5].keys.is_empty());

    let events = events(&reading);
    let names: Vec<_> = events.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, [event::START, event::RELOAD, event::STOP]);
    assert!(events[0].1.contains("profile development"), "{}", events[0].1);
}

#[test]
fn an_account_is_shown_in_part_and_has_one_fingerprint() {
    let folder = Folder::new();
    let mut daemon = folder.development(STATE);
    let mut plain = daemon.plain();
    let cvk = sealed("C0TC00E00", "0123456789ABCDEFFEDCBA9876543210");
    let pan = "4101011234567890";
    let message = format!("CW{cvk}{pan};2512000");
    let cvv = plain.ask(&message);
    assert_eq!(&cvv[..4], "CX00");
    // The same account in a command that has twelve digits of it, and another account.
    assert_eq!(&plain.ask("JA10112345678904")[..4], "JB00");
    assert_eq!(&plain.ask("JA10112345678804")[..4], "JB00");
    drop(plain);
    daemon.terminate();
    assert!(daemon.end().success());
    let reading = read(&folder.path("audit"), &folder.path("audit.pub"));
    let commands = commands(&reading);
    let account = |at: usize| (commands[at].account.as_deref(), commands[at].fingerprint);
    let fingerprint = account(0).1;
    assert!(fingerprint.is_some());
    assert_eq!(account(0), (Some("410101******7890"), fingerprint));
    assert_eq!(account(1), (Some("*********789*"), fingerprint));
    assert_eq!(account(2).0, Some("*********788*"));
    assert_ne!(account(2).1, fingerprint);
    // Neither the account nor the value is anywhere in the files.
    for secret in [pan, &cvv[4..7], "101123456789"] {
        let hits = reading.hits(secret.as_bytes());
        assert!(secret.len() < 4 || hits == 0, "{secret}: {hits}");
    }
}

#[test]
fn a_log_goes_on_over_starts_and_says_what_is_less_than_durable() {
    let folder = Folder::new();
    let relaxed = "[audit]\nfolder = 'audit'\ndurability = 'relaxed'\n";
    for _ in 0..3 {
        let mut daemon = with_state(&folder, relaxed);
        assert_eq!(&daemon.plain().ask("NC")[2..4], "00");
        daemon.terminate();
        assert!(daemon.end().success());
    }
    let reading = read(&folder.path("audit"), &folder.path("audit.pub"));
    let names: Vec<_> = events(&reading).iter().map(|(name, _)| *name).collect();
    assert_eq!(names, [event::START, event::DURABILITY, event::STOP].repeat(3));
    assert_eq!(commands(&reading).len(), 3);
    let detail = events(&reading)[1].1;
    assert!(detail.contains("relaxed"), "{detail}");
}

#[test]
fn the_log_of_a_key_that_is_lost_is_kept_beside_the_next_one() {
    let folder = Folder::new();
    for life in 0..2 {
        let mut daemon = with_state(&folder, STATE);
        assert_eq!(&daemon.plain().ask("NC")[2..4], "00");
        assert_eq!(daemon.log.contain("the audit log begins anew"), life > 0);
        daemon.terminate();
        assert!(daemon.end().success());
        std::fs::remove_file(folder.path("state/audit.key")).unwrap();
    }
    let files = std::fs::read_dir(folder.path("")).unwrap().map(|file| file.unwrap().path());
    let aside: Vec<_> = files
        .filter(|path| path.is_dir() && path.extension().is_some_and(|name| name != "next"))
        .collect();
    let [old] = aside.as_slice() else { panic!("{aside:?}") };
    let name = old.file_name().unwrap().to_str().unwrap();
    let before = read(old, &folder.path(&format!("{name}.pub")));
    // What came before the keys were there lies behind the last checkpoint.
    assert_eq!(events(&before).last().unwrap().0, event::STOP);
    let after = read(&folder.path("audit"), &folder.path("audit.pub"));
    let (begun, detail) = events(&after)[0];
    assert_eq!(begun, "log-replaced");
    let size = before.entries.len();
    assert!(detail.starts_with(&format!("payhsm.local/development {size} ")), "{detail}");
    assert!(detail.contains(&format!(" 1 {name}: NOT ENDED BY THIS APPLIANCE")), "{detail}");
    assert_eq!(commands(&after).len(), 1);
}

#[test]
fn checkpoints_come_while_nothing_else_happens() {
    let folder = Folder::new();
    let daemon = folder.development(STATE);
    let mut plain = daemon.plain();
    for size in [2, 3, 4] {
        assert_eq!(&plain.ask("NC")[2..4], "00");
        let signed = || {
            let note = std::fs::read_to_string(folder.path("audit/checkpoint")).unwrap_or_default();
            note.lines().nth(1).is_some_and(|line| line == size.to_string())
        };
        wait_for("a checkpoint", signed);
    }
}
