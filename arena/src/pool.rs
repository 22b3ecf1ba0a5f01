//! Stacks that are used again.

use crate::error::ArenaError;
use crate::region::{Policy, Protection};
use crate::stack::SecretStack;
use corosensei::stack::{Stack, StackPointer};
use std::fmt;
use std::mem::ManuallyDrop;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Secret stacks of one size, mapped as needed and kept. A handle: cheap to clone; one for each thread or one for all.
#[derive(Clone)]
pub struct StackPool {
    shared: Arc<Shared>,
}

struct Shared {
    stack_bytes: usize,
    cap: usize,
    policy: Policy,
    stacks: Mutex<Stacks>,
}

struct Stacks {
    /// Clean ones.
    idle: Vec<SecretStack>,
    /// In use and idle.
    mapped: usize,
    protection: Protection,
    shortfall: Option<ArenaError>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Stacks> {
        self.stacks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn map(&self, stacks: &mut Stacks) -> Result<SecretStack, ArenaError> {
        if stacks.mapped >= self.cap {
            return Err(ArenaError::NoStackLeft { cap: self.cap });
        }
        let stack = SecretStack::new(self.stack_bytes, self.policy)?;
        stacks.mapped += 1;
        stacks.protection = stacks.protection.min(stack.protection());
        stacks.shortfall = stacks.shortfall.or_else(|| stack.shortfall());
        Ok(stack)
    }
}

impl StackPool {
    /// A pool of at most `cap` stacks of `stack_bytes` bytes each. The first `ready` of them are mapped now, so that
    /// what is wrong shows here.
    ///
    /// # Errors
    /// As [`SecretStack::new`]; [`ArenaError::NoStackLeft`] if `ready` is more than `cap`.
    pub fn new(
        stack_bytes: usize,
        ready: usize,
        cap: usize,
        policy: Policy,
    ) -> Result<Self, ArenaError> {
        let none = Stacks {
            idle: Vec::with_capacity(cap),
            mapped: 0,
            protection: Protection::Secret,
            shortfall: None,
        };
        let shared = Shared { stack_bytes, cap, policy, stacks: Mutex::new(none) };
        {
            let mut stacks = shared.lock();
            for _ in 0..ready {
                let stack = shared.map(&mut stacks)?;
                stacks.idle.push(stack);
            }
        }
        Ok(Self { shared: Arc::new(shared) })
    }

    /// A clean stack; the one that was given back last is taken first, since caches know it.
    ///
    /// # Errors
    /// [`ArenaError::NoStackLeft`], or as [`SecretStack::new`] when one has to be mapped.
    pub fn take(&self) -> Result<PooledStack, ArenaError> {
        let mut stacks = self.shared.lock();
        let stack = match stacks.idle.pop() {
            Some(stack) => stack,
            None => self.shared.map(&mut stacks)?,
        };
        Ok(PooledStack { stack: ManuallyDrop::new(stack), shared: Arc::clone(&self.shared) })
    }

    /// Stacks that wait to be taken, without mapping another.
    #[must_use]
    pub fn idle(&self) -> usize {
        self.shared.lock().idle.len()
    }

    /// The protection that all stacks mapped so far have.
    #[must_use]
    pub fn protection(&self) -> Protection {
        self.shared.lock().protection
    }

    /// Why that is not [`Protection::Secret`] although it was preferred: for the log and the status.
    #[must_use]
    pub fn shortfall(&self) -> Option<ArenaError> {
        self.shared.lock().shortfall
    }
}

impl fmt::Debug for StackPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stacks = self.shared.lock();
        let Shared { stack_bytes, cap, .. } = *self.shared;
        write!(f, "StackPool({} of {cap} stacks of {stack_bytes} bytes mapped)", stacks.mapped)
    }
}

/// A stack on loan from a [`StackPool`]: when dropped, it is wiped, the registers too, and it goes back.
#[derive(Debug)]
pub struct PooledStack {
    /// Taken out only when dropped.
    stack: ManuallyDrop<SecretStack>,
    shared: Arc<Shared>,
}

impl PooledStack {
    /// As [`SecretStack::wipe_used`], to run something else on it.
    pub fn wipe_used(&mut self) -> usize {
        self.stack.wipe_used()
    }

    /// As [`SecretStack::wipe`], to run something else on it.
    pub fn wipe(&mut self) {
        self.stack.wipe();
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} stacks at most", self.cap)
    }
}

impl Drop for PooledStack {
    fn drop(&mut self) {
        // SAFETY: once, here; nothing uses the field afterwards.
        let mut stack = unsafe { ManuallyDrop::take(&mut self.stack) };
        stack.wipe();
        // The vector has room for all of them.
        self.shared.lock().idle.push(stack);
    }
}

// SAFETY: that of the stack inside, which neither moves its memory nor lends it to others while this lives.
unsafe impl Stack for PooledStack {
    fn base(&self) -> StackPointer {
        self.stack.base()
    }

    fn limit(&self) -> StackPointer {
        self.stack.limit()
    }
}
