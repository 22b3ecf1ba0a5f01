//! Ready, or why not.

use crate::MONITORING;
use crate::support::binary::{Daemon, Folder, configuration, framed, wait_for};
use crate::support::monitoring::{Scrape, address, get, scrape};
use crate::support::{host_settings, test_inventory};
use payhsm::Engine;
use payhsm::caller::Callers;
use payhsm::cards::Cards;
use payhsm::lifecycle::{Lifecycle, State};
use payhsm::monitoring::{Asked, Monitor};
use payhsm::net::{Limits, Server, Terms};
use payhsm::record::{ActRecord, Kept, Record, RecordFailed, Recorder};
use payhsm::settings::Settings;
use payhsm_state::{Row, RowKey, Store, Unavailable, Verdict};
use serde_json::{Value, json};
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

fn json_of(body: &str) -> Value {
    serde_json::from_str(body).unwrap()
}

#[test]
fn a_developers_daemon_is_ready_and_one_without_keys_is_not() {
    let folder = Folder::new();
    let daemon = folder.development(MONITORING);
    let monitors = address(&daemon);
    let live = get(monitors, "/health/live");
    assert_eq!(live.headers["content-type"], "application/json");
    assert_eq!(json_of(&live.body), json!({"live": true, "version": env!("CARGO_PKG_VERSION")}));
    let ready = get(monitors, "/health/ready");
    assert_eq!(ready.status, 200);
    assert_eq!(json_of(&ready.body), json!({"ready": true, "state": "operational", "reasons": []}));

    let config = configuration("issuer", false, MONITORING);
    let daemon = Daemon::configured(&folder, &config, 1);
    let monitors = address(&daemon);
    assert_eq!(get(monitors, "/health/live").status, 200, "it lives all the same");
    let ready = get(monitors, "/health/ready");
    assert_eq!(ready.status, 503);
    let reasons = ["uninitialised: officers have to bring an LMK"];
    let told = json!({"ready": false, "state": "uninitialised", "reasons": reasons});
    assert_eq!(json_of(&ready.body), told);
    let seen = scrape(monitors);
    assert_eq!(seen.number("payhsm_ready", &[]), 0.0);
    assert_eq!(seen.number("payhsm_state", &[("state", "uninitialised")]), 1.0);
    assert_eq!(seen.sum("payhsm_state"), 1.0);
}

#[test]
fn that_it_stops_is_told_while_the_last_answers_leave() {
    let folder = Folder::new();
    let mut daemon = folder.development(MONITORING);
    let monitors = address(&daemon);
    let mut plain = daemon.plain();
    assert!(plain.ask("NC").starts_with("ND00"));
    // Half a request: it has five seconds to come to its end.
    let message = framed("B20002hi");
    plain.stream.write_all(&message[..6]).unwrap();
    daemon.terminate();
    wait_for("word that it stops", || get(monitors, "/health/ready").status == 503);
    let told = json_of(&get(monitors, "/health/ready").body);
    assert_eq!(told["reasons"], json!(["the daemon is stopping: no new connection is accepted"]));
    plain.stream.write_all(&message[6..]).unwrap();
    assert_eq!(plain.receive().as_deref(), Some("B300hi"));
    assert!(daemon.end().success());
}

/// A log and a store that are well or not, as the test says.
#[derive(Clone, Debug, Default)]
struct Ailing(Arc<AtomicBool>);

impl Ailing {
    fn set(&self, ails: bool) {
        self.0.store(ails, Ordering::SeqCst);
    }

    fn why(&self, why: &str) -> Option<String> {
        self.0.load(Ordering::SeqCst).then(|| why.to_owned())
    }
}

impl Recorder for Ailing {
    fn record(&self, _: &[Record<'_>]) -> Result<Kept, RecordFailed> {
        if self.0.load(Ordering::SeqCst) { Err(RecordFailed) } else { Ok(Kept::Now) }
    }

    fn record_act(&self, _: &ActRecord<'_>) -> Result<(), RecordFailed> {
        Ok(())
    }

    fn trouble(&self) -> Option<String> {
        self.why("the disk is full")
    }
}

impl Store for Ailing {
    fn change(
        &self,
        _: &[RowKey],
        _: &mut dyn FnMut(&mut [Row]) -> Verdict,
    ) -> Result<payhsm_state::Kept, Unavailable> {
        Ok(payhsm_state::Kept::Now)
    }

    fn read(&self, _: &RowKey) -> Result<Row, Unavailable> {
        Ok(None)
    }

    fn may_block(&self) -> bool {
        false
    }

    fn trouble(&self) -> Option<String> {
        self.why("the database is away")
    }
}

#[test]
fn a_log_that_takes_nothing_and_rows_that_cannot_be_used_are_reasons() {
    let (log, rows) = (Ailing::default(), Ailing::default());
    let lifecycle = Lifecycle::new(State::Operational);
    let (inventory, settings) = (Some(Arc::new(test_inventory())), Settings::development());
    let engine =
        Engine::new(inventory, lifecycle, settings, host_settings(), Box::new(log.clone()));
    let engine = Arc::new(engine.with_cards(Cards::none().with_store(Arc::new(rows.clone()))));
    let second = Duration::from_secs(1);
    let limits = Limits { connections: 9, handshake: second, idle: second, request: second };
    let terms = Terms { callers: Callers::default(), limits, tls: None };
    let server = Server::new(Arc::clone(&engine), terms, Vec::new());
    let monitor = Monitor::new(Arc::clone(&engine), server.terms());
    let reasons = |stopping| {
        let told = monitor.tell(Asked::Ready, stopping);
        let body = json_of(&told.body);
        assert_eq!(body["ready"], told.well);
        let seen = Scrape::read(&monitor.tell(Asked::Metrics, stopping).body);
        assert_eq!(seen.number("payhsm_ready", &[]), f64::from(u8::from(told.well)));
        let usable =
            ["payhsm_log_usable", "payhsm_cards_usable"].map(|name| seen.number(name, &[]));
        let reasons = body["reasons"].as_array().unwrap();
        let reasons: Vec<_> = reasons.iter().map(|one| one.as_str().unwrap().to_owned()).collect();
        (reasons, usable)
    };
    let well = |yes: bool| f64::from(u8::from(yes));
    // The recorder of the test keeps no log that could be shown, so nothing says that it is usable.
    assert_eq!(reasons(false), (vec![], [0.0, well(true)]));
    log.set(true);
    assert_eq!(reasons(false).0, ["the disk is full"]);
    rows.set(true);
    let (said, usable) = reasons(false);
    assert_eq!(
        said,
        ["the disk is full", "the rows of cards cannot be used: the database is away"]
    );
    assert_eq!(usable, [0.0, 0.0]);
    drop(engine.seal().unwrap());
    assert_eq!(reasons(true).0.len(), 4);
    assert_eq!(reasons(true).0[1], "sealed: officers have to unseal it");
    drop(engine.tamper().unwrap());
    assert_eq!(reasons(false).0[0], "tampered: officers have to put it right");
    let seen = Scrape::read(&monitor.tell(Asked::Metrics, false).body);
    assert_eq!(seen.number("payhsm_tampers", &[]), 1.0);
    assert!(monitor.tell(Asked::Live, true).well);
}
