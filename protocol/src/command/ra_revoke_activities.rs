//! RA: take back what officers have authorised. Source: docs/protocol/RA.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{Checked, names_nothing};
use crate::host::{Fields, Writer};
use wincode::{SchemaRead, SchemaWrite};

/// The most that three digits can count.
const MOST: usize = 999;

/// Characters in the longest activity with its time-out.
const LONGEST: usize = 64;

request! {
    /// Says that activities are not needed any more.
    pub struct RevokeActivities {
        /// Which; without it all of them.
        pub activities: Option<ActivityNames>,
    }
}

/// Activities by their names.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct ActivityNames(pub Vec<ActivityName>);

names_nothing!(ActivityNames);

impl Checked for ActivityNames {
    fn check(&self) -> Result<(), ErrorCode> {
        if self.0.len() <= MOST { self.0.check() } else { Err(ErrorCode::InvalidInput) }
    }
}

/// An activity as officers write it: category, sub and interface, and perhaps a time-out.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct ActivityName(pub Vec<u8>);

impl Checked for ActivityName {
    fn check(&self) -> Result<(), ErrorCode> {
        let in_shape = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'*');
        if (1..=LONGEST).contains(&self.0.len()) && self.0.iter().all(in_shape) {
            Ok(())
        } else {
            Err(ErrorCode::InvalidInput)
        }
    }
}

reply! {
    /// What came of it.
    pub struct Revoked {
        /// How many of those that were named had been authorised; nothing if none was named.
        pub count: Option<u16>,
    }
}

impl Command for RevokeActivities {
    const OPCODE: Opcode = Opcode::RA;
    type Reply = Revoked;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        if !matches!(fields.peek(), Some(b'0'..=b'9')) {
            return Ok(Self { activities: None });
        }
        match &fields.digits()? {
            b"00" => return Ok(Self { activities: None }),
            b"01" => {}
            _ => return Err(ErrorCode::InvalidInput),
        }
        let count = fields.decimal::<3>(ErrorCode::InvalidInput)?;
        let names = (0..count).map(|_| name(fields)).collect::<Result<_, _>>()?;
        Ok(Self { activities: Some(ActivityNames(names)) })
    }
}

/// Characters up to a `;`, which is taken too.
fn name(fields: &mut Fields<'_>) -> Result<ActivityName, ErrorCode> {
    let mut name = Vec::new();
    while !fields.skip(b';') {
        let [byte] = fields.chars()?;
        name.push(byte);
        if name.len() > LONGEST {
            return Err(ErrorCode::InvalidInput);
        }
    }
    Ok(ActivityName(name))
}

impl Reply for Revoked {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        if let Some(count) = self.count {
            writer.decimal(usize::from(count), 3);
        }
    }
}
