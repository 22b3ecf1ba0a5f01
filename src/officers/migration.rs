//! A change of the master LMK, in a thread of its own while the appliance works on. Whatever stops it, the store knows how
//! far it came, and it goes on from there.

use super::connection::DEEPEST;
use super::office::Office;
use super::refusal::Refusal;
use crate::record::ActOutcome;
use payhsm_arena::with_stack_wiped;
use payhsm_keys::{SystemRandom, VaultRefused};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;

/// The thread, as far as acts have to know.
#[derive(Debug, Default)]
pub(super) struct Migration(Mutex<Stand>);

#[derive(Debug, Default)]
enum Stand {
    #[default]
    Idle,
    /// Of so many records, when it was last asked.
    Running(u64),
    /// So many records were moved, and nobody was told yet.
    Finished(u64),
    Failed(Refusal),
}

/// How far it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Progress {
    Moving { have: u64, of: u64 },
    Finished(u64),
}

impl Migration {
    fn lock(&self) -> MutexGuard<'_, Stand> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Office {
    /// Goes on with a change, and says how far it is.
    pub(super) fn continue_migration(
        self: &Arc<Self>,
        officers: &[String],
    ) -> Result<Progress, Refusal> {
        let change = self.vault().changing()?;
        let mut stand = self.migration().lock();
        let before = match std::mem::take(&mut *stand) {
            Stand::Finished(moved) if change.is_none() => return Ok(Progress::Finished(moved)),
            Stand::Failed(refusal) => return Err(refusal),
            Stand::Running(of) => of,
            // Nobody asked how the change before this one ended.
            Stand::Finished(_) | Stand::Idle => {
                if change.is_none() {
                    return Err(VaultRefused::NotChanging.into());
                }
                let (office, officers) = (Arc::clone(self), officers.to_vec());
                let thread = Builder::new().name("migration".to_owned());
                let migrate = move || with_stack_wiped::<DEEPEST, _>(|| office.migrate(&officers));
                thread.spawn(migrate).map_err(Refusal::new)?;
                1
            }
        };
        let count = |records: usize| u64::try_from(records).unwrap_or(u64::MAX);
        // With no change any more the last step is being taken.
        let (done, of) =
            change.map_or((before, before), |change| (count(change.done), count(change.of).max(1)));
        *stand = Stand::Running(of);
        // The last record is not the last step: the new LMK is in force with the latter.
        Ok(Progress::Moving { have: done.min(of.saturating_sub(1)), of })
    }

    fn migrate(&self, officers: &[String]) {
        let stand = match self.move_everything() {
            Ok(moved) => {
                let said = format!("All {moved} records are under the new LMK.");
                self.record(officers, ("change-lmk", "finished"), ActOutcome::Done, &said);
                Stand::Finished(moved)
            }
            Err(refusal) => {
                let said = &refusal.sentence;
                self.record(officers, ("change-lmk", "stopped"), ActOutcome::Refused, said);
                // Sealed meanwhile: whoever unseals it knows nothing of this.
                let sealed = self.vault().inventory().is_none();
                if sealed { Stand::Idle } else { Stand::Failed(refusal) }
            }
        };
        *self.migration().lock() = stand;
    }

    fn move_everything(&self) -> Result<u64, Refusal> {
        let random = &mut SystemRandom::new();
        loop {
            let change = self.vault().continue_change(random)?;
            if change.finished {
                let moved = u64::try_from(change.of).unwrap_or(u64::MAX);
                return self.with(|office, inner| {
                    office.add_test_lmks();
                    office.show()?;
                    office.write_lmk_file(inner);
                    Ok(moved)
                });
            }
        }
    }
}
