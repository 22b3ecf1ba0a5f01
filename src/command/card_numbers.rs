//! Card numbers that are given out: reserved in batches, drawn by counters.

use super::Context;
use crate::cards::{Code, Id, Step};
use payhsm_issuing::range::{BatchRow, RangeRow};
use payhsm_keys::usage::IssueKey;
use payhsm_keys::{CardRange, Key, Purpose, RangeError};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::field::{BatchId, CardRange as RangeField, KeyField, Pan, Quantity};
use std::num::NonZeroU32;

/// The key that card numbers are drawn by, and what its batches know it by.
pub(super) struct Drawer {
    key: Key<IssueKey>,
    check: [u8; 3],
}

/// Numbers that were just reserved.
pub(super) struct Reserved {
    /// Their batch.
    pub(super) batch: BatchId,
    /// The counter of the first.
    pub(super) first: u64,
}

impl Drawer {
    /// The card number of a counter.
    ///
    /// # Errors
    /// C4, C5 for a range of which no such number can be.
    pub(super) fn card_number(&self, range: &CardRange, counter: u64) -> Result<Pan, ErrorCode> {
        self.key.card_number(range, counter).map_err(range_code)
    }
}

/// A range as the arithmetic has it.
///
/// # Errors
/// T6 for one that has fewer than a million numbers.
pub(super) fn range(field: &RangeField) -> Result<CardRange, ErrorCode> {
    CardRange::new(&field.bin, usize::from(field.length)).map_err(range_code)
}

const fn range_code(error: RangeError) -> ErrorCode {
    match error {
        RangeError::Range => ErrorCode::TokenScheme,
        RangeError::Exhausted => ErrorCode::RangeExhausted,
        RangeError::Internal => ErrorCode::Internal,
    }
}

/// What a batch calls its range: BIN, `/`, length.
fn name(field: &RangeField) -> String {
    format!("{}/{}", String::from_utf8_lossy(&field.bin), field.length)
}

/// The range of a batch.
///
/// # Errors
/// 41 for what no batch has.
pub(super) fn range_of(batch: &BatchRow) -> Result<CardRange, ErrorCode> {
    let parts = batch.range().split_once('/').ok_or(ErrorCode::Internal)?;
    let length = parts.1.parse().map_err(|_| ErrorCode::Internal)?;
    CardRange::new(parts.0.as_bytes(), length).map_err(|_| ErrorCode::Internal)
}

impl Context<'_> {
    /// Opens the key that card numbers are drawn by.
    ///
    /// # Errors
    /// The code of a refused key.
    pub(super) fn drawer(&self, field: &KeyField) -> Result<Drawer, ErrorCode> {
        let key = self.source::<IssueKey>(field, Purpose::Generate)?;
        let check = key.check_value().map_err(|_| ErrorCode::Internal)?;
        let check = check.0.first_chunk().copied().ok_or(ErrorCode::Internal)?;
        Ok(Drawer { key, check })
    }

    /// The row of a batch. Each caller has batches of its own: another's name leads to nothing.
    ///
    /// # Errors
    /// S0 without a store.
    pub(super) fn batch(&self, id: BatchId) -> Result<Id<BatchRow>, ErrorCode> {
        self.rows()?.id(&[&id.0, self.caller.name().as_bytes()])
    }

    /// Reserves numbers of a range, all at one time with the row of their batch; `given` says that all of them are given at once.
    ///
    /// # Errors
    /// C4, S0.
    pub(super) fn reserve(
        &mut self,
        drawer: &Drawer,
        field: &RangeField,
        quantity: Quantity,
        given: bool,
    ) -> Result<Reserved, ErrorCode> {
        let capacity = range(field)?.capacity();
        let (name, now) = (name(field), self.cards.now());
        let quantity = NonZeroU32::new(quantity.0).ok_or(ErrorCode::InvalidIndex)?;
        let mut id = [0; 16];
        self.random.fill(&mut id).map_err(|_| ErrorCode::Internal)?;
        let batch = BatchId(id);
        let rows = self.rows()?;
        let numbers = rows.id::<RangeRow>(&[&drawer.check, &field.bin, &[field.length]])?;
        let ids = (numbers, self.batch(batch)?);
        let first = rows.change_two(ids, self.random, |numbers, made| {
            let reserved = numbers.get_or_insert_default().reserve(quantity, capacity);
            let reserved = reserved.and_then(|first| {
                let mut row = BatchRow::new(&name, drawer.check, first, quantity, now)?;
                if given {
                    row.next(quantity);
                }
                *made = Some(row);
                Ok(first)
            });
            match reserved {
                Ok(first) => Step::Write(Ok(first)),
                Err(refused) => Step::Leave(Err(refused.code())),
            }
        })??;
        Ok(Reserved { batch, first })
    }

    /// Changes a batch that was reserved under this key.
    ///
    /// # Errors
    /// C5 if there is none for this caller, or it is of another key; S0.
    pub(super) fn in_batch<T>(
        &mut self,
        drawer: &Drawer,
        id: BatchId,
        mut step: impl FnMut(&mut BatchRow) -> Step<Result<T, ErrorCode>>,
    ) -> Result<T, ErrorCode> {
        let (rows, id) = (self.rows()?, self.batch(id)?);
        rows.change(id, self.random, |row| {
            let of_key = row.as_mut().filter(|row| row.key_check() == drawer.check);
            of_key.map_or(Step::Leave(Err(ErrorCode::NoBatch)), &mut step)
        })?
    }
}
