//! Connections: who came, who was sent away, how they ended, and what went through each.

use super::Counter;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The peer closed it.
    ByPeer,
    /// The daemon is stopping.
    Stopping,
    /// No request came for too long.
    Idle,
    /// A request did not come to its end, or an answer was not taken, in time.
    TooSlow,
    /// A frame of unbelievable length.
    Unbelievable,
    /// The peer vanished.
    Broken,
    /// The TLS handshake failed.
    HandshakeFailed,
    /// The TLS handshake took too long.
    HandshakeTooSlow,
    /// Its certificate, good at the handshake, was not accepted any more.
    NotAccepted,
}

impl Ended {
    /// Each of them.
    pub const ALL: [Self; 9] = [
        Self::ByPeer,
        Self::Stopping,
        Self::Idle,
        Self::TooSlow,
        Self::Unbelievable,
        Self::Broken,
        Self::HandshakeFailed,
        Self::HandshakeTooSlow,
        Self::NotAccepted,
    ];

    /// Its name, as metrics have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ByPeer => "by_peer",
            Self::Stopping => "stopping",
            Self::Idle => "idle",
            Self::TooSlow => "too_slow",
            Self::Unbelievable => "unbelievable_frame",
            Self::Broken => "broken",
            Self::HandshakeFailed => "handshake_failed",
            Self::HandshakeTooSlow => "handshake_too_slow",
            Self::NotAccepted => "certificate_not_accepted",
        }
    }
}

/// What went through one connection, or through many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Bytes of requests that were answered, after TLS.
    pub bytes_received: u64,
    /// Bytes of answers, before TLS.
    pub bytes_sent: u64,
    /// Requests that were answered.
    pub messages: u64,
}

impl Traffic {
    const fn and(self, other: Self) -> Self {
        Self {
            bytes_received: self.bytes_received.saturating_add(other.bytes_received),
            bytes_sent: self.bytes_sent.saturating_add(other.bytes_sent),
            messages: self.messages.saturating_add(other.messages),
        }
    }
}

/// A connection that is open. Its own thread alone counts in it.
#[derive(Debug)]
pub struct SocketNumbers {
    local: SocketAddr,
    peer: SocketAddr,
    tls: bool,
    since: Duration,
    bytes_received: Counter,
    bytes_sent: Counter,
    messages: Counter,
}

impl SocketNumbers {
    /// So many requests, so many bytes long, were answered.
    pub(crate) fn answered(&self, messages: usize, bytes: usize) {
        self.messages.add(count(messages));
        self.bytes_received.add(count(bytes));
    }

    /// Answers left.
    pub(crate) fn sent(&self, bytes: usize) {
        self.bytes_sent.add(count(bytes));
    }

    fn traffic(&self) -> Traffic {
        Traffic {
            bytes_received: self.bytes_received.get(),
            bytes_sent: self.bytes_sent.get(),
            messages: self.messages.get(),
        }
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// A connection that is open, as monitors see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketSeen {
    /// This end.
    pub local: SocketAddr,
    /// The other end.
    pub peer: SocketAddr,
    /// Whether it speaks TLS.
    pub tls: bool,
    /// When it was accepted, by the daemon's clock.
    pub since: Duration,
    /// What went through it so far.
    pub traffic: Traffic,
}

/// All connections.
#[derive(Debug, Default)]
pub struct Sockets {
    accepted: Counter,
    refused: Counter,
    ended: [Counter; Ended::ALL.len()],
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    /// In the order in which they came.
    open: BTreeMap<u64, Arc<SocketNumbers>>,
    next: u64,
    /// What went through those that have ended, by the port at this end: the ports that the daemon listens on.
    gone: BTreeMap<u16, Traffic>,
}

/// A connection's place in the table; when this is dropped it has ended.
#[derive(Debug)]
pub struct Open<'a> {
    sockets: &'a Sockets,
    place: u64,
    numbers: Arc<SocketNumbers>,
    how: Option<Ended>,
}

