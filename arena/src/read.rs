//! Secrets read straight into their place.

use crate::arena::Arena;
use crate::boxed::ArenaBox;
use crate::error::ReadError;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd};

impl Arena {
    /// `length` bytes from a file, pipe or socket, by `read(2)` into the slot: no buffer of this process sees them.
    ///
    /// ```
    /// # let arena = payhsm_arena::Arena::new(payhsm_arena::Options::default())?;
    /// let random = arena.read_exact_from(std::fs::File::open("/dev/urandom")?, 32)?;
    /// assert_eq!(random.len(), 32);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Not for files opened with `O_DIRECT`, and not with io_uring's own buffers: the kernel refuses secret memory there.
    ///
    /// # Errors
    /// [`ReadError`]; what was read until then is wiped.
    pub fn read_exact_from(
        &self,
        source: impl AsFd,
        length: usize,
    ) -> Result<ArenaBox<[u8]>, ReadError> {
        self.read_exact(&mut Unbuffered(source.as_fd()), length)
    }

    /// `length` bytes from a reader. It must not buffer: a `BufReader`, and `std::io::stdin()`, keep a copy.
    ///
    /// # Errors
    /// [`ReadError`]; what was read until then is wiped.
    pub fn read_exact(
        &self,
        source: &mut impl Read,
        length: usize,
    ) -> Result<ArenaBox<[u8]>, ReadError> {
        let mut secret = self.zeroed(length)?;
        source.read_exact(&mut secret).map_err(ReadError::Source)?;
        Ok(secret)
    }
}

/// A file descriptor as a reader without a buffer.
struct Unbuffered<'fd>(BorrowedFd<'fd>);

impl Read for Unbuffered<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        Ok(rustix::io::read(self.0, into)?)
    }
}
