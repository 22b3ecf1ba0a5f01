//! Everything asynchronous, and nothing else: sockets, TLS, time limits.

mod connection;
mod listener;
mod server;
mod terms;
mod tls;

pub use server::{Bound, Server, StartError};
pub use terms::{NewTerms, Terms};
pub use tls::{TlsError, is_dns_name, server_config};

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
