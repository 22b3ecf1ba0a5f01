//! J8: what went wrong, how often. Source: docs/protocol/J8.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{Period, Serial};
use crate::host::{Fields, Writer};

request! {
    /// Asks what went wrong, how often.
    pub struct TellHealthCounts {}
}

reply! {
    /// What was counted.
    pub struct HealthCountsTold {
        /// Which appliance.
        pub serial: Serial,
        /// What the counts of limits are of; starts are counted since the first.
        pub period: Period,
        /// Starts after the first.
        pub restarts: u64,
        /// How often it was found tampered with.
        pub tampers: u64,
        /// How often a limit of failures in a minute was met,
        pub minute_limit_met: u64,
        /// one of failures in an hour,
        pub hour_limit_met: u64,
        /// and one of failures in all or in a day, of a caller, a key or a card.
        pub attack_limit_met: u64,
    }
}

impl Command for TellHealthCounts {
    const OPCODE: Opcode = Opcode::J8;
    type Reply = HealthCountsTold;

    fn decode_host(_: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        Ok(Self {})
    }
}

impl Reply for HealthCountsTold {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.serial(self.serial);
        writer.period(&self.period);
        writer.count(self.restarts, 10);
        writer.count(self.tampers, 10);
        writer.count(self.minute_limit_met, 7);
        writer.count(self.hour_limit_met, 5);
        writer.count(self.attack_limit_met, 8);
    }
}
