//! What every store does.

use crate::{Kept, Row, RowKey};
use std::fmt::Debug;
use std::sync::Arc;

/// The store gives no verdict: what was asked of it may not be answered as done. The text is for operators, without
/// keys, values or passwords.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the state cannot be written: {0}")]
pub struct Unavailable(Arc<str>);

impl Unavailable {
    pub(crate) fn new(why: impl Into<Arc<str>>) -> Self {
        Self(why.into())
    }

    /// Why, in words.
    #[must_use]
    pub fn why(&self) -> &str {
        &self.0
    }
}

/// What becomes of the values that `make` was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They are the rows' values now.
    Write,
    /// The rows stay as they are, whatever `make` did to the values.
    Leave,
}

/// Rows that are changed atomically and durably.
pub trait Store: Send + Sync + Debug {
    /// Changes 1 to 16 rows at one time. `make` gets what they hold, in the order of `keys` (`None`: there is no such row),
    /// may alter it (`None` removes the row) and says whether it counts.
    ///
    /// `make` runs again when somebody else was faster, or when a database asks for it: it must be a pure function of
    /// the rows, whose last run counts. It must not call the store. Where [`Store::may_block`] says so it runs while
    /// others wait for these rows: there it must not be put aside half-way for something else on the same thread.
    ///
    /// The answer says when it is durable: for [`Verdict::Leave`], when all that `make` saw is.
    ///
    /// # Errors
    /// [`Unavailable`], also if `keys` are not 1 to 16 different ones, or a value is longer than 64 KiB.
    fn change(
        &self,
        keys: &[RowKey],
        make: &mut dyn FnMut(&mut [Row]) -> Verdict,
    ) -> Result<Kept, Unavailable>;

    /// What a row holds, with every change before. It may be one that is not durable yet: who answers what must hold
    /// asks by [`Store::change`], and leaves it.
    ///
    /// # Errors
    /// [`Unavailable`]
    fn read(&self, key: &RowKey) -> Result<Row, Unavailable>;

    /// Whether calls may wait for a network. If not, they wait for a short lock or a read of a file at most.
    fn may_block(&self) -> bool;

    /// What is the matter, in words for an operator; `None` if all is well. Asking makes a store that is not well try again.
    fn trouble(&self) -> Option<String>;
}
