//! Limits that a handler asks before it gives a verdict, and tells of failures.

use super::Context;
use super::pin::verified;
use crate::cards::{Guard, Watch};
use payhsm_keys::usage::{PvkIbm, Usage};
use payhsm_keys::{Defence, IbmMethod, Key, OperationRefused};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::field::{Account, CheckValue, Pan};

/// Digits of an account, from the left, that the third and fourth digit of a PIN hide in formats 0 and 3: a caller can change
/// these without anybody seeing it. The fill of the block answers for the others.
const HIDDEN: usize = 2;

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

    /// The verdict about the PIN of an account: wrong ones are counted for the account, the key and the caller before they are
    /// told, whatever the PIN was compared with and by which command.
    ///
    /// # Errors
    /// 01 if it is wrong; 72 after too many that were; S0 if they cannot be counted.
    pub(super) fn pin_verdict<U: Usage>(
        &mut self,
        key: &Key<U>,
        account: &Account,
        right: bool,
    ) -> Result<(), ErrorCode> {
        if !self.counts_verdicts() {
            return verified(right);
        }
        let watch = self.watch_of_pin(&known_by(key)?, account)?;
        self.count_verdict(&watch, right)
    }

    /// The same by an IBM 3624 offset: wrong ones are counted for the validation data besides, which a caller can send with any
    /// account.
    ///
    /// # Errors
    /// As [`Context::pin_verdict`].
    pub(super) fn offset_verdict(
        &mut self,
        key: &Key<PvkIbm>,
        method: &IbmMethod<'_>,
        right: bool,
    ) -> Result<(), ErrorCode> {
        if !self.counts_verdicts() {
            return verified(right);
        }
        let value = known_by(key)?;
        let data = method.validated().map_err(OperationRefused::code)?;
        let watch = self.watch_of_pin(&value, method.account)?;
        let watch = watch.and_validation(&self.rows()?, &value, &data)?;
        self.count_verdict(&watch, right)
    }

    /// The verdict about a value of a card: wrong ones are counted for the card, the key and the caller before they are told.
    ///
    /// # Errors
    /// As [`Context::pin_verdict`].
    pub(super) fn value_verdict(
        &mut self,
        key: &CheckValue,
        pan: &Pan,
        right: bool,
    ) -> Result<(), ErrorCode> {
        if !self.counts_verdicts() {
            return verified(right);
        }
        let rows = self.rows()?;
        let watch = Watch::of(&rows, self.cards.guard(), self.caller.name(), key)?;
        let watch = watch.and_card(&rows, key, pan)?;
        self.count_verdict(&watch, right)
    }

    /// Whether there is anything to count in. A daemon has it in every profile but a developer's, who may have it.
    fn counts_verdicts(&self) -> bool {
        self.cards.remembers() && Defence::Limits.holds()
    }

    fn watch_of_pin(&self, key: &CheckValue, account: &Account) -> Result<Watch, ErrorCode> {
        let account = account.pan12().ok_or(ErrorCode::InvalidAccount)?;
        let bound = account.get(HIDDEN..).unwrap_or_default();
        let rows = self.rows()?;
        Watch::of(&rows, self.cards.guard(), self.caller.name(), key)?.and_pin(&rows, bound)
    }

    fn count_verdict(&mut self, watch: &Watch, right: bool) -> Result<(), ErrorCode> {
        watch.verdict(&self.rows()?, right, self.random, self.cards.now())?;
        verified(right)
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

fn known_by<U: Usage>(key: &Key<U>) -> Result<CheckValue, ErrorCode> {
    key.check_value().map_err(|_| ErrorCode::Internal)
}
