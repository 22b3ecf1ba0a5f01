//! How much memory the process may lock.

use crate::error::ArenaError;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the soft limit for locked memory to the hard one. Whether it changed.
pub(crate) fn raise_lock_limit() -> bool {
    let now = getrlimit(Resource::Memlock);
    let raised = Rlimit { current: now.maximum, maximum: now.maximum };
    now.current != now.maximum && setrlimit(Resource::Memlock, raised).is_ok()
}

/// The refusal of `wanted` bytes, with the limits as they stand.
pub(crate) fn lock_limit(wanted: usize) -> ArenaError {
    let now = getrlimit(Resource::Memlock);
    ArenaError::LockLimit { wanted, soft: now.current, hard: now.maximum }
}
