//! Who may call: certificates, entries of the configuration, and what changes while the daemon
//! serves. Over mutual TLS, with the real binary.
#![cfg(test)]

mod support;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use support::binary::{Daemon, For, PATIENCE, wait_for};
use support::callers::{by_name, config, entry, folder};

const ECHO: &str = "B20002hi";

#[test]
fn a_certificate_has_the_commands_of_its_entry_and_no_others() {
    let folder = folder();
    let batch = format!("certificate = '{}'", folder.fingerprint("batch").to_uppercase());
    let config = config(&[
        entry("api", &by_name("API.bank.example"), "commands = ['B2', 'N0']"),
        entry("second", &by_name("second.example"), "commands = ['*']"),
        entry("batch", &batch, "commands = ['*']"),
    ]);
    let daemon = Daemon::configured(&folder, &config, 8);
    let address = daemon.address(true, None);
    let mut api = folder.host_client("api", address);
    assert_eq!(api.ask(ECHO), "B300hi");
    assert_eq!(api.ask("NC"), "ND68", "not among its commands");
    assert_eq!(api.ask("NO00"), "NP68");
    let mut batch = folder.host_client("batch", address);
    assert!(batch.ask("NC").starts_with("ND00"));
    // No entry; the server's own name; the names of two callers: every command is refused.
    for name in ["stranger", "client", "both"] {
        let mut caller = folder.host_client(name, address);
        for message in [ECHO, "NC", "NO00", "N0008", "A00FFFS#P0T2B00E00", "??"] {
            assert_eq!(caller.ask(message).get(2..), Some("68"), "{name}: {message}");
        }
        let print = folder.fingerprint(name);
        wait_for("word of the stranger", || daemon.log.contain(&print));
        assert_eq!(daemon.log.count(&print), 1, "once for a connection");
    }
    // The plain port of a developer has no certificates.
    assert!(daemon.plain().ask("NC").starts_with("ND00"));
    for caller in ["api", "batch", "unknown", "plain"] {
        let named = format!("\"caller\":\"{caller}\"");
        wait_for("a record that names it", || daemon.log.contain(&named));
    }
}

#[test]
fn a_caller_that_asks_too_often_is_told_so() {
    let folder = folder();
    let rest = "commands = ['*']\nper_second = 20";
    let config = config(&[entry("api", &by_name("api.bank.example"), rest)]);
    let daemon = Daemon::configured(&folder, &config, 8);
    let mut api = folder.host_client("api", daemon.address(true, None));
    let start = Instant::now();
    let mut answered = 0;
    for _ in 0..200 {
        api.send(ECHO);
    }
    for _ in 0..200 {
        match api.receive().unwrap().as_str() {
            "B300hi" => answered += 1,
            other => assert_eq!(other, "B372"),
        }
    }
    let most = 20 + 20 * (start.elapsed().as_secs() + 1);
    assert!((20..=most).contains(&answered), "{answered}");
    wait_for("the rate to allow it again", || api.ask(ECHO) == "B300hi");
}

#[test]
fn without_callers_a_daemon_says_that_nobody_can_call() {
    let folder = folder();
    let daemon = Daemon::configured(&folder, &config(&[]), 8);
    wait_for("word of it", || daemon.log.contain("there is no [[caller]]"));
    let mut api = folder.host_client("api", daemon.address(true, None));
    assert_eq!(api.ask(ECHO), "B368");
}

/// So many reloads.
const RELOADS: usize = 100;

