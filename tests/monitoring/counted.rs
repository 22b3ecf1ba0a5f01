//! The numbers are what was sent.
#![expect(clippy::string_slice, reason = "answers are ASCII")]

use crate::support::binary::{Caller, Daemon, Folder, configuration, connect, framed, wait_for};
use crate::support::issuing_daemon::keys_file;
use crate::support::monitoring::{Scrape, address, scrape};
use crate::{MONITORING, issuer};
use std::collections::BTreeMap;
use std::io::{Read, Write};

/// Sends requests and remembers what came of them.
struct Sender<S> {
    caller: Caller<S>,
    /// By command and code.
    seen: BTreeMap<(String, String), u32>,
    sent: usize,
    received: usize,
}

impl<S: Read + Write> Sender<S> {
    fn new(stream: S) -> Self {
        Self { caller: Caller::new(stream), seen: BTreeMap::new(), sent: 0, received: 0 }
    }

    /// Sends all of them at once, and takes all answers.
    fn ask(&mut self, messages: &[&str]) {
        let together = messages.iter().map(framed).collect::<Vec<_>>().concat();
        self.sent += together.len();
        self.caller.stream.write_all(&together).unwrap();
        self.caller.stream.flush().unwrap();
        for message in messages {
            let answer = self.caller.receive().unwrap();
            // A character is a byte there.
            self.received += framed("").len() + answer.chars().count();
            let code = answer[2..4].to_owned();
            *self.seen.entry((message[..2].to_owned(), code)).or_default() += 1;
        }
    }
}

fn commands(scrape: &Scrape, command: &str, code: &str) -> f64 {
    scrape.number("payhsm_commands_total", &[("command", command), ("code", code)])
}

#[test]
fn what_was_sent_is_what_is_counted() {
    let folder = Folder::new();
    let daemon = issuer(&folder, "");
    let monitors = address(&daemon);
    let before = scrape(monitors);
    assert_eq!(before.sum("payhsm_commands_total"), 0.0);
    let mut plain = Sender::new(connect(daemon.address(false, None)));
    let secure = folder.host_client("client", daemon.address(true, None));
    let mut secure = Sender::new(secure.stream);
    // Alone, many at a time, refused, no command at all.
    for _ in 0..7 {
        plain.ask(&["B20002hi"]);
    }
    plain.ask(&["B20002hi"; 300]);
    plain.ask(&["N0008", "NC", "NC", "B2", "CA", "N0009x", "NO00", "NO99"]);
    plain.ask(&["ZZ", "??", "B20002hi"]);
    for _ in 0..5 {
        secure.ask(&["NC", "A0002FFFS#P0T2B00E00", "WC4111111111111111;zz"]);
    }
    secure.ask(&["N0008"; 64]);
    let after = scrape(monitors);

    let mut expected: BTreeMap<(String, String), u32> = BTreeMap::new();
    let known = |command: &str| ["ZZ", "??"].iter().all(|none| *none != command);
    for ((command, code), count) in plain.seen.iter().chain(&secure.seen) {
        let command = if known(command) { command.clone() } else { "none".to_owned() };
        *expected.entry((command, code.clone())).or_default() += count;
    }
    let family = &after.0["payhsm_commands_total"].samples;
    let told: BTreeMap<_, _> = family
        .iter()
        .map(|((_, labels), count)| ((labels["command"].clone(), labels["code"].clone()), *count))
        .collect();
    let counted = expected.iter().map(|(what, count)| (what.clone(), f64::from(*count)));
    assert_eq!(told, counted.collect());
    assert_eq!(commands(&after, "B2", "00"), 308.0);
    assert_eq!(commands(&after, "none", "68"), 2.0);

    // The same by caller, and one time for each.
    for (caller, seen) in [("plain", &plain.seen), ("tests", &secure.seen)] {
        let mut codes: BTreeMap<&str, u32> = BTreeMap::new();
        seen.iter().for_each(|((_, code), count)| *codes.entry(code).or_default() += count);
        for (code, count) in codes {
            let labels = [("caller", caller), ("code", code)];
            let told = after.number("payhsm_caller_commands_total", &labels);
            assert_eq!(told, f64::from(count), "{caller} {code}");
        }
    }
    let all = f64::from(expected.values().sum::<u32>());
    assert_eq!(after.sum("payhsm_caller_commands_total"), all);
    for command in after.values("payhsm_commands_total", "command") {
        let of_it = expected.iter().filter(|((one, _), _)| *one == command);
        let count = of_it.map(|(_, count)| *count).sum::<u32>();
        let name = "payhsm_command_duration_seconds";
        assert_eq!(after.part(name, "_count", &[("command", &command)]), f64::from(count));
        assert!(after.part(name, "_sum", &[("command", &command)]) > 0.0);
    }
    through_sockets(&after, (&plain, &secure), &daemon);
    // Every command is one record, and before them were those of the start.
    let records = |scrape: &Scrape| scrape.number("payhsm_log_records", &[]);
    assert_eq!(records(&after) - records(&before), all);
    assert_eq!(after.number("payhsm_log_lag_records", &[]), 0.0);
    let committed = |scrape: &Scrape| scrape.number("payhsm_log_committed_records_total", &[]);
    assert_eq!(committed(&after) - committed(&before), all);
    let commits = after.number("payhsm_log_commits_total", &[]);
    assert!(commits > 0.0 && commits <= committed(&after));
    assert!(after.number("payhsm_log_commit_seconds_total", &[]) > 0.0);
    let waited = after.part("payhsm_batch_wait_seconds", "_count", &[("for", "log")]);
    assert!(waited >= 10.0 && waited <= all, "{waited}");
    assert_eq!(after.sum("payhsm_batches_waiting"), 0.0);
    assert!(after.number("payhsm_worker_busy_seconds_total", &[]) > 0.0);
}

