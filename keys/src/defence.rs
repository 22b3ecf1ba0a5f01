//! The defences against the known attacks on the commands of an HSM, by name.
//!
//! Each asks at one place in the code whether it holds, and the answer is the constant `true`: no configuration, environment or
//! request can change it. Only a debug build with the feature `weakened`, which tests alone ask for, can switch one off, for one
//! thread and for as long as a guard lives: an attack that is said to be answered has to succeed there (docs/attacks.md).

/// A defence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defence {
    /// Decimalisation tables come under the LMK, and keep the rule about their digits.
    SealedTables,
    /// Whatever is wrong with a key or with a PIN block is one code, and no digit of a PIN decides anything.
    OneCode,
    /// A PIN block that is verified has the fill of its account.
    FillOfAccount,
    /// PIN blocks go from format to format as PCI PIN 3-3 has it.
    Translations,
    /// What makes a value out of a PIN waits for officers.
    Officers,
    /// Wrong PINs and CVVs are counted, and end.
    Limits,
    /// PIN blocks of formats 1, 3 and 4 are filled at random.
    RandomFill,
    /// A key serves for what its block says, and for nothing else.
    Usages,
    /// What a key serves for can only become less.
    Narrowing,
    /// Keys with weak or equal parts are none.
    Parts,
    /// Check values are cut.
    CheckValues,
    /// A command is there in its profiles alone.
    Profiles,
}

#[cfg(not(all(feature = "weakened", debug_assertions)))]
impl Defence {
    /// Whether it holds: always.
    #[must_use]
    pub const fn holds(self) -> bool {
        true
    }
}

#[cfg(not(all(feature = "weakened", debug_assertions)))]
pub(crate) const fn cipher_used() {}

#[cfg(all(feature = "weakened", debug_assertions))]
mod switch {
    use super::Defence;
    use std::cell::Cell;
    use std::marker::PhantomData;

    thread_local! {
        static OFF: Cell<Option<Defence>> = const { Cell::new(None) };
        static USED: Cell<u64> = const { Cell::new(0) };
    }

    /// How often an opened key was made ready to encipher or decipher on this thread.
    #[must_use]
    pub fn ciphers_used() -> u64 {
        USED.get()
    }

    pub(crate) fn cipher_used() {
        USED.set(USED.get().wrapping_add(1));
    }

    /// One defence is off on this thread until this is dropped.
    #[derive(Debug)]
    #[must_use]
    pub struct Off(PhantomData<*const ()>);

    impl Defence {
        /// Whether it holds on this thread.
        #[must_use]
        pub fn holds(self) -> bool {
            OFF.get() != Some(self)
        }

        /// Switches it off, and whichever was off before on again.
        pub fn off(self) -> Off {
            OFF.set(Some(self));
            Off(PhantomData)
        }
    }

    impl Drop for Off {
        fn drop(&mut self) {
            OFF.set(None);
        }
    }
}

#[cfg(all(feature = "weakened", debug_assertions))]
pub(crate) use switch::cipher_used;
#[cfg(all(feature = "weakened", debug_assertions))]
pub use switch::{Off, ciphers_used};
