//! N0: random bytes. Source: docs/protocol/N0.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{Bytes, Checked, names_nothing};
use crate::host::{Fields, Writer};
use wincode::{SchemaRead, SchemaWrite};

request! {
    /// Asks for random bytes.
    pub struct GenerateRandom {
        /// How many.
        pub length: RandomLength,
    }
}

/// How many random bytes: 1 to 256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct RandomLength(pub u16);

names_nothing!(RandomLength);

impl Checked for RandomLength {
    fn check(&self) -> Result<(), ErrorCode> {
        let fits = (1..=256).contains(&self.0);
        // 01 in this command: invalid length.
        if fits { Ok(()) } else { Err(ErrorCode::VerificationFailed) }
    }
}

reply! {
    /// Random bytes.
    pub struct RandomBytes {
        /// As many as were asked for.
        pub data: Bytes,
    }
}

impl Command for GenerateRandom {
    const OPCODE: Opcode = Opcode::N0;
    type Reply = RandomBytes;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let length = fields.decimal::<3>(ErrorCode::VerificationFailed)?;
        let length = u16::try_from(length).map_err(|_| ErrorCode::VerificationFailed)?;
        let length = RandomLength(length);
        length.check()?;
        Ok(Self { length })
    }
}

impl Reply for RandomBytes {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.raw(&self.data.0);
    }
}
