//! Rows of cards: how often they were changed or looked at.

use super::Counter;

/// What was asked of the store.
#[derive(Debug, Default)]
pub struct CardNumbers {
    /// Changes and looks that the store took.
    pub done: Counter,
    /// Those that it gave no verdict on.
    pub unavailable: Counter,
}
