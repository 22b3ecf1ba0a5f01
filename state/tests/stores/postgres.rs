//! What is PostgreSQL's own.

use crate::{increment, key, killed, read_number, suite};
use payhsm_state::testing::{PASSWORD, Server};
use payhsm_state::{Postgres, Store, Verdict};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::time::{Duration, Instant};

/// A server, or why the test is not run.
fn server(files: &[(&str, &[u8])], settings: &[&str]) -> Option<Server> {
    match Server::start_with(files, settings) {
        Ok(server) => Some(server),
        Err(why) => {
            eprintln!("not tested: {why}");
            None
        }
    }
}

fn connect(url: &str) -> Postgres {
    Postgres::connect(url, None).unwrap()
}

/// Whether somebody has named a database, or a server of our own can be had.
fn with_database(test: impl FnOnce(&str)) {
    if let Ok(url) = std::env::var("PAYHSM_TEST_POSTGRES") {
        test(&url);
    } else if let Some(server) = server(&[], &[]) {
        test(&server.url());
    }
}

#[test]
fn it_keeps_what_every_store_promises() {
    with_database(|url| suite::all(&|| Box::new(connect(url))));
}

#[test]
fn a_killed_process_loses_nothing_that_it_was_promised() {
    with_database(|url| killed::nothing_is_lost(url, &|| Box::new(connect(url))));
}

#[test]
fn two_appliances_lose_no_update() {
    with_database(|url| {
        // The tables are made by both at one time, too.
        let stores: Vec<_> = std::thread::scope(|scope| {
            let both = [(), ()].map(|()| scope.spawn(|| connect(url)));
            both.into_iter().map(|store| store.join().unwrap()).collect()
        });
        let keys = [key(30, 1), key(30, 2), key(30, 3)];
        std::thread::scope(|scope| {
            for store in &stores {
                for thread in 0..6_usize {
                    let mut keys = keys;
                    keys.rotate_left(thread % 3);
                    scope.spawn(move || {
                        for _ in 0..20 {
                            increment(store, &keys[..2]).unwrap();
                        }
                    });
                }
            }
        });
        // Every row is in two of three pairs.
        for key in keys {
            for store in &stores {
                assert_eq!(read_number(store, key), 160);
            }
        }
    });
}

#[test]
fn rows_that_are_not_there_yet_are_locked_too() {
    with_database(|url| {
        let (one, other) = (connect(url), connect(url));
        let row = key(31, 1);
        std::thread::scope(|scope| {
            let kept = one.change(&[row], &mut |rows| {
                assert_eq!(rows[0], None);
                let late = scope.spawn(|| increment(&other, &[row]).unwrap());
                std::thread::park_timeout(Duration::from_millis(200));
                assert!(!late.is_finished(), "the other store did not wait");
                rows[0] = Some(5_u64.to_be_bytes().to_vec());
                Verdict::Write
            });
            kept.unwrap().wait().unwrap();
        });
        assert_eq!(read_number(&one, row), 6);
    });
}

#[test]
fn a_server_that_ends_is_trouble_and_one_that_is_back_is_not() {
    let Some(server) = server(&[], &[]) else { return };
    let store = connect(&server.url());
    let row = key(32, 1);
    increment(&store, &[row]).unwrap();
    server.crash().unwrap();
    let began = Instant::now();
    for _ in 0..20 {
        let text = increment(&store, &[row]).unwrap_err().to_string();
        assert!(!text.contains(PASSWORD), "{text}");
        store.read(&row).unwrap_err();
    }
    assert!(began.elapsed() < Duration::from_secs(5), "callers waited: {:?}", began.elapsed());
    assert!(store.trouble().is_some());
    Postgres::connect(&server.url(), None).unwrap_err();
    server.again().unwrap();
    let mut tries = 0;
    while store.trouble().is_some() {
        tries += 1;
        assert!(tries < 1_000, "{:?}", store.trouble());
        std::thread::park_timeout(Duration::from_millis(20));
    }
    assert_eq!(read_number(&store, row), 1);
    increment(&store, &[row]).unwrap();
    // Connections that broke while nobody looked are no trouble at all.
    server.crash().unwrap();
    server.again().unwrap();
    increment(&store, &[row]).unwrap();
    assert_eq!(read_number(&store, row), 3);
}

