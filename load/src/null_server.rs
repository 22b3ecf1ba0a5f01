//! The limit: a server with the daemon's TLS and the daemon's frames that does no work.
//!
//! It answers every request with the same number, the reply code, error code 00 and the request's
//! own body, all replies to what came in one read in one write.

use crate::target::{Target, TargetError};
use crate::template::Dialect;
use payhsm_client::Credentials;
use payhsm_protocol::CommandCode;
use payhsm_protocol::frame::{Taken, compact, host};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio_rustls::TlsAcceptor;

use crate::target::Duplex;

/// Room for a whole request of any size and many usual ones.
const INPUT: usize = 2 * (compact::MAX_FRAME + compact::LENGTH_BYTES);

/// The name in the certificates that it makes.
const SERVER_NAME: &str = "localhost";

/// How a null server is to run.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The port on 127.0.0.1; 0 lets the system choose.
    pub port: u16,
    /// Plain TCP and the host dialect instead of TLS and the dialect that ALPN selects.
    pub plain: bool,
    /// Worker threads.
    pub threads: usize,
}

/// How to reach a null server: what its process writes to standard output, as one line of JSON.
/// The key is made for one run, opens nothing else and is never written to a file.
#[derive(Clone, Serialize, Deserialize)]
pub struct Announcement {
    /// Where it listens.
    pub address: SocketAddr,
    plain: bool,
    authority: String,
    certificate: String,
    private_key: String,
}

impl std::fmt::Debug for Announcement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Announcement").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Announcement {
    /// The way there.
    ///
    /// # Errors
    /// [`TargetError`] if the certificates are not what they should be.
    pub fn target(&self, dialect: Dialect) -> Result<Target, TargetError> {
        if self.plain {
            return Ok(Target::plain(self.address.to_string()));
        }
        let credentials = Credentials::from_pem(
            self.authority.as_bytes(),
            self.certificate.as_bytes(),
            self.private_key.as_bytes(),
        )?;
        Target::tls(self.address.to_string(), SERVER_NAME, &credentials, dialect)
    }
}

/// Why a null server does not run.
#[derive(Debug, thiserror::Error)]
pub enum NullServerError {
    /// No port, no thread, or the process that was started says nothing.
    #[error("the null server does not start: {0}")]
    Start(#[from] io::Error),
    /// No certificates.
    #[error("the null server has no certificates: {0}")]
    Certificates(#[from] rcgen::Error),
    /// Certificates that TLS does not take.
    #[error("the null server has no TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// The verifier of client certificates does not take the authority.
    #[error("the null server cannot verify clients: {0}")]
    Verifier(#[from] rustls::server::VerifierBuilderError),
}

/// A null server on threads of this process. It ends when it is dropped.
#[derive(Debug)]
pub struct NullServer {
    announcement: Announcement,
    runtime: Option<Runtime>,
}

impl Drop for NullServer {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl NullServer {
    /// Starts one.
    ///
    /// # Errors
    /// [`NullServerError`].
    pub fn start(settings: Settings) -> Result<Self, NullServerError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(settings.threads.max(1))
            .enable_all()
            .build()?;
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, settings.port))?;
        listener.set_nonblocking(true)?;
        let made = Made::new()?;
        let announcement = Announcement {
            address: listener.local_addr()?,
            plain: settings.plain,
            authority: made.authority,
            certificate: made.client.0,
            private_key: made.client.1,
        };
        let acceptor = (!settings.plain).then(|| TlsAcceptor::from(made.config));
        let listener = {
            let _inside = runtime.enter();
            TcpListener::from_std(listener)?
        };
        runtime.spawn(listen(listener, acceptor));
        Ok(Self { announcement, runtime: Some(runtime) })
    }

    /// How to reach it.
    #[must_use]
    pub const fn announcement(&self) -> &Announcement {
        &self.announcement
    }
}

/// Certificates of one run, and the server's TLS with them.
struct Made {
    authority: String,
    client: (String, String),
    config: Arc<rustls::ServerConfig>,
}

impl Made {
    fn new() -> Result<Self, NullServerError> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let issue = |key: &KeyPair| {
            CertificateParams::new(vec![SERVER_NAME.to_owned()])?.signed_by(key, &authority)
        };
        let (server_key, client_key) = (KeyPair::generate()?, KeyPair::generate()?);
        let (server, client) = (issue(&server_key)?, issue(&client_key)?);

        let provider = payhsm_client::provider();
        let mut roots = rustls::RootCertStore::empty();
        roots.add(authority.der().clone())?;
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                .build()?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(server_key.serialize_der()));
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![server.der().clone()], key)?;
        config.alpn_protocols = vec![compact::ALPN.to_vec()];
        config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Self {
            authority: authority.pem(),
            client: (client.pem(), client_key.serialize_pem()),
            config: Arc::new(config),
        })
    }
}

async fn listen(listener: TcpListener, acceptor: Option<TlsAcceptor>) {
    // A connection that fails is noticed by the side that drives it.
    while let Ok((tcp, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        tokio::spawn(async move { drop(serve(tcp, acceptor).await) });
    }
}

async fn serve(tcp: TcpStream, acceptor: Option<TlsAcceptor>) -> io::Result<()> {
    tcp.set_nodelay(true)?;
    match acceptor {
        None => answer(tcp, Dialect::Host).await,
        Some(acceptor) => {
            let stream = acceptor.accept(tcp).await?;
            let dialect = match stream.get_ref().1.alpn_protocol() {
                Some(compact::ALPN) => Dialect::Compact,
                Some(_) | None => Dialect::Host,
            };
            answer(stream, dialect).await
        }
    }
}

async fn answer(mut stream: impl Duplex, dialect: Dialect) -> io::Result<()> {
    let mut input = vec![0; INPUT];
    let mut filled = 0;
    let mut output = Vec::new();
    loop {
        match stream.read(input.get_mut(filled..).unwrap_or_default()).await? {
            0 => return Ok(()),
            size => filled += size,
        }
        let mut taken = 0;
        while let Some(size) =
            answer_one(dialect, input.get(taken..filled).unwrap_or_default(), &mut output)?
        {
            taken += size;
        }
        input.copy_within(taken..filled, 0);
        filled -= taken;
        stream.write_all(&output).await?;
        stream.flush().await?;
        output.clear();
    }
}

/// Answers the request at the head of `input`, if there is a whole one, and says how long it was.
fn answer_one(dialect: Dialect, input: &[u8], output: &mut Vec<u8>) -> io::Result<Option<usize>> {
    let unbelievable = Err(io::ErrorKind::InvalidData.into());
    match dialect {
        Dialect::Compact => match compact::take_request(input) {
            Taken::Frame(request, size) => {
                let code = CommandCode(request.code).reply();
                let Ok(()) =
                    compact::put_reply::<Infallible>(output, request.id, code, *b"00", |out| {
                        out.extend_from_slice(request.body);
                        Ok(())
                    });
                Ok(Some(size))
            }
            Taken::Partial => Ok(None),
            Taken::Unbelievable => unbelievable,
        },
        Dialect::Host => match host::take(input) {
            Taken::Frame(message, size) => {
                let Ok(message) = host::Message::split(message, 4) else { return unbelievable };
                host::put(output, |out| {
                    out.extend_from_slice(message.header);
                    out.extend_from_slice(&CommandCode(message.code).reply());
                    out.extend_from_slice(b"00");
                    out.extend_from_slice(message.fields);
                });
                Ok(Some(size))
            }
            Taken::Partial => Ok(None),
            Taken::Unbelievable => unbelievable,
        },
    }
}
