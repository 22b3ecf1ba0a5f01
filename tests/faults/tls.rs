//! Who comes in over TLS, and who does not: `openssl s_client` with certificates and versions of every kind.

#[path = "tls/authority.rs"]
mod authority;
#[path = "tls/client.rs"]
mod client;

use crate::support::binary::{Daemon, configuration, connect, framed};
use authority::Authority;
use client::{AGAIN, Came, asked, come, sessions};
use std::io::{Read, Write};
use std::process::Command;

/// What it is, whose certificate is shown, what `s_client` is told besides, and how far it comes.
type Case = (&'static str, Option<&'static str>, &'static str, Came);

const GOOD: Option<&str> = Some("client");

/// What a daemon has to say to who speaks TLS 1.3, as it does by default, where there is a list of what was revoked.
const STRICT: [Case; 26] = [
    ("a good certificate", GOOD, "", Came::Served),
    ("no certificate", None, "", Came::Refused),
    ("of another authority", Some("foreign"), "", Came::Refused),
    ("made by oneself", Some("own"), "", Came::Refused),
    ("of an authority with the same name", Some("forged"), "", Came::Refused),
    ("expired", Some("expired"), "", Came::Refused),
    ("not yet valid", Some("early"), "", Came::Refused),
    ("revoked", Some("revoked"), "", Came::Refused),
    ("good for servers alone", Some("server"), "", Came::Refused),
    ("the authority's own", Some("ca"), "", Came::Refused),
    ("with a bit that is not its own", Some("flipped"), "", Came::Refused),
    ("signed by a client", Some("below"), "-cert_chain client.crt", Came::Refused),
    ("below one without a list", Some("deep"), "-cert_chain between.crt", Came::Refused),
    ("below one that is not shown", Some("deep"), "", Came::Refused),
    ("RSA of 1024 bits", Some("short"), WILLING, Came::Refused),
    ("signed with SHA-1", Some("sha1"), WILLING, Came::Refused),
    ("of a caller that nobody knows", Some("unknown"), "", Came::Unknown),
    ("another name of the server", GOOD, "-servername other.example", Came::Served),
    ("no name of the server", GOOD, "-noservername", Came::Served),
    ("TLS 1.2", GOOD, "-tls1_2", Came::Refused),
    ("TLS 1.1", GOOD, "-tls1_1 -cipher ALL:@SECLEVEL=0", Came::Refused),
    ("TLS 1.0", GOOD, "-tls1 -cipher ALL:@SECLEVEL=0", Came::Refused),
    ("a suite with a short tag", GOOD, "-ciphersuites TLS_AES_128_CCM_8_SHA256", Came::Refused),
    ("a group of finite fields", GOOD, "-groups ffdhe2048", Came::Refused),
    ("signatures of RSA alone", GOOD, "-sigalgs RSA+SHA256", Came::Refused),
    ("another protocol", GOOD, "-alpn h2,http/1.1", Came::Refused),
];

/// And where TLS 1.2 is spoken too, and nobody has a list.
const OLD: [Case; 10] = [
    ("TLS 1.3", GOOD, "", Came::Served),
    ("TLS 1.2", GOOD, "-tls1_2", Came::Served),
    ("TLS 1.2, no certificate", None, "-tls1_2", Came::Refused),
    ("TLS 1.2, expired", Some("expired"), "-tls1_2", Came::Refused),
    ("TLS 1.2, made by oneself", Some("own"), "-tls1_2", Came::Refused),
    ("TLS 1.2, CBC", GOOD, "-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA", Came::Refused),
    ("TLS 1.2, no forward secrecy", GOOD, "-tls1_2 -cipher AES128-GCM-SHA256", Came::Refused),
    ("TLS 1.1", GOOD, "-tls1_1 -cipher ALL:@SECLEVEL=0", Came::Refused),
    // The control: it is the list that keeps them out.
    ("revoked, and nobody looks", Some("revoked"), "", Came::Served),
    ("below another, and nobody looks", Some("deep"), "-cert_chain between.crt", Came::Served),
];

/// What makes `openssl` show what it thinks too weak itself.
const WILLING: &str = "-cipher DEFAULT:@SECLEVEL=0";

/// A daemon with these lines in `[tls]`.
fn daemon(authority: &Authority, lines: &str) -> Daemon {
    let config = configuration("development", true, "");
    let config = config.replace("client_ca = 'ca.crt'", &format!("client_ca = 'ca.crt'\n{lines}"));
    Daemon::configured(&authority.folder, &config, 8)
}

fn hold(authority: &Authority, daemon: &Daemon, cases: &[Case]) {
    let address = daemon.address(true, None);
    for (what, certificate, rest, expected) in cases {
        let (came, said) = come(&authority.folder, address, *certificate, rest);
        println!("{what}: {came:?}");
        assert_eq!(came, *expected, "{what}: {said}\n{:#?}", daemon.log.all());
        // Whoever follows is served.
        let (came, said) = come(&authority.folder, address, GOOD, "");
        assert_eq!(came, Came::Served, "after {what}: {said}");
    }
    assert!(!daemon.log.contain("panicked"), "{:#?}", daemon.log.all());
}

/// Whether `openssl` is here.
fn possible() -> bool {
    let possible = Command::new("openssl").arg("version").output().is_ok();
    if !possible {
        println!("skipped: there is no openssl");
    }
    possible
}

#[test]
fn certificates_and_versions_that_are_not_good_are_refused() {
    if possible() {
        let authority = Authority::new();
        let daemon = daemon(&authority, "revoked = 'crl.pem'");
        hold(&authority, &daemon, &STRICT);
        // Each of them is told of, with its reason.
        let refused = STRICT.iter().filter(|case| case.3 == Came::Refused).count();
        let told = daemon.log.count("TLS handshake failed");
        assert!(told >= refused, "{told} of {refused}");
    }
}

#[test]
fn where_the_old_version_is_spoken_nothing_else_is_old() {
    if possible() {
        let authority = Authority::new();
        let daemon = daemon(&authority, "versions = ['1.2', '1.3']");
        hold(&authority, &daemon, &OLD);
    }
}

/// With a second handshake on the same connection another could slip in before.
#[test]
fn nobody_negotiates_twice() {
    if !possible() {
        return;
    }
    let authority = Authority::new();
    let daemon = daemon(&authority, "versions = ['1.2', '1.3']");
    let address = daemon.address(true, None);
    let said = asked(&authority.folder, address, "-tls1_2", &[b"R\n", &framed("B20002hi")]);
    assert!(said.contains("RENEGOTIATING") && !said.contains("B300hi"), "{said}");
    // New keys on the same connection are no second handshake.
    let said = asked(&authority.folder, address, "-tls1_3", &[b"k\n", &framed("B20002hi")]);
    assert!(said.contains("KEYUPDATE") && said.contains("B300hi"), "{said}");
    assert_eq!(come(&authority.folder, address, GOOD, "").0, Came::Served);
}

/// A session that goes on would go on after its certificate is revoked.
#[test]
fn no_session_is_taken_up_again() {
    if !possible() {
        return;
    }
    let authority = Authority::new();
    let daemon = daemon(&authority, "versions = ['1.2', '1.3']");
    let address = daemon.address(true, None);
    for version in ["-tls1_2", "-tls1_3"] {
        let words = format!("{version} -reconnect");
        let said = asked(&authority.folder, address, &words, &[]);
        assert_eq!(sessions(&said), AGAIN + 1, "{said}");
        assert!(!said.contains("Reused, "), "{said}");
    }
}

#[test]
fn what_is_no_tls_is_closed_at_once() {
    let authority = Authority::new();
    let daemon = daemon(&authority, "");
    for bytes in
        [framed("B20002hi"), b"GET / HTTP/1.1\r\n\r\n".to_vec(), vec![0; 64], vec![0x16; 64]]
    {
        let mut stream = connect(daemon.address(true, None));
        stream.write_all(&bytes).unwrap();
        let mut said = Vec::new();
        // Reset or closed, after an alert or without.
        drop(stream.read_to_end(&mut said));
        assert!(!said.windows(6).any(|six| six == b"B300hi"), "{said:?}");
    }
    // And TLS is no frame: its first two bytes announce what does not come.
    let address = daemon.address(false, None);
    if possible() {
        assert_eq!(come(&authority.folder, address, GOOD, "").0, Came::Refused);
    }
    assert_eq!(daemon.plain().ask("B20002hi"), "B300hi");
}
