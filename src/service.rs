//! The service manager, systemd or another that speaks its protocols: sockets that it hands over, and what it is told.

mod handed;

pub use handed::{Handed, HandedError};

use crate::cli::Failure;
use sd_notify::NotifyState;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

const NOTIFY_SOCKET: &str = "NOTIFY_SOCKET";

/// How long the manager may take to let a word in.
const PATIENCE: Duration = Duration::from_secs(1);

/// The manager's ear. Connected at the start: later the daemon may connect to nothing.
#[derive(Debug, Default)]
pub(crate) struct Manager {
    socket: Option<UnixDatagram>,
    watchdog: Option<Duration>,
}

impl Manager {
    /// The manager that the environment tells of, or none.
    ///
    /// # Errors
    /// There is one, and it cannot be reached: it would wait for a word in vain.
    pub(crate) fn from_environment() -> Result<Self, Failure> {
        let Some(name) = std::env::var_os(NOTIFY_SOCKET).filter(|name| !name.is_empty()) else {
            return Ok(Self::default());
        };
        let connected = || {
            let address = match name.as_bytes() {
                [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
                path => SocketAddr::from_pathname(std::ffi::OsStr::from_bytes(path))?,
            };
            let socket = UnixDatagram::unbound()?;
            socket.connect_addr(&address)?;
            socket.set_write_timeout(Some(PATIENCE))?;
            Ok::<_, std::io::Error>(socket)
        };
        let socket = connected().map_err(|error| {
            format!(
                "the service manager cannot be told anything: {NOTIFY_SOCKET} is {}: {error}",
                name.display()
            )
        })?;
        Ok(Self { socket: Some(socket), watchdog: sd_notify::watchdog_enabled() })
    }

    /// Whether there is anybody to tell.
    pub(crate) const fn is_there(&self) -> bool {
        self.socket.is_some()
    }

    /// How long the manager waits for a sign of life, if it does.
    pub(crate) const fn watchdog(&self) -> Option<Duration> {
        self.watchdog
    }

    /// Tells it, in one message.
    pub(crate) fn tell(&self, states: &[NotifyState<'_>]) {
        let Some(socket) = &self.socket else { return };
        let message: String = states.iter().map(|state| format!("{state}\n")).collect();
        if let Err(error) = socket.send(message.as_bytes()) {
            tracing::warn!(%error, "the service manager was not told");
        }
    }

    /// Tells it that the configuration is being read again; [`NotifyState::Ready`] has to follow.
    pub(crate) fn tell_reloading(&self) {
        if let Some(now) =
            self.is_there().then(NotifyState::monotonic_usec_now).and_then(Result::ok)
        {
            self.tell(&[NotifyState::Reloading, now]);
        }
    }
}
