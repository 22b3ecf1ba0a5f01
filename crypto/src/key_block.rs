//! Keys in authenticated blocks: ANSI X9.143 (TR-31) and the Thales 'S' block.
//!
//! A block is opened within the buffer of its caller, who chose the memory for it: no key is ever copied to the heap.

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
