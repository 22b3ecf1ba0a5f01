//! Certificates and authorities that are exchanged, or broken, while callers come and go. (Callers, limits and certificates a
//! hundred times under load: `tests/callers.rs`.)

use crate::appliance::long;
use crate::load::Stop;
use crate::support::binary::{Caller, Folder, For, connect, framed, pause, tls, wait_for};
use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

const ECHO: &str = "B20002hi";

/// Whether a caller with a certificate of `by` is served by the daemon that `folder` knows.
fn served(folder: &Folder, by: &Folder, address: SocketAddr) -> bool {
    let identity = Some((by.path("client.crt"), by.path("client.key")));
    let stream = tls(&folder.path("ca.crt"), identity, &[], connect(address));
    let mut caller = Caller::new(stream);
    let sent = caller.stream.write_all(&framed(ECHO)).and_then(|()| caller.stream.flush());
    sent.is_ok() && caller.receive().as_deref() == Some("B300hi")
}

#[test]
fn authorities_and_certificates_are_exchanged_under_load_and_no_request_fails() {
    let (folder, other) = (Folder::new(), Folder::new());
    let [own, foreign] =
        [&folder, &other].map(|one| fs::read_to_string(one.path("ca.crt")).unwrap());
    // Clients trust the first certificate of ca.crt; the daemon's file is another.
    folder.write("clients.crt", &own);
    let config = crate::support::binary::configuration("development", false, "");
    let config = config.replace("client_ca = 'ca.crt'", "client_ca = 'clients.crt'");
    let daemon = crate::support::binary::Daemon::configured(&folder, &config, 4);
    let address = daemon.address(true, None);
    let (stop, lasting, passing) =
        (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    let rounds = if long() { 100 } else { 10 };
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut caller = folder.host_client("client", address);
                while !stop.load(Ordering::SeqCst) {
                    assert_eq!(caller.ask(ECHO), "B300hi");
                    lasting.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        scope.spawn(|| {
            while !stop.load(Ordering::SeqCst) {
                assert!(served(&folder, &folder, address));
                passing.fetch_add(1, Ordering::SeqCst);
            }
        });
        let _stop = Stop(&stop);
        for round in 0..rounds {
            let both = round % 2 == 0;
            let authorities = if both { format!("{own}{foreign}") } else { own.clone() };
            folder.write("clients.crt", &authorities);
            folder.issue("server", For::Server, &["localhost"]);
            let before = passing.load(Ordering::SeqCst);
            daemon.reload();
            assert_eq!(served(&folder, &other, address), both, "round {round}");
            wait_for("callers between reloads", || passing.load(Ordering::SeqCst) > before);
        }
    });
    assert!(!daemon.log.contain("not read again"), "{:#?}", daemon.log.all());
    println!(
        "{rounds} exchanges: {} answers on connections that last, {} new connections, none failed",
        lasting.into_inner(),
        passing.into_inner()
    );
}

#[test]
fn files_that_are_half_there_change_nothing() {
    let folder = Folder::new();
    let daemon = folder.development("");
    let address = daemon.address(true, None);
    let mut lasting = folder.host_client("client", address);
    // A client trusts what the daemon was started with.
    let trusted = Folder::new();
    fs::copy(folder.path("ca.crt"), trusted.path("ca.crt")).unwrap();
    let mut broken = 0;
    for name in ["server.crt", "server.key", "ca.crt"] {
        let whole = fs::read_to_string(folder.path(name)).unwrap();
        let tenths = if long() { 1 } else { 3 };
        for tenth in (0..10).step_by(tenths) {
            folder.write(name, whole.get(..whole.len() * tenth / 10).unwrap());
            daemon.reload();
            broken += 1;
            assert_eq!(daemon.log.count("nothing has changed"), broken, "{name}, {tenth} tenths");
            assert_eq!(lasting.ask(ECHO), "B300hi");
            assert!(served(&trusted, &folder, address), "{name}, {tenth} tenths");
        }
        folder.write(name, &whole);
        daemon.reload();
    }
    assert_eq!(daemon.log.count("configuration read again"), 3);
}

#[test]
fn a_burst_of_signals_is_one_reload_after_another() {
    let folder = Folder::new();
    let daemon = folder.development("");
    let mut caller = folder.host_client("client", daemon.address(true, None));
    let id = daemon.id().to_string();
    for _ in 0..50 {
        assert!(Command::new("kill").args(["-HUP", &id]).status().unwrap().success());
        assert_eq!(caller.ask(ECHO), "B300hi");
    }
    // The last of them is heard, whatever became of those before.
    pause(Duration::from_millis(200));
    folder.write("server.key", "no key");
    daemon.reload();
    wait_for("the last", || daemon.log.contain("nothing has changed"));
    assert_eq!(caller.ask(ECHO), "B300hi");
    assert!(!daemon.log.contain("panicked"), "{:#?}", daemon.log.all());
}
