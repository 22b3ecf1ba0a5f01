//! Development certificates: a CA of its own, a server and a client. Never for production.

use crate::cli::Failure;
use crate::clock;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};
use std::time::{Duration, UNIX_EPOCH};
use time::OffsetDateTime;

/// How long development certificates last.
pub(super) const LIFETIME: Duration = Duration::from_secs(397 * 24 * 60 * 60);

/// The name by which the configuration knows the client, whatever certificate it has.
pub(super) const CLIENT_NAME: &str = "api-tier.payhsm.internal";

/// PEM texts, by what they are.
pub(super) struct Certificates {
    pub(super) ca: String,
    pub(super) server: (String, String),
    pub(super) client: (String, String),
    /// Seconds since 1970 at which they end.
    pub(super) not_after: u64,
}

/// Makes a CA that nobody can use again: its key is dropped with this function.
pub(super) fn make() -> Result<Certificates, Failure> {
    let now = clock::now();
    let end = (now + LIFETIME).duration_since(UNIX_EPOCH)?.as_secs();
    let start = OffsetDateTime::from(now) - time::Duration::HOUR;
    let not_after = OffsetDateTime::from(now + LIFETIME);
    let named = |name: &str, sans: Vec<String>| -> Result<CertificateParams, rcgen::Error> {
        let mut params = CertificateParams::new(sans)?;
        params.distinguished_name.push(DnType::CommonName, name);
        params.distinguished_name.push(DnType::OrganizationName, "payhsm DEVELOPMENT ONLY");
        params.not_before = start;
        params.not_after = not_after;
        Ok(params)
    };

    let mut ca = named("payhsm development CA", Vec::new())?;
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let ca = CertifiedIssuer::self_signed(ca, KeyPair::generate()?)?;

    let leaf = |name: &str, sans: Vec<String>, purpose| -> Result<_, rcgen::Error> {
        let mut params = named(name, sans)?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![purpose];
        let key = KeyPair::generate()?;
        Ok((params.signed_by(&key, &ca)?.pem(), key.serialize_pem()))
    };
    let hosts = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    let server = leaf("payhsmd", hosts, ExtendedKeyUsagePurpose::ServerAuth)?;
    let client =
        leaf("api-tier", vec![CLIENT_NAME.to_owned()], ExtendedKeyUsagePurpose::ClientAuth)?;
    Ok(Certificates { ca: ca.pem(), server, client, not_after: end })
}
