//! TLS of the real binary: which versions and ways of exchanging keys it has, which private keys it takes, whom it lets in when
//! CAs revoke certificates and lists end, and what it says of that.
#![cfg(test)]

#[path = "tls/clients.rs"]
mod clients;
mod support;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair,
    PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256,
    SignatureAlgorithm, date_time_ymd,
};
use rustls::crypto::aws_lc_rs::kx_group;
use rustls::crypto::{CryptoProvider, SupportedKxGroup};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ClientConnection, NamedGroup, RootCertStore, SupportedProtocolVersion};
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::Arc;
use support::binary::{Caller, Daemon, Folder, Tls, configuration, connect, framed};
use time::OffsetDateTime;

const ECHO: &str = "B20002hi";

/// A developer's configuration with these lines more in `[tls]`.
fn with(lines: &str) -> String {
    configuration("development", true, "").replacen("[tls]\n", &format!("[tls]\n{lines}\n"), 1)
}

/// A client that trusts `authority` and has only this.
fn client(
    folder: &Folder,
    authority: &str,
    address: SocketAddr,
    versions: &[&'static SupportedProtocolVersion],
    groups: &[&'static dyn SupportedKxGroup],
) -> Tls {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(folder.path(authority)).unwrap()).unwrap();
    let provider = (*payhsm_client::provider()).clone();
    let provider = CryptoProvider { kx_groups: groups.to_vec(), ..provider };
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_client_auth_cert(
            vec![CertificateDer::from_pem_file(folder.path("client.crt")).unwrap()],
            PrivateKeyDer::from_pem_file(folder.path("client.key")).unwrap(),
        )
        .unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    Tls::new(connection, connect(address))
}

/// Whether a request is answered.
fn answered(tls: &mut Tls) -> bool {
    let sent = tls.write_all(&framed(ECHO)).and_then(|()| tls.flush());
    sent.is_ok() && matches!(tls.read(&mut [0; 64]), Ok(1..))
}

#[test]
fn whoever_has_the_hybrid_gets_it_and_others_what_they_have() {
    let folder = Folder::new();
    let daemon = folder.development("");
    let address = daemon.address(true, None);
    let ours = payhsm_client::provider().kx_groups.clone();
    for (groups, expected) in [
        (ours, NamedGroup::X25519MLKEM768),
        // Who begins with another one is not sent round again for it.
        (vec![kx_group::X25519, kx_group::X25519MLKEM768], NamedGroup::X25519),
        (vec![kx_group::X25519], NamedGroup::X25519),
        (vec![kx_group::SECP256R1], NamedGroup::secp256r1),
        (vec![kx_group::SECP384R1], NamedGroup::secp384r1),
    ] {
        let mut tls = client(&folder, "ca.crt", address, &[&TLS13], &groups);
        assert!(answered(&mut tls), "{expected:?}");
        let agreed = tls.conn.negotiated_key_exchange_group().unwrap().name();
        assert_eq!(agreed, expected);
    }
}

#[test]
fn another_implementation_without_the_hybrid_connects() {
    let folder = Folder::new();
    // OpenSSL looks for issuers by their names, which are all the same in the usual folder.
    write_own(&folder, &PKCS_ECDSA_P256_SHA256, false);
    let daemon = Daemon::configured(&folder, &own(), 8);
    let path = |name: &str| folder.path(name).to_str().unwrap().to_owned();
    let mut openssl = Command::new("openssl");
    openssl.args(["s_client", "-connect", &daemon.address(true, None).to_string(), "-ign_eof"]);
    openssl.args([
        "-groups",
        "X25519:P-256",
        "-verify_return_error",
        "-CAfile",
        &path("own-ca.crt"),
    ]);
    openssl.args(["-cert", &path("client.crt"), "-key", &path("client.key")]);
    openssl.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let Ok(mut child) = openssl.spawn() else {
        println!("skipped: there is no openssl here");
        return;
    };
    let mut out = child.stdout.take().unwrap();
    child.stdin.as_mut().unwrap().write_all(&framed(ECHO)).unwrap();
    let mut said = Vec::new();
    let mut chunk = [0; 4096];
    while !String::from_utf8_lossy(&said).contains("B300hi") {
        let length = out.read(&mut chunk).unwrap();
        assert!(length > 0, "no answer: {}", String::from_utf8_lossy(&said));
        said.extend_from_slice(&chunk[..length]);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let said = String::from_utf8_lossy(&said);
    assert!(said.contains("TLSv1.3") && said.contains("X25519"), "{said}");
}

#[test]
fn tls_1_2_is_spoken_where_the_configuration_allows_it() {
    let folder = Folder::new();
    let groups = &payhsm_client::provider().kx_groups;
    let try_both = |daemon: &Daemon| {
        let address = daemon.address(true, None);
        [&TLS13, &TLS12].map(|version| {
            let mut tls = client(&folder, "ca.crt", address, &[version], groups);
            let answered = answered(&mut tls);
            assert!(!answered || tls.conn.protocol_version() == Some(version.version));
            answered
        })
    };
    assert_eq!(try_both(&folder.development("")), [true, false]);
    let daemon = Daemon::configured(&folder, &with("versions = ['1.2', '1.3']"), 8);
    assert!(daemon.log.contain("tls.versions: TLS 1.2 is allowed"));
    assert_eq!(try_both(&daemon), [true, true]);
    let mut both = client(&folder, "ca.crt", daemon.address(true, None), &[&TLS12, &TLS13], groups);
    assert!(answered(&mut both));
    assert_eq!(both.conn.protocol_version(), Some(TLS13.version), "the better one");
    // Taken out again, it ends with the next connection.
    folder.write("payhsm.toml", &with("versions = ['1.3']"));
    daemon.reload();
    assert_eq!(try_both(&daemon), [true, false]);
}

/// A developer's configuration with the certificate of [`write_own`].
fn own() -> String {
    with("").replace("'server.crt'", "'own.crt'").replace("'server.key'", "'own.key'")
}

/// As PEM has it, on one line.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let three = [0, 1, 2].map(|at| group.get(at).copied().unwrap_or_default());
        let bits = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        for at in 0..4 {
            let letter = LETTERS[usize::try_from(bits >> (18 - 6 * at) & 63).unwrap()];
            text.push(if at > group.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

/// A CA that is good for so long.
fn authority(start: OffsetDateTime, end: OffsetDateTime) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    (params.not_before, params.not_after) = (start, end);
    params.distinguished_name.push(DnType::CommonName, "another CA");
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A server's certificate with a key of this kind: `own.crt`, `own.key`; and its CA.
fn write_own(folder: &Folder, algorithm: &'static SignatureAlgorithm, pkcs1: bool) {
    let key = KeyPair::generate_for(algorithm).unwrap();
    let authority = authority(date_time_ymd(2001, 1, 1), date_time_ymd(2900, 1, 1));
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    folder.write("own-ca.crt", &authority.pem());
    folder.write("own.crt", &params.signed_by(&key, &authority).unwrap().pem());
    let pem = if pkcs1 {
        // Behind version and algorithm, 26 bytes with the heads of what they are in: an octet string with the key.
        let body = base64(&key.serialize_der()[26..]);
        format!("-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----\n")
    } else {
        key.serialize_pem()
    };
    folder.write("own.key", &pem);
}

#[test]
fn private_keys_of_every_usual_kind_sign() {
    let folder = Folder::new();
    let groups = &payhsm_client::provider().kx_groups;
    let mut daemon = None;
    for (algorithm, pkcs1) in [
        (&PKCS_ECDSA_P256_SHA256, false),
        (&PKCS_ECDSA_P384_SHA384, false),
        (&PKCS_ED25519, false),
        (&PKCS_RSA_SHA256, false),
        (&PKCS_RSA_SHA256, true),
    ] {
        write_own(&folder, algorithm, pkcs1);
        let daemon = &*daemon.get_or_insert_with(|| Daemon::configured(&folder, &own(), 8));
        daemon.reload();
        assert_eq!(daemon.log.count("nothing has changed"), 0, "{:#?}", daemon.log.all());
        let address = daemon.address(true, None);
        let mut tls = client(&folder, "own-ca.crt", address, &[&TLS13], groups);
        assert!(answered(&mut tls), "{algorithm:?}, {pkcs1}");
    }
    // One that is not the certificate's changes nothing.
    let daemon = daemon.unwrap();
    folder.write("own.key", &KeyPair::generate().unwrap().serialize_pem());
    daemon.reload();
    assert!(daemon.log.contain("the private key is not the one of the certificate"));
    let address = daemon.address(true, None);
    assert!(answered(&mut client(&folder, "own-ca.crt", address, &[&TLS13], groups)));
}

#[test]
fn a_client_ca_that_has_ended_lets_nobody_in_and_the_others_go_on() {
    let folder = Folder::new();
    let ended = authority(date_time_ymd(2001, 1, 1), date_time_ymd(2002, 1, 1));
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let key = KeyPair::generate().unwrap();
    folder.write("late.crt", &params.signed_by(&key, &ended).unwrap().pem());
    folder.write("late.key", &key.serialize_pem());
    let good = std::fs::read_to_string(folder.path("ca.crt")).unwrap();
    folder.write("both.crt", &format!("{}{good}", ended.pem()));
    let daemon = Daemon::configured(&folder, &with("").replace("'ca.crt'", "'both.crt'"), 8);
    assert!(daemon.log.contain("tls.client_ca: certificate 1 ended"), "{:#?}", daemon.log.all());
    let address = daemon.address(true, None);
    assert!(clients::is_let_in(&folder, "client", address));
    assert!(!clients::is_let_in(&folder, "late", address));
    // With none that is good there is no TLS to speak of: what was in force stays.
    folder.write("both.crt", &ended.pem());
    daemon.reload();
    assert!(daemon.log.contain("has ended: tls.client_ca needs one that is good"));
    let mut caller: Caller<Tls> = folder.host_client("client", address);
    assert_eq!(caller.ask(ECHO), "B300hi");
}
