//! A4: form a key from components. Source: docs/protocol/A4.md.

use super::shared::KeyAndCheckValue;
use super::{Command, Opcode};
use crate::ErrorCode;
use crate::field::{
    Checked, KeyField, KeyScheme, KeyType, Names, OptionalBlock, Shelf, all_digits, names_nothing,
};
use crate::host::{Bare, Fields};
use wincode::{SchemaRead, SchemaWrite};

/// How many components a key is formed from.
const COUNTS: std::ops::RangeInclusive<usize> = 2..=9;

request! {
    /// Components of a key, to be put together.
    pub struct FormKey {
        /// What the key is to be.
        pub key_type: KeyType,
        /// The scheme that it is to have under the LMK.
        pub scheme: KeyScheme,
        /// The components, under the LMK.
        pub components: Components,
        /// What the components do not say about it, where it is to be a key block.
        pub header: Option<FormedHeader>,
    }
}

/// Two to nine components.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct Components(pub Vec<KeyField>);

impl Checked for Components {
    fn check(&self) -> Result<(), ErrorCode> {
        if COUNTS.contains(&self.0.len()) { self.0.check() } else { Err(ErrorCode::InvalidCount) }
    }
}

impl Names for Components {
    fn fill_in(&mut self, shelf: &dyn Shelf) -> Result<(), ErrorCode> {
        self.0.fill_in(shelf)
    }
}

/// The part of a key block header that is the formed key's own.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct FormedHeader {
    /// Key version number, two digits: the whole is no component.
    pub version: [u8; 2],
    /// Optional blocks, in order.
    pub optional_blocks: Vec<OptionalBlock>,
}

names_nothing!(FormedHeader);

impl Checked for FormedHeader {
    fn check(&self) -> Result<(), ErrorCode> {
        all_digits(&self.version, ErrorCode::KeyBlockVersion)?;
        self.optional_blocks.check()
    }
}

impl Command for FormKey {
    const OPCODE: Opcode = Opcode::A4;
    type Reply = KeyAndCheckValue;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let count = fields.decimal::<1>(ErrorCode::InvalidCount)?;
        let count = usize::try_from(count).unwrap_or_default();
        if !COUNTS.contains(&count) {
            return Err(ErrorCode::InvalidCount);
        }
        let key_type = fields.key_type()?;
        let scheme = fields.key_scheme()?;
        let components = (0..count).map(|_| fields.key(Bare::Single)).collect::<Result<_, _>>()?;
        fields.lmk()?;
        let header = if fields.skip(b'#') {
            let (version, optional_blocks) = fields.version_and_blocks()?;
            Some(FormedHeader { version, optional_blocks })
        } else {
            None
        };
        Ok(Self { key_type, scheme, components: Components(components), header })
    }
}
