//! NO: status.

use super::status::firmware;
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use crate::lifecycle::State;
use crate::settings::{Legacy, Profile};
use payhsm_protocol::command::no_status::{
    ApplianceState, LmkKind, ReportStatus, Status, StatusMode, StatusReport,
};

/// Messages of 32 KB.
const BUFFER_CLASS: u8 = 3;

/// More than the field can say; the limit is in the configuration.
const SOCKETS: u8 = 99;

impl Handle for ReportStatus {
    const POLICY: Policy = Policy::STATUS;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<StatusReport> {
        let status = match request.mode {
            StatusMode::Configuration => Status::Configuration {
                buffer: BUFFER_CLASS,
                tcp: true,
                sockets: SOCKETS,
                firmware: firmware(),
                profile: four_letters(context.settings.profile),
            },
            StatusMode::Compliance => {
                let lmk = match (context.state, context.lmk) {
                    (State::Operational, Some(lmk)) if lmk.is_test() => LmkKind::Test,
                    (State::Operational, Some(_)) => LmkKind::Live,
                    _ => LmkKind::Absent,
                };
                let legacy = context.settings.legacy;
                Status::Compliance {
                    compliant: legacy == Legacy::default() && lmk != LmkKind::Test,
                    separated: !legacy.shared_002,
                    lmk,
                }
            }
            StatusMode::State => Status::State(match context.state {
                State::Uninitialised => ApplianceState::Uninitialised,
                State::Sealed => ApplianceState::Sealed,
                State::Operational => ApplianceState::Operational,
                State::Tampered => ApplianceState::Tampered,
            }),
        };
        Ok(StatusReport { status }.into())
    }
}

const fn four_letters(profile: Profile) -> [u8; 4] {
    match profile {
        Profile::Development => *b"DEVE",
        Profile::Issuer => *b"ISSU",
        Profile::Acquirer => *b"ACQU",
    }
}
