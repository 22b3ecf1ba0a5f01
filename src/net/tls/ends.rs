//! When what TLS rests on ends.

use std::time::SystemTime;

/// When certificates end that are in force; `None` for what is not there, or does not say so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CertificatesEnd {
    /// The appliance's own.
    pub server: Option<SystemTime>,
    /// The first of the CAs that clients' certificates come from.
    pub client_ca: Option<SystemTime>,
    /// The first of their lists of what they have revoked.
    pub revoked: Option<SystemTime>,
}

impl CertificatesEnd {
    /// Those that are known, by name.
    pub fn each(self) -> impl Iterator<Item = (&'static str, SystemTime)> {
        let all =
            [("server", self.server), ("client_ca", self.client_ca), ("revoked", self.revoked)];
        all.into_iter().filter_map(|(name, end)| Some((name, end?)))
    }
}