#[test]
fn a_hundred_reloads_under_load_lose_nothing() {
    let folder = folder();
    let with = |idle: usize, api: bool| {
        let mut entries = vec![entry("batch", &by_name("batch.bank.example"), "commands = ['*']")];
        if api {
            entries.push(entry("api", &by_name("api.bank.example"), "commands = ['B2']"));
        }
        let limits = format!("[limits]\nidle_seconds = {idle}\n[log]");
        config(&entries).replacen("[log]", &limits, 1).replace("'debug'", "'info'")
    };
    let daemon = Daemon::configured(&folder, &with(300, true), 8);
    let address = daemon.address(true, None);
    let (stop, answered, opened) =
        (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        // Connections that last, and ones that come and go.
        for name in ["api", "batch", "batch"] {
            let (folder, stop, answered) = (&folder, &stop, &answered);
            scope.spawn(move || {
                let mut caller = folder.host_client(name, address);
                while !stop.load(Ordering::Relaxed) {
                    for _ in 0..16 {
                        caller.send(ECHO);
                    }
                    for _ in 0..16 {
                        assert_eq!(caller.receive().as_deref(), Some("B300hi"), "{name}");
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let mut caller = folder.host_client("api", address);
                assert_eq!(caller.ask(ECHO), "B300hi");
                opened.fetch_add(1, Ordering::Relaxed);
            }
        });
        for round in 0..RELOADS {
            if round % 5 == 0 {
                folder.issue("server", For::Server, &["localhost"]);
            }
            folder.write("payhsm.toml", &with(300 + round % 2, true));
            let before = (answered.load(Ordering::Relaxed), opened.load(Ordering::Relaxed));
            daemon.reload();
            let on = || {
                answered.load(Ordering::Relaxed) > before.0
                    && opened.load(Ordering::Relaxed) > before.1
            };
            wait_for("load between reloads", on);
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert_eq!(daemon.log.count("configuration read again"), RELOADS);
    assert!(!daemon.log.contain("not read again"), "{:#?}", daemon.log.all());
    assert!(
        answered.load(Ordering::Relaxed) > RELOADS && opened.load(Ordering::Relaxed) >= RELOADS
    );

    // Whose entry is gone is refused on the connection that it has, and on a new one.
    let (mut api, mut batch) =
        (folder.host_client("api", address), folder.host_client("batch", address));
    assert_eq!((api.ask(ECHO), batch.ask(ECHO)), ("B300hi".into(), "B300hi".into()));
    folder.write("payhsm.toml", &with(300, false));
    daemon.reload();
    assert_eq!((api.ask(ECHO), batch.ask(ECHO)), ("B368".into(), "B300hi".into()));
    assert_eq!(folder.host_client("api", address).ask(ECHO), "B368");
    // And back again.
    folder.write("payhsm.toml", &with(300, true));
    daemon.reload();
    assert_eq!(api.ask(ECHO), "B300hi");
}

#[test]
fn a_file_that_is_wrong_changes_nothing() {
    let folder = folder();
    let entry = |commands: &str| {
        config(&[entry("api", &by_name("api.bank.example"), &format!("commands = [{commands}]"))])
    };
    let daemon = Daemon::configured(&folder, &entry("'B2'"), 8);
    let address = daemon.address(true, None);
    let mut api = folder.host_client("api", address);
    let good_key = std::fs::read_to_string(folder.path("server.key")).unwrap();
    for (config, key, words) in [
        ("profile = ".to_owned(), good_key.as_str(), "payhsm.toml"),
        (entry("'NC', 'XX'"), &good_key, "there is no command `XX`"),
        (entry("'NC'").replace("[limits]", "[limit]"), "no key at all", "server.key"),
        (entry("'NC'").replace("server.crt", "gone.crt"), &good_key, "gone.crt"),
        (
            entry("'NC'")
                .replace("tls = '127.0.0.1:0'", "")
                .split("[tls]")
                .next()
                .unwrap()
                .to_owned(),
            &good_key,
            "[tls] is missing",
        ),
    ] {
        folder.write("payhsm.toml", &config);
        folder.write("server.key", key);
        daemon.reload();
        assert!(daemon.log.contain("nothing has changed"));
        assert!(daemon.log.contain(words), "{words}: {:#?}", daemon.log.all());
        assert_eq!((api.ask(ECHO), api.ask("NC")), ("B300hi".into(), "ND68".into()));
        assert_eq!(folder.host_client("api", address).ask(ECHO), "B300hi");
    }
    // What waits for the next start is named, and the rest is in force.
    folder.write("server.key", &good_key);
    let moved = entry("'NC'")
        .replace("profile = 'development'", "profile = 'development'\nstate = 'elsewhere'");
    folder.write("payhsm.toml", &format!("{moved}\n[host]\npin_length = 7\n"));
    daemon.reload();
    assert!(daemon.log.contain("state, host"), "{:#?}", daemon.log.all());
    assert_eq!(api.ask(ECHO), "B368");
    assert!(api.ask("NC").starts_with("ND00"));
}

#[test]
fn limits_follow_a_reload_for_new_connections() {
    let folder = folder();
    let with = |connections: usize| {
        let limits = format!("[limits]\nconnections = {connections}\n[log]");
        let callers = [entry("api", &by_name("api.bank.example"), "commands = ['*']")];
        config(&callers).replacen("[log]", &limits, 1)
    };
    let daemon = Daemon::configured(&folder, &with(2), 8);
    let address = daemon.address(true, None);
    let mut first = folder.host_client("api", address);
    let mut second = daemon.plain();
    assert_eq!((first.ask(ECHO), second.ask(ECHO)), ("B300hi".into(), "B300hi".into()));
    let mut third = daemon.plain();
    third.send(ECHO);
    assert_eq!(third.receive(), None, "no room");
    folder.write("payhsm.toml", &with(3));
    daemon.reload();
    assert_eq!(daemon.plain().ask(ECHO), "B300hi");
    folder.write("payhsm.toml", &with(1));
    daemon.reload();
    assert_eq!(first.ask(ECHO), "B300hi", "who is there stays");
    drop((first, second));
    let start = Instant::now();
    loop {
        let mut only = daemon.plain();
        only.send(ECHO);
        if only.receive().is_some() {
            break;
        }
        assert!(start.elapsed() < PATIENCE);
        support::binary::pause(Duration::from_millis(10));
    }
}
