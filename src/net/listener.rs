//! One listening socket: accept, count, shake hands, hand over to a connection.

use super::Limits;
use super::brevity::Brevity;
use super::connection;
use super::terms::{Terms, Visitor};
use super::tls::{Certificate, dialect};
use crate::caller::Caller;
use crate::engine::{Dialect, Engine, Session};
use crate::numbers::{Ended, SocketNumbers};
use payhsm_protocol::field::LmkId;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

/// How long to wait when the system has nothing left to accept with.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(100);

/// What every listener shares.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) engine: Arc<Engine>,
    pub(super) terms: watch::Receiver<Arc<Terms>>,
    pub(super) connections: Arc<Connections>,
    /// How many there have been.
    pub(super) admitted: Arc<AtomicUsize>,
    pub(super) tellings: Arc<Tellings>,
    pub(super) stop: watch::Receiver<bool>,
}

/// How many connections there are. The limit is no part of it: that may change.
#[derive(Debug, Default)]
pub(super) struct Connections(AtomicUsize);

/// One connection's place among them.
struct Place(Arc<Connections>);

impl Place {
    fn take(connections: &Arc<Connections>, limit: usize) -> Option<Self> {
        let one_more = |open: usize| (open < limit).then_some(open + 1);
        let taken = connections.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
        taken.ok().map(|_| Self(Arc::clone(connections)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What the log says of peers that nobody knows.
pub(super) struct Tellings {
    /// Connections refused for want of room.
    refusals: Arc<Brevity>,
    /// Handshakes that failed, and connections that were closed.
    ends: Arc<Brevity>,
}

/// Ends of connections that are told one by one, a second.
const ENDS: u32 = 100;

impl Default for Tellings {
    fn default() -> Self {
        let refusals = Brevity::new(1, |refused| {
            tracing::warn!(refused, "connection limit reached: refused");
        });
        let ends = Brevity::new(ENDS, |more| {
            tracing::info!(more, "connections ended too, or failed to begin");
        });
        Self { refusals, ends }
    }
}

impl Tellings {
    fn refused(&self, peer: SocketAddr, limit: usize) {
        if self.refusals.may_tell() {
            tracing::warn!(%peer, limit, refused = 1, "connection limit reached: refused");
        }
    }
}

/// A socket that accepts connections.
pub(super) struct Listener {
    pub(super) socket: TcpListener,
    pub(super) address: SocketAddr,
    pub(super) tls: bool,
    pub(super) port_lmk: Option<LmkId>,
}

impl Listener {
    /// Accepts until the daemon stops, then waits for the connections to end.
    pub(super) async fn run(self, shared: Shared) {
        let mut stop = shared.stop.clone();
        let mut tasks = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                biased;
                // An error means that the sender is gone: the daemon is going down.
                _ = stop.wait_for(|&stopping| stopping) => break,
                accepted = self.socket.accept() => accepted,
            };
            while tasks.try_join_next().is_some() {}
            match accepted {
                Ok((stream, address)) => self.admit(stream, address, &shared, &mut tasks),
                Err(error) => pause_after(&error).await,
            }
        }
        drop(self.socket);
        while tasks.join_next().await.is_some() {}
    }

    fn admit(
        &self,
        stream: TcpStream,
        address: SocketAddr,
        shared: &Shared,
        tasks: &mut JoinSet<()>,
    ) {
        let terms = Arc::clone(&shared.terms.borrow());
        let limit = terms.limits.connections;
        let Some(place) = Place::take(&shared.connections, limit) else {
            shared.engine.numbers().sockets.refused();
            shared.tellings.refused(address, limit);
            return;
        };
        let (tls, port_lmk, listening) = (self.tls, self.port_lmk, self.address);
        let number = shared.admitted.fetch_add(1, Ordering::Relaxed);
        let limits = terms.limits.spread(number);
        let shared = shared.clone();
        tasks.spawn(async move {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(peer = %address, %error, "cannot set TCP_NODELAY");
            }
            let _place = place;
            let engine = Arc::clone(&shared.engine);
            let tellings = Arc::clone(&shared.tellings);
            let ends = (stream.local_addr().unwrap_or(listening), address);
            let open = engine.numbers().sockets.open(ends, tls, engine.elapsed());
            let socket = Arc::clone(open.numbers());
            let ended = if tls {
                serve_tls(stream, address, (&terms, limits), port_lmk, (shared, socket)).await
            } else {
                serve_plain(stream, address, limits, port_lmk, (shared, socket)).await
            };
            log_end(address, ended, &tellings.ends);
            open.ended(ended);
        });
    }
}

/// Errors of one connection are that connection's; errors of the system want a rest.
async fn pause_after(error: &io::Error) {
    let of_one_connection = matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    );
    if !of_one_connection {
        tracing::warn!(%error, "cannot accept connections for now");
        tokio::time::sleep(EXHAUSTED_PAUSE).await;
    }
}

async fn serve_plain(
    stream: TcpStream,
    address: SocketAddr,
    limits: Limits,
    port_lmk: Option<LmkId>,
    (shared, socket): (Shared, Arc<SocketNumbers>),
) -> Ended {
    let peer = Arc::from(format!("plain:{address}"));
    let caller = Arc::new(Caller::plain());
    let session = Session { peer, caller, dialect: Dialect::Host, port_lmk };
    let visitor = Visitor::new(session, None, shared.terms, socket);
    connection::serve(stream, shared.engine, visitor, limits, shared.stop).await
}

async fn serve_tls(
    stream: TcpStream,
    address: SocketAddr,
    (terms, limits): (&Terms, Limits),
    port_lmk: Option<LmkId>,
    (shared, socket): (Shared, Arc<SocketNumbers>),
) -> Ended {
    let Some(tls) = &terms.tls else {
        return Ended::HandshakeFailed;
    };
    let accepted = TlsAcceptor::from(tls.config()).accept(stream);
    let stream = match timeout(limits.handshake, accepted).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            if shared.tellings.ends.may_tell() {
                tracing::info!(peer = %address, %error, "TLS handshake failed");
            }
            return Ended::HandshakeFailed;
        }
        Err(_) => {
            if shared.tellings.ends.may_tell() {
                tracing::info!(peer = %address, "TLS handshake took too long");
            }
            return Ended::HandshakeTooSlow;
        }
    };
    let (_, connection) = stream.get_ref();
    let dialect = dialect(connection);
    let Some(certificate) = Certificate::of(connection, tls) else {
        return Ended::HandshakeFailed;
    };
    let caller = Arc::new(Caller::unknown());
    let session = Session { peer: certificate.peer(), caller, dialect, port_lmk };
    let visitor = Visitor::new(session, Some(certificate), shared.terms, socket);
    connection::serve(stream, shared.engine, visitor, limits, shared.stop).await
}

fn log_end(address: SocketAddr, ended: Ended, ends: &Arc<Brevity>) {
    match ended {
        Ended::ByPeer | Ended::Stopping | Ended::Broken => {
            tracing::debug!(peer = %address, ?ended, "connection ended");
        }
        Ended::Idle | Ended::TooSlow | Ended::Unbelievable => {
            if ends.may_tell() {
                tracing::info!(peer = %address, ?ended, "connection closed");
            }
        }
        Ended::NotAccepted => {
            tracing::warn!(peer = %address, "its certificate is no longer accepted: closed");
        }
        // The handshake has said so itself.
        Ended::HandshakeFailed | Ended::HandshakeTooSlow => {}
    }
}
