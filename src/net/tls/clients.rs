//! Whom TLS lets in: certificates of these CAs that are not on the CAs' lists of what they have revoked.

use super::{CertificatesEnd, TlsError, certificates};
use crate::config::validity;
use ring::digest;
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;

/// A certificate that ends sooner than this is told of.
pub(super) const SOON: Duration = Duration::from_secs(30 * DAY);

/// The same for a list: new ones come every few days.
const LIST_SOON: Duration = Duration::from_secs(2 * DAY);

/// Decides about clients' certificates.
pub(super) struct Clients {
    verifier: Arc<dyn ClientCertVerifier>,
    /// SHA-256 of all that it decides by.
    basis: [u8; 32],
    authorities: Vec<Authority>,
    lists: Vec<List>,
}

/// One of the CAs.
struct Authority {
    /// When it ends, if that can be read.
    end: Option<SystemTime>,
    /// Whether it was there in time.
    trusted: bool,
    /// Whether one of the lists is its own; `None` where there are to be none.
    listed: Option<bool>,
}

/// One list.
struct List {
    end: SystemTime,
}

/// What a person should know of certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Clients are refused for it.
    Wrong(String),
    /// They will be.
    Soon(String),
}

impl Clients {
    /// Reads the CAs, and the lists where there are to be some. What has ended and what is missing lets nobody in; it is told
    /// by [`Self::findings`], and does not keep the clients of other CAs out.
    ///
    /// # Errors
    /// [`TlsError`] names the file that is wrong.
    pub(super) fn read(
        client_ca: &Path,
        revoked: Option<&Path>,
        now: SystemTime,
    ) -> Result<Self, TlsError> {
        let mut basis = digest::Context::new(&digest::SHA256);
        let lists = revoked.map(lists).transpose()?;
        let issuers: Option<Vec<_>> = lists
            .as_ref()
            .map(|lists| lists.iter().filter_map(|list| validity::of_list(list)).collect());
        let mut roots = RootCertStore::empty();
        let mut authorities = Vec::new();
        for ca in certificates(client_ca, "the client CA certificates")? {
            basis.update(&ca);
            let end = validity::of(&ca).map(|(_, end)| end);
            let subject = validity::subject_of(&ca);
            let own = |(issuer, _): &(&[u8], SystemTime)| subject == Some(*issuer);
            let listed = issuers.as_ref().map(|lists| lists.iter().any(own));
            // Who verifies a chain does not look at this.
            let trusted = end.is_some_and(|end| end > now);
            if trusted {
                roots.add(ca).map_err(|error| TlsError::Config(error.to_string()))?;
            }
            authorities.push(Authority { end, trusted, listed });
        }
        if roots.is_empty() {
            return Err(TlsError::Config(format!(
                "every certificate in {} has ended: tls.client_ca needs one that is good",
                client_ca.display()
            )));
        }
        let ends = issuers.iter().flatten().map(|(_, end)| List { end: *end }).collect();
        let provider = payhsm_client::provider();
        let mut builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
            // A list that is too old may lack the one that matters.
            .enforce_revocation_expiration();
        if let Some(lists) = lists {
            lists.iter().for_each(|list| basis.update(list));
            builder = builder.with_crls(lists);
        }
        let verifier = builder.build().map_err(|error| TlsError::Config(error.to_string()))?;
        let basis = basis.finish().as_ref().try_into().unwrap_or_default();
        Ok(Self { verifier, basis, authorities, lists: ends })
    }

    /// What rustls asks.
    pub(super) fn verifier(&self) -> Arc<dyn ClientCertVerifier> {
        Arc::clone(&self.verifier)
    }

    /// SHA-256 of all that it decides by.
    pub(super) const fn basis(&self) -> &[u8; 32] {
        &self.basis
    }

    /// Whether a client with this chain, its own certificate first, would be let in.
    pub(super) fn accept(&self, chain: &[CertificateDer<'_>], now: SystemTime) -> bool {
        let Some((certificate, between)) = chain.split_first() else { return false };
        let now = UnixTime::since_unix_epoch(now.duration_since(UNIX_EPOCH).unwrap_or_default());
        self.verifier.verify_client_cert(certificate, between, now).is_ok()
    }

    /// When the first of the CAs and the first of the lists ends.
    pub(super) fn ends(&self) -> CertificatesEnd {
        CertificatesEnd {
            client_ca: self.authorities.iter().filter_map(|ca| ca.end).min(),
            revoked: self.lists.iter().map(|list| list.end).min(),
            ..CertificatesEnd::default()
        }
    }

    /// What a person should know of CAs and lists, at this time.
    pub(super) fn findings(&self, now: SystemTime) -> Vec<Finding> {
        let mut found = Vec::new();
        for (number, ca) in (1..).zip(&self.authorities) {
            let Some(end) = ca.end else {
                found.push(Finding::Wrong(format!(
                    "tls.client_ca: nobody can tell until when certificate {number} is good; its clients are refused"
                )));
                continue;
            };
            if !ca.trusted || end <= now {
                found.push(Finding::Wrong(format!(
                    "tls.client_ca: certificate {number} ended {}; its clients are refused when they connect",
                    ago(now, end)
                )));
            } else if end < now + SOON {
                found.push(Finding::Soon(format!(
                    "tls.client_ca: certificate {number} ends in {}; SIGHUP reads a new one",
                    span(end, now)
                )));
            }
            if ca.listed == Some(false) {
                found.push(Finding::Wrong(format!(
                    "tls.revoked: there is no list of the CA that is certificate {number} of tls.client_ca; its clients \
                     are refused"
                )));
            }
        }
        for (number, List { end }) in (1..).zip(&self.lists) {
            if *end <= now {
                found.push(Finding::Wrong(format!(
                    "tls.revoked: list {number} ended {}, and the clients of its CA are refused; fetch a new one, then \
                     SIGHUP",
                    ago(now, *end)
                )));
            } else if *end < now + LIST_SOON {
                found.push(Finding::Soon(format!(
                    "tls.revoked: list {number} ends in {}, and then the clients of its CA are refused; fetch a new one, \
                     then SIGHUP",
                    span(*end, now)
                )));
            }
        }
        found
    }
}

/// The lists of a file.
fn lists(path: &Path) -> Result<Vec<CertificateRevocationListDer<'static>>, TlsError> {
    let failed = |reason: &str| TlsError::File {
        what: "the lists of revoked certificates",
        path: path.to_owned(),
        reason: reason.to_owned(),
    };
    let lists = CertificateRevocationListDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| failed(&error.to_string()))?;
    if lists.is_empty() {
        return Err(failed("it holds no list (X509 CRL in PEM)"));
    }
    if lists.iter().any(|list| validity::of_list(list).is_none()) {
        return Err(failed("one of its lists does not say until when it is good"));
    }
    Ok(lists)
}

/// Days, or hours where there is no whole day.
pub(super) fn span(later: SystemTime, earlier: SystemTime) -> String {
    let seconds = later.duration_since(earlier).unwrap_or_default().as_secs();
    let (count, unit) =
        if seconds < DAY { (seconds / HOUR, "hour") } else { (seconds / DAY, "day") };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

fn ago(now: SystemTime, end: SystemTime) -> String {
    format!("{} ago", span(now, end))
}
