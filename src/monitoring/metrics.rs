//! Every number that monitors are told. docs/monitoring.md has a line for each, and a test holds the two together.

use super::page::{Kind, Page, seconds};
use super::{Monitor, health};
use crate::lifecycle::State;
use crate::numbers::{CommandNumbers, Ended, Failed, Limit, Numbers};
use payhsm_audit::log::LogNumbers;
use payhsm_protocol::Opcode;
use std::collections::BTreeMap;
use std::time::SystemTime;

/// What is told in place of a command that there is not.
const NO_COMMAND: &str = "none";

/// All of them.
pub(super) fn of(monitor: &Monitor, stopping: bool) -> String {
    let mut page = Page::default();
    let numbers = monitor.engine.numbers();
    appliance(&mut page, monitor, stopping);
    commands(&mut page, numbers);
    verdicts(&mut page, numbers);
    work(&mut page, numbers);
    connections(&mut page, monitor);
    log(&mut page, monitor);
    cards(&mut page, monitor);
    page.into_text()
}

fn appliance(page: &mut Page, monitor: &Monitor, stopping: bool) {
    let engine = &monitor.engine;
    let (version, profile) = (env!("CARGO_PKG_VERSION"), monitor.profile.name());
    page.family("payhsm_build_info", Kind::Gauge, "Always 1; the labels say what runs.")
        .sample(&[("version", version), ("profile", profile)], 1);
    let lives = engine.numbers().lives.told();
    for (name, help, value) in [
        ("payhsm_start_time_seconds", "When the daemon started, Unix time.", lives.this),
        ("payhsm_restarts", "Starts of this appliance after its first.", lives.restarts),
        (
            "payhsm_tampers",
            "How often this appliance was found tampered with since its first start.",
            lives.tampers,
        ),
    ] {
        page.one(name, Kind::Gauge, help, value);
    }
    let mut states = page.family(
        "payhsm_state",
        Kind::Gauge,
        "1 for the state that the appliance is in, 0 for others.",
    );
    for state in State::ALL {
        states.sample(&[("state", state.name())], u8::from(engine.state() == state));
    }
    let ready = health::of(engine, stopping).ready;
    let help = "1 if /health/ready says that it is ready, else 0.";
    page.one("payhsm_ready", Kind::Gauge, help, u8::from(ready));
    let mut ends = page.family(
        "payhsm_certificate_expiry_timestamp_seconds",
        Kind::Gauge,
        "When a certificate in force ends, Unix time: that of the server, and the first to end of the clients' CAs.",
    );
    for (whose, end) in monitor.terms.certificates_end().each() {
        let end = end.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        ends.sample(&[("certificate", whose)], end.as_secs());
    }
}

fn name_of(command: Option<Opcode>) -> String {
    command.map_or_else(|| NO_COMMAND.to_owned(), |opcode| opcode.code().to_string())
}

fn commands(page: &mut Page, numbers: &Numbers) {
    let mut answers = page.family(
        "payhsm_commands_total",
        Kind::Counter,
        "Commands that were answered, by the code of the answer.",
    );
    for command in CommandNumbers::each() {
        let name = name_of(command);
        for (code, count) in numbers.commands.by_code(command) {
            answers.sample(&[("command", &name), ("code", &code.as_text())], count);
        }
    }
    let mut times = page.family(
        "payhsm_command_duration_seconds",
        Kind::Histogram,
        "From the bytes of a batch having come to its answers being ready to leave, for each command of it.",
    );
    for command in CommandNumbers::each() {
        let seen = numbers.commands.times(command);
        if seen.count > 0 {
            times.times(&[("command", &name_of(command))], &seen);
        }
    }
    let mut answers = page.family(
        "payhsm_caller_commands_total",
        Kind::Counter,
        "Commands of a caller of the configuration that were answered, by the code of the answer.",
    );
    for (caller, numbers) in numbers.callers.all() {
        for (code, count) in numbers.by_code() {
            answers.sample(&[("caller", &caller), ("code", &code.as_text())], count);
        }
    }
}

fn verdicts(page: &mut Page, numbers: &Numbers) {
    let mut wrong = page.family(
        "payhsm_verification_failures_total",
        Kind::Counter,
        "Values that were to be verified and were wrong.",
    );
    for failed in Failed::ALL {
        wrong.sample(&[("of", failed.name())], numbers.failures.of(failed).in_all());
    }
    let mut met = page.family(
        "payhsm_limits_met_total",
        Kind::Counter,
        "Calls that a limit stopped, with code 72.",
    );
    for limit in Limit::ALL {
        met.sample(&[("limit", limit.name())], numbers.limits.times(limit));
    }
}

fn work(page: &mut Page, numbers: &Numbers) {
    let load = &numbers.load;
    page.one("payhsm_worker_threads", Kind::Gauge, "Threads that answer.", load.threads());
    page.one(
        "payhsm_worker_busy_seconds_total",
        Kind::Counter,
        "How long these threads have worked on requests, together.",
        seconds(load.busy()),
    );
    let waits = [("log", &numbers.log_wait), ("cards", &numbers.card_wait)];
    let mut waiting = page.family(
        "payhsm_batches_waiting",
        Kind::Gauge,
        "Batches whose answers wait until their record, or a row of a card, is durable.",
    );
    for (what, wait) in waits {
        waiting.sample(&[("for", what)], wait.now.get());
    }
    let mut times = page.family(
        "payhsm_batch_wait_seconds",
        Kind::Histogram,
        "How long the answers to a batch waited until their record, or a row of a card, was durable.",
    );
    for (what, wait) in waits {
        times.times(&[("for", what)], &wait.times.observed());
    }
}

