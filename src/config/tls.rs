//! `[tls]`: certificates, who comes in, and which versions are spoken.

use super::{Config, validity};
use crate::clock;
use crate::net::{Finding, OLD_VERSION, Tls, TlsError};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// A certificate that ends sooner than this is told of.
const SOON: Duration = Duration::from_secs(30 * DAY);
const DAY: u64 = 24 * 60 * 60;

/// Files in PEM, relative to the configuration file, and versions.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsFiles {
    /// The server's certificate and its chain.
    pub certificate: PathBuf,
    /// The server's private key.
    pub private_key: PathBuf,
    /// The CA certificates that a client's certificate must come from.
    pub client_ca: PathBuf,
    /// The lists of what these CAs have revoked.
    pub revoked: Option<PathBuf>,
    /// The versions of TLS.
    #[serde(default = "newest")]
    pub versions: BTreeSet<TlsVersion>,
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum TlsVersion {
    /// 1.2, for callers that have no other.
    #[serde(rename = "1.2")]
    V1_2,
    /// 1.3.
    #[serde(rename = "1.3")]
    V1_3,
}

fn newest() -> BTreeSet<TlsVersion> {
    [TlsVersion::V1_3].into()
}

impl TlsFiles {
    /// What the files hold now.
    ///
    /// # Errors
    /// [`TlsError`] names the file that is wrong.
    pub(crate) fn read(&self) -> Result<Tls, TlsError> {
        let (now, tls) = (clock::now(), Tls::read(self, clock::now())?);
        for finding in tls.findings(now) {
            match finding {
                Finding::Wrong(said) => tracing::error!("{said}"),
                Finding::Soon(said) => tracing::debug!("{said}"),
            }
        }
        Ok(tls)
    }

    /// The files themselves, all of which are read again.
    pub(crate) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        [&self.certificate, &self.private_key, &self.client_ca].into_iter().chain(&self.revoked)
    }

    /// The same, to be changed.
    pub(super) fn files_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let Self { certificate, private_key, client_ca, revoked, versions: _ } = self;
        [certificate, private_key, client_ca].into_iter().chain(revoked)
    }
}

impl Config {
    /// What the section must not ask for.
    pub(super) fn check_tls(&self, wrong: &mut Vec<String>) {
        let versions = self.tls.as_ref().map(|tls| &tls.versions);
        if versions.is_some_and(|versions| !versions.contains(&TlsVersion::V1_3)) {
            wrong.push("tls.versions: 1.3 has to be among them; 1.2 may be beside it".to_owned());
        }
    }

    /// What is wrong with certificates and lists on the disk.
    pub(super) fn check_certificates(&self, wrong: &mut Vec<String>) {
        let Some(tls) = &self.tls else { return };
        let now = clock::now();
        match Tls::read(tls, now) {
            Err(error) => wrong.push(format!("[tls]: {error}")),
            Ok(tls) => {
                wrong.extend(tls.findings(now).into_iter().filter_map(|finding| match finding {
                    Finding::Wrong(said) => Some(said),
                    Finding::Soon(_) => None,
                }));
            }
        }
        if let Some((_, end)) = self.validity().filter(|(_, end)| *end < now) {
            let days = days(now, end);
            wrong.push(format!("tls.certificate ended {days} days ago; no client accepts it"));
        }
        if let Some((start, _)) = self.validity().filter(|(start, _)| *start > now) {
            let days = days(start, now) + 1;
            wrong.push(format!(
                "tls.certificate is good in {days} days only; is the clock of this machine right?"
            ));
        }
    }

    /// What should be another way with versions, certificates and lists, and what will be wrong soon.
    pub(super) fn warn_of_tls(&self, said: &mut Vec<String>) {
        let Some(tls) = &self.tls else { return };
        if tls.versions.contains(&TlsVersion::V1_2) {
            said.push(OLD_VERSION.to_owned());
        }
        let now = clock::now();
        for finding in Tls::findings_of(tls, now).unwrap_or_default() {
            match finding {
                Finding::Soon(sentence) => said.push(sentence),
                // Told where the files are read.
                Finding::Wrong(_) => {}
            }
        }
        if let Some((_, end)) = self.validity() {
            if end < now {
                said.push("tls.certificate has ended; no client accepts it".to_owned());
            } else if end < now + SOON {
                let days = days(end, now);
                said.push(format!("tls.certificate ends in {days} days; SIGHUP reads a new one"));
            }
        }
    }

    /// When the server's certificate is good.
    fn validity(&self) -> Option<(SystemTime, SystemTime)> {
        validity::of(&self.tls.as_ref()?.first_certificate()?)
    }
}

/// Whole days between two times.
fn days(later: SystemTime, earlier: SystemTime) -> u64 {
    later.duration_since(earlier).unwrap_or_default().as_secs() / DAY
}
