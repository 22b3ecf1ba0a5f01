//! Randomness, handed in by whoever has it: nothing in this crate opens a source of its own.

use ring::rand::SecureRandom;

/// The source of randomness failed; nothing may be generated or encrypted with a random fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no randomness to be had")]
pub struct RandomFailed;

/// A source of uniformly random bytes.
pub trait Random {
    /// Fills `bytes`, of any length.
    ///
    /// # Errors
    /// [`RandomFailed`], and then `bytes` must not be used.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomFailed>;
}

/// The operating system's generator, by way of `ring`.
#[derive(Clone, Debug)]
pub struct SystemRandom(ring::rand::SystemRandom);

impl SystemRandom {
    /// A handle to the generator; cheap.
    #[must_use]
    pub fn new() -> Self {
        Self(ring::rand::SystemRandom::new())
    }
}

impl Default for SystemRandom {
    fn default() -> Self {
        Self::new()
    }
}

impl Random for SystemRandom {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomFailed> {
        self.0.fill(bytes).map_err(|_| RandomFailed)
    }
}
