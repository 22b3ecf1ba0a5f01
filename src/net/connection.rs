//! One connection: read whatever frames have come, have them answered, write the answers in one go.

use super::Limits;
use super::terms::Visitor;
use crate::engine::{Engine, MAX_BATCH_OUTPUT};
use crate::numbers::Ended;
use payhsm_protocol::frame::compact;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::watch;
use tokio::time::{Instant, Sleep, sleep_until, timeout, timeout_at};
use zeroize::Zeroize;

/// Bytes asked of a socket at a time: as much as one TLS record holds. A peer that sends and does not read costs no more than
/// this.
const READ_SIZE: usize = 16 * 1024;

/// The same, as a reader counts.
const READ_LIMIT: u64 = 16 * 1024;

/// Answers that are held back before they are written, so that a reader who does not read costs
/// no more memory than this and one batch.
const MAX_OUTPUT: usize = 16 * 1024;

/// What is left of a frame that has not come whole, and one read.
const INPUT_CAPACITY: usize = compact::LENGTH_BYTES + compact::MAX_FRAME + READ_SIZE;

/// How long a peer that was too slow already has for the end of TLS.
const SHORT_GOODBYE: std::time::Duration = std::time::Duration::from_millis(200);

/// How long a stopping daemon listens for what was already on its way.
const LAST_WORDS: std::time::Duration = std::time::Duration::from_millis(50);

/// Buffers that are wiped after every batch: requests and answers may hold clear values. They are
/// as large as they can become, since a buffer that grows leaves a copy behind; memory that was
/// never written to costs nothing. Whoever takes bytes out of them wipes these, so that there is nothing to wipe behind what
/// they hold: wiping all of it would touch, for every connection that ends, far more memory than it ever used.
struct Buffers {
    input: Vec<u8>,
    output: Vec<u8>,
}

impl Buffers {
    fn new() -> Self {
        Self {
            input: Vec::with_capacity(INPUT_CAPACITY),
            output: Vec::with_capacity(MAX_OUTPUT + MAX_BATCH_OUTPUT),
        }
    }
}

impl Drop for Buffers {
    fn drop(&mut self) {
        self.input.as_mut_slice().zeroize();
        self.output.as_mut_slice().zeroize();
    }
}

/// What a wait for bytes came to.
enum Read {
    Bytes,
    End,
    Stop,
    TimedOut,
    Broken,
    Refused,
}

/// A deadline that moves with every request. The timer behind it is set anew only when it fires,
/// so that a busy connection costs no timer work.
struct Deadline {
    timer: Pin<Box<Sleep>>,
    at: Instant,
}

impl Deadline {
    fn new(at: Instant) -> Self {
        Self { timer: Box::pin(sleep_until(at)), at }
    }

    /// Moves the deadline; an earlier one than before sets the timer at once.
    fn set(&mut self, at: Instant) {
        self.at = at;
        if at < self.timer.deadline() {
            self.timer.as_mut().reset(at);
        }
    }

    async fn passed(&mut self) {
        loop {
            self.timer.as_mut().await;
            if Instant::now() >= self.at {
                return;
            }
            self.timer.as_mut().reset(self.at);
        }
    }
}

/// Serves `stream` until it ends.
pub(super) async fn serve<S>(
    mut stream: S,
    engine: Arc<Engine>,
    mut visitor: Visitor,
    limits: Limits,
    mut stop: watch::Receiver<bool>,
) -> Ended
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut buffers = Buffers::new();
    let mut deadline = Deadline::new(Instant::now() + limits.idle);
    let mut partial = false;
    let going_down = stop.clone();
    // Both live as long as the connection: waiting anew for each request would cost more than it.
    let stopping = async move {
        // An error means that the sender is gone: the daemon is going down.
        drop(stop.wait_for(|&stopping| stopping).await);
    };
    let refused = visitor.until_refused();
    tokio::pin!(stopping, refused);
    let ended = loop {
        // A caller that never pauses must not keep the daemon from stopping.
        if going_down.has_changed().unwrap_or(true) {
            last_words(&mut stream, &engine, &mut visitor, limits, &mut buffers).await;
            break Ended::Stopping;
        }
        let ending = (stopping.as_mut(), refused.as_mut());
        match read(&mut stream, &mut buffers.input, &mut deadline, ending).await {
            Read::Bytes => {}
            Read::End => break Ended::ByPeer,
            Read::Broken => break Ended::Broken,
            Read::Refused => break Ended::NotAccepted,
            Read::TimedOut if partial => break Ended::TooSlow,
            Read::TimedOut => break Ended::Idle,
            Read::Stop => {
                last_words(&mut stream, &engine, &mut visitor, limits, &mut buffers).await;
                break Ended::Stopping;
            }
        }
        match answer_all(&mut stream, &engine, &mut visitor, limits, &mut buffers).await {
            Ok(_) if buffers.input.is_empty() => {
                partial = false;
                deadline.set(Instant::now() + limits.idle);
            }
            // A request has begun: from now on it has so long to come to its end.
            Ok(answered) if answered || !partial => {
                partial = true;
                deadline.set(Instant::now() + limits.request);
            }
            Ok(_) => {}
            Err(ended) => break ended,
        }
    };
    // A peer that vanished cannot be told goodbye, and one that does not read must not keep us.
    let patience = if ended == Ended::TooSlow { SHORT_GOODBYE } else { limits.request };
    let goodbye = timeout(patience, stream.shutdown()).await;
    drop(goodbye);
    ended
}

