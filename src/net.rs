//! Everything asynchronous, and nothing else: sockets, TLS, time limits.

mod brevity;
mod connection;
mod descriptors;
mod listener;
mod monitoring;
mod server;
mod terms;
mod tls;

pub use monitoring::{Monitored, Monitoring};
pub use server::{Bound, Server, StartError};
pub use terms::{NewTerms, Terms};
pub use tls::{CertificatesEnd, Tls, TlsError, is_dns_name};
pub(crate) use tls::{Finding, OLD_VERSION};

use std::time::Duration;

/// What a connection may take of the daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at one time, over all ports.
    pub connections: usize,
    /// Seconds for a TLS handshake.
    pub handshake: Duration,
    /// Seconds without a request before a connection is closed.
    pub idle: Duration,
    /// Seconds from the first byte of a request to its last, and for taking an answer.
    pub request: Duration,
}

/// Parts of a fifth of a limit.
const SPREAD: usize = 65_536;

/// So many of them are the whole limit.
const FIFTH: u32 = 5 * 65_536;

impl Limits {
    /// As many connections as the process may have files, where that is less: the sockets that listen, the stores, the log and
    /// the officers' consoles have theirs all the same.
    pub(crate) fn that_the_system_allows(self, listening: usize) -> Self {
        let most = descriptors::for_connections(descriptors::allowed(), listening);
        if most < self.connections {
            let configured = self.connections;
            tracing::warn!(
                configured,
                most,
                "limits.connections is more than the process may open files (RLIMIT_NOFILE, LimitNOFILE=)"
            );
        }
        Self { connections: self.connections.min(most), ..self }
    }

    /// The same for one connection: up to a fifth longer. Thousands that began together and say nothing more would otherwise end
    /// in one moment, and everybody else would wait for it.
    fn spread(self, number: usize) -> Self {
        // Steps of the golden ratio: neighbours are far apart, and every part of the fifth has as many.
        let part = number.wrapping_mul(40_503) % SPREAD;
        let part = u32::try_from(part).unwrap_or_default();
        let longer = |limit: Duration| limit + limit / FIFTH * part;
        Self {
            handshake: longer(self.handshake),
            idle: longer(self.idle),
            request: longer(self.request),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_neighbours_lie_apart_and_none_is_shorter() {
        let second = Duration::from_secs(1);
        let limits =
            Limits { connections: 1, handshake: 5 * second, idle: 300 * second, request: second };
        let mut ends: Vec<_> = (0..1000).map(|number| limits.spread(number)).collect();
        assert_eq!(ends[0], limits);
        ends.sort_unstable_by_key(|one| one.handshake);
        assert!(ends.iter().all(|one| one.connections == 1 && one.idle >= limits.idle));
        assert!(ends.iter().all(|one| one.request < limits.request * 6 / 5));
        let (first, last) = (ends[0].handshake, ends[999].handshake);
        assert!(first >= 5 * second && last > 59 * second / 10 && last < 6 * second);
        let apart = ends.windows(2).map(|two| two[1].handshake - two[0].handshake).max().unwrap();
        assert!(apart < Duration::from_millis(5), "{apart:?}");
    }
}
