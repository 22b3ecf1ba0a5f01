//! What each caller of the configuration was answered.

use super::commands::Codes;
use payhsm_protocol::ErrorCode;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Callers by name. Nobody comes in whom the configuration does not name, but for those who are unknown or on a plain
/// connection; who is taken out of it stays until the next start.
#[derive(Debug, Default)]
pub struct CallersNumbers(Mutex<BTreeMap<String, Arc<CallerNumbers>>>);

/// What one caller was answered.
#[derive(Debug, Default)]
pub struct CallerNumbers(Codes);

impl CallersNumbers {
    /// The numbers of a caller: the same ones again after a reload of the configuration.
    pub(crate) fn of(&self, name: &str) -> Arc<CallerNumbers> {
        Arc::clone(self.lock().entry(name.to_owned()).or_default())
    }

    /// Everybody who has called, by name.
    #[must_use]
    pub fn all(&self) -> Vec<(String, Arc<CallerNumbers>)> {
        self.lock().iter().map(|(name, numbers)| (name.clone(), Arc::clone(numbers))).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Arc<CallerNumbers>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CallerNumbers {
    pub(super) fn count(&self, code: ErrorCode, times: u64) {
        self.0.count(code, times);
    }

    /// The codes that it got at all, in the order of the registry.
    pub fn by_code(&self) -> impl Iterator<Item = (ErrorCode, u64)> {
        self.0.answered()
    }
}