impl Sockets {
    /// A connection was accepted, at `since` by the daemon's clock.
    pub(crate) fn open(
        &self,
        (local, peer): (SocketAddr, SocketAddr),
        tls: bool,
        since: Duration,
    ) -> Open<'_> {
        self.accepted.add(1);
        let numbers = Arc::new(SocketNumbers {
            local,
            peer,
            tls,
            since,
            bytes_received: Counter::default(),
            bytes_sent: Counter::default(),
            messages: Counter::default(),
        });
        let mut table = self.table();
        let place = table.next;
        table.next += 1;
        table.open.insert(place, Arc::clone(&numbers));
        Open { sockets: self, place, numbers, how: None }
    }

    /// A connection was sent away: there were as many as there may be.
    pub(crate) fn refused(&self) {
        self.refused.add(1);
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many were accepted.
    #[must_use]
    pub fn accepted(&self) -> u64 {
        self.accepted.get()
    }

    /// How many were sent away for want of room.
    #[must_use]
    pub fn sent_away(&self) -> u64 {
        self.refused.get()
    }

    /// How many have ended in this way.
    #[must_use]
    pub fn ended(&self, how: Ended) -> u64 {
        self.ended.get(how as usize).map_or(0, Counter::get)
    }

    /// Those that are open, the longest open first.
    #[must_use]
    pub fn seen(&self) -> Vec<SocketSeen> {
        let table = self.table();
        let seen = |one: &Arc<SocketNumbers>| SocketSeen {
            local: one.local,
            peer: one.peer,
            tls: one.tls,
            since: one.since,
            traffic: one.traffic(),
        };
        table.open.values().map(seen).collect()
    }

    /// What went through all connections since the start, by the port at this end.
    #[must_use]
    pub fn traffic(&self) -> BTreeMap<u16, Traffic> {
        let table = self.table();
        let mut all = table.gone.clone();
        for one in table.open.values() {
            let port = all.entry(one.local.port()).or_default();
            *port = port.and(one.traffic());
        }
        all
    }
}

impl Open<'_> {
    /// Where to count what goes through it.
    #[must_use]
    pub fn numbers(&self) -> &Arc<SocketNumbers> {
        &self.numbers
    }

    /// It ends in this way.
    pub(crate) fn ended(mut self, how: Ended) {
        self.how = Some(how);
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        // What nobody said the end of was cut off when the daemon stopped.
        let how = self.how.unwrap_or(Ended::Stopping);
        if let Some(ended) = self.sockets.ended.get(how as usize) {
            ended.add(1);
        }
        let mut table = self.sockets.table();
        table.open.remove(&self.place);
        let port = table.gone.entry(self.numbers.local.port()).or_default();
        *port = port.and(self.numbers.traffic());
    }
}

#[cfg(test)]
mod tests {
    use super::{Ended, Sockets, Traffic};
    use std::time::Duration;

    #[test]
    fn what_went_through_stays_when_a_connection_ends() {
        let sockets = Sockets::default();
        let at = |port: u16| ([127, 0, 0, 1], port).into();
        let one = sockets.open((at(2500), at(40_000)), true, Duration::from_secs(1));
        let other = sockets.open((at(1500), at(40_001)), false, Duration::from_secs(2));
        one.numbers().answered(3, 100);
        one.numbers().sent(50);
        other.numbers().answered(1, 7);
        sockets.refused();
        let seen = sockets.seen();
        let through = Traffic { bytes_received: 100, bytes_sent: 50, messages: 3 };
        assert_eq!((seen.len(), seen[0].tls, seen[0].traffic), (2, true, through));
        assert_eq!((seen[1].local.port(), seen[1].since), (1500, Duration::from_secs(2)));
        let before = sockets.traffic();
        one.ended(Ended::Idle);
        drop(other);
        assert_eq!(sockets.traffic(), before);
        assert_eq!(before[&2500], through);
        assert!(sockets.seen().is_empty());
        assert_eq!((sockets.accepted(), sockets.sent_away()), (2, 1));
        assert_eq!((sockets.ended(Ended::Idle), sockets.ended(Ended::Stopping)), (1, 1));
    }
}
