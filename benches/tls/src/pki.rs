//! Certificates for one run.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, PKCS_ECDSA_P256_SHA256,
    PKCS_ED25519, PKCS_RSA_SHA256, SignatureAlgorithm,
};
use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// The kind of all keys of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// ECDSA.
    P256,
    /// Ed25519.
    Ed25519,
    /// RSA of 2048 bits.
    Rsa2048,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::Ed25519 => "Ed25519",
            Self::Rsa2048 => "RSA-2048",
        }
    }

    fn algorithm(self) -> &'static SignatureAlgorithm {
        match self {
            Self::P256 => &PKCS_ECDSA_P256_SHA256,
            Self::Ed25519 => &PKCS_ED25519,
            Self::Rsa2048 => &PKCS_RSA_SHA256,
        }
    }
}

/// A CA, a server and a client.
pub(crate) struct Pki {
    pub(crate) kind: Kind,
    pub(crate) roots: RootCertStore,
    pub(crate) server: (CertificateDer<'static>, KeyPair),
    pub(crate) client: (CertificateDer<'static>, KeyPair),
}

impl Pki {
    pub(crate) fn new(kind: Kind) -> Self {
        let key = || KeyPair::generate_for(kind.algorithm()).expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, key()).expect("a CA");
        let issue = || {
            let key = key();
            let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
            (params.signed_by(&key, &ca).expect("a certificate").der().clone(), key)
        };
        let mut roots = RootCertStore::empty();
        roots.add(ca.der().clone()).expect("a CA");
        Self { kind, roots, server: issue(), client: issue() }
    }
}

/// A private key as a configuration takes it.
pub(crate) fn private_key(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()))
}
