//! Certificates, the private key, and the TLS settings that follow from them.

use crate::error::ConfigError;
use crate::pem::decode_private_key;
use crate::provider::{provider, signing_key};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, RootCertStore, client::Resumption};
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

/// A private key as DER (PKCS#8, SEC1 or PKCS#1): wiped when the last copy is dropped, never
/// printed.
#[derive(Clone)]
pub struct PrivateKey(Arc<Zeroizing<Vec<u8>>>);

impl PrivateKey {
    /// Takes a key over.
    #[must_use]
    pub fn from_der(der: Zeroizing<Vec<u8>>) -> Self {
        Self(Arc::new(der))
    }

    /// Reads the first private key of a PEM text.
    ///
    /// # Errors
    /// [`ConfigError::PrivateKey`] if there is none.
    pub fn from_pem(pem: &[u8]) -> Result<Self, ConfigError> {
        let mut text = Zeroizing::new(pem.to_vec());
        let (_, length) = decode_private_key(&mut text).map_err(|_| ConfigError::PrivateKey)?;
        text.truncate(length);
        Ok(Self::from_der(text))
    }
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PrivateKey(…)")
    }
}

/// Whom we trust and who we are.
#[derive(Clone, Debug)]
pub struct Credentials {
    authorities: Vec<CertificateDer<'static>>,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKey,
}

impl Credentials {
    /// From DER: the authorities that may have issued the server's certificate, our own chain
    /// (leaf first), and the leaf's key.
    ///
    /// # Errors
    /// [`ConfigError::NoCertificate`] if there is no authority or no certificate of ours.
    pub fn from_der(
        authorities: Vec<CertificateDer<'static>>,
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKey,
    ) -> Result<Self, ConfigError> {
        if authorities.is_empty() {
            return Err(ConfigError::NoCertificate("list of authorities"));
        }
        if chain.is_empty() {
            return Err(ConfigError::NoCertificate("certificate chain"));
        }
        Ok(Self { authorities, chain, key })
    }

    /// From PEM texts.
    ///
    /// # Errors
    /// [`ConfigError::NoCertificate`] or [`ConfigError::PrivateKey`] if something is not there.
    pub fn from_pem(authorities: &[u8], chain: &[u8], key: &[u8]) -> Result<Self, ConfigError> {
        Self::from_der(
            certificates(authorities, "list of authorities")?,
            certificates(chain, "certificate chain")?,
            PrivateKey::from_pem(key)?,
        )
    }

    /// From PEM files. Blocks while it reads them: call it before the work starts.
    ///
    /// # Errors
    /// [`ConfigError::File`], [`ConfigError::NoCertificate`] or [`ConfigError::PrivateKey`].
    pub fn from_pem_files(
        authorities: impl AsRef<Path>,
        chain: impl AsRef<Path>,
        key: impl AsRef<Path>,
    ) -> Result<Self, ConfigError> {
        let (authorities, chain, key) =
            (read(authorities.as_ref())?, read(chain.as_ref())?, read(key.as_ref())?);
        Self::from_pem(&authorities, &chain, &key)
    }
}

fn certificates(
    pem: &[u8],
    what: &'static str,
) -> Result<Vec<CertificateDer<'static>>, ConfigError> {
    CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|_| ConfigError::NoCertificate(what))
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Zeroizing::new(bytes)),
        Err(source) => Err(ConfigError::File { path: path.to_owned(), source }),
    }
}

/// The TLS settings of a client: TLS 1.3 only, our certificate, no session resumption (every
/// connection shows its certificate), and the protocols in `alpn` (none for the host dialect).
///
/// # Errors
/// [`ConfigError::Authority`], [`ConfigError::PrivateKey`] (also when it does not belong to the
/// certificate) or [`ConfigError::Tls`].
pub fn tls_config(
    credentials: &Credentials,
    alpn: &[&[u8]],
) -> Result<Arc<ClientConfig>, ConfigError> {
    let mut roots = RootCertStore::empty();
    for authority in &credentials.authorities {
        roots.add(authority.clone()).map_err(ConfigError::Authority)?;
    }
    // Borrowed: the only copy of the key that we make is the one inside the signer.
    let der = PrivateKeyDer::try_from(credentials.key.0.as_slice())
        .map_err(|_| ConfigError::PrivateKey)?;
    let signer = signing_key(&der, None).map_err(|_| ConfigError::PrivateKey)?;
    let certified = CertifiedKey::new(credentials.chain.clone(), signer);
    certified.keys_match().map_err(|_| ConfigError::PrivateKey)?;
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(ConfigError::Tls)?
        .with_root_certificates(roots)
        .with_client_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    config.resumption = Resumption::disabled();
    Ok(Arc::new(config))
}
