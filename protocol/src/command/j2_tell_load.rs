//! J2: how busy the appliance was. Source: docs/protocol/J2.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{LoadBand, Period, Serial};
use crate::host::{Fields, Writer};

request! {
    /// Asks how busy the appliance was.
    pub struct TellLoad {}
}

reply! {
    /// How busy it was.
    pub struct LoadTold {
        /// Which appliance.
        pub serial: Serial,
        /// Since the start.
        pub period: Period,
        /// How many spans were how busy.
        pub bands: Vec<LoadBand>,
    }
}

impl Command for TellLoad {
    const OPCODE: Opcode = Opcode::J2;
    type Reply = LoadTold;

    fn decode_host(_: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        Ok(Self {})
    }
}

impl Reply for LoadTold {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.serial(self.serial);
        writer.period(&self.period);
        writer.count(self.period.seconds(), 10);
        writer.load_bands(&self.bands);
    }
}
