//! Whom it lets in, and whom no longer: lists of revoked certificates, read again while it serves.

use super::support::binary::{Caller, Daemon, Folder, For, Tls, payhsmd, wait_for};
use super::{ECHO, answered, with};
use rcgen::{CertificateRevocationListParams, KeyIdMethod, SerialNumber, date_time_ymd};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use time::{Duration, OffsetDateTime};

/// A year in which nobody runs this test.
const LATE: i32 = 2900;

/// Whether a new connection with this certificate is served.
pub(crate) fn is_let_in(folder: &Folder, name: &str, address: SocketAddr) -> bool {
    answered(&mut folder.host_client(name, address).stream)
}

fn folder() -> Folder {
    let folder = Folder::new();
    folder.issue("other", For::Client, &["localhost"]);
    folder
}

/// Writes a list of a CA that nobody knows.
fn strange_list(folder: &Folder, file: &str) {
    let (start, end) = (date_time_ymd(2020, 1, 1), date_time_ymd(LATE, 1, 1));
    let params = CertificateRevocationListParams {
        this_update: start,
        next_update: end,
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: Vec::new(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let list = params.signed_by(&super::authority(start, end)).unwrap();
    folder.write(file, &list.pem().unwrap());
}

#[test]
fn a_revoked_certificate_is_refused_and_its_connections_are_closed() {
    let folder = folder();
    folder.revoke("revoked.crl", &[], LATE);
    let daemon = Daemon::configured(&folder, &with("revoked = 'revoked.crl'"), 8);
    let address = daemon.address(true, None);
    let open = |name: &str| -> Caller<Tls> {
        let mut caller = folder.host_client(name, address);
        assert_eq!(caller.ask(ECHO), "B300hi");
        caller
    };
    let (mut idle, mut other) = (open("client"), open("other"));
    let mut busy = open("client");
    let (asked, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        // It never pauses: it is refused between two requests.
        scope.spawn(|| {
            while answered(&mut busy.stream) {
                asked.fetch_add(1, Ordering::Relaxed);
            }
            over.store(true, Ordering::Relaxed);
        });
        wait_for("requests", || asked.load(Ordering::Relaxed) > 10);
        folder.revoke("revoked.crl", &["client"], LATE);
        assert!(is_let_in(&folder, "client", address), "before the list is read");
        daemon.reload();
        wait_for("the end of the busy one", || over.load(Ordering::Relaxed));
    });
    assert_eq!(idle.receive(), None, "closed while it said nothing");
    let closed = "no longer accepted: closed";
    wait_for("word of both connections", || daemon.log.count(closed) >= 2);
    assert!(!is_let_in(&folder, "client", address));
    assert_eq!(other.ask(ECHO), "B300hi", "the same connection as before");
    assert!(is_let_in(&folder, "other", address));
    // Whoever is off the list again comes in again.
    folder.revoke("revoked.crl", &["other"], LATE);
    daemon.reload();
    assert!(is_let_in(&folder, "client", address));
    assert_eq!(other.receive(), None);
    // A list that cannot be read changes nothing.
    folder.write("revoked.crl", "no list");
    daemon.reload();
    assert!(daemon.log.contain("it holds no list"), "{:#?}", daemon.log.all());
    assert!(is_let_in(&folder, "client", address) && !is_let_in(&folder, "other", address));
}

#[test]
fn a_list_that_has_ended_or_is_missing_keeps_the_clients_of_its_ca_out() {
    let folder = folder();
    folder.revoke("revoked.crl", &["other"], 2021);
    let daemon = Daemon::configured(&folder, &with("revoked = 'revoked.crl'"), 8);
    let address = daemon.address(true, None);
    assert!(daemon.log.contain("tls.revoked: list 1 ended"), "{:#?}", daemon.log.all());
    assert!(!is_let_in(&folder, "client", address), "who could say that it is not revoked?");
    wait_for("a reason", || daemon.log.contain("certificate revocation list expired"));
    // The list of another CA says nothing of this one.
    strange_list(&folder, "revoked.crl");
    daemon.reload();
    assert!(daemon.log.contain("tls.revoked: there is no list of the CA that is certificate 1"));
    assert!(!is_let_in(&folder, "client", address));
    folder.revoke("revoked.crl", &["other"], LATE);
    daemon.reload();
    assert!(is_let_in(&folder, "client", address) && !is_let_in(&folder, "other", address));
}

#[test]
fn connections_whose_ca_is_taken_out_are_closed() {
    let folder = folder();
    let daemon = Daemon::configured(&folder, &with(""), 8);
    let address = daemon.address(true, None);
    let mut caller = folder.host_client("client", address);
    assert_eq!(caller.ask(ECHO), "B300hi");
    daemon.reload();
    assert_eq!(caller.ask(ECHO), "B300hi", "nothing has changed");
    let another = Folder::new();
    std::fs::copy(another.path("ca.crt"), folder.path("ca.crt")).unwrap();
    daemon.reload();
    assert_eq!(caller.receive(), None);
    assert!(!is_let_in(&folder, "client", address));
}

#[test]
fn check_config_tells_what_keeps_clients_out() {
    let folder = folder();
    let check = |config: &str| {
        let path = folder.write("payhsm.toml", config);
        let output = payhsmd(&["check-config", "--config", path.to_str().unwrap()]);
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    folder.revoke("good.crl", &["other"], LATE);
    folder.revoke("ended.crl", &["other"], 2021);
    strange_list(&folder, "strange.crl");
    let revoked = |file: &str| with(&format!("revoked = '{file}'"));
    let (good, said) = check(&revoked("good.crl"));
    assert!(good && !said.contains("tls.revoked"), "{said}");
    for (config, words) in [
        (revoked("none.crl"), ["cannot read the lists", "No such file"]),
        (revoked("ca.crt"), ["ca.crt", "it holds no list"]),
        (revoked("ended.crl"), ["tls.revoked: list 1 ended", "SIGHUP"]),
        (revoked("strange.crl"), ["tls.revoked: there is no list", "certificate 1"]),
        (with("versions = ['1.2']"), ["tls.versions", "1.3 has to be among them"]),
        (with("versions = []"), ["tls.versions", "1.3 has to be among them"]),
        (with("versions = ['1.1', '1.3']"), ["`1.1`", "`1.2`"]),
        (with("versions = [1.3]"), ["versions = [1.3]", "in quotes"]),
    ] {
        let (good, said) = check(&config);
        assert!(!good, "{config}: {said}");
        for words in words {
            assert!(said.contains(words), "{words} is not in: {said}");
        }
    }
    let (good, said) = check(&with("versions = ['1.2', '1.3']"));
    assert!(good && said.contains("warning: tls.versions: TLS 1.2 is allowed"), "{said}");
}

#[test]
fn check_config_counts_the_days_of_a_client_ca() {
    let folder = folder();
    let check = || {
        let path = folder.write("payhsm.toml", &with(""));
        let output = payhsmd(&["check-config", "--config", path.to_str().unwrap()]);
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    for (left, words) in [
        (Duration::hours(24 * 5 + 1), "certificate 1 ends in 5 days"),
        (Duration::minutes(150), "certificate 1 ends in 2 hours"),
    ] {
        let (start, end) = (date_time_ymd(2020, 1, 1), OffsetDateTime::now_utc() + left);
        folder.write("ca.crt", &super::authority(start, end).pem());
        let (good, said) = check();
        assert!(good && said.contains(&format!("warning: tls.client_ca: {words}")), "{said}");
    }
    folder.write(
        "ca.crt",
        &super::authority(date_time_ymd(2001, 1, 1), date_time_ymd(2002, 1, 1)).pem(),
    );
    let (good, said) = check();
    assert!(!good && said.contains("every certificate in"), "{said}");
}
