//! A client and a server in one thread, with nothing between them.

use crate::pki::{Pki, private_key};
use crate::resident::MadeAnew;
use crate::{Group, Library};
use rustix::time::{ClockId, clock_gettime};
use rustls::pki_types::ServerName;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, ClientConnection, ServerConfig, ServerConnection};
use std::io::{Read, Write};
use std::sync::Arc;
use std::time::Duration;

/// Where the server's key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// With the provider, for as long as the configuration lives.
    Kept,
    /// With the provider while it signs.
    MadeAnew,
}

/// Both sides of what is measured.
pub(crate) struct Sides {
    client: Arc<ClientConfig>,
    server: Arc<ServerConfig>,
}

impl Sides {
    pub(crate) fn new(pki: &Pki, library: Library, group: Group, key: Key) -> Option<Self> {
        let provider = library.provider(group)?;
        let roots = Arc::new(pki.roots.clone());
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::clone(&roots), Arc::clone(&provider))
                .build()
                .expect("a verifier");
        let der = private_key(&pki.server.1);
        let chain = vec![pki.server.0.clone()];
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("TLS 1.3")
            .with_client_cert_verifier(verifier);
        let mut server = match key {
            Key::Kept => builder.with_single_cert(chain, der).expect("a server"),
            Key::MadeAnew => {
                let key =
                    CertifiedKey::new(chain, Arc::new(MadeAnew { library, kind: pki.kind, der }));
                builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(key)))
            }
        };
        server.session_storage = Arc::new(NoServerSessionStorage {});
        server.send_tls13_tickets = 0;
        let client = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("TLS 1.3")
            .with_root_certificates(roots)
            .with_client_auth_cert(vec![pki.client.0.clone()], private_key(&pki.client.1))
            .expect("a client");
        Some(Self { client: Arc::new(client), server: Arc::new(server) })
    }

    /// One handshake, and how long the server had to do with it: time of this thread, which others do not take away.
    pub(crate) fn shake_hands(&self) -> (ClientConnection, ServerConnection, Duration) {
        let name = ServerName::try_from("localhost").expect("a name");
        let mut client = ClientConnection::new(Arc::clone(&self.client), name).expect("a client");
        let start = worked();
        let mut server = ServerConnection::new(Arc::clone(&self.server)).expect("a server");
        let mut spent = worked() - start;
        let mut wire = Vec::new();
        while client.is_handshaking() || server.is_handshaking() {
            wire.clear();
            while client.wants_write() {
                client.write_tls(&mut wire).expect("memory");
            }
            let start = worked();
            read(&mut wire.as_slice(), |input| {
                server.read_tls(input).expect("memory");
                server.process_new_packets().expect("a handshake");
            });
            wire.clear();
            while server.wants_write() {
                server.write_tls(&mut wire).expect("memory");
            }
            spent += worked() - start;
            read(&mut wire.as_slice(), |input| {
                client.read_tls(input).expect("memory");
                client.process_new_packets().expect("a handshake");
            });
        }
        (client, server, spent)
    }
}

fn read(input: &mut &[u8], mut take: impl FnMut(&mut &[u8])) {
    while !input.is_empty() {
        take(input);
    }
}

/// How long this thread has had the processor.
pub(crate) fn worked() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).expect("it is not negative")
}

/// A message of the client, and the server's answer that is as long.
pub(crate) fn echo(
    client: &mut ClientConnection,
    server: &mut ServerConnection,
    message: &mut [u8],
) {
    let mut wire = Vec::with_capacity(512);
    client.writer().write_all(message).expect("memory");
    client.write_tls(&mut wire).expect("memory");
    server.read_tls(&mut wire.as_slice()).expect("memory");
    server.process_new_packets().expect("a record");
    server.reader().read_exact(message).expect("all of it");
    server.writer().write_all(message).expect("memory");
    wire.clear();
    server.write_tls(&mut wire).expect("memory");
    client.read_tls(&mut wire.as_slice()).expect("memory");
    client.process_new_packets().expect("a record");
    client.reader().read_exact(message).expect("all of it");
}
