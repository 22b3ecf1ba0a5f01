//! B2: echo the caller's data, to test a connection. Source: host-commands 5.7.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::Bytes;
use crate::host::{Fields, Writer};

request! {
    /// Asks for its own data back.
    pub struct Echo {
        /// Anything, 0 to 32,000 bytes.
        pub data: Bytes,
    }
}

reply! {
    /// The data that came in.
    pub struct EchoReply {
        /// As it was.
        pub data: Bytes,
    }
}

impl Command for Echo {
    const OPCODE: Opcode = Opcode::B2;
    type Reply = EchoReply;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let length = fields.hexadecimal::<4>(ErrorCode::InvalidInput)?;
        let length = usize::try_from(length).map_err(|_| ErrorCode::InvalidInput)?;
        Ok(Self { data: fields.binary(length)? })
    }
}

impl Reply for EchoReply {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.raw(&self.data.0);
    }
}
