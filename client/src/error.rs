//! What can go wrong, told apart by what a caller can do about it.

use payhsm_protocol::ErrorCode;
use std::io;
use std::path::PathBuf;

/// Why a call has no answer.
///
/// [`CallError::Refused`] is the HSM's own word. All others are failures on the way, and except for
/// [`CallError::TooLarge`] the command may or may not have had its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The HSM refused the command; the code says why.
    #[error("the HSM refused: {0}")]
    Refused(ErrorCode),
    /// The HSM answered with a code that this version of the library does not know.
    #[error("the HSM answered with the unknown code {}", String::from_utf8_lossy(.0))]
    UnknownCode([u8; 2]),
    /// No reply within the time limit. One that comes later is dropped.
    #[error("no reply within the time limit")]
    Timeout,
    /// The connection failed while the call was under way. It is not repeated.
    #[error("the connection was lost before the reply came")]
    ConnectionLost,
    /// What came back is not a reply to this request. If frames themselves cannot be told apart
    /// any more, the connection is given up too.
    #[error("the reply is malformed")]
    Malformed,
    /// The request does not fit into a frame; nothing was sent.
    #[error("the request is too large for a frame; it was not sent")]
    TooLarge,
}

impl CallError {
    /// Whether the HSM itself said no, so that the same request would be refused again.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused(_))
    }
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// No TCP connection.
    #[error("cannot reach {address}: {source}")]
    Unreachable {
        /// Where to.
        address: String,
        /// What the system says.
        source: io::Error,
    },
    /// No TLS: most often one side does not trust the other's certificate.
    #[error("no TLS: {0}")]
    Tls(#[source] io::Error),
    /// TLS works, but the other side does not speak the compact dialect.
    #[error("the server does not offer the compact dialect (ALPN payhsm/1)")]
    Dialect,
    /// The server hung up before its first answer: most often it does not accept our
    /// certificate, which TLS 1.3 tells only after the handshake.
    #[error("the server hung up before its first answer: {0}")]
    NotAccepted(#[source] io::Error),
    /// The connection was not ready within the connect time limit.
    #[error("not connected within the time limit")]
    Timeout,
}

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// No certificate where there should be one.
    #[error("there is no certificate in the {0}")]
    NoCertificate(&'static str),
    /// The private key is not one, or of no kind that TLS can use. It says no more about it.
    #[error("the private key cannot be used")]
    PrivateKey,
    /// An authority's certificate cannot be used as such.
    #[error("the authority's certificate cannot be used: {0}")]
    Authority(#[source] rustls::Error),
    /// The server name is neither a DNS name nor an IP address.
    #[error("{0:?} is neither a DNS name nor an IP address")]
    ServerName(String),
    /// The TLS library refuses the settings as a whole.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[source] rustls::Error),
}
