//! The closed loop against the null server, in one process.
#![expect(clippy::unwrap_used, reason = "the functions of a test are tests too")]

use payhsm_load::drive::{DriveError, Plan, drive};
use payhsm_load::null_server::{NullServer, Settings};
use payhsm_load::prepare::{Kit, Work, prepare};
use payhsm_load::tally::Tally;
use payhsm_load::target::Target;
use payhsm_load::template::{Dialect, Request};
use payhsm_protocol::field::LmkId;
use std::time::{Duration, Instant};

fn request() -> Request {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(prepare(Work::B2, &Kit::new(None, Some(LmkId(0))))).unwrap()
}

fn plan(connections: u16, depth: u16) -> Plan {
    Plan {
        connections,
        depth,
        time: Duration::from_millis(500),
        slice: Duration::from_millis(100),
        requests: None,
        threads: 2,
    }
}

fn server(plain: bool) -> NullServer {
    NullServer::start(Settings { port: 0, plain, threads: 2 }).unwrap()
}

fn run(plan: &Plan, targets: &[&Target]) -> Vec<Tally> {
    drive(plan, &request(), targets, |_| ()).unwrap()
}

#[test]
fn both_dialects_and_both_transports_are_driven() {
    for (plain, dialect) in
        [(false, Dialect::Compact), (false, Dialect::Host), (true, Dialect::Host)]
    {
        let server = server(plain);
        let target = server.announcement().target(dialect).unwrap();
        let tallies = run(&plan(8, 4), &[&target]);
        assert_eq!(tallies.len(), 1);
        assert_eq!(tallies[0].errors.len(), 0, "{:?}", tallies[0].errors);
        assert!(tallies[0].replies() > 1000, "{}", tallies[0].replies());
        assert!((450..3000).contains(&tallies[0].elapsed.as_millis()));
    }
}

#[test]
fn two_sides_take_turns() {
    let (first, second) = (server(false), server(false));
    let (one, other) = (
        first.announcement().target(Dialect::Compact).unwrap(),
        second.announcement().target(Dialect::Compact).unwrap(),
    );
    let since = Instant::now();
    let tallies = run(&plan(5, 3), &[&one, &other]);
    assert!(since.elapsed() < Duration::from_secs(5));
    for tally in &tallies {
        assert_eq!(tally.failures(), 0, "{:?}", tally.errors);
        assert!(tally.replies() > 100);
    }
}

#[test]
fn nobody_there_is_said_at_once() {
    let target = server(false).announcement().target(Dialect::Compact).unwrap();
    let outcome = drive(&plan(1, 1), &request(), &[&target], |_| ());
    assert!(matches!(outcome, Err(DriveError::Target(_))));
}

#[test]
fn a_cap_is_kept_exactly() {
    let server = server(false);
    let target = server.announcement().target(Dialect::Compact).unwrap();
    for requests in [1, 7, 1000] {
        let plan = Plan { requests: Some(requests), ..plan(4, 4) };
        assert_eq!(run(&plan, &[&target])[0].replies(), requests);
    }
}

#[test]
fn a_server_that_goes_away_is_an_error_and_not_a_hang() {
    let server = server(false);
    let target = server.announcement().target(Dialect::Compact).unwrap();
    let since = Instant::now();
    let stopper = std::thread::spawn(move || {
        // Dropped while it is driven.
        let (_sender, never) = std::sync::mpsc::channel::<()>();
        assert!(never.recv_timeout(Duration::from_millis(200)).is_err());
        drop(server);
    });
    let tallies = run(&plan(4, 4), &[&target]);
    stopper.join().unwrap();
    assert!(since.elapsed() < Duration::from_secs(5));
    assert!(tallies[0].errors.contains_key("connection"), "{:?}", tallies[0].errors);
}

/// Processor time that this process has used, all threads: fields 14 and 15 of its `stat`, in
/// hundredths of a second.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let ticks = fields.split_whitespace().skip(11).take(2).map(|text| text.parse::<f64>().unwrap());
    ticks.sum::<f64>() / 100.0
}

/// How fast this machine can be at all: `cargo test --release -p payhsm-load -- --ignored --nocapture`
#[test]
#[ignore = "a measurement, not a check"]
fn limit() {
    for (connections, depth) in [(64, 1), (16, 16), (4, 64), (1, 1)] {
        let server = server(false);
        let target = server.announcement().target(Dialect::Compact).unwrap();
        let plan = Plan { time: Duration::from_secs(3), ..plan(connections, depth) };
        let before = processor_seconds();
        let tally = &run(&plan, &[&target])[0];
        let processor = processor_seconds() - before;
        let replies = u32::try_from(tally.replies()).unwrap();
        let seconds = tally.elapsed.as_secs_f64();
        let latency = |quantile| tally.latency.value_at_quantile(quantile);
        println!(
            "{connections} x {depth}: {:.0}/s, p50 {} us, p99 {} us; {:.2} processors, {:.2} us of one a reply",
            f64::from(replies) / seconds,
            latency(0.5),
            latency(0.99),
            processor / seconds,
            processor * 1e6 / f64::from(replies),
        );
    }
}
