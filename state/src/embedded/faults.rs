//! A disk that a test can let fail or wait, under a system that remembers what it could not write. In memory.

use super::file::{Disk, Rows};
use crate::Unavailable;
use redb::StorageBackend;
use std::io::Error;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What fails, and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    /// How many writes, syncs and new lengths pass before.
    pub(super) after: usize,
    /// How many fail.
    pub(super) times: usize,
    /// Whether half of a write passes all the same.
    pub(super) torn: bool,
    /// Whether the system, asked to, forgets what it could not write.
    pub(super) forgets: bool,
}

/// The disk of one test.
#[derive(Clone, Debug, Default)]
pub(super) struct Faulty(Arc<Machine>);

#[derive(Debug, Default)]
struct Machine {
    state: Mutex<State>,
    released: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// What programs read.
    seen: Vec<u8>,
    /// What a power cut leaves.
    durable: Vec<u8>,
    /// What the next sync will bring to the disk.
    dirty: Vec<(usize, Vec<u8>)>,
    /// It was opened before: a file that was never finished has no name, and is begun anew.
    made: bool,
    steps: usize,
    syncs: usize,
    fault: Option<Fault>,
    hit: bool,
    /// Syncs wait.
    held: bool,
    /// How long a sync takes.
    slow: Duration,
}

impl Faulty {
    pub(super) fn new(fault: Option<Fault>) -> Self {
        let disk = Self::default();
        disk.state().fault = fault;
        disk
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap()
    }

    /// From now on syncs take this long.
    pub(super) fn slow(&self, time: Duration) {
        self.state().slow = time;
    }

    /// From now on, this fails.
    pub(super) fn fail(&self, fault: Fault) {
        let mut state = self.state();
        state.fault = Some(Fault { after: state.steps + fault.after, ..fault });
        state.hit = false;
    }

    /// Syncs wait from now on, or no more.
    pub(super) fn hold(&self, held: bool) {
        self.state().held = held;
        self.0.released.notify_all();
    }

    pub(super) fn was_hit(&self) -> bool {
        self.state().hit
    }

    pub(super) fn syncs(&self) -> usize {
        self.state().syncs
    }

    /// The disk as a power cut leaves it now; `lucky` if what was not synced reached it too.
    pub(super) fn after_power_cut(&self, lucky: bool) -> Self {
        let state = self.state();
        let mut durable = state.durable.clone();
        if lucky {
            durable.resize(state.seen.len(), 0);
            state.dirty.iter().for_each(|write| put(&mut durable, write));
        }
        let disk = Self::default();
        disk.state().seen.clone_from(&durable);
        disk.state().durable = durable;
        disk.state().made = true;
        disk
    }
}

fn put(bytes: &mut [u8], (offset, data): &(usize, Vec<u8>)) {
    // A length that is smaller since has cut it off.
    let end = (offset + data.len()).min(bytes.len());
    if *offset < end {
        bytes[*offset..end].copy_from_slice(&data[..end - offset]);
    }
}

impl State {
    /// Whether this step fails.
    fn step(&mut self) -> Option<Fault> {
        let at = self.steps;
        self.steps += 1;
        let fault =
            self.fault.filter(|fault| (fault.after..fault.after + fault.times).contains(&at));
        self.hit |= fault.is_some();
        fault
    }

    fn write(&mut self, offset: usize, data: &[u8]) {
        let write = (offset, data.to_vec());
        put(&mut self.seen, &write);
        self.dirty.push(write);
    }
}

fn place(offset: u64) -> usize {
    usize::try_from(offset).unwrap()
}

fn failed() -> Error {
    Error::from_raw_os_error(5)
}

impl Disk for Faulty {
    fn open(&self, may_make: bool) -> Result<Rows, Unavailable> {
        {
            let mut state = self.state();
            if state.fault.is_some_and(|fault| fault.forgets) {
                let length = state.seen.len();
                let mut seen = state.durable.clone();
                seen.resize(length, 0);
                state.dirty.iter().for_each(|write| put(&mut seen, write));
                state.seen = seen;
            }
            if !state.made {
                assert!(may_make);
                (state.seen, state.durable, state.dirty) = Default::default();
            }
        }
        let opened = Rows::with(|builder| builder.create_with_backend(self.clone()));
        self.state().made |= opened.is_ok();
        opened
    }
}

impl StorageBackend for Faulty {
    fn len(&self) -> Result<u64, Error> {
        Ok(self.state().seen.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        let offset = place(offset);
        out.copy_from_slice(&self.state().seen[offset..offset + out.len()]);
        Ok(())
    }

    fn set_len(&self, length: u64) -> Result<(), Error> {
        let mut state = self.state();
        if state.step().is_some() {
            return Err(failed());
        }
        state.seen.resize(place(length), 0);
        Ok(())
    }

    fn sync_data(&self) -> Result<(), Error> {
        let mut state = self.state();
        let released = self.0.released.wait_while(state, |state| state.held);
        state = released.unwrap_or_else(PoisonError::into_inner);
        let slow = state.slow;
        if !slow.is_zero() {
            let waited = self.0.released.wait_timeout_while(state, slow, |_| true);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.syncs += 1;
        let dirty = std::mem::take(&mut state.dirty);
        if state.step().is_some() {
            // The system counts it as written, and has forgotten that it is not.
            return Err(failed());
        }
        let length = state.seen.len();
        state.durable.resize(length, 0);
        for write in &dirty {
            put(&mut state.durable, write);
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), Error> {
        let offset = place(offset);
        let mut state = self.state();
        if let Some(fault) = state.step() {
            if fault.torn {
                state.write(offset, &data[..data.len() / 2]);
            }
            return Err(failed());
        }
        state.write(offset, data);
        Ok(())
    }
}
