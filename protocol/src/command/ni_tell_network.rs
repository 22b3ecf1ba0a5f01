//! NI: who is connected, and what went through. Source: docs/protocol/NI.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{Checked, Connected, Traffic, names_nothing};
use crate::host::{Fields, Writer};
use wincode::{SchemaRead, SchemaWrite};

request! {
    /// Asks for the connections of a host port.
    pub struct TellNetwork {
        /// Which.
        pub port: HostPort,
        /// Whether what went through is told, too.
        pub statistics: bool,
    }
}

/// A host port, as other units have two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum HostPort {
    /// `1`: all sockets, whatever they speak.
    First,
    /// `2`: not there.
    Second,
}

names_nothing!(HostPort);

impl Checked for HostPort {
    fn check(&self) -> Result<(), ErrorCode> {
        Ok(())
    }
}

reply! {
    /// Who is connected.
    pub struct NetworkTold {
        /// The longest open first.
        pub connections: Vec<Connected>,
        /// What went through, if that was asked for.
        pub traffic: Option<Traffic>,
    }
}

impl Command for TellNetwork {
    const OPCODE: Opcode = Opcode::NI;
    type Reply = NetworkTold;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let port = match &fields.chars()? {
            b"1" => HostPort::First,
            b"2" => HostPort::Second,
            _ => return Err(ErrorCode::InvalidInput),
        };
        let statistics = match &fields.chars()? {
            b"0" => false,
            b"1" => true,
            _ => return Err(ErrorCode::CheckValueLength),
        };
        Ok(Self { port, statistics })
    }
}

impl Reply for NetworkTold {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.connections(&self.connections);
        if let Some(traffic) = &self.traffic {
            writer.traffic(traffic);
        }
    }
}
