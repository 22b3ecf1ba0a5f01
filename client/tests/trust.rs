//! Who may talk to whom, and what may be seen of it.

#[cfg(test)]
mod common;

use common::{Authority, Peer, config, expect_refused, serve};
use payhsm_client::{Client, ConfigError, ConnectError, Credentials, PrivateKey};
use rustls::pki_types::CertificateDer;
use std::time::Duration;
use zeroize::Zeroizing;

async fn nothing(_: Peer) {}

#[tokio::test]
async fn a_server_of_another_authority_is_not_trusted() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let address = serve(theirs.server(b"payhsm/1"), nothing).await;
    let error = expect_refused(Client::connect(config(address, theirs.credentials(&ours))).await);
    assert!(matches!(error, ConnectError::Tls(_)), "{error}");
}

#[tokio::test]
async fn a_server_of_another_name_is_not_trusted() {
    let authority = Authority::new();
    let address = serve(authority.server(b"payhsm/1"), nothing).await;
    let mut config = config(address, authority.credentials(&authority));
    config.server_name = "other.example".to_owned();
    let error = expect_refused(Client::connect(config).await);
    assert!(matches!(error, ConnectError::Tls(_)), "{error}");
}

#[tokio::test]
async fn a_client_that_the_server_does_not_know_is_told_at_once() {
    let (known, unknown) = (Authority::new(), Authority::new());
    let address = serve(known.server(b"payhsm/1"), nothing).await;
    let error = expect_refused(Client::connect(config(address, unknown.credentials(&known))).await);
    assert!(matches!(error, ConnectError::NotAccepted(_)), "{error}");
}

#[test]
fn a_client_without_a_certificate_cannot_be_made() {
    let authority = Authority::new();
    let key = PrivateKey::from_der(Zeroizing::new(authority.issue().1));
    let error = Credentials::from_der(vec![authority.der()], Vec::new(), key).unwrap_err();
    assert!(matches!(error, ConfigError::NoCertificate(_)));
}

#[tokio::test]
async fn a_server_without_the_compact_dialect_is_not_used() {
    let authority = Authority::new();
    let mut server = (*authority.server(b"payhsm/1")).clone();
    server.alpn_protocols.clear();
    let address = serve(std::sync::Arc::new(server), nothing).await;
    let error =
        expect_refused(Client::connect(config(address, authority.credentials(&authority))).await);
    assert!(matches!(error, ConnectError::Dialect), "{error}");
}

#[tokio::test]
async fn nobody_there_and_nobody_answering() {
    let authority = Authority::new();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut config = config(listener.local_addr().unwrap(), authority.credentials(&authority));
    config.connect_timeout = Duration::from_millis(200);
    let error = expect_refused(Client::connect(config.clone()).await);
    assert!(matches!(error, ConnectError::Timeout), "{error}");
    drop(listener);
    let error = expect_refused(Client::connect(config).await);
    assert!(matches!(error, ConnectError::Unreachable { .. }), "{error}");
}

#[test]
fn pem_and_der_say_the_same_and_debug_says_nothing() {
    let key = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let (pem, key_pem) = (certificate.pem(), Zeroizing::new(key.serialize_pem()));
    let credentials =
        Credentials::from_pem(pem.as_bytes(), pem.as_bytes(), key_pem.as_bytes()).unwrap();
    let shown = format!("{credentials:?}");
    assert!(shown.contains("PrivateKey(…)"), "{shown}");
    payhsm_client::tls_config(&credentials, &[]).unwrap();

    let none = Credentials::from_pem(b"", pem.as_bytes(), key_pem.as_bytes()).unwrap_err();
    assert!(matches!(none, ConfigError::NoCertificate(_)));
    let none = Credentials::from_pem(pem.as_bytes(), pem.as_bytes(), pem.as_bytes()).unwrap_err();
    assert!(matches!(none, ConfigError::PrivateKey));
    let file = Credentials::from_pem_files("not-there", "x", "y").unwrap_err();
    assert!(file.to_string().contains("not-there"), "{file}");
}

#[test]
fn a_key_of_another_certificate_is_noticed() {
    let authority = Authority::new();
    let (certificate, _) = authority.issue();
    let key = PrivateKey::from_der(Zeroizing::new(authority.issue().1));
    let credentials = Credentials::from_der(vec![authority.der()], vec![certificate], key);
    let error = payhsm_client::tls_config(&credentials.unwrap(), &[]).unwrap_err();
    assert!(matches!(error, ConfigError::PrivateKey), "{error}");
    let broken = CertificateDer::from(vec![1, 2, 3]);
    let key = PrivateKey::from_der(Zeroizing::new(authority.issue().1));
    let credentials = Credentials::from_der(vec![broken.clone()], vec![broken], key).unwrap();
    assert!(payhsm_client::tls_config(&credentials, &[]).is_err());
}
