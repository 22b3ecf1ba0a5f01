//! The server's private key: in secret memory, and with the provider only while it signs.

use super::TlsError;
use crate::stacks;
use payhsm_arena::{ArenaBox, LARGEST, with_stack_wiped};
use payhsm_client::{PrivateKeyForm, decode_private_key, provider, signing_key};
use rustls::pki_types::SubjectPublicKeyInfoDer;
use rustls::sign::{Signer, SigningKey};
use rustls::{Error, SignatureAlgorithm, SignatureScheme};
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

/// What a signature with RSA, ECDSA or Ed25519 takes of a stack, in bytes, and what one with ML-DSA takes.
const USUAL: usize = 16 << 10;
const DEEP: usize = 256 << 10;

/// A key as TLS asks for it. The provider has it in ordinary memory for the length of one signature; what it leaves there it
/// wipes itself.
pub(super) struct ResidentKey {
    secret: Arc<Secret>,
    algorithm: SignatureAlgorithm,
    /// How it can sign, the best first.
    schemes: Vec<SignatureScheme>,
    public: SubjectPublicKeyInfoDer<'static>,
    /// How a test knows that its search for leaks would find one. Builds for production have none.
    _leaked: Option<Arc<dyn SigningKey>>,
}

/// The key as DER, at the head of a slot.
struct Secret {
    slot: ArenaBox<[u8]>,
    form: PrivateKeyForm,
    length: usize,
    /// Once it is known.
    kind: Option<SignatureAlgorithm>,
}

impl ResidentKey {
    /// Reads it from a PEM file, by way of secret memory alone.
    ///
    /// # Errors
    /// [`TlsError::File`].
    pub(super) fn read(path: &Path) -> Result<Self, TlsError> {
        let failed = |reason: String| TlsError::File {
            what: "the server's private key",
            path: path.to_owned(),
            reason,
        };
        let mut file = File::open(path).map_err(|error| failed(error.to_string()))?;
        let arena = payhsm_arena::global().map_err(|error| failed(error.to_string()))?;
        let mut slot = arena.zeroed(LARGEST).map_err(|error| failed(error.to_string()))?;
        read_whole(&mut file, &mut slot).map_err(|error| failed(error.to_string()))?;
        let decoded = with_stack_wiped::<USUAL, _>(|| decode_private_key(&mut slot));
        let (form, length) = decoded.map_err(|error| failed(error.to_string()))?;
        let mut secret = Secret { slot, form, length, kind: None };
        // Of what the provider says of a key it only matters that it does not take it.
        let about = with_stack_wiped::<DEEP, _>(|| secret.key().ok().map(|key| About::of(&*key)));
        let no_kind = || failed("it is no key of a kind that TLS signs with".to_owned());
        let About { algorithm, schemes, public } = about.flatten().ok_or_else(no_kind)?;
        let public = SubjectPublicKeyInfoDer::from(public);
        secret.kind = Some(algorithm);
        let leaked = stacks::ordinary().then(|| secret.key().ok()).flatten();
        Ok(Self { secret: Arc::new(secret), algorithm, schemes, public, _leaked: leaked })
    }
}

/// Reads to the end of the file, with `read(2)` straight into the slot.
fn read_whole(file: &mut File, slot: &mut [u8]) -> io::Result<()> {
    let mut rest = slot;
    loop {
        if rest.is_empty() {
            let why = format!(
                "it is longer than {} bytes: a private key has a file of its own, and of RSA at most 4096 bits",
                LARGEST - 1
            );
            return Err(io::Error::other(why));
        }
        match file.read(rest) {
            Ok(0) => return Ok(()),
            Ok(length) => rest = rest.get_mut(length..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

impl Secret {
    /// The provider's own form of it, wiped when it is dropped.
    fn key(&self) -> Result<Arc<dyn SigningKey>, Error> {
        let der = self.slot.get(..self.length).unwrap_or_default();
        signing_key(&self.form.key(der), self.kind)
    }

    /// A signature. `None` says no more than that there is none: what an error is made of would leave this stack with it.
    fn sign(&self, scheme: SignatureScheme, message: &[u8]) -> Option<Vec<u8>> {
        self.key().ok()?.choose_scheme(&[scheme])?.sign(message).ok()
    }
}

/// What may be known of a key, in forms without gaps: a gap takes along what lay there.
struct About {
    algorithm: SignatureAlgorithm,
    schemes: Vec<SignatureScheme>,
    public: Vec<u8>,
}

impl About {
    fn of(key: &dyn SigningKey) -> Option<Self> {
        let mut left = provider().signature_verification_algorithms.supported_schemes();
        let mut schemes = Vec::new();
        while let Some(signer) = key.choose_scheme(&left) {
            schemes.push(signer.scheme());
            left.retain(|scheme| *scheme != signer.scheme());
        }
        let public = key.public_key()?.to_vec();
        Some(Self { algorithm: key.algorithm(), schemes, public })
    }
}

impl SigningKey for ResidentKey {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let scheme = *self.schemes.iter().find(|scheme| offered.contains(scheme))?;
        let usual = matches!(
            self.algorithm,
            SignatureAlgorithm::RSA | SignatureAlgorithm::ECDSA | SignatureAlgorithm::ED25519
        );
        Some(Box::new(OneSignature { secret: Arc::clone(&self.secret), scheme, usual }))
    }

    fn public_key(&self) -> Option<SubjectPublicKeyInfoDer<'_>> {
        Some(self.public.clone())
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }
}

impl fmt::Debug for ResidentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResidentKey")
    }
}

/// A key with which something is to be signed.
struct OneSignature {
    secret: Arc<Secret>,
    scheme: SignatureScheme,
    usual: bool,
}

impl Signer for OneSignature {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let sign = || self.secret.sign(self.scheme, message);
        let signature = if self.usual {
            with_stack_wiped::<USUAL, _>(sign)
        } else {
            with_stack_wiped::<DEEP, _>(sign)
        };
        signature.ok_or_else(|| Error::General("the server's private key does not sign".to_owned()))
    }

    fn scheme(&self) -> SignatureScheme {
        self.scheme
    }
}

impl fmt::Debug for OneSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneSignature")
    }
}
