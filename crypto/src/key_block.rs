//! Keys in authenticated blocks: ANSI X9.143 (TR-31) and the Thales 'S' block.

use core::fmt;
use core::ops::Range;

use zeroize::Zeroizing;

mod binding;
pub mod header;
pub mod thales;
pub mod x9143;

/// Why a key block was not opened or made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyBlockError {
    /// Header, body or key material has a form that no such block has. Nothing secret decides this.
    #[error("malformed key block")]
    Form,
    /// The wrapping key does not fit the version of the block.
    #[error("wrapping key does not fit the key block")]
    WrappingKey,
    /// The block is not authentic, or holds no key: the answer does not say which.
    #[error("key block refused")]
    Refused,
}

/// A key out of a block, wiped on drop.
pub struct ClearKey(Zeroizing<Vec<u8>>, Range<usize>);

impl fmt::Debug for ClearKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClearKey(..)")
    }
}

impl ClearKey {
    /// The key in clear.
    #[must_use]
    pub fn danger_clear_bytes(&self) -> &[u8] {
        self.0.get(self.1.clone()).unwrap_or_default()
    }
}
