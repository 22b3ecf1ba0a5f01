//! A connection of the console: frames in, answers out.

use super::office::Office;
use super::refusal::Refusal;
use super::session::Session;
use payhsm_arena::{ArenaBox, ReadError, with_stack_wiped};
use payhsm_protocol::compact::Compact;
use payhsm_protocol::officer::{Act, Answer, MAX_MESSAGE, MAX_SECRET};
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

/// Without an act, after which a connection ends and whoever is present on it has to log in anew.
const IDLE: Duration = Duration::from_secs(600);

/// From the first byte of an act to its last, and for taking an answer.
const FRAME: Duration = Duration::from_secs(30);

/// Bytes of stack that an act may take, down to the disk.
pub(super) const DEEPEST: usize = 256 << 10;

/// What ends a connection besides its other end.
enum Ended {
    /// It went away, or was too slow.
    Gone,
    /// It sent what is no frame; it is told, and that was all.
    Unbelievable(&'static str),
}

impl From<io::Error> for Ended {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

/// One act with what came beside it.
struct Frame {
    message: Vec<u8>,
    secret: Option<ArenaBox<[u8]>>,
}

/// Answers a connection until it ends.
pub(super) fn serve(office: &Arc<Office>, stream: &UnixStream) {
    let Ok(mut session) = Session::new() else { return };
    if let Err(Ended::Unbelievable(why)) = acts(office, &mut session, stream) {
        tracing::warn!(why, "the officers' socket: a connection was closed");
        refuse(stream, why);
    }
}

/// Tells a connection why it is closed. A frame this short never waits for its reader.
pub(super) fn refuse(stream: &UnixStream, why: &'static str) {
    drop(write(stream, &Answer::Refused(Refusal::new(why).sentence)));
}

fn acts(office: &Arc<Office>, session: &mut Session, stream: &UnixStream) -> Result<(), Ended> {
    stream.set_write_timeout(Some(FRAME))?;
    loop {
        let Frame { message, secret } = read(stream)?;
        let act = Act::take(&message).map_err(|_| {
            Ended::Unbelievable("this is no act; are console and daemon of one version?")
        })?;
        // Keys that an act works on are on its stack, the ciphers' round keys too: one in secret memory. The answer is
        // encoded there as well: moved as a value, it would take along what lay in its gaps.
        let frame = with_stack_wiped::<DEEPEST, _>(|| {
            let answer = office.answer(session, act, secret);
            framed_or_told(&answer)
        });
        { stream }.write_all(&frame.ok_or(Ended::Gone)?)?;
    }
}

fn read(mut stream: &UnixStream) -> Result<Frame, Ended> {
    stream.set_read_timeout(Some(IDLE))?;
    let mut lengths = [[0; 4]; 2];
    stream.read_exact(lengths.as_flattened_mut())?;
    // What has begun comes to its end.
    stream.set_read_timeout(Some(FRAME))?;
    let [message, secret] = lengths.map(|length| usize::try_from(u32::from_be_bytes(length)));
    let message = message.ok().filter(|length| *length <= MAX_MESSAGE);
    let secret = secret.ok().filter(|length| *length <= MAX_SECRET);
    let (Some(message), Some(secret)) = (message, secret) else {
        return Err(Ended::Unbelievable("a frame announced more than there can be"));
    };
    let mut bytes = vec![0; message];
    stream.read_exact(&mut bytes)?;
    let secret = if secret == 0 { None } else { Some(read_secret(stream, secret)?) };
    Ok(Frame { message: bytes, secret })
}

/// By the kernel into secret memory: no buffer of this process has it in between.
fn read_secret(stream: &UnixStream, length: usize) -> Result<ArenaBox<[u8]>, Ended> {
    let no_memory = "there is no secret memory left to enter anything";
    let arena = payhsm_arena::global().map_err(|_| Ended::Unbelievable(no_memory))?;
    arena.read_exact_from(stream, length).map_err(|error| match error {
        ReadError::Arena(_) => Ended::Unbelievable(no_memory),
        ReadError::Source(_) => Ended::Gone,
    })
}

fn write(mut stream: &UnixStream, answer: &Answer) -> Result<(), Ended> {
    Ok(stream.write_all(&framed_or_told(answer).ok_or(Ended::Gone)?)?)
}

fn framed_or_told(answer: &Answer) -> Option<Vec<u8>> {
    let told = "The answer is too long to be sent; what was asked for may have been done.";
    framed(answer).or_else(|| framed(&Answer::Refused(told.to_owned())))
}

/// Length, no secret, message.
fn framed(answer: &Answer) -> Option<Vec<u8>> {
    let mut frame = vec![0; 8];
    answer.put(&mut frame).ok()?;
    let length = u32::try_from(frame.len() - 8).ok().filter(|_| frame.len() - 8 <= MAX_MESSAGE)?;
    frame.first_chunk_mut::<4>()?.copy_from_slice(&length.to_be_bytes());
    Some(frame)
}
