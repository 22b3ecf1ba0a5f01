//! Typing: seen, or unseen with the terminal left as it was.

use super::signals::Signals;
use crate::{Leave, Secret};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::BorrowedFd;
use rustix::io::Errno;
use rustix::stdio::stdin;
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};
use std::io;
use zeroize::Zeroizing;

/// The longest secret that can be typed, bytes; it is never moved while it grows.
const LONGEST: usize = 1024;

const CTRL_C: u8 = 3;
const CTRL_D: u8 = 4;
const BACKSPACE: [u8; 2] = [8, 127];
const CTRL_U: u8 = 21;
const CTRL_Z: u8 = 26;

/// What came of a question.
pub(super) enum Typed {
    Line(Secret),
    /// The program stood still, and the terminal was somebody else's meanwhile.
    Again,
}

/// Reads a line that is seen while it is typed; the terminal does the editing.
pub(super) fn read_visible(signals: &Signals) -> Result<Typed, Leave> {
    let typed = read(signals, stdin())?;
    if matches!(typed, Typed::Again) && signals.wants_stop() {
        signals.stand_still();
    }
    Ok(typed)
}

/// Reads a line without echo. The terminal is as before when this returns, whatever happened, and while it stands still.
pub(super) fn read_hidden(signals: &Signals) -> Result<Typed, Leave> {
    let silence = Silence::begin()
        .map_err(|error| Leave::Lost(format!("The terminal cannot be made silent: {error}.")))?;
    let typed = read(signals, stdin());
    drop(silence);
    if matches!(typed, Ok(Typed::Again)) && signals.wants_stop() {
        signals.stand_still();
    }
    typed
}

fn read(signals: &Signals, input: BorrowedFd<'_>) -> Result<Typed, Leave> {
    // A signal interrupts poll; one that comes just before it is seen a moment later.
    let moment = Timespec { tv_sec: 0, tv_nsec: 300_000_000 };
    let mut line = Secret::new(Vec::with_capacity(LONGEST));
    let mut byte = Zeroizing::new([0; 1]);
    loop {
        let mut waiting = [PollFd::from_borrowed_fd(input, PollFlags::IN)];
        match poll(&mut waiting, Some(&moment)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(_) => return Err(Leave::Stopped),
        }
        if signals.came() {
            return Err(Leave::Stopped);
        }
        if signals.wants_stop() || signals.has_resumed() {
            return Ok(Typed::Again);
        }
        if !waiting.iter().any(|one| one.revents().contains(PollFlags::IN)) {
            if waiting.iter().any(|one| !one.revents().is_empty()) {
                return Err(Leave::Stopped);
            }
            continue;
        }
        match rustix::io::read(input, byte.as_mut_slice()) {
            Ok(0) | Err(_) => return Err(Leave::Stopped),
            Ok(_) => {}
        }
        let [letter] = *byte;
        match letter {
            b'\n' | b'\r' => return Ok(Typed::Line(line)),
            CTRL_Z => {
                signals.want_stop();
                return Ok(Typed::Again);
            }
            CTRL_C | CTRL_D => return Err(Leave::Stopped),
            CTRL_U => line.clear(),
            erase if BACKSPACE.contains(&erase) => {
                // Of a letter of several bytes, all of them.
                while line.pop().is_some_and(|last| last & 0b1100_0000 == 0b1000_0000) {}
            }
            // Arrows and the like; the rest of such a sequence is text, and a check value will tell.
            control if control < b' ' && control != b'\t' => {}
            typed if line.len() < LONGEST => line.push(typed),
            _ => {}
        }
    }
}

/// While it lives, nothing typed is shown and Ctrl-C is a byte like others.
struct Silence(Termios);

impl Silence {
    fn begin() -> io::Result<Self> {
        let before = tcgetattr(stdin())?;
        let mut silent = before.clone();
        silent.local_modes.remove(
            LocalModes::ECHO
                | LocalModes::ECHONL
                | LocalModes::ICANON
                | LocalModes::IEXTEN
                | LocalModes::ISIG,
        );
        silent.special_codes[SpecialCodeIndex::VMIN] = 1;
        silent.special_codes[SpecialCodeIndex::VTIME] = 0;
        let silence = Self(before);
        // What was typed too early was seen on the screen, so it is not taken for the secret.
        tcsetattr(stdin(), OptionalActions::Flush, &silent)?;
        Ok(silence)
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        // There is no other way left to turn the echo on.
        tcsetattr(stdin(), OptionalActions::Drain, &self.0).unwrap_or_default();
    }
}
