//! J4: how often each command was called.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_protocol::Opcode;
use payhsm_protocol::command::j4_tell_volumes::{TellVolumes, VolumesTold};
use payhsm_protocol::field::Volume;

impl Handle for TellVolumes {
    const POLICY: Policy = Policy::STATUS;

    fn handle(_: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<VolumesTold> {
        let volume = |&opcode: &Opcode| {
            let calls = context.numbers.commands.calls(Some(opcode));
            (calls > 0).then_some(Volume { command: opcode.code().0, calls })
        };
        let volumes = Opcode::ALL.iter().filter_map(volume).collect();
        let (serial, period) = (context.serial(), context.since_start());
        Ok(VolumesTold { serial, period, volumes }.into())
    }
}
