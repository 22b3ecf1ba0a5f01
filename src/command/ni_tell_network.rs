//! NI: who is connected, and what went through.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use crate::numbers::{Ended, Numbers, SocketSeen};
use payhsm_protocol::command::ni_tell_network::{HostPort, NetworkTold, TellNetwork};
use payhsm_protocol::field::{Connected, Traffic};
use std::net::IpAddr;
use std::time::Duration;

/// Of more an answer would not tell: it has to fit into a message of the host dialect.
const MOST: usize = 1000;

/// How a connection ends that nobody wanted to end.
const BROKEN: [Ended; 3] = [Ended::Broken, Ended::TooSlow, Ended::Unbelievable];

/// How a handshake ends.
const NO_HANDSHAKE: [Ended; 2] = [Ended::HandshakeFailed, Ended::HandshakeTooSlow];

impl Handle for TellNetwork {
    const POLICY: Policy = Policy::STATUS;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<NetworkTold> {
        let now = context.clock.elapsed();
        let connections = match request.port {
            HostPort::First => context.numbers.sockets.seen(),
            HostPort::Second => Vec::new(),
        };
        let connections = connections.iter().take(MOST).map(|one| connected(one, now)).collect();
        let traffic = request.statistics.then(|| match request.port {
            HostPort::First => traffic(context.numbers),
            HostPort::Second => Traffic::default(),
        });
        Ok(NetworkTold { connections, traffic }.into())
    }
}

fn connected(one: &SocketSeen, now: Duration) -> Connected {
    let peer = match one.peer.ip().to_canonical() {
        IpAddr::V4(address) => address.octets(),
        IpAddr::V6(_) => [0; 4],
    };
    let seconds = now.saturating_sub(one.since).as_secs();
    Connected {
        local_port: one.local.port(),
        peer,
        peer_port: one.peer.port(),
        seconds: u32::try_from(seconds).unwrap_or(u32::MAX),
    }
}

fn traffic(numbers: &Numbers) -> Traffic {
    let sockets = &numbers.sockets;
    let ended = |how: &[Ended]| how.iter().map(|&how| sockets.ended(how)).sum();
    let mut traffic = Traffic {
        refused: sockets.sent_away(),
        broken: ended(&BROKEN),
        handshakes_failed: ended(&NO_HANDSHAKE),
        ..Traffic::default()
    };
    for port in sockets.traffic().values() {
        traffic.bytes_sent = traffic.bytes_sent.saturating_add(port.bytes_sent);
        traffic.bytes_received = traffic.bytes_received.saturating_add(port.bytes_received);
        traffic.sent = traffic.sent.saturating_add(port.messages);
    }
    // Each request has one answer.
    traffic.received = traffic.sent;
    traffic
}
