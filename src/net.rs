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
}
