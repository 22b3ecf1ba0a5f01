//! JK: how the appliance is. Source: docs/protocol/JK.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{LmkSeen, Moment, Running, Serial};
use crate::host::{Fields, Writer};

request! {
    /// Asks how the appliance is.
    pub struct TellHealth {}
}

reply! {
    /// How it is.
    pub struct HealthTold {
        /// Which appliance.
        pub serial: Serial,
        /// The time of the answer.
        pub now: Moment,
        /// Whether officers can come.
        pub console: Running,
        /// Whether it is served over TLS or plain TCP.
        pub host: Running,
        /// Since when it stands as tampered with, if it does.
        pub tampered: Option<Moment>,
        /// LMKs in force whose change has not been ended.
        pub old_lmks: u8,
        /// The LMKs in force.
        pub lmks: Vec<LmkSeen>,
        /// Whether failures were too many within the last minute or hour.
        pub failures_exceeded: bool,
        /// Whether they were too many in all or in a day.
        pub attacks_exceeded: bool,
    }
}

impl Command for TellHealth {
    const OPCODE: Opcode = Opcode::JK;
    type Reply = HealthTold;

    fn decode_host(_: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        Ok(Self {})
    }
}

impl Reply for HealthTold {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        let count = |lmks: usize| u64::try_from(lmks).unwrap_or(u64::MAX);
        writer.serial(self.serial);
        writer.moment(self.now);
        writer.running(self.console);
        // There is no manager over the network, and no second host port.
        writer.running(Running::NotConfigured);
        writer.running(self.host);
        writer.running(Running::NotConfigured);
        writer.raw(b"00");
        match self.tampered {
            None => writer.raw(b"1"),
            Some(when) => {
                writer.raw(b"210");
                writer.moment(when);
            }
        }
        writer.count(count(self.lmks.len()), 2);
        writer.count(count(self.lmks.iter().filter(|lmk| lmk.test).count()), 2);
        writer.count(self.old_lmks.into(), 2);
        writer.lmks_seen(&self.lmks);
        writer.raw(if self.failures_exceeded { b"1" } else { b"0" });
        writer.raw(if self.attacks_exceeded { b"1" } else { b"0" });
    }
}
