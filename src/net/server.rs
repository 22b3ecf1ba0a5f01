//! All the listening sockets of a daemon, from start to stop.

use super::listener::{Listener, Shared};
use super::terms::{NewTerms, Terms};
use crate::engine::Engine;
use crate::service::{Handed, HandedError};
use payhsm_protocol::field::LmkId;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Connections that may wait to be accepted; the system may allow fewer (`net.core.somaxconn`).
const QUEUE: u32 = 4096;

/// Why a daemon cannot start to listen.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A port is taken, or not ours to take.
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        /// Where it was to listen.
        address: SocketAddr,
        /// What the system says.
        reason: io::Error,
    },
    /// A socket that was handed over is of no use.
    #[error(transparent)]
    Handed(#[from] HandedError),
    /// The port numbers run out above the base.
    #[error("no port left above {0} for every LMK")]
    Ports(SocketAddr),
}

/// A socket that is listening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Where.
    pub address: SocketAddr,
    /// Whether it speaks TLS.
    pub tls: bool,
    /// The LMK that it stands for; `None` for the base port.
    pub lmk: Option<LmkId>,
}

/// A daemon that listens.
pub struct Server {
    engine: Arc<Engine>,
    terms: watch::Sender<Arc<Terms>>,
    lmks: Vec<LmkId>,
    listeners: Vec<Listener>,
    bound: Vec<Bound>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("bound", &self.bound).finish_non_exhaustive()
    }
}

impl Server {
    /// A server that listens nowhere yet. These LMKs get ports of their own, whether they are
    /// loaded or not.
    #[must_use]
    pub fn new(engine: Arc<Engine>, terms: Terms, lmks: Vec<LmkId>) -> Self {
        let (terms, _) = watch::channel(Arc::new(terms));
        Self { engine, terms, lmks, listeners: Vec::new(), bound: Vec::new() }
    }

    /// For putting other terms in place of these.
    #[must_use]
    pub fn terms(&self) -> NewTerms {
        NewTerms(self.terms.clone())
    }

    /// Where it listens.
    #[must_use]
    pub fn bound(&self) -> &[Bound] {
        &self.bound
    }

    /// Listens on `base` (default LMK) and, for every LMK `n` with a port of its own, on
    /// `base + 1 + n`; over TLS or in plain TCP. Port 0 lets the system choose each. Where sockets were handed over under
    /// the name of such a port (`tls`, `tls-n`, `plain`, `plain-n`), they take its place.
    ///
    /// # Errors
    /// [`StartError`] names the address.
    pub fn listen(
        &mut self,
        base: SocketAddr,
        tls: bool,
        handed: &mut Handed,
    ) -> Result<(), StartError> {
        let kind = if tls { "tls" } else { "plain" };
        let lmks = self.lmks.clone();
        for lmk in std::iter::once(None).chain(lmks.into_iter().map(Some)) {
            let name = lmk.map_or_else(|| kind.to_owned(), |id| format!("{kind}-{}", id.0));
            let handed_over = handed.take(&name)?;
            if !handed_over.is_empty() {
                for socket in handed_over {
                    let unfit = |reason| HandedError::Unfit { name: name.clone(), reason };
                    socket.set_nonblocking(true).map_err(unfit)?;
                    let socket = TcpListener::from_std(socket).map_err(unfit)?;
                    let address = socket.local_addr().map_err(unfit)?;
                    self.add(socket, Bound { address, tls, lmk });
                }
                continue;
            }
            let mut address = base;
            let offset = lmk.map_or(0, |id| u16::from(id.0) + 1);
            if base.port() != 0 {
                let port = base.port().checked_add(offset).ok_or(StartError::Ports(base))?;
                address.set_port(port);
            }
            let failed = |reason| StartError::Listen { address, reason };
            let socket = listener(address).map_err(failed)?;
            let address = socket.local_addr().map_err(failed)?;
            self.add(socket, Bound { address, tls, lmk });
        }
        Ok(())
    }

    fn add(&mut self, socket: TcpListener, bound: Bound) {
        let Bound { address, tls, lmk } = bound;
        self.bound.push(bound);
        self.listeners.push(Listener { socket, address, tls, port_lmk: lmk });
    }

    /// Serves until `stop` says so, and then until every connection has had its last answers.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        let shared = Shared {
            engine: self.engine,
            terms: self.terms.subscribe(),
            connections: Arc::default(),
            admitted: Arc::default(),
            tellings: Arc::default(),
            stop,
        };
        let mut listeners = JoinSet::new();
        for listener in self.listeners {
            listeners.spawn(listener.run(shared.clone()));
        }
        while listeners.join_next().await.is_some() {}
    }
}

/// A socket that listens. After a restart all callers come back at once: a queue of the usual 128 would have some of them wait
/// for seconds.
fn listener(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A port on which nobody listens any more may be taken again at once.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(QUEUE)
}