fn connections(page: &mut Page, monitor: &Monitor) {
    let sockets = &monitor.engine.numbers().sockets;
    page.one(
        "payhsm_connections_accepted_total",
        Kind::Counter,
        "Connections that were accepted.",
        sockets.accepted(),
    );
    page.one(
        "payhsm_connections_refused_total",
        Kind::Counter,
        "Connections that were closed at once, since there were as many as there may be.",
        sockets.sent_away(),
    );
    let mut ended = page.family(
        "payhsm_connections_ended_total",
        Kind::Counter,
        "Connections that ended, by how.",
    );
    for how in Ended::ALL {
        ended.sample(&[("how", how.name())], sockets.ended(how));
    }
    page.one(
        "payhsm_connections_limit",
        Kind::Gauge,
        "Connections that there may be at one time.",
        monitor.terms.connections(),
    );
    // Ports that nobody has come to yet are there too.
    let mut open: BTreeMap<u16, u64> = sockets.traffic().keys().map(|port| (*port, 0)).collect();
    for socket in sockets.seen() {
        *open.entry(socket.local.port()).or_default() += 1;
    }
    let mut now =
        page.family("payhsm_connections_open", Kind::Gauge, "Connections that are open, by port.");
    for (port, count) in &open {
        now.sample(&[("port", &port.to_string())], count);
    }
    let traffic: Vec<_> =
        sockets.traffic().into_iter().map(|(port, traffic)| (port.to_string(), traffic)).collect();
    let mut family = |name, help, of: fn(&crate::numbers::Traffic) -> u64| {
        let mut family = page.family(name, Kind::Counter, help);
        for (port, traffic) in &traffic {
            family.sample(&[("port", port)], of(traffic));
        }
    };
    family("payhsm_messages_total", "Requests that were answered, by port.", |one| one.messages);
    family("payhsm_received_bytes_total", "Bytes of these requests, after TLS, by port.", |one| {
        one.bytes_received
    });
    family("payhsm_sent_bytes_total", "Bytes of answers, before TLS, by port.", |one| {
        one.bytes_sent
    });
}

fn log(page: &mut Page, monitor: &Monitor) {
    let engine = &monitor.engine;
    let kept = engine.log_numbers();
    let there = kept.is_some();
    let works = there && engine.record_trouble().is_none();
    let LogNumbers {
        taken,
        durable,
        signed,
        commits,
        committed,
        commit_time,
        last_commit_time,
        last_commit,
        disk_failures,
    } = kept.unwrap_or_default();
    for (name, help, value) in [
        (
            "payhsm_log_kept",
            "1 if there is an audit log, 0 if the configuration has none.",
            there.into(),
        ),
        ("payhsm_log_usable", "1 if the audit log takes records.", works.into()),
        ("payhsm_log_records", "Records in the audit log that are durable.", durable),
        (
            "payhsm_log_lag_records",
            "Records that were taken and are not durable yet.",
            taken.saturating_sub(durable),
        ),
        (
            "payhsm_log_unsigned_records",
            "Durable records behind the last checkpoint that was signed since the start.",
            durable.saturating_sub(signed),
        ),
        (
            "payhsm_log_last_commit_records",
            "Records that the last write to the disk had.",
            last_commit,
        ),
    ] {
        page.one(name, Kind::Gauge, help, value);
    }
    let help = "How long the last write to the disk took, with its sync.";
    page.one("payhsm_log_last_commit_seconds", Kind::Gauge, help, seconds(last_commit_time));
    for (name, help, value) in [
        (
            "payhsm_log_commits_total",
            "How often records that waited together were written and synced.",
            commits,
        ),
        ("payhsm_log_committed_records_total", "How many records these were.", committed),
        ("payhsm_log_disk_failures_total", "How often the disk of the log failed.", disk_failures),
    ] {
        page.one(name, Kind::Counter, help, value);
    }
    let help = "How long writing and syncing them took, in all.";
    page.one("payhsm_log_commit_seconds_total", Kind::Counter, help, seconds(commit_time));
}

fn cards(page: &mut Page, monitor: &Monitor) {
    let cards = monitor.engine.cards();
    let there = cards.remembers();
    let works = there && cards.trouble().is_none();
    for (name, help, value) in [
        (
            "payhsm_cards_kept",
            "1 if rows of cards are kept, 0 if the configuration has no store.",
            there,
        ),
        ("payhsm_cards_usable", "1 if rows of cards can be read and changed.", works),
    ] {
        page.one(name, Kind::Gauge, help, u8::from(value));
    }
    let numbers = &monitor.engine.numbers().cards;
    let mut steps = page.family(
        "payhsm_cards_steps_total",
        Kind::Counter,
        "Changes of rows and looks at them, by whether the store took them.",
    );
    steps.sample(&[("outcome", "done")], numbers.done.get());
    steps.sample(&[("outcome", "unavailable")], numbers.unavailable.get());
}
