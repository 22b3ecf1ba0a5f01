//! What a real daemon remembers of cards in its own file, and how it starts where it cannot.
#![cfg(test)]

mod support;

use std::fs;
use support::binary::{Daemon, Folder, configuration, wait_for};
use support::issuing_daemon::{keys_file, sections};
use support::pin_life::{CARD, pvv_of, wa};

/// A developer's daemon with a store in the folder; three tries.
fn start(folder: &Folder) -> Daemon {
    folder.write("keys.toml", &keys_file());
    folder.development(&format!("{}[audit]\nfolder = 'audit'\n", sections(3)))
}

/// The same configuration with `state`.
fn with_state(rest: &str) -> String {
    format!("state = 'state'\n{}", configuration("development", true, rest))
}

/// What a daemon says that does not start; all of these words are in it.
fn refusal(folder: &Folder, config: &str, words: &[&str]) -> String {
    let path = folder.write("payhsm.toml", config);
    let mut daemon = Daemon::start(&["--config", path.to_str().unwrap()]);
    assert_eq!(daemon.end().code(), Some(1), "{:#?}", daemon.log.all());
    let mut said = String::new();
    // What it wrote last may come after its end.
    wait_for(&format!("{words:?}"), || {
        said = daemon.log.all().join("\n");
        let sentence = said.split_once("payhsmd: ").map(|(_, sentence)| sentence);
        sentence.is_some_and(|sentence| words.iter().all(|words| sentence.contains(words)))
    });
    said
}

fn register(daemon: &Daemon, pin: &str) -> String {
    daemon.plain().ask(format!("WM{CARD};V1{}", pvv_of(pin, CARD)))
}

#[test]
fn tries_outlive_a_daemon_that_is_killed() {
    let folder = Folder::new();
    folder.write("keys.toml", &keys_file());
    let config = with_state(&sections(3));
    let daemon = Daemon::configured(&folder, &config, 8);
    assert!(folder.path("state/cards.redb").exists());
    assert_eq!(register(&daemon, "1357"), "WN00");
    assert_eq!(daemon.plain().ask(wa("1357", CARD)), "WB00");
    assert_eq!(daemon.plain().ask(wa("2468", CARD)), "WBN1");
    // SIGKILL.
    drop(daemon);
    let mut daemon = Daemon::configured(&folder, &config, 8);
    assert!(daemon.plain().ask(format!("WC{CARD};")).starts_with("WD000103"));
    assert_eq!(daemon.plain().ask(wa("2468", CARD)), "WBN1");
    daemon.terminate();
    assert_eq!(daemon.end().code(), Some(0));
    let daemon = Daemon::configured(&folder, &config, 8);
    let last = daemon.plain().ask(wa("2468", CARD));
    assert!(["WBN1", "WBN2"].contains(&last.as_str()), "{last}");
    assert_eq!(
        daemon.plain().ask(wa("1357", CARD)),
        "WBN2",
        "no try is left, not even for the right PIN"
    );
}

#[test]
fn without_a_store_there_is_no_verdict() {
    let folder = Folder::new();
    let daemon = start(&folder);
    assert_eq!(register(&daemon, "1357"), "WNS0");
    assert_eq!(daemon.plain().ask(wa("1357", CARD)), "WBS0");
    assert_eq!(daemon.plain().ask(format!("WC{CARD};")), "WDS0");
    assert_eq!(daemon.plain().ask(format!("TA{CARD};001")), "TBS0");
    // What needs no row is answered.
    assert!(daemon.plain().ask("NC").starts_with("ND00"));
}

