//! Limits that a handler asks before it gives a verdict, and tells of failures.

use super::Context;
use crate::cards::{Guard, Watch};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::field::CheckValue;

impl Context<'_> {
    /// Counts a call of this caller with this key. What the handler adds with [`Watch::beside`] it has to begin itself.
    ///
    /// # Errors
    /// 72 if there were too many; S0 if something is limited and there is no store.
    pub(super) fn watch(&mut self, key: &CheckValue) -> Result<Watch, ErrorCode> {
        let guard = self.cards.guard();
        if *guard == Guard::default() {
            return Ok(Watch::default());
        }
        let rows = self.rows()?;
        let watch = Watch::of(&rows, guard, self.caller.name(), key)?;
        watch.begin(&rows, self.random, self.cards.now())?;
        Ok(watch)
    }

    /// What was asked for was wrong: counted before that is told.
    ///
    /// # Errors
    /// S0 if it cannot be.
    pub(super) fn failed(&mut self, watch: &Watch) -> Result<(), ErrorCode> {
        // Without limits there need not be a store.
        if watch.is_empty() {
            return Ok(());
        }
        watch.failed(&self.rows()?, self.random, self.cards.now())
    }
}
