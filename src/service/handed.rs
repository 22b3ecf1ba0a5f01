//! Sockets that listen already when the daemon starts: the service manager opened them, and hands them over by name.

use listenfd::ListenFd;
use rustix::net::sockopt::socket_acceptconn;
use std::fmt;
use std::io;
use std::net::TcpListener;
use std::os::fd::AsFd;
use std::os::unix::net::UnixListener;

/// Why a socket that was handed over is of no use.
#[derive(Debug, thiserror::Error)]
pub enum HandedError {
    /// There is no address of that name, or not any more.
    #[error(
        "the service manager handed over a socket `{0}`, and this daemon has no use for one of that name; FileDescriptorName= is \
         tls or plain, where listen has that address, tls-N or plain-N for LMK N of listen.lmks, officers, where officers.socket \
         is given, or metrics"
    )]
    Unknown(String),
    /// Names and sockets are not as many.
    #[error("the service manager handed over {sockets} sockets and {names} names (LISTEN_FDNAMES)")]
    Names {
        /// Sockets.
        sockets: usize,
        /// Names.
        names: usize,
    },
    /// It is no socket of that kind, or does not listen.
    #[error("the socket `{name}` that the service manager handed over: {reason}")]
    Unfit {
        /// Its name.
        name: String,
        /// Why.
        reason: io::Error,
    },
}

/// The sockets that were handed over and that nobody has taken yet.
pub struct Handed {
    sockets: ListenFd,
    /// By position; none where it has been taken.
    names: Vec<Option<String>>,
}

impl Handed {
    /// None at all.
    #[must_use]
    pub fn none() -> Self {
        Self { sockets: ListenFd::empty(), names: Vec::new() }
    }

    /// Those that the environment tells of (`LISTEN_PID`, `LISTEN_FDS`, `LISTEN_FDNAMES`). While the process has one
    /// thread.
    ///
    /// # Errors
    /// [`HandedError::Names`]
    pub fn from_environment() -> Result<Self, HandedError> {
        let pid = std::env::var("LISTEN_PID").ok().and_then(|pid| pid.parse().ok());
        if pid != Some(std::process::id()) {
            // For somebody else, who left it in the environment.
            return Ok(Self::none());
        }
        let names = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
        let sockets = ListenFd::from_env();
        let names: Vec<_> = names.split(':').filter(|name| !name.is_empty()).collect();
        if names.len() != sockets.len() {
            return Err(HandedError::Names { sockets: sockets.len(), names: names.len() });
        }
        let names = names.into_iter().map(|name| Some(name.to_owned())).collect();
        Ok(Self { sockets, names })
    }

    /// Takes the TCP sockets with this name: there may be several, as for two addresses of one machine.
    ///
    /// # Errors
    /// [`HandedError::Unfit`]
    pub fn take(&mut self, name: &str) -> Result<Vec<TcpListener>, HandedError> {
        self.take_with(name, ListenFd::take_tcp_listener)
    }

    /// Takes the Unix sockets with this name.
    ///
    /// # Errors
    /// [`HandedError::Unfit`]
    pub fn take_unix(&mut self, name: &str) -> Result<Vec<UnixListener>, HandedError> {
        self.take_with(name, ListenFd::take_unix_listener)
    }

    fn take_with<S: AsFd>(
        &mut self,
        name: &str,
        take: impl Fn(&mut ListenFd, usize) -> io::Result<Option<S>>,
    ) -> Result<Vec<S>, HandedError> {
        let mut taken = Vec::new();
        for (position, slot) in self.names.iter_mut().enumerate() {
            if slot.as_deref() != Some(name) {
                continue;
            }
            let unfit = |reason| HandedError::Unfit { name: name.to_owned(), reason };
            let Some(socket) = take(&mut self.sockets, position).map_err(unfit)? else { continue };
            let listens = socket_acceptconn(&socket).map_err(|error| unfit(error.into()))?;
            if !listens {
                return Err(unfit(io::Error::other("it does not listen (Accept=no is needed)")));
            }
            taken.push(socket);
            *slot = None;
        }
        Ok(taken)
    }

    /// Refuses what nobody has taken: whoever handed it over expects to be served there.
    ///
    /// # Errors
    /// [`HandedError::Unknown`], the first of them.
    pub fn finish(&self) -> Result<(), HandedError> {
        match self.names.iter().flatten().next() {
            Some(name) => Err(HandedError::Unknown(name.escape_default().to_string())),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Handed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handed").field("names", &self.names).finish_non_exhaustive()
    }
}