/// Bytes and messages by port, and connections.
fn through_sockets<P, S>(
    after: &Scrape,
    (plain, secure): (&Sender<P>, &Sender<S>),
    daemon: &Daemon,
) {
    let port = |tls| daemon.address(tls, None).port().to_string();
    let number = |count: usize| f64::from(u32::try_from(count).unwrap());
    for (port, sent, received, seen) in [
        (port(false), plain.sent, plain.received, &plain.seen),
        (port(true), secure.sent, secure.received, &secure.seen),
    ] {
        let labels = [("port", port.as_str())];
        assert_eq!(after.number("payhsm_received_bytes_total", &labels), number(sent));
        assert_eq!(after.number("payhsm_sent_bytes_total", &labels), number(received));
        let messages = f64::from(seen.values().sum::<u32>());
        assert_eq!(after.number("payhsm_messages_total", &labels), messages);
        assert_eq!(after.number("payhsm_connections_open", &labels), 1.0);
    }
    assert_eq!(after.number("payhsm_connections_accepted_total", &[]), 2.0);
    assert_eq!(after.number("payhsm_connections_limit", &[]), 4096.0);
}

#[test]
fn wrong_pins_limits_and_rows_are_counted() {
    let folder = Folder::new();
    folder.write("keys.toml", &keys_file());
    let rest = format!(
        "[development]\nkeys = 'keys.toml'\n[cards.per_caller]\nfailures_per_minute = 3\n{MONITORING}"
    );
    let config = configuration("development", true, &rest);
    let config = config.replacen("commands = ['*']\n", "commands = ['*']\nper_second = 5\n", 1);
    let daemon = Daemon::configured(&folder, &format!("state = 'state'\n{config}"), 8);
    let monitors = address(&daemon);
    let mut plain = daemon.plain();
    // A PIN under the LMK, its block under a TPK, and a PVV that is another PIN's.
    let account = "111111111111";
    let made = |answer: String| answer.strip_prefix(&answer[..2]).unwrap()[2..].to_owned();
    let key = |answer: String| {
        let mut key = made(answer);
        key.truncate(key.len() - 6);
        key
    };
    let tpk = key(plain.ask("A00FFFS#P0T2N00E00"));
    let pvk = key(plain.ask("A00FFFS#V2T2N00E00"));
    let pin = made(plain.ask(format!("JA{account}04")));
    let block = made(plain.ask(format!("JG{tpk}01{account}{pin}")));
    let pvv = made(plain.ask(format!("DG{pvk}{pin}{account}1")));
    let wrong = if pvv == "1234" { "4321" } else { "1234" };
    let verify = |pvv: &str| format!("DC{tpk}{pvk}{block}01{account}1{pvv}");
    assert_eq!(plain.ask(verify(&pvv)), "DD00");
    let before = scrape(monitors);
    let codes: Vec<_> = (0..5).map(|_| plain.ask(verify(wrong))[2..].to_owned()).collect();
    assert_eq!(codes, ["01", "01", "01", "72", "72"]);
    let mut secure = folder.host_client("client", daemon.address(true, None));
    for _ in 0..20 {
        secure.send("NC");
    }
    let refused = (0..20).filter(|_| secure.receive().unwrap() == "ND72").count();
    assert!(refused >= 10);
    let after = scrape(monitors);
    let pins =
        |scrape: &Scrape| scrape.number("payhsm_verification_failures_total", &[("of", "pin")]);
    assert_eq!((pins(&before), pins(&after)), (0.0, 3.0));
    let met = |limit| after.number("payhsm_limits_met_total", &[("limit", limit)]);
    assert_eq!(met("failures_in_minute"), 2.0);
    assert_eq!(met("caller_rate"), f64::from(u32::try_from(refused).unwrap()));
    let steps = |scrape: &Scrape| scrape.number("payhsm_cards_steps_total", &[("outcome", "done")]);
    assert!(steps(&after) >= steps(&before) + 5.0);
    let waited = after.part("payhsm_batch_wait_seconds", "_count", &[("for", "cards")]);
    assert!(waited >= 3.0, "{waited}");
    assert_eq!(after.number("payhsm_cards_usable", &[]), 1.0);
}

