//! A key formed by XOR of components, each of which another person holds.

use crate::any_key::{AnyKey, Binding};
use crate::attributes;
use crate::lmk::{LmkSecret, check_value_of};
use crate::material::{Algorithm, Material};
use crate::refusal::KeyRefused;
use crate::rules::KeyRules;
use crate::weak;
use payhsm_arena::{ArenaBox, with_stack_wiped};
use payhsm_crypto::parity;
use payhsm_crypto::told::{Told, told};
use payhsm_protocol::field::{CheckValue, KeyAttributes};
use std::fmt;
use subtle::ConstantTimeEq;

/// The most components that there may be.
pub const MOST_COMPONENTS: u8 = 9;

/// Why a component, or what became of them, is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComponentRefused {
    /// Too few or too many are asked for.
    #[error("it takes {least} to {MOST_COMPONENTS} components")]
    Count {
        /// 3 for an LMK, 2 for another key.
        least: u8,
    },
    /// The component is not as long as the key.
    #[error("a component of this key has {expected} bytes, this one has {found}")]
    Length {
        /// Bytes in the key.
        expected: usize,
        /// Bytes in the component.
        found: usize,
    },
    /// A byte of a TDES component has even parity.
    #[error("the component has wrong parity: it was probably mistyped")]
    Parity,
    /// It changes nothing.
    #[error("the component is all zeros")]
    Zero,
    /// It was entered before; two equal ones cancel out.
    #[error("the component is equal to one before")]
    Repeated,
    /// All are in.
    #[error("all components are in")]
    Complete,
    /// One is entered, but neither kept nor dropped.
    #[error("the last component is still to be kept or dropped")]
    Undecided,
    /// There is none to keep or to drop.
    #[error("there is no component to keep or drop")]
    None,
    /// Not all are in.
    #[error("{have} components are in, of {of}")]
    Missing {
        /// In.
        have: u8,
        /// Needed.
        of: u8,
    },
    /// The whole has a weak part.
    #[error("the components make a weak key; all of them have to be made again")]
    Weak,
    /// Parts of the whole are equal.
    #[error("the components make a key whose parts are equal; all of them have to be made again")]
    EqualParts,
    /// The key that is to be made cannot be.
    #[error("no such key can be formed: {0}")]
    Key(KeyRefused),
    /// It is an LMK, or it is none.
    #[error("this is not what the components were for")]
    Purpose,
    /// No secret memory.
    #[error("no secret memory to be had")]
    Memory,
}

impl From<KeyRefused> for ComponentRefused {
    fn from(refused: KeyRefused) -> Self {
        Self::Key(refused)
    }
}

enum Purpose {
    Lmk,
    Key { attributes: KeyAttributes, algorithm: Algorithm },
}

/// Components on their way to a key. What is in it is wiped when it is dropped.
pub struct Forming {
    purpose: Purpose,
    length: usize,
    of: u8,
    kept: Vec<ArenaBox<[u8]>>,
    entered: Option<ArenaBox<[u8]>>,
}

impl Forming {
    /// For an LMK, of 3 to 9 components of 32 bytes.
    ///
    /// # Errors
    /// [`ComponentRefused::Count`]
    pub fn lmk(components: u8) -> Result<Self, ComponentRefused> {
        Self::new(Purpose::Lmk, LmkSecret::LENGTH, components, 3)
    }

    /// For a key with these attributes, of 2 to 9 components of its length: 8, 16, 24 or 32 bytes.
    ///
    /// # Errors
    /// [`ComponentRefused::Count`], [`ComponentRefused::Key`] for attributes that do not exist or go together, and for
    /// single DES where the rules forbid it.
    pub fn key(
        attributes: &KeyAttributes,
        components: u8,
        rules: &KeyRules,
    ) -> Result<Self, ComponentRefused> {
        let found = attributes.algorithm.and_then(attributes::cipher_and_length);
        let (algorithm, length) = found.ok_or(KeyRefused::Algorithm)?;
        attributes::check(attributes, algorithm)?;
        if length == 8 && !rules.single_des {
            return Err(KeyRefused::Length.into());
        }
        let purpose = Purpose::Key { attributes: attributes.clone(), algorithm };
        Self::new(purpose, length, components, 2)
    }

    fn new(purpose: Purpose, length: usize, of: u8, least: u8) -> Result<Self, ComponentRefused> {
        if !(least..=MOST_COMPONENTS).contains(&of) {
            return Err(ComponentRefused::Count { least });
        }
        Ok(Self { purpose, length, of, kept: Vec::new(), entered: None })
    }

    /// How many components count so far.
    #[must_use]
    pub fn have(&self) -> u8 {
        u8::try_from(self.kept.len()).unwrap_or(u8::MAX)
    }

    /// How many it takes.
    #[must_use]
    pub fn of(&self) -> u8 {
        self.of
    }

    fn is_tdes(&self) -> bool {
        matches!(self.purpose, Purpose::Key { algorithm: Algorithm::Tdes, .. })
    }

