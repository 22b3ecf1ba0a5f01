//! What an argument of a call has to be.

use std::fmt;

/// One argument; calls are told apart by its lower 32 bits, which is all that flags and commands have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argument {
    /// Which, from 0.
    pub index: u8,
    /// What it has to be.
    pub is: Is,
}

/// A condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Is {
    /// This.
    Exactly(u32),
    /// None of these bits set.
    Without(u32),
    /// The process itself: its id.
    Own,
}

impl Argument {
    pub(super) const fn exactly(index: u8, value: i32) -> Self {
        Self { index, is: Is::Exactly(value.cast_unsigned()) }
    }

    pub(super) const fn without(index: u8, bits: i32) -> Self {
        Self { index, is: Is::Without(bits.cast_unsigned()) }
    }

    pub(super) const fn own(index: u8) -> Self {
        Self { index, is: Is::Own }
    }

    /// The bits that are looked at, and what they have to be, in the process with id `own`.
    pub(crate) const fn bits(&self, own: u32) -> (u32, u32) {
        match self.is {
            Is::Exactly(value) => (u32::MAX, value),
            Is::Without(bits) => (bits, 0),
            Is::Own => (u32::MAX, own),
        }
    }

    /// Whether it holds for these arguments.
    pub(super) fn holds(&self, arguments: &[u64; 6], own: u32) -> bool {
        let given = arguments.get(usize::from(self.index)).copied().unwrap_or_default();
        let (mask, value) = self.bits(own);
        given & u64::from(mask) == u64::from(value)
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let index = self.index;
        match self.is {
            Is::Exactly(value) => write!(f, "{index}: {value:#x}"),
            Is::Without(bits) => write!(f, "{index}: without {bits:#x}"),
            Is::Own => write!(f, "{index}: own"),
        }
    }
}
