//! A private key that the provider has only while it signs: what it costs to make it anew for each handshake.

use crate::Library;
use crate::pki::Kind;
use rustls::crypto::{aws_lc_rs, ring};
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::{Signer, SigningKey};
use rustls::{Error, SignatureAlgorithm, SignatureScheme};
use std::sync::Arc;

/// The key as DER, and of which kind it is.
#[derive(Debug)]
pub(crate) struct MadeAnew {
    pub(crate) library: Library,
    pub(crate) kind: Kind,
    pub(crate) der: PrivateKeyDer<'static>,
}

/// The provider's own form of a key; of aws-lc-rs as `client/src/provider.rs` makes it.
pub(crate) fn parsed(
    library: Library,
    kind: Kind,
    der: &PrivateKeyDer<'_>,
) -> Result<Arc<dyn SigningKey>, Error> {
    match (library, kind, der) {
        (Library::AwsLc, Kind::P256, _) => aws_lc_rs::sign::any_ecdsa_type(der),
        (Library::AwsLc, Kind::Ed25519, PrivateKeyDer::Pkcs8(der)) => {
            aws_lc_rs::sign::any_eddsa_type(der)
        }
        (Library::AwsLc, ..) => aws_lc_rs::sign::any_supported_type(der),
        (Library::Ring, ..) => ring::sign::any_supported_type(der),
    }
}

impl SigningKey for MadeAnew {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        parsed(self.library, self.kind, &self.der).ok()?.choose_scheme(offered)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        parsed(self.library, self.kind, &self.der)
            .map_or(SignatureAlgorithm::Anonymous, |key| key.algorithm())
    }
}
