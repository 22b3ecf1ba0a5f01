//! J4: how often each command was called. Source: docs/protocol/J4.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{Period, Serial, Volume};
use crate::host::{Fields, Writer};

request! {
    /// Asks how often each command was called.
    pub struct TellVolumes {}
}

reply! {
    /// How often.
    pub struct VolumesTold {
        /// Which appliance.
        pub serial: Serial,
        /// Since the start.
        pub period: Period,
        /// Commands that were called at all, in the order of the table.
        pub volumes: Vec<Volume>,
    }
}

impl Command for TellVolumes {
    const OPCODE: Opcode = Opcode::J4;
    type Reply = VolumesTold;

    fn decode_host(_: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        Ok(Self {})
    }
}

impl Reply for VolumesTold {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.serial(self.serial);
        writer.period(&self.period);
        writer.count(self.period.seconds(), 10);
        writer.volumes(&self.volumes);
    }
}
