//! The server side of TLS: client certificate required, dialect by ALPN.

use crate::engine::Dialect;
use payhsm_protocol::frame::compact::ALPN;
use rustls::RootCertStore;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read as what it should be.
    #[error("cannot read {what} from {}: {reason}", path.display())]
    File {
        /// What it should hold.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The files do not make a TLS configuration.
    #[error("the TLS certificates do not fit together: {0}")]
    Config(String),
}

fn certificates(path: &Path, what: &'static str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let failed = |reason: String| TlsError::File { what, path: path.to_owned(), reason };
    let all = CertificateDer::pem_file_iter(path)
        .map_err(|error| failed(error.to_string()))?
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| failed(error.to_string()))?;
    if all.is_empty() { Err(failed("it holds no certificate".to_owned())) } else { Ok(all) }
}

/// TLS 1.3, a client certificate from `client_ca` required, both dialects.
///
/// # Errors
/// [`TlsError`] names the file that is wrong.
pub fn server_config(
    certificate: &Path,
    private_key: &Path,
    client_ca: &Path,
) -> Result<Arc<rustls::ServerConfig>, TlsError> {
    let provider = Arc::new(ring::default_provider());
    let mut roots = RootCertStore::empty();
    for ca in certificates(client_ca, "the client CA certificates")? {
        roots.add(ca).map_err(|error| TlsError::Config(error.to_string()))?;
    }
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .map_err(|error| TlsError::Config(error.to_string()))?;
    let chain = certificates(certificate, "the server certificate")?;
    let key = PrivateKeyDer::from_pem_file(private_key).map_err(|error| TlsError::File {
        what: "the server's private key",
        path: private_key.to_owned(),
        reason: error.to_string(),
    })?;
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|error| TlsError::Config(error.to_string()))?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)
        .map_err(|error| TlsError::Config(error.to_string()))?;
    config.alpn_protocols = vec![ALPN.to_vec()];
    // Resumption would let a session outlive the revocation of its certificate.
    config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}

/// The language that ALPN settled on.
pub(super) fn dialect(connection: &rustls::ServerConnection) -> Dialect {
    if connection.alpn_protocol() == Some(ALPN) { Dialect::Compact } else { Dialect::Host }
}

/// The name of a peer in logs and records: the head of its certificate's SHA-256.
pub(super) fn peer_name(connection: &rustls::ServerConnection) -> Option<Arc<str>> {
    let certificate = connection.peer_certificates()?.first()?;
    let digest = ::ring::digest::digest(&::ring::digest::SHA256, certificate);
    let head = digest.as_ref().first_chunk::<8>()?;
    Some(format!("certificate:{:016x}", u64::from_be_bytes(*head)).into())
}
