//! What a start tells monitors: that it was one more, and whose it is.

use crate::clock::{SystemTimeOfDay, TimeOfDay};
use crate::config::Config;
use crate::numbers::Numbers;
use payhsm_keys::{Random, RandomFailed, SystemRandom};
use tokio::runtime::Handle;

/// This start, after those before it, and the threads whose time is counted.
pub(super) fn begin(config: &Config, numbers: &Numbers) {
    numbers.load.is_of(Handle::current().metrics().num_workers());
    let begun = numbers.lives.begin(config.state.as_deref(), SystemTimeOfDay.unix_seconds());
    if let Err(error) = begun.and_then(|()| numbers.lives.named(serial())) {
        // It is for monitors alone; nothing depends on it.
        tracing::warn!(%error, "the count of starts");
    }
}

/// A serial number for an appliance that has none.
fn serial() -> u64 {
    let mut drawn = [0; 8];
    // Without randomness it has none until the next start.
    match SystemRandom::new().fill(&mut drawn) {
        Ok(()) => u64::from_le_bytes(drawn),
        Err(RandomFailed) => 0,
    }
}
