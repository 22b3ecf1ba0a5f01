//! The daemon's Unix socket: one act, one answer, blocking.
//!
//! A frame is two lengths (u32, big endian), a message and a secret; answers have no secret.

use payhsm_protocol::compact::Compact;
use payhsm_protocol::officer::{Act, Answer, MAX_MESSAGE, MAX_SECRET};
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where the daemon listens if nothing else is said.
pub const DEFAULT_SOCKET: &str = "/run/payhsm/officers.sock";

/// The longest that an answer may take; making and moving keys takes seconds.
const PATIENCE: Duration = Duration::from_secs(120);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    /// Nobody listens there.
    #[error(
        "no daemon answers at {}: {source}; is payhsmd running, and may this user use its socket?",
        path.display()
    )]
    NotThere {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The connection ended.
    #[error("the daemon has hung up; whatever was being put together there is forgotten")]
    Gone,
    /// Too slow.
    #[error(
        "the daemon has not answered for two minutes; ask it for its status on a new connection"
    )]
    Slow,
    /// The answer is none.
    #[error(
        "the daemon answered in a way that this console does not understand; are both of one version?"
    )]
    Malformed,
    /// Nothing was sent.
    #[error("this is too long to be sent; nothing was sent")]
    TooLong,
}

impl From<io::Error> for DaemonError {
    fn from(error: io::Error) -> Self {
        if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) {
            Self::Slow
        } else {
            Self::Gone
        }
    }
}

/// A connection to a daemon.
#[derive(Debug)]
pub struct Daemon {
    stream: UnixStream,
}

impl Daemon {
    /// Connects.
    ///
    /// # Errors
    /// [`DaemonError::NotThere`].
    pub fn connect(path: &Path) -> Result<Self, DaemonError> {
        let connected = UnixStream::connect(path).and_then(|stream| {
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            Ok(Self { stream })
        });
        connected.map_err(|source| DaemonError::NotThere { path: path.to_owned(), source })
    }

    /// Asks; a refusal is an answer.
    ///
    /// # Errors
    /// [`DaemonError`].
    pub fn ask(&mut self, act: &Act) -> Result<Answer, DaemonError> {
        self.ask_with(act, &[])
    }

    /// Asks, with a secret beside the message. The secret goes from `secret` into the socket and is copied nowhere.
    ///
    /// # Errors
    /// [`DaemonError`].
    pub fn ask_with(&mut self, act: &Act, secret: &[u8]) -> Result<Answer, DaemonError> {
        let mut frame = vec![0; 8];
        act.put(&mut frame).map_err(|_| DaemonError::TooLong)?;
        let message = frame.len() - 8;
        if message > MAX_MESSAGE || secret.len() > MAX_SECRET {
            return Err(DaemonError::TooLong);
        }
        let lengths = [message, secret.len()];
        for (place, length) in frame.chunks_exact_mut(4).zip(lengths) {
            let length = u32::try_from(length).map_err(|_| DaemonError::TooLong)?;
            place.copy_from_slice(&length.to_be_bytes());
        }
        let sent = self.stream.write_all(&frame).and_then(|()| self.stream.write_all(secret));
        match (sent, self.answer()) {
            // Who closes a connection says why, and that is there to be read.
            (Err(_), Ok(refused @ Answer::Refused(_))) => Ok(refused),
            (Err(error), _) => Err(error.into()),
            (Ok(()), answer) => answer,
        }
    }

    fn answer(&mut self) -> Result<Answer, DaemonError> {
        let length = self.length()?;
        let secret = self.length()?;
        if length > MAX_MESSAGE || secret != 0 {
            return Err(DaemonError::Malformed);
        }
        let mut message = vec![0; length];
        self.stream.read_exact(&mut message)?;
        Answer::take(&message).map_err(|_| DaemonError::Malformed)
    }

    fn length(&mut self) -> Result<usize, DaemonError> {
        let mut bytes = [0; 4];
        self.stream.read_exact(&mut bytes)?;
        usize::try_from(u32::from_be_bytes(bytes)).map_err(|_| DaemonError::Malformed)
    }
}
