//! The server side of TLS: client certificate required, dialect by ALPN.

mod clients;
mod ends;
mod key;

pub(crate) use clients::Finding;
pub use ends::CertificatesEnd;

use crate::caller::{Caller, Callers, Fingerprint};
use crate::config::{TlsFiles, TlsVersion, validity};
use crate::engine::Dialect;
use clients::{Clients, span};
use key::ResidentKey;
use payhsm_protocol::frame::compact::ALPN;
use rustls::client::verify_server_name;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, DnsName, ServerName};
use rustls::server::ParsedCertificate;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::{TLS12, TLS13};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

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
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| failed(error.to_string()))?;
    if all.is_empty() { Err(failed("it holds no certificate".to_owned())) } else { Ok(all) }
}

/// What connections over TLS are accepted with: the appliance's certificate and key, and who is let in.
pub struct Tls {
    config: Arc<rustls::ServerConfig>,
    clients: Clients,
    /// When the appliance's own certificate ends.
    end: Option<SystemTime>,
    /// Whether TLS 1.2 is spoken too.
    old: bool,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("old", &self.old).finish_non_exhaustive()
    }
}

impl Tls {
    /// Reads what the files of `[tls]` hold.
    ///
    /// # Errors
    /// [`TlsError`] names the file that is wrong.
    pub(crate) fn read(files: &TlsFiles, now: SystemTime) -> Result<Self, TlsError> {
        let clients = Clients::read(&files.client_ca, files.revoked.as_deref(), now)?;
        let chain = certificates(&files.certificate, "the server certificate")?;
        let end = chain.first().and_then(|own| validity::of(own)).map(|(_, end)| end);
        let key = CertifiedKey::new(chain, Arc::new(ResidentKey::read(&files.private_key)?));
        key.keys_match().map_err(|error| {
            let mismatch = matches!(error, rustls::Error::InconsistentKeys(_));
            let said = "the private key is not the one of the certificate".to_owned();
            TlsError::Config(if mismatch { said } else { error.to_string() })
        })?;
        let old = files.versions.contains(&TlsVersion::V1_2);
        let versions = if old { &[&TLS13, &TLS12][..] } else { &[&TLS13] };
        let mut config = rustls::ServerConfig::builder_with_provider(payhsm_client::provider())
            .with_protocol_versions(versions)
            .map_err(|error| TlsError::Config(error.to_string()))?
            .with_client_cert_verifier(clients.verifier())
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(key)));
        config.alpn_protocols = vec![ALPN.to_vec()];
        // Resumption would let a session outlive the revocation of its certificate.
        config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        // TLS 1.2 without RFC 7627 lets one connection pass for another.
        config.require_ems = true;
        Ok(Self { config: Arc::new(config), clients, end, old })
    }

    /// What handshakes are made with.
    pub(super) fn config(&self) -> Arc<rustls::ServerConfig> {
        Arc::clone(&self.config)
    }

    /// What a person should know of those who are let in, without the appliance's own key.
    ///
    /// # Errors
    /// [`TlsError`] names the file that is wrong.
    pub(crate) fn findings_of(files: &TlsFiles, now: SystemTime) -> Result<Vec<Finding>, TlsError> {
        let clients = Clients::read(&files.client_ca, files.revoked.as_deref(), now)?;
        Ok(clients.findings(now))
    }

    /// When what it rests on ends.
    pub(super) fn ends(&self) -> CertificatesEnd {
        CertificatesEnd { server: self.end, ..self.clients.ends() }
    }

    /// What a person should know of it, at this time.
    pub(crate) fn findings(&self, now: SystemTime) -> Vec<Finding> {
        self.clients.findings(now)
    }

    /// The same for the status of the appliance, a sentence each.
    pub(crate) fn notes(&self, now: SystemTime) -> Vec<String> {
        let findings = self.findings(now).into_iter().map(|finding| match finding {
            Finding::Wrong(said) | Finding::Soon(said) => format!("{said}."),
        });
        let old = self.old.then(|| format!("{OLD_VERSION}."));
        let own = self.end.filter(|end| *end < now + clients::SOON).map(|end| {
            if end <= now {
                "tls.certificate has ended; no client accepts it.".to_owned()
            } else {
                format!("tls.certificate ends in {}; SIGHUP reads a new one.", span(end, now))
            }
        });
        findings.chain(old).chain(own).collect()
    }
}

/// What is said of TLS 1.2 at the start and in the status.
pub(crate) const OLD_VERSION: &str = "tls.versions: TLS 1.2 is allowed: it shows clients' certificates on the wire and has no key exchange against quantum \
     computers; take it out when the last caller that needs it is gone";

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
    /// Its own first.
    chain: Vec<CertificateDer<'static>>,
    fingerprint: Fingerprint,
    /// What it was verified by.
    basis: [u8; 32],
}

impl Certificate {
    /// The client's on a connection that was accepted with `tls`.
    pub(super) fn of(connection: &rustls::ServerConnection, tls: &Tls) -> Option<Self> {
        let chain = connection.peer_certificates()?;
        let digest = ::ring::digest::digest(&::ring::digest::SHA256, chain.first()?);
        let fingerprint = digest.as_ref().try_into().ok()?;
        let chain = chain.iter().map(|one| one.clone().into_owned()).collect();
        Some(Self { chain, fingerprint, basis: *tls.clients.basis() })
    }

    /// Whether it would be accepted with these CAs and lists too, at this time.
    pub(super) fn is_good_with(&self, tls: &Tls, now: SystemTime) -> bool {
        *tls.clients.basis() == self.basis || tls.clients.accept(&self.chain, now)
    }

    /// Whose it is.
    pub(super) fn caller(&self, callers: &Callers) -> Arc<Caller> {
        let parsed = self.chain.first().and_then(|der| ParsedCertificate::try_from(der).ok());
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
    /// The server's own certificate, DER, if it can be read.
    pub(crate) fn first_certificate(&self) -> Option<Vec<u8>> {
        CertificateDer::from_pem_file(&self.certificate).ok().map(|found| found.to_vec())
    }
}
