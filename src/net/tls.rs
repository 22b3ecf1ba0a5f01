//! The server side of TLS: client certificate required, dialect by ALPN.

use crate::caller::{Caller, Callers, Fingerprint};
use crate::config::TlsFiles;
use crate::engine::Dialect;
use payhsm_protocol::frame::compact::ALPN;
use rustls::RootCertStore;
use rustls::client::verify_server_name;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, DnsName, PrivateKeyDer, ServerName};
use rustls::server::{ParsedCertificate, WebPkiClientVerifier};
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
        reason: if matches!(error, pem::Error::NoItemsFound) {
            "it holds no private key".to_owned()
        } else {
            error.to_string()
        },
    })?;
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|error| TlsError::Config(error.to_string()))?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)
        .map_err(|error| {
            let mismatch = matches!(error, rustls::Error::InconsistentKeys(_));
            let said = "the private key is not the one of the certificate".to_owned();
            TlsError::Config(if mismatch { said } else { error.to_string() })
        })?;
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

/// Whether a text is a DNS name, as a certificate can have it.
#[must_use]
pub fn is_dns_name(text: &str) -> bool {
    DnsName::try_from(text).is_ok()
}

/// The certificate that a client has shown, verified by the handshake.
pub(super) struct Certificate {
    der: CertificateDer<'static>,
    fingerprint: Fingerprint,
}

impl Certificate {
    /// The client's on this connection.
    pub(super) fn of(connection: &rustls::ServerConnection) -> Option<Self> {
        let der = connection.peer_certificates()?.first()?.clone().into_owned();
        let digest = ::ring::digest::digest(&::ring::digest::SHA256, &der);
        let fingerprint = digest.as_ref().try_into().ok()?;
        Some(Self { der, fingerprint })
    }

    /// Whose it is.
    pub(super) fn caller(&self, callers: &Callers) -> Arc<Caller> {
        let parsed = ParsedCertificate::try_from(&self.der).ok();
        callers.of(&self.fingerprint, |name| {
            let name = DnsName::try_from(name).map(ServerName::DnsName);
            let (Some(parsed), Ok(name)) = (&parsed, name) else { return false };
            verify_server_name(parsed, &name).is_ok()
        })
    }

    /// As the configuration writes it.
    pub(super) fn fingerprint_hex(&self) -> String {
        self.fingerprint.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The peer's name in logs and records: the head of the fingerprint.
    pub(super) fn peer(&self) -> Arc<str> {
        let hex = self.fingerprint_hex();
        format!("certificate:{}", hex.get(..16).unwrap_or_default()).into()
    }
}

impl TlsFiles {
    /// What these files make.
    pub(crate) fn server_config(&self) -> Result<Arc<rustls::ServerConfig>, TlsError> {
        server_config(&self.certificate, &self.private_key, &self.client_ca)
    }

    /// The server's own certificate, DER, if it can be read.
    pub(crate) fn first_certificate(&self) -> Option<Vec<u8>> {
        CertificateDer::from_pem_file(&self.certificate).ok().map(|found| found.to_vec())
    }
}
