//! A server for tests: real TLS, scripted answers.
#![expect(dead_code, reason = "each test file uses its own part")]

use payhsm_client::{Backoff, Client, Config, ConnectError, Credentials, PrivateKey};
use payhsm_protocol::frame::{Taken, compact};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use zeroize::Zeroizing;

/// An authority made for one test.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn der(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }

    pub(crate) fn issue(&self) -> (CertificateDer<'static>, Vec<u8>) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        (params.signed_by(&key, &self.0).unwrap().der().clone(), key.serialize_der())
    }

    /// Credentials of a client that this authority knows and that trusts `trusted`.
    pub(crate) fn credentials(&self, trusted: &Self) -> Credentials {
        let (certificate, key) = self.issue();
        let key = PrivateKey::from_der(Zeroizing::new(key));
        Credentials::from_der(vec![trusted.der()], vec![certificate], key).unwrap()
    }

    pub(crate) fn server(&self, alpn: &[u8]) -> Arc<ServerConfig> {
        let provider = payhsm_client::provider();
        let mut roots = rustls::RootCertStore::empty();
        roots.add(self.der()).unwrap();
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                .build()
                .unwrap();
        let (certificate, key) = self.issue();
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![certificate], PrivateKeyDer::try_from(key).unwrap())
            .unwrap();
        config.alpn_protocols = vec![alpn.to_vec()];
        Arc::new(config)
    }
}

/// A request as the server got it.
pub(crate) struct Got {
    pub(crate) id: u32,
    pub(crate) code: [u8; 2],
    pub(crate) body: Vec<u8>,
}

impl Got {
    /// The echo that belongs to it: an echo's request (behind the LMK) and reply are encoded alike.
    pub(crate) fn echo(&self) -> Vec<u8> {
        let lmk = if self.body[0] == 0 { 1 } else { 2 };
        self.reply(*b"00", &self.body[lmk..])
    }

    pub(crate) fn reply(&self, error: [u8; 2], body: &[u8]) -> Vec<u8> {
        let code = [self.code[0], self.code[1] + 1];
        let mut out = Vec::new();
        compact::put_reply::<()>(&mut out, self.id, code, error, |out| {
            out.extend_from_slice(body);
            Ok(())
        })
        .unwrap();
        out
    }
}

/// One connection, seen from the server.
pub(crate) struct Peer {
    stream: TlsStream<TcpStream>,
    buffer: Vec<u8>,
    /// How many connections there were before.
    pub(crate) number: usize,
}

impl Peer {
    pub(crate) async fn next(&mut self) -> Option<Got> {
        loop {
            match compact::take_request(&self.buffer) {
                Taken::Frame(request, size) => {
                    let got =
                        Got { id: request.id, code: request.code, body: request.body.to_vec() };
                    self.buffer.drain(..size);
                    return Some(got);
                }
                Taken::Partial => {}
                Taken::Unbelievable => panic!("the client sent nonsense"),
            }
            if self.stream.read_buf(&mut self.buffer).await.unwrap_or(0) == 0 {
                return None;
            }
        }
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        // The client may be gone; then it is the test that notices.
        drop(self.stream.write_all(bytes).await);
        drop(self.stream.flush().await);
    }
}

/// Starts a server; `script` runs for each connection, after the first echo has been answered.
pub(crate) async fn serve<F>(
    config: Arc<ServerConfig>,
    script: impl Fn(Peer) -> F + Send + Sync + 'static,
) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = TlsAcceptor::from(config);
    tokio::spawn(async move {
        for number in 0.. {
            let (tcp, _) = listener.accept().await.unwrap();
            tcp.set_nodelay(true).unwrap();
            let Ok(stream) = acceptor.accept(tcp).await else { continue };
            let mut peer = Peer { stream, buffer: Vec::new(), number };
            if let Some(first) = peer.next().await {
                let answer = first.echo();
                peer.send(&answer).await;
                tokio::spawn(script(peer));
            }
        }
    });
    address
}

/// A configuration with limits short enough for tests.
pub(crate) fn config(address: SocketAddr, credentials: Credentials) -> Config {
    let mut config = Config::new(address.to_string(), "localhost", credentials);
    config.connect_timeout = Duration::from_secs(2);
    config.request_timeout = Duration::from_millis(1500);
    config.backoff =
        Backoff { first: Duration::from_millis(20), longest: Duration::from_millis(100) };
    config
}

/// Server and client that trust each other.
pub(crate) async fn connected<F>(script: impl Fn(Peer) -> F + Send + Sync + 'static) -> Client
where
    F: Future<Output = ()> + Send + 'static,
{
    let authority = Authority::new();
    let address = serve(authority.server(compact::ALPN), script).await;
    Client::connect(config(address, authority.credentials(&authority))).await.unwrap()
}

pub(crate) fn expect_refused<T>(result: Result<T, ConnectError>) -> ConnectError {
    match result {
        Ok(_) => panic!("connected"),
        Err(error) => error,
    }
}
