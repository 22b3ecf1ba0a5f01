//! A stand-in for the daemon: the compact dialect over TLS, for one connection.

mod answers;
mod dynamic;
mod issue;
mod monitoring;
mod pin_life;
mod tokens;

pub(crate) use answers::LMK;
use answers::answer;
use payhsm_client::{Credentials, PrivateKey};
use payhsm_protocol::CommandCode;
use payhsm_protocol::frame::{Taken, compact};
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use zeroize::Zeroizing;

/// One certificate for both sides is enough here: who may talk to whom is tested elsewhere.
pub(crate) async fn start() -> (SocketAddr, Credentials) {
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let der = certificate.der().clone();
    let config = rustls::ServerConfig::builder_with_provider(payhsm_client::provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![der.clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        );
    let mut config = config.unwrap();
    config.alpn_protocols = vec![compact::ALPN.to_vec()];
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (tcp, _) = listener.accept().await.unwrap();
        let mut stream = TlsAcceptor::from(Arc::new(config)).accept(tcp).await.unwrap();
        let mut input = Vec::new();
        while stream.read_buf(&mut input).await.unwrap_or(0) > 0 {
            let mut output = Vec::new();
            while let Taken::Frame(request, size) = compact::take_request(&input) {
                let code = CommandCode(request.code).reply();
                compact::put_reply(&mut output, request.id, code, *b"00", |out| {
                    answer(request.code, request.body, out)
                })
                .unwrap();
                input.drain(..size);
            }
            stream.write_all(&output).await.unwrap();
            stream.flush().await.unwrap();
        }
    });
    let key = PrivateKey::from_der(Zeroizing::new(key.serialize_der()));
    (address, Credentials::from_der(vec![der.clone()], vec![der], key).unwrap())
}
