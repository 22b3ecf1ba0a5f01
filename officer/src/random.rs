//! Where randomness comes from: by argument, so that tests can repeat what a published vector did.

use crate::OfficerError;

/// A source of random bytes fit for keys.
pub trait Random {
    /// Fills `bytes`, of any length.
    ///
    /// # Errors
    /// [`OfficerError::Random`], and then `bytes` must not be used.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), OfficerError>;
}

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), OfficerError> {
        getrandom::fill(bytes).map_err(|_| OfficerError::Random)
    }
}

/// Adapts a function, such as a daemon's own generator behind a closure.
impl<F: FnMut(&mut [u8]) -> Result<(), OfficerError>> Random for F {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), OfficerError> {
        self(bytes)
    }
}
