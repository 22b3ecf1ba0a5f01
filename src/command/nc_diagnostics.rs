//! NC: diagnostics.

use super::status::firmware;
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use crate::lifecycle::State;
use payhsm_protocol::command::nc_diagnostics::{Diagnose, Diagnosis};

impl Handle for Diagnose {
    const POLICY: Policy = Policy::STATUS;

    fn handle(_: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<Diagnosis> {
        let mut lmk_check_value = [0; 8];
        // Without an LMK in force the answer is zeros, so that a monitor gets one in every state.
        if context.state == State::Operational {
            let own = context.lmk()?.check_value();
            for (to, from) in lmk_check_value.iter_mut().zip(&own.0) {
                *to = *from;
            }
        }
        Ok(Diagnosis { lmk_check_value, firmware: firmware() }.into())
    }
}