#[test]
fn a_store_that_cannot_be_had_ends_the_start_with_a_sentence() {
    let folder = Folder::new();
    folder.write("keys.toml", &keys_file());
    fs::create_dir(folder.path("state")).unwrap();
    folder.write("state/cards.redb", "this is no such file, and somebody may want to look at it");
    refusal(&folder, &with_state(&sections(3)), &["cards.redb"]);
    let left = fs::read_to_string(folder.path("state/cards.redb")).unwrap();
    assert!(left.starts_with("this is no such file"), "it is left as it is");

    // Nobody listens there.
    let port = support::binary::free_ports(1);
    let secret = "it's \\ not to be seen";
    folder.write("password", &format!("{secret}\n"));
    let database = format!(
        "[cards]\npostgres = 'host=127.0.0.1 port={port} user=payhsm'\npassword_file = 'password'\n"
    );
    let refused = |database: &str, words| {
        let said = refusal(&folder, &configuration("development", true, database), words);
        assert!(!said.contains(secret), "{said}");
    };
    refused(&database, &["[cards]: "]);
    // Elsewhere without TLS.
    let elsewhere = database.replace("127.0.0.1", "192.0.2.1");
    refused(&elsewhere, &["[cards]: ", "certificates"]);
    refused(&elsewhere.replace("user=payhsm", "user=payhsm sslmode=rquire"), &["not understood"]);
}

#[test]
fn what_is_wrong_with_keys_in_a_file_is_told() {
    let folder = Folder::new();
    let good = keys_file();
    let config = configuration("development", true, "[development]\nkeys = 'keys.toml'\n");
    let block = good.lines().find(|line| line.starts_with("zpk")).unwrap();
    let (_, block) = block.split_once(" = ").unwrap();
    let forged = match block.strip_suffix("0'") {
        Some(rest) => format!("{rest}1'"),
        None => format!("{}0'", block.split_at(block.len() - 2).0),
    };
    for (from, to, words) in [
        (block, "'U1EF828AA8F6B80EB83E19FBC373F3A85'", "zpk: no key block"),
        (block, "'L03pvv'", "zpk: no key block"),
        (block, "'S1'", "zpk: no key block"),
        (block, forged.as_str(), "zpk: "),
        ("zpk = 'zpk'", "zpk = 'zpq'", "zone OV1: there is no key `zpq`"),
        ("pvv = ", "'p v' = ", "`p v` is no label of a key"),
        ("callers = ", "caller = ", "unknown field `caller`"),
        ("[keys]", "[keys", "TOML parse error"),
    ] {
        assert!(good.contains(from), "{from}");
        folder.write("keys.toml", &good.replacen(from, to, 1));
        refusal(&folder, &config, &["keys.toml: ", words]);
    }
    folder.write("keys.toml", &good);
    let daemon = Daemon::configured(&folder, &config, 8);
    assert!(daemon.plain().ask("BUFFFL03zpk").starts_with("BV00"));
}

#[test]
fn what_is_said_of_cards_waits_for_the_next_start() {
    let folder = Folder::new();
    folder.write("keys.toml", &keys_file());
    let before = with_state(&sections(3));
    let mut daemon = Daemon::configured(&folder, &before, 8);
    let token = |domain| daemon.plain().ask(format!("TA{CARD};{domain}"));
    assert!(token("998").starts_with("TB00"));
    folder.write(
        "payhsm.toml",
        &before.replace("number = 998", "number = 7").replace("pin_tries = 3", "pin_tries = 2"),
    );
    daemon.reload();
    let said = daemon.log.all();
    let said = said.iter().rfind(|line| line.contains("these wait for the next start")).unwrap();
    assert!(
        said.contains("product") && said.contains("token_domain") && !said.contains("cards"),
        "{said}"
    );
    assert!(token("998").starts_with("TB00"));
    assert_eq!(token("007"), "TBT3");
    // A file that is wrong changes nothing.
    folder.write("payhsm.toml", &before.replace("number = 998", "number = 1"));
    daemon.reload();
    assert!(daemon.log.contain("an entry before it has the same number"));
    daemon.terminate();
    assert_eq!(daemon.end().code(), Some(0));
    folder.write("payhsm.toml", &before);
    let daemon = Daemon::configured(&folder, &before.replace("number = 998", "number = 7"), 8);
    assert!(daemon.plain().ask(format!("TA{CARD};007")).starts_with("TB00"));
    assert_eq!(daemon.plain().ask(format!("TA{CARD};998")), "TBT3");
}
