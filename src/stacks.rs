//! The stacks that handlers run on: what they compute with clear keys lies in secret memory alone.

use crate::cli::Failure;
use crate::config::Config;
use payhsm_arena::{ArenaError, Policy, PooledStack, StackPool};
use payhsm_fibers::TOGETHER;
use std::sync::{Once, OnceLock};
use std::{fmt, io};

/// Bytes of a stack. Every handler passes its tests on as much, also in builds without optimisation, which need more.
const STACK: usize = 64 << 10;

/// More threads than this never answer at one time; each has a stack for every request that it handles together.
const MOST: usize = 1024 * TOGETHER;

/// The stacks of the process.
static POOL: OnceLock<StackPool> = OnceLock::new();

/// Maps the stacks for `threads` threads that answer, so that what is wrong shows now and no request waits for it.
///
/// # Errors
/// What the system does not give, where the configuration insists on it.
pub(crate) fn prepare(config: &Config, threads: usize) -> Result<(), Failure> {
    let ready = (threads * TOGETHER).min(MOST);
    if !config.strict_memory() {
        if ordinary() {
            tracing::warn!("handlers run on ordinary stacks: this process leaks keys on purpose");
        } else {
            prefer(ready);
        }
        return Ok(());
    }
    let pool = StackPool::new(STACK, ready, MOST, Policy::SecretOnly).map_err(|error| {
        format!(
            "no secret stacks for {threads} threads: {error}; {}; memory.strict = false makes do with locked memory, \
             which the system's administrator can read",
            Needed(ready)
        )
    })?;
    // Only tests have one before a daemon starts.
    drop(POOL.set(pool));
    Ok(())
}

/// What a process has to be allowed to lock with so many stacks.
struct Needed(usize);

impl fmt::Display for Needed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stacks = self.0 * STACK + payhsm_arena::APART;
        let keys = payhsm_arena::Options::default().cap;
        let all = stacks + keys;
        write!(
            f,
            "stacks take {stacks} bytes and keys up to {keys}, so LimitMEMLOCK={all} is enough"
        )
    }
}

fn prefer(ready: usize) {
    match StackPool::new(STACK, ready, MOST, Policy::PreferSecret) {
        Ok(pool) => {
            if let Some(shortfall) = pool.shortfall() {
                let protection = pool.protection();
                tracing::warn!(%protection, %shortfall, "the stacks of handlers are locked memory");
            }
            drop(POOL.set(pool));
        }
        Err(shortfall) => {
            let needed = Needed(ready);
            tracing::warn!(%shortfall, %needed, "there are too few protected stacks for handlers");
        }
    }
}

/// Whether handlers are to run on ordinary stacks: how a test knows that its search for leaks would find one. Builds for
/// production do not have this switch.
pub(crate) fn ordinary() -> bool {
    cfg!(debug_assertions) && std::env::var_os("PAYHSM_TEST_ORDINARY_STACKS").is_some()
}

/// A stack for a handler. Where there is none, handlers run on the stack of their thread, and the log says so once.
///
/// # Errors
/// As [`StackPool::take`].
pub(crate) fn take() -> io::Result<PooledStack> {
    static WARNED: Once = Once::new();
    taken().map_err(|error| {
        WARNED.call_once(|| tracing::warn!(%error, "handlers run on ordinary stacks"));
        io::Error::other(error)
    })
}

fn taken() -> Result<PooledStack, ArenaError> {
    if let Some(pool) = POOL.get() {
        return pool.take();
    }
    if ordinary() {
        return Err(ArenaError::NoStackLeft { cap: 0 });
    }
    let pool = StackPool::new(STACK, 0, MOST, Policy::PreferSecret)?;
    POOL.get_or_init(|| pool).take()
}