async fn read<S: AsyncRead + Unpin>(
    stream: &mut S,
    input: &mut Vec<u8>,
    deadline: &mut Deadline,
    (stopping, refused): (Pin<&mut impl Future<Output = ()>>, Pin<&mut impl Future<Output = ()>>),
) -> Read {
    input.reserve(READ_SIZE);
    let mut some = stream.take(READ_LIMIT);
    let outcome = tokio::select! {
        biased;
        outcome = some.read_buf(input) => outcome,
        () = stopping => return Read::Stop,
        () = refused => return Read::Refused,
        () = deadline.passed() => return Read::TimedOut,
    };
    match outcome {
        Ok(0) => Read::End,
        Ok(_) => Read::Bytes,
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Read::End,
        Err(_) => Read::Broken,
    }
}

/// Answers every whole frame in hand; says whether there was one.
async fn answer_all<S: AsyncWrite + Unpin>(
    stream: &mut S,
    engine: &Engine,
    visitor: &mut Visitor,
    limits: Limits,
    buffers: &mut Buffers,
) -> Result<bool, Ended> {
    let mut consumed = 0;
    // What does not go into the first batch has waited for it.
    let mut came = None;
    loop {
        let input = buffers.input.get(consumed..).unwrap_or_default();
        let Some(session) = visitor.session() else {
            // What was done before it was refused is told.
            write(stream, limits, &mut buffers.output).await?;
            return Err(Ended::NotAccepted);
        };
        let output = &mut buffers.output;
        let unsent = if engine.cards().may_block() {
            // Whoever waits for another machine gives its place among the threads to others.
            tokio::task::block_in_place(|| engine.begin_since(session, input, output, came))
        } else {
            engine.begin_since(session, input, output, came)
        };
        came = Some(unsent.came());
        let batch = unsent.await;
        visitor.socket().answered(batch.answered, batch.consumed);
        consumed += batch.consumed;
        let more = batch.answered > 0 && !batch.unbelievable;
        if !more || buffers.output.len() >= MAX_OUTPUT {
            visitor.socket().sent(buffers.output.len());
            write(stream, limits, &mut buffers.output).await?;
        }
        if batch.unbelievable {
            return Err(Ended::Unbelievable);
        }
        if !more {
            break;
        }
    }
    // What is left moves to the front; what was answered is wiped.
    let left = buffers.input.len() - consumed;
    buffers.input.copy_within(consumed.., 0);
    if let Some(spent) = buffers.input.get_mut(left..) {
        spent.zeroize();
    }
    buffers.input.truncate(left);
    Ok(consumed > 0)
}

async fn write<S: AsyncWrite + Unpin>(
    stream: &mut S,
    limits: Limits,
    output: &mut Vec<u8>,
) -> Result<(), Ended> {
    if output.is_empty() {
        return Ok(());
    }
    let written = timeout(limits.request, async {
        stream.write_all(output).await?;
        stream.flush().await
    })
    .await;
    output.as_mut_slice().zeroize();
    output.clear();
    match written {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(Ended::Broken),
        Err(_) => Err(Ended::TooSlow),
    }
}

/// The daemon is stopping: what has been sent is answered, then it is over.
async fn last_words<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    engine: &Engine,
    visitor: &mut Visitor,
    limits: Limits,
    buffers: &mut Buffers,
) {
    let last = Instant::now() + limits.request;
    while Instant::now() < last {
        // A request that has begun gets its time; otherwise only what is in flight is waited for.
        let wait = if buffers.input.is_empty() { Instant::now() + LAST_WORDS } else { last };
        buffers.input.reserve(READ_SIZE);
        match timeout_at(wait, (&mut *stream).take(READ_LIMIT).read_buf(&mut buffers.input)).await {
            Ok(Ok(1..)) => {}
            Ok(Ok(0) | Err(_)) | Err(_) => return,
        }
        if answer_all(stream, engine, visitor, limits, buffers).await.is_err() {
            return;
        }
    }
}
