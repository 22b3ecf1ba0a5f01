//! Whose cryptography TLS runs on: aws-lc-rs (`docs/decisions/012-tls-provider.md`). The daemon and the null server take it
//! from here, so that both ends of a connection have the same.

use rustls::SignatureAlgorithm;
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::{self, kx_group, sign};
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::SigningKey;
use std::sync::{Arc, LazyLock};

/// The provider of TLS. X25519 with ML-KEM-768 comes first: what is recorded today stays closed to a quantum computer of
/// later. Behind it are X25519, P-256 and P-384, for peers that do not have it.
#[must_use]
pub fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| {
        let kx_groups = vec![
            kx_group::X25519MLKEM768,
            kx_group::X25519,
            kx_group::SECP256R1,
            kx_group::SECP384R1,
        ];
        Arc::new(CryptoProvider { kx_groups, ..aws_lc_rs::default_provider() })
    });
    Arc::clone(&PROVIDER)
}

/// A private key in the provider's own memory, wiped when it is dropped. It is made from bytes that stay the caller's, where
/// [`rustls::crypto::KeyProvider`] takes a copy on the heap. Who knows of what kind it is saves the time in which it is tried as
/// others.
///
/// # Errors
/// [`rustls::Error`] if it is none of RSA, ECDSA (P-256, P-384, P-521), Ed25519 or ML-DSA. It says nothing of the key.
pub fn signing_key(
    der: &PrivateKeyDer<'_>,
    kind: Option<SignatureAlgorithm>,
) -> Result<Arc<dyn SigningKey>, rustls::Error> {
    if kind == Some(SignatureAlgorithm::ECDSA) {
        return sign::any_ecdsa_type(der);
    }
    if kind == Some(SignatureAlgorithm::ED25519)
        && let PrivateKeyDer::Pkcs8(pkcs8) = der
    {
        return sign::any_eddsa_type(pkcs8);
    }
    sign::any_supported_type(der)
}

#[cfg(test)]
mod tests {
    use super::provider;

    #[test]
    fn the_hybrid_comes_first_and_the_usual_groups_are_there() {
        let names: Vec<_> = provider().kx_groups.iter().map(|group| group.name()).collect();
        let names: Vec<_> = names.iter().map(|name| name.as_str().unwrap()).collect();
        assert_eq!(names, ["X25519MLKEM768", "X25519", "secp256r1", "secp384r1"]);
    }
}
