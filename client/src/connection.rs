//! One connection at a time: requests out in batches, replies in by number, and a new connection
//! when it fails.

use crate::config::Backoff;
use crate::dial::Dialler;
use crate::error::CallError;
use payhsm_protocol::frame::Taken;
use payhsm_protocol::frame::compact::{self, LENGTH_BYTES, MAX_FRAME};
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep, timeout};
use tokio_rustls::client::TlsStream;
use zeroize::{Zeroize, Zeroizing};

/// Room for at least one frame of any size, and for hundreds of usual ones.
const BUFFER: usize = 2 * (MAX_FRAME + LENGTH_BYTES);

/// Length, id and code of a request frame.
const HEAD: usize = LENGTH_BYTES + 6;

/// How many waiting requests are looked at together.
const BATCH: usize = 256;

/// A reply, before anyone has looked into it.
pub(crate) struct ReplyFrame {
    pub(crate) code: [u8; 2],
    pub(crate) error: [u8; 2],
    pub(crate) body: Zeroizing<Vec<u8>>,
}

/// A request that waits to be written.
pub(crate) struct Outgoing {
    pub(crate) code: [u8; 2],
    pub(crate) body: Zeroizing<Vec<u8>>,
    pub(crate) answer: Answerer,
}

type Answerer = oneshot::Sender<Result<ReplyFrame, CallError>>;

/// Bounds of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) backoff: Backoff,
    pub(crate) in_flight: usize,
    /// A peer that owes answers and says nothing for so long is taken for dead.
    pub(crate) silence: Duration,
}

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// The last client was dropped.
    Dropped,
    /// The peer closed it, or it broke.
    Lost,
    /// The peer sends what cannot be a frame.
    Malformed,
}

/// Requests that were written and not yet answered.
#[derive(Default)]
struct Pending(Mutex<HashMap<u32, Answerer>>);

impl Pending {
    fn lock(&self) -> MutexGuard<'_, HashMap<u32, Answerer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps a connection up until the last client is dropped.
pub(crate) async fn supervise(
    dialler: Dialler,
    mut stream: TlsStream<TcpStream>,
    mut queue: mpsc::Receiver<Outgoing>,
    mut alive: watch::Receiver<()>,
    pace: Pace,
) {
    let mut pause = pace.backoff.first;
    loop {
        let since = Instant::now();
        let pending = Pending::default();
        let ended = drive(stream, &mut queue, &pending, pace).await;
        let error = match ended {
            Ended::Dropped => return,
            Ended::Lost => CallError::ConnectionLost,
            Ended::Malformed => CallError::Malformed,
        };
        for (_, answer) in pending.lock().drain() {
            // A caller that gave up has dropped its end.
            drop(answer.send(Err(error)));
        }
        if since.elapsed() >= pace.backoff.longest {
            pause = pace.backoff.first;
        }
        stream = tokio::select! {
            _ = alive.changed() => return,
            stream = dial_again(&dialler, pace.backoff, &mut pause) => stream,
        };
    }
}

async fn dial_again(
    dialler: &Dialler,
    backoff: Backoff,
    pause: &mut Duration,
) -> TlsStream<TcpStream> {
    loop {
        sleep(*pause).await;
        *pause = backoff.after(*pause);
        if let Ok(stream) = dialler.dial().await {
            return stream;
        }
    }
}

async fn drive(
    stream: TlsStream<TcpStream>,
    queue: &mut mpsc::Receiver<Outgoing>,
    pending: &Pending,
    pace: Pace,
) -> Ended {
    let (reader, writer) = tokio::io::split(stream);
    tokio::select! {
        ended = read(reader, pending, pace.silence) => ended,
        ended = write(writer, queue, pending, pace.in_flight) => ended,
    }
}

/// Writes requests, all that wait in one go.
async fn write(
    mut writer: impl AsyncWrite + Unpin,
    queue: &mut mpsc::Receiver<Outgoing>,
    pending: &Pending,
    in_flight: usize,
) -> Ended {
    let mut batch = Zeroizing::new(Vec::with_capacity(BUFFER));
    let mut waiting = Vec::with_capacity(BATCH);
    let mut id = 0_u32;
    loop {
        if queue.recv_many(&mut waiting, BATCH).await == 0 {
            // Best effort: the peer also understands a connection that just ends.
            drop(writer.shutdown().await);
            return Ended::Dropped;
        }
        for Outgoing { code, body, answer } in waiting.drain(..) {
            if answer.is_closed() {
                continue; // timed out while it waited; nobody wants it done any more
            }
            if batch.len() + HEAD + body.len() > BUFFER
                && flush(&mut writer, &mut batch).await.is_err()
            {
                return Ended::Lost;
            }
            id = register(pending, id, answer, in_flight);
            let Ok(()) = compact::put_request::<Infallible>(&mut batch, id, code, |out| {
                out.extend_from_slice(&body);
                Ok(())
            });
        }
        if flush(&mut writer, &mut batch).await.is_err() {
            return Ended::Lost;
        }
    }
}

/// Gives the request the next number that is free, and forgets calls that were given up.
fn register(pending: &Pending, last: u32, answer: Answerer, in_flight: usize) -> u32 {
    let mut pending = pending.lock();
    if pending.len() >= in_flight.saturating_mul(2) {
        pending.retain(|_, answer| !answer.is_closed());
    }
    let mut id = last.wrapping_add(1);
    while pending.contains_key(&id) {
        id = id.wrapping_add(1);
    }
    pending.insert(id, answer);
    id
}

async fn flush(writer: &mut (impl AsyncWrite + Unpin), batch: &mut Vec<u8>) -> std::io::Result<()> {
    let written = match writer.write_all(batch).await {
        Ok(()) => writer.flush().await,
        Err(error) => Err(error),
    };
    batch.as_mut_slice().zeroize();
    batch.clear();
    written
}

/// Reads replies and hands each to the call that it belongs to.
async fn read(mut reader: impl AsyncRead + Unpin, pending: &Pending, silence: Duration) -> Ended {
    let mut buffer = Zeroizing::new(vec![0; BUFFER]);
    let mut filled = 0;
    loop {
        let owed = !pending.lock().is_empty();
        // There is always room: a whole frame is taken out, and no frame is longer.
        let Some(room) = buffer.get_mut(filled..) else { return Ended::Malformed };
        match timeout(silence, reader.read(room)).await {
            Ok(Ok(0) | Err(_)) => return Ended::Lost,
            Ok(Ok(size)) => filled += size,
            Err(_) if owed => return Ended::Lost,
            Err(_) => continue,
        }
        let mut taken = 0;
        loop {
            match compact::take_reply(buffer.get(taken..filled).unwrap_or_default()) {
                Taken::Frame(reply, size) => {
                    taken += size;
                    dispatch(pending, reply);
                }
                Taken::Partial => break,
                Taken::Unbelievable => return Ended::Malformed,
            }
        }
        buffer.copy_within(taken..filled, 0);
        buffer.get_mut(filled - taken..filled).unwrap_or_default().zeroize();
        filled -= taken;
    }
}

fn dispatch(pending: &Pending, reply: compact::Reply<'_>) {
    let Some(answer) = pending.lock().remove(&reply.id) else { return };
    let body = Zeroizing::new(reply.body.to_vec());
    // A caller that timed out has dropped its end: its late reply is dropped here.
    drop(answer.send(Ok(ReplyFrame { code: reply.code, error: reply.error, body })));
}