#[test]
fn connections_are_counted_as_they_end() {
    let folder = Folder::new();
    let rest = format!("[limits]\nconnections = 2\nrequest_seconds = 1\n{MONITORING}");
    let daemon = folder.development(&rest);
    let monitors = address(&daemon);
    let ended = |how| scrape(monitors).number("payhsm_connections_ended_total", &[("how", how)]);
    let (port, tls) = (daemon.address(false, None), daemon.address(true, None));
    // One that leaves, one that talks nonsense, one that is too slow, one without a certificate.
    drop(connect(port));
    wait_for("its end", || ended("by_peer") == 1.0);
    let mut nonsense = connect(port);
    nonsense.write_all(b"\xff\xff").unwrap();
    wait_for("its end", || ended("unbelievable_frame") == 1.0);
    let mut slow = connect(port);
    slow.write_all(&framed("NC")[..4]).unwrap();
    wait_for("its end", || ended("too_slow") == 1.0);
    let mut no_tls = connect(tls);
    no_tls.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    wait_for("its end", || ended("handshake_failed") == 1.0);
    // Two stay, and one more is too many.
    let mut stay = [daemon.plain(), daemon.plain()];
    stay.iter_mut().for_each(|caller| assert!(caller.ask("NC").starts_with("ND00")));
    assert_eq!(connect(port).read(&mut [0]).unwrap_or(0), 0);
    let seen = scrape(monitors);
    assert_eq!(seen.number("payhsm_connections_refused_total", &[]), 1.0);
    assert_eq!(seen.number("payhsm_connections_accepted_total", &[]), 6.0);
    assert_eq!(seen.sum("payhsm_connections_open"), 2.0);
    assert_eq!(seen.number("payhsm_connections_limit", &[]), 2.0);
}

#[test]
fn a_new_start_is_known_and_begins_to_count_anew() {
    let folder = Folder::new();
    for life in 0..3 {
        let mut daemon = issuer(&folder, "");
        let mut plain = daemon.plain();
        plain.ask("NC");
        let seen = scrape(address(&daemon));
        assert_eq!(seen.number("payhsm_restarts", &[]), f64::from(life));
        assert_eq!(commands(&seen, "NC", "00"), 1.0);
        let started = seen.number("payhsm_start_time_seconds", &[]);
        let ends = seen
            .number("payhsm_certificate_expiry_timestamp_seconds", &[("certificate", "server")]);
        assert!(started > 1.7e9 && ends > started, "{started} {ends}");
        daemon.kill();
        daemon.end();
    }
}
