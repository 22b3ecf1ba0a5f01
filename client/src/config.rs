//! What a client needs to know.

use crate::error::ConfigError;
use crate::tls::Credentials;
use payhsm_protocol::field::LmkId;
use std::path::Path;
use std::time::Duration;

/// Pauses between attempts to connect again: `first`, then twice as long each time, never longer
/// than `longest`. There is no randomness in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The pause before the first attempt.
    pub first: Duration,
    /// The longest pause. A connection that lived this long starts the next series at `first`.
    pub longest: Duration,
}

impl Default for Backoff {
    /// 50 milliseconds to 5 seconds.
    fn default() -> Self {
        Self { first: Duration::from_millis(50), longest: Duration::from_secs(5) }
    }
}

impl Backoff {
    /// The pause that follows `pause`.
    pub(crate) fn after(&self, pause: Duration) -> Duration {
        pause.saturating_mul(2).min(self.longest)
    }
}

/// Where an appliance is, who we are, and how long we wait.
///
/// [`Config::new`] fills in everything that has a sensible default; change the fields afterwards.
#[derive(Clone, Debug)]
pub struct Config {
    /// `host:port` of the TLS listener.
    pub address: String,
    /// The name (or IP address) that the server's certificate must carry.
    pub server_name: String,
    /// Authorities, our certificate and its key.
    pub credentials: Credentials,
    /// How long connecting may take: TCP, TLS and a first answer. Default 5 s.
    pub connect_timeout: Duration,
    /// How long a call may take, from the moment it is made: waiting for a place among the calls
    /// in flight and for a connection included. Default 5 s.
    pub request_timeout: Duration,
    /// Pauses before connecting again.
    pub backoff: Backoff,
    /// How many calls may be in flight at once, at least 1; further ones wait. Default 1,024.
    pub in_flight: usize,
    /// The LMK that calls name. `None`, the default: the default LMK of the port.
    pub lmk: Option<LmkId>,
}

impl Config {
    /// A configuration with the defaults.
    #[must_use]
    pub fn new(
        address: impl Into<String>,
        server_name: impl Into<String>,
        credentials: Credentials,
    ) -> Self {
        Self {
            address: address.into(),
            server_name: server_name.into(),
            credentials,
            connect_timeout: Duration::from_secs(5),
            request_timeout: Duration::from_secs(5),
            backoff: Backoff::default(),
            in_flight: 1024,
            lmk: None,
        }
    }

    /// A configuration with the defaults and with credentials from PEM files. Blocks while it reads
    /// them.
    ///
    /// # Errors
    /// As [`Credentials::from_pem_files`].
    pub fn from_pem_files(
        address: impl Into<String>,
        server_name: impl Into<String>,
        authorities: impl AsRef<Path>,
        chain: impl AsRef<Path>,
        key: impl AsRef<Path>,
    ) -> Result<Self, ConfigError> {
        let credentials = Credentials::from_pem_files(authorities, chain, key)?;
        Ok(Self::new(address, server_name, credentials))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let backoff =
            Backoff { first: Duration::from_millis(100), longest: Duration::from_millis(500) };
        let pauses: Vec<_> =
            std::iter::successors(Some(backoff.first), |pause| Some(backoff.after(*pause)))
                .take(5)
                .map(|pause| pause.as_millis())
                .collect();
        assert_eq!(pauses, [100, 200, 400, 500, 500]);
    }
}
