//! What can go wrong, in words an operator can act on.

use rustix::io::Errno;
use std::{fmt, io};
use thiserror::Error;

/// A system call that failed, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SystemError {
    call: &'static str,
    code: i32,
}

impl SystemError {
    pub(crate) fn new(call: &'static str, error: Errno) -> Self {
        Self { call, code: error.raw_os_error() }
    }

    /// The name of the system call.
    #[must_use]
    pub fn call(&self) -> &'static str {
        self.call
    }

    /// The error number (`errno`).
    #[must_use]
    pub fn code(&self) -> i32 {
        self.code
    }
}

impl fmt::Display for SystemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.call, io::Error::from_raw_os_error(self.code))
    }
}

impl std::error::Error for SystemError {}

/// Why there is no secret memory to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ArenaError {
    /// The kernel does not give secret memory: too old (before 5.14), switched off, or the call is filtered.
    #[error(
        "this kernel gives no secret memory ({0}): it needs Linux 5.14 or later with CONFIG_SECRETMEM, \
         before 6.5 also secretmem.enable=1 on its command line, and a SystemCallFilter= that lets memfd_secret pass"
    )]
    NoSecretMemory(SystemError),
    /// The process may not lock that much memory.
    #[error(
        "{wanted} bytes of memory cannot be locked: RLIMIT_MEMLOCK lets this process lock {} in all (hard limit {}); \
         raise LimitMEMLOCK= in its systemd unit, or `ulimit -l` (in KiB) before it starts",
        Limit(*soft), Limit(*hard)
    )]
    LockLimit {
        /// Bytes that were to be locked, on top of what is.
        wanted: usize,
        /// Soft limit in bytes, after an attempt to raise it; `None` is unlimited.
        soft: Option<u64>,
        /// Hard limit in bytes; `None` is unlimited.
        hard: Option<u64>,
    },
    /// The kernel refused memory for another reason.
    #[error("memory for secrets was refused ({0})")]
    Refused(SystemError),
    /// A secret larger, or more strictly aligned, than the largest slot.
    #[error(
        "a secret of {wanted} bytes does not fit: the largest slot has {} bytes",
        crate::LARGEST
    )]
    TooLarge {
        /// Bytes asked for, or the alignment where that is what does not fit.
        wanted: usize,
    },
    /// The arena is as large as it may become.
    #[error("secret memory is full: all {cap} bytes that it may have are in use")]
    Full {
        /// The configured size in bytes.
        cap: usize,
    },
    /// All stacks of a pool are in use.
    #[error("all {cap} stacks of the pool are in use")]
    NoStackLeft {
        /// How many the pool may have.
        cap: usize,
    },
    /// A closure for [`place`](crate::Arena::place) returned something other than the place it was given.
    #[error("the value was not made in the place that was given for it")]
    NotInPlace,
    /// The arena of the process was there already, with options of its own.
    #[error("the arena of this process has been set up already")]
    AlreadySet,
}

/// A resource limit in words.
struct Limit(Option<u64>);

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(bytes) => write!(f, "{bytes} bytes"),
            None => f.write_str("any amount"),
        }
    }
}

/// Why a value was not placed.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum PlaceError<E> {
    /// There is no place for it.
    #[error(transparent)]
    Arena(#[from] ArenaError),
    /// It could not be made.
    #[error("{0}")]
    Make(E),
}

/// Why a secret was not read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// There is no place for it.
    #[error(transparent)]
    Arena(#[from] ArenaError),
    /// Its source failed, or ended too early ([`io::ErrorKind::UnexpectedEof`]).
    #[error("the secret could not be read ({0})")]
    Source(#[source] io::Error),
}