#[test]
fn a_server_that_crashes_under_load_keeps_what_it_promised() {
    let Some(server) = server(&[], &[]) else { return };
    let store = connect(&server.url());
    let kept: Vec<u64> = std::thread::scope(|scope| {
        let store = &store;
        let work = |number: u8| {
            move || (0..2_000).filter(|_| increment(store, &[key(33, number)]).is_ok()).count()
        };
        let threads: Vec<_> = (0..4).map(|number| scope.spawn(work(number))).collect();
        std::thread::park_timeout(Duration::from_millis(300));
        server.crash().unwrap();
        server.again().unwrap();
        threads.into_iter().map(|thread| u64::try_from(thread.join().unwrap()).unwrap()).collect()
    });
    let store = connect(&server.url());
    for (number, kept) in (0..).zip(kept) {
        let found = read_number(&store, key(33, number));
        // The one that was under way may count.
        assert!(
            (kept..=kept + 1).contains(&found),
            "row {number}: {found}, and {kept} were promised"
        );
    }
}

#[test]
fn a_database_that_would_lose_what_it_promised_is_refused() {
    let Some(server) = server(&[], &["fsync=off"]) else { return };
    let text = Postgres::connect(&server.url(), None).unwrap_err().to_string();
    assert!(text.contains("fsync = off"), "{text}");
}

#[test]
fn a_commit_waits_for_the_disk_whatever_the_server_does_for_others() {
    // A server that logs every statement, and whose default is not to wait.
    let settings = ["synchronous_commit=off", "log_statement=all", "log_connections=on"];
    let Some(server) = server(&[], &settings) else { return };
    increment(&connect(&server.url()), &[key(34, 1)]).unwrap();
    let log = server.log();
    assert!(log.contains("SET synchronous_commit = on"), "{log}");
    assert!(!log.contains(PASSWORD), "{log}");
}

#[test]
fn a_wrong_password_is_refused_and_not_repeated() {
    let Some(server) = server(&[], &[]) else { return };
    let url = server.url().replace(PASSWORD, "another-secret");
    let text = Postgres::connect(&url, None).unwrap_err().to_string();
    assert!(text.contains("password authentication failed"), "{text}");
    assert!(!text.contains("another-secret") && !text.contains(PASSWORD), "{text}");
    assert_eq!(format!("{:?}", connect(&server.url())), "Postgres");
    assert!(connect(&server.url()).may_block());
}

#[test]
fn on_a_unix_socket_in_clear() {
    let Some(server) = server(&[], &[]) else { return };
    let folder = server.folder().display().to_string().replace('/', "%2F");
    let url = format!("postgres://payhsm:{PASSWORD}@{folder}:{}/postgres", server.port());
    increment(&connect(&url), &[key(35, 1)]).unwrap();
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

#[test]
fn over_tls_under_the_right_authority_and_name_alone() {
    let (ours, another) = (authority(), authority());
    let key_pair = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key_pair, &ours).unwrap();
    let (certificate, private) = (certificate.pem(), key_pair.serialize_pem());
    let files = [("server.crt", certificate.as_bytes()), ("server.key", private.as_bytes())];
    let settings =
        ["ssl=on", "ssl_cert_file={folder}/server.crt", "ssl_key_file={folder}/server.key"];
    let Some(server) = server(&files, &settings) else { return };
    let by_address = format!("{}?sslmode=require", server.url());
    let by_name = by_address.replace("127.0.0.1", "localhost");
    let (ours, another) = (ours.pem(), another.pem());
    let store = Postgres::connect(&by_name, Some(ours.as_bytes())).unwrap();
    increment(&store, &[key(36, 1)]).unwrap();
    assert_eq!(read_number(&store, key(36, 1)), 1);
    Postgres::connect(&by_name, Some(another.as_bytes())).unwrap_err();
    Postgres::connect(&by_address, Some(ours.as_bytes())).unwrap_err();
    Postgres::connect(&by_name, None).unwrap_err();
}

#[test]
fn what_a_later_version_made_is_refused() {
    let Some(server) = server(&[], &[]) else { return };
    drop(connect(&server.url()));
    drop(connect(&server.url()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let tls = tokio_postgres::NoTls;
        let (client, connection) = tokio_postgres::connect(&server.url(), tls).await.unwrap();
        let connection = tokio::spawn(connection);
        client.batch_execute("UPDATE payhsm_state_about SET steps = 99").await.unwrap();
        drop(client);
        connection.await.unwrap().unwrap();
    });
    let text = Postgres::connect(&server.url(), None).unwrap_err().to_string();
    assert!(text.contains("a later version"), "{text}");
}
