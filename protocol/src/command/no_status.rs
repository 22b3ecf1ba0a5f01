//! NO: how the appliance is configured. Source: docs/protocol/NO.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{Checked, names_nothing};
use crate::host::{Fields, Writer};
use wincode::{SchemaRead, SchemaWrite};

request! {
    /// Asks for the status.
    pub struct ReportStatus {
        /// Which part of it.
        pub mode: StatusMode,
    }
}

/// A part of the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum StatusMode {
    /// `00`: buffers, sockets, firmware.
    Configuration,
    /// `01`: compliance.
    Compliance,
    /// `02`: where the appliance stands.
    State,
}

names_nothing!(StatusMode);

impl Checked for StatusMode {
    fn check(&self) -> Result<(), ErrorCode> {
        Ok(())
    }
}

reply! {
    /// The part that was asked for.
    pub struct StatusReport {
        /// What there is to say.
        pub status: Status,
    }
}

/// What there is to say of a part of the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum Status {
    /// How the appliance is configured.
    Configuration {
        /// The class of the buffer: 0 2 KB, 1 8 KB, 2 16 KB, 3 32 KB.
        buffer: u8,
        /// Whether it is spoken to over TCP.
        tcp: bool,
        /// How many connections it takes, 99 at most as far as this says.
        sockets: u8,
        /// `dddd-dddd`
        firmware: [u8; 9],
        /// The first four letters of the profile, upper case.
        profile: [u8; 4],
    },
    /// Whether what it is made of is as PCI HSM would have it.
    Compliance {
        /// No setting says otherwise.
        compliant: bool,
        /// Key type 002 is separated from 70D and 80D.
        separated: bool,
        /// What is in force as LMK.
        lmk: LmkKind,
    },
    /// Where the appliance stands.
    State(ApplianceState),
}

/// Where an appliance stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum ApplianceState {
    /// No LMK has ever been made here.
    Uninitialised,
    /// There is an LMK, and it takes officers to bring it into force.
    Sealed,
    /// The LMK is in force.
    Operational,
    /// Something is wrong that only officers can put right.
    Tampered,
}

/// What is in force as LMK.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum LmkKind {
    /// None: the appliance is sealed.
    Absent,
    /// One that only its owners know.
    Live,
    /// A published test value.
    Test,
}

impl Command for ReportStatus {
    const OPCODE: Opcode = Opcode::NO;
    type Reply = StatusReport;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let mode = match &fields.chars()? {
            b"00" => StatusMode::Configuration,
            b"01" => StatusMode::Compliance,
            b"02" => StatusMode::State,
            _ => return Err(ErrorCode::InvalidInput),
        };
        Ok(Self { mode })
    }
}

impl Reply for StatusReport {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        match &self.status {
            Status::Configuration { buffer, tcp, sockets, firmware, profile } => {
                writer.decimal(usize::from(*buffer), 1);
                writer.decimal(usize::from(*tcp), 1);
                writer.decimal(usize::from(*sockets), 2);
                writer.raw(firmware);
                writer.raw(b"0");
                writer.raw(profile);
            }
            Status::Compliance { compliant, separated, lmk } => {
                writer.raw(match (compliant, separated) {
                    (true, _) => b"1",
                    (false, true) => b"2",
                    (false, false) => b"0",
                });
                writer.raw(match lmk {
                    LmkKind::Absent => b"NO LMK    ",
                    LmkKind::Live => b"LIVE LMK  ",
                    LmkKind::Test => b"TEST LMK  ",
                });
            }
            Status::State(state) => writer.raw(match state {
                ApplianceState::Uninitialised => b"UNINITIALISED",
                ApplianceState::Sealed => b"SEALED       ",
                ApplianceState::Operational => b"OPERATIONAL  ",
                ApplianceState::Tampered => b"TAMPERED     ",
            }),
        }
    }
}
