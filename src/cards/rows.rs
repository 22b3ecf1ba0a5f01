//! Rows of cards, opened and sealed on their way from and to the store.

use crate::numbers::Numbers;
use payhsm_issuing::Row;
use payhsm_keys::{Random, StateKeys};
use payhsm_protocol::ErrorCode;
use payhsm_state::{Kept, RowKey, Store, Verdict};
use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::Arc;

/// What one request has changed, or seen: its answer waits until all of it is durable.
#[derive(Debug, Default)]
pub struct Changes(RefCell<Kept>);

impl Changes {
    fn add(&self, kept: Kept) {
        let mut place = self.0.borrow_mut();
        *place = std::mem::take(&mut *place).and(kept);
    }

    /// When all of it is durable.
    pub fn into_kept(self) -> Kept {
        self.0.into_inner()
    }
}

/// What becomes of a row, and what the step came to: also a refusal may have something to be remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<T> {
    /// The row is as it was left.
    Write(T),
    /// The row stays as it was found.
    Leave(T),
}

/// Which row of a kind.
#[derive(Debug)]
pub struct Id<R>(RowKey, PhantomData<R>);

impl<R> Clone for Id<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Id<R> {}

/// The rows, while one request is worked on.
pub struct Rows<'a> {
    store: &'a dyn Store,
    keys: Arc<StateKeys>,
    changes: &'a Changes,
    numbers: &'a Numbers,
}

impl<'a> Rows<'a> {
    pub(super) const fn new(
        store: &'a dyn Store,
        keys: Arc<StateKeys>,
        changes: &'a Changes,
        numbers: &'a Numbers,
    ) -> Self {
        Self { store, keys, changes, numbers }
    }

    /// Where limits that are met are counted.
    pub(super) const fn numbers(&self) -> &'a Numbers {
        self.numbers
    }

    /// The row that these parts name.
    ///
    /// # Errors
    /// 41, which cannot happen to parts of a request.
    pub fn id<R: Row>(&self, parts: &[&[u8]]) -> Result<Id<R>, ErrorCode> {
        let id = self.keys.row_id(R::KIND, parts).map_err(|_| ErrorCode::Internal)?;
        Ok(Id(RowKey { kind: R::KIND, id }, PhantomData))
    }

    /// The row with an id that was drawn at random.
    #[must_use]
    pub const fn with_id<R: Row>(&self, id: [u8; 16]) -> Id<R> {
        Id(RowKey { kind: R::KIND, id }, PhantomData)
    }

    /// Changes a row, or makes it; at one time, whoever else does. `step` may run more than once, and its last run counts.
    ///
    /// # Errors
    /// S0 if the store gives no verdict, 41 for a row that is none.
    pub fn change<R: Row, T>(
        &self,
        id: Id<R>,
        random: &mut dyn Random,
        mut step: impl FnMut(&mut Option<R>) -> Step<T>,
    ) -> Result<T, ErrorCode> {
        self.make(&[id.0], |values| {
            let [value] = values else { return Err(ErrorCode::Internal) };
            let mut row = self.open::<R>(&id.0, value.as_deref())?;
            Ok(match step(&mut row) {
                Step::Write(outcome) => {
                    *value = self.seal(&id.0, row.as_ref(), random)?;
                    (outcome, Verdict::Write)
                }
                Step::Leave(outcome) => (outcome, Verdict::Leave),
            })
        })
    }

    /// The same for two rows at one time.
    ///
    /// # Errors
    /// As [`Rows::change`].
    pub fn change_two<R: Row, S: Row, T>(
        &self,
        (first, second): (Id<R>, Id<S>),
        random: &mut dyn Random,
        mut step: impl FnMut(&mut Option<R>, &mut Option<S>) -> Step<T>,
    ) -> Result<T, ErrorCode> {
        self.make(&[first.0, second.0], |values| {
            let [one, other] = values else { return Err(ErrorCode::Internal) };
            let mut row = self.open::<R>(&first.0, one.as_deref())?;
            let mut beside = self.open::<S>(&second.0, other.as_deref())?;
            Ok(match step(&mut row, &mut beside) {
                Step::Write(outcome) => {
                    *one = self.seal(&first.0, row.as_ref(), random)?;
                    *other = self.seal(&second.0, beside.as_ref(), random)?;
                    (outcome, Verdict::Write)
                }
                Step::Leave(outcome) => (outcome, Verdict::Leave),
            })
        })
    }

    /// A row as it is; the answer waits until what was seen is durable.
    ///
    /// # Errors
    /// As [`Rows::change`].
    pub fn look<R: Row>(&self, id: Id<R>) -> Result<Option<R>, ErrorCode> {
        self.make(&[id.0], |values| {
            let [value] = values else { return Err(ErrorCode::Internal) };
            Ok((self.open(&id.0, value.as_deref())?, Verdict::Leave))
        })
    }

    fn make<T>(
        &self,
        keys: &[RowKey],
        mut make: impl FnMut(&mut [Option<Vec<u8>>]) -> Result<(T, Verdict), ErrorCode>,
    ) -> Result<T, ErrorCode> {
        let mut outcome = Err(ErrorCode::Internal);
        let kept = self.store.change(keys, &mut |values| {
            let (made, verdict) = match make(values) {
                Ok((made, verdict)) => (Ok(made), verdict),
                Err(refused) => (Err(refused), Verdict::Leave),
            };
            outcome = made;
            verdict
        });
        let counted = &self.numbers.cards;
        if kept.is_ok() { &counted.done } else { &counted.unavailable }.add(1);
        self.changes.add(kept.map_err(|_| ErrorCode::StateUnavailable)?);
        outcome
    }

    fn open<R: Row>(&self, key: &RowKey, value: Option<&[u8]>) -> Result<Option<R>, ErrorCode> {
        let Some(sealed) = value else { return Ok(None) };
        // A row that somebody put there is not to be told from one that is damaged.
        let text = self.keys.open(key.kind, &key.id, sealed);
        let text = text.map_err(|_| ErrorCode::StateUnavailable)?;
        R::decode(&text).map(Some).map_err(|_| ErrorCode::StateUnavailable)
    }

    fn seal<R: Row>(
        &self,
        key: &RowKey,
        row: Option<&R>,
        random: &mut dyn Random,
    ) -> Result<Option<Vec<u8>>, ErrorCode> {
        let seal = |row: &R| self.keys.seal(key.kind, &key.id, &row.encode(), random);
        row.map(seal).transpose().map_err(|_| ErrorCode::Internal)
    }
}

impl std::fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Rows({:?})", self.store)
    }
}
