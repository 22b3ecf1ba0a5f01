//! Frames: where a message starts and ends on a connection.
//!
//! A frame is only taken when it is whole. A length that cannot be believed ends the connection;
//! everything else inside a frame is answered.

pub mod compact;
pub mod host;

use zeroize::Zeroize;

/// What the head of a buffer holds.
#[derive(Debug, PartialEq, Eq)]
pub enum Taken<F> {
    /// A whole frame, and how many bytes of the buffer it took up.
    Frame(F, usize),
    /// The frame goes on; read more.
    Partial,
    /// No frame can be this long or this short; close the connection.
    Unbelievable,
}

/// Takes back what was appended since `out` was `length` bytes long, and wipes it: it may be an answer that nobody is to get.
pub fn take_back(out: &mut Vec<u8>, length: usize) {
    if let Some(last) = out.get_mut(length..) {
        last.zeroize();
    }
    out.truncate(length);
}

impl<F> Taken<F> {
    /// The same, with the frame made into something else.
    pub fn map<T>(self, make: impl FnOnce(F) -> T) -> Taken<T> {
        match self {
            Self::Frame(frame, size) => Taken::Frame(make(frame), size),
            Self::Partial => Taken::Partial,
            Self::Unbelievable => Taken::Unbelievable,
        }
    }
}
