//! CS: narrow the header of a key block. Source: docs/protocol/CS.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{Checked, Exportability, KeyField, SentKey, names_nothing};
use crate::host::{Bare, Fields, Writer};
use wincode::{SchemaRead, SchemaWrite};

request! {
    /// A key block, to be had with another header.
    pub struct ModifyHeader {
        /// The key, under the LMK.
        pub key: SentKey,
        /// What is to become of its header.
        pub change: HeaderChange,
    }
}

/// One field of a header, the value that it has, and the one that it is to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum HeaderChange {
    /// `U`: the key usage.
    Usage([u8; 2], [u8; 2]),
    /// `M`: the mode of use.
    ModeOfUse(u8, u8),
    /// `V`: the key version number.
    Version([u8; 2], [u8; 2]),
    /// `E`: the exportability.
    Exportability(Exportability, Exportability),
}

names_nothing!(HeaderChange);

impl Checked for HeaderChange {
    fn check(&self) -> Result<(), ErrorCode> {
        let alphanumeric = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_alphanumeric);
        let (old, new) = match self {
            Self::Usage(old, new) => (alphanumeric(old), alphanumeric(new)),
            Self::ModeOfUse(old, new) => (alphanumeric(&[*old]), alphanumeric(&[*new])),
            // Other characters make a component of a key, or something that nobody has defined.
            Self::Version(old, new) => (alphanumeric(old), new.iter().all(u8::is_ascii_digit)),
            Self::Exportability(..) => (true, true),
        };
        match (old, new) {
            (false, _) => Err(ErrorCode::InvalidOldValue),
            (_, false) => Err(ErrorCode::InvalidNewValue),
            (true, true) => Ok(()),
        }
    }
}

reply! {
    /// The key.
    pub struct ModifiedKey {
        /// Under the LMK, with the other header.
        pub key: KeyField,
    }
}

impl Command for ModifyHeader {
    const OPCODE: Opcode = Opcode::CS;
    type Reply = ModifiedKey;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let key = fields.key(Bare::Single)?;
        let change = match fields.chars()? {
            [b'U'] => {
                let (old, new) = values(fields)?;
                HeaderChange::Usage(old, new)
            }
            [b'M'] => {
                let ([old], [new]) = values(fields)?;
                HeaderChange::ModeOfUse(old, new)
            }
            [b'V'] => {
                let (old, new) = values(fields)?;
                HeaderChange::Version(old, new)
            }
            [b'E'] => {
                let ([old], [new]) = values(fields)?;
                let read = Exportability::from_letter;
                HeaderChange::Exportability(
                    read(old).ok_or(ErrorCode::InvalidOldValue)?,
                    read(new).ok_or(ErrorCode::InvalidNewValue)?,
                )
            }
            _ => return Err(ErrorCode::InvalidChangeField),
        };
        Ok(Self { key: SentKey(key), change })
    }
}

/// The old value, `;`, the new value. An old one of another length cannot be the field's.
fn values<const N: usize>(fields: &mut Fields<'_>) -> Result<([u8; N], [u8; N]), ErrorCode> {
    let old = fields.chars()?;
    if !fields.skip(b';') {
        return Err(ErrorCode::InvalidOldValue);
    }
    Ok((old, fields.chars()?))
}

impl Reply for ModifiedKey {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.key(&self.key);
    }
}