    /// Takes the next component, copied into secret memory, and gives its check value. It does not count yet.
    ///
    /// Check values: 3 bytes, TDES of zeros or CMAC of a block of zeros under AES; for an LMK as NC answers it, 8 bytes.
    ///
    /// # Errors
    /// [`ComponentRefused`]; what was kept stays.
    pub fn enter(&mut self, component: &[u8]) -> Result<CheckValue, ComponentRefused> {
        if self.entered.is_some() {
            return Err(ComponentRefused::Undecided);
        }
        if self.have() >= self.of {
            return Err(ComponentRefused::Complete);
        }
        if component.len() != self.length {
            let (expected, found) = (self.length, component.len());
            return Err(ComponentRefused::Length { expected, found });
        }
        if self.is_tdes() && !parity::is_odd(component) {
            return Err(ComponentRefused::Parity);
        }
        // Where every byte has odd parity, that of a zero is 01.
        let nothing = u8::from(self.is_tdes());
        let difference = component.iter().fold(0, |all, byte| all | (byte ^ nothing));
        if told(Told::Key, difference.ct_eq(&0)) {
            return Err(ComponentRefused::Zero);
        }
        let equal = |known: &ArenaBox<[u8]>| told(Told::Key, known.ct_eq(component));
        if self.kept.iter().any(equal) {
            return Err(ComponentRefused::Repeated);
        }
        let arena = payhsm_arena::global().map_err(|_| ComponentRefused::Memory)?;
        let copy = arena.copy_of(component).map_err(|_| ComponentRefused::Memory)?;
        let value = self.check_value(&copy)?;
        self.entered = Some(copy);
        Ok(value)
    }

    /// The component just entered counts.
    ///
    /// # Errors
    /// [`ComponentRefused::None`]
    pub fn keep(&mut self) -> Result<(), ComponentRefused> {
        self.kept.push(self.entered.take().ok_or(ComponentRefused::None)?);
        Ok(())
    }

    /// The component just entered is forgotten.
    ///
    /// # Errors
    /// [`ComponentRefused::None`]
    pub fn drop_entered(&mut self) -> Result<(), ComponentRefused> {
        self.entered.take().map(drop).ok_or(ComponentRefused::None)
    }

    /// The check value of the whole, with all components in.
    ///
    /// # Errors
    /// [`ComponentRefused`], as for a weak result.
    pub fn finish(&self) -> Result<CheckValue, ComponentRefused> {
        self.check_value(&self.whole()?)
    }

    /// The LMK.
    ///
    /// # Errors
    /// [`ComponentRefused`]
    pub fn into_lmk(self) -> Result<LmkSecret, ComponentRefused> {
        match self.purpose {
            Purpose::Lmk => Ok(LmkSecret::take(self.whole()?)?),
            Purpose::Key { .. } => Err(ComponentRefused::Purpose),
        }
    }

    /// The key, not yet under an LMK.
    ///
    /// # Errors
    /// [`ComponentRefused`]
    pub fn into_key(self) -> Result<AnyKey, ComponentRefused> {
        let whole = self.whole()?;
        let Purpose::Key { attributes, algorithm } = self.purpose else {
            return Err(ComponentRefused::Purpose);
        };
        let material = Material::copy_of(&whole).ok_or(ComponentRefused::Memory)?;
        Ok(AnyKey { material, algorithm, binding: Binding::Block(attributes) })
    }

    /// XOR of all components; odd parity if it is a TDES key.
    fn whole(&self) -> Result<ArenaBox<[u8]>, ComponentRefused> {
        if self.entered.is_some() {
            return Err(ComponentRefused::Undecided);
        }
        if self.have() < self.of {
            return Err(ComponentRefused::Missing { have: self.have(), of: self.of });
        }
        let arena = payhsm_arena::global().map_err(|_| ComponentRefused::Memory)?;
        let mut whole = arena.zeroed(self.length).map_err(|_| ComponentRefused::Memory)?;
        for component in &self.kept {
            for (sum, byte) in whole.iter_mut().zip(component.iter()) {
                *sum ^= byte;
            }
        }
        if self.is_tdes() {
            parity::make_odd(&mut whole);
            if weak::has_weak_part(&whole) {
                return Err(ComponentRefused::Weak);
            }
            if weak::has_equal_parts(&whole) {
                return Err(ComponentRefused::EqualParts);
            }
        }
        // Components that cancel out: of equal bytes no ceremony is meant to make a key.
        let first = whole.first().copied().unwrap_or_default();
        let difference = whole.iter().fold(0, |difference, byte| difference | (byte ^ first));
        if told(Told::Key, difference.ct_eq(&0)) {
            return Err(ComponentRefused::Weak);
        }
        Ok(whole)
    }

    fn check_value(&self, bytes: &[u8]) -> Result<CheckValue, ComponentRefused> {
        let value = with_stack_wiped::<65536, _>(|| match &self.purpose {
            Purpose::Lmk => check_value_of(bytes).map(|value| value.to_vec()),
            Purpose::Key { algorithm, .. } => {
                algorithm.check_value(bytes).map(|value| value.into_iter().take(3).collect())
            }
        })?;
        Ok(CheckValue(value))
    }
}

impl fmt::Debug for Forming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Forming({} of {} components)", self.kept.len(), self.of)
    }
}
