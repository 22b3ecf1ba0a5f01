//! The key that signs the audit log.

use super::{Outcome, Rule};
use crate::lifecycle::State;
use crate::officers::office::Desk;
use crate::officers::refusal::Refusal;
use crate::officers::session::TwoPresent;
use payhsm_keys::SystemRandom;

pub(super) const REPLACE_KEY: Rule<TwoPresent> = Rule::in_states(&[State::Operational]);

pub(super) fn replace_key(desk: &Desk<'_>, _: &TwoPresent) -> Outcome {
    let office = desk.office;
    let Some(audit) = office.audit() else {
        return Err(Refusal::new("this daemon keeps no audit log"));
    };
    let name = office.log_name()?;
    let (before, after) = office.vault().replace_audit_keys(&mut SystemRandom::new())?;
    let key = match audit.change_key(&name, before.clone(), after) {
        Ok(key) => key,
        Err(error) => {
            // The old key goes on; who asks again, or unseals, goes on with the change.
            audit.unsealed(&name, before).map_err(Refusal::new)?;
            return Err(Refusal::new(format_args!(
                "the change is not finished: {error}. The old key signs until it is asked for again, or the appliance is \
                 unsealed again"
            )));
        }
    };
    office.vault().forget_audit_keys_before(&mut SystemRandom::new())?;
    Ok(desk.done(format!(
        "The audit log is signed with another key: {key}. Give it to the auditors, and take a backup."
    )))
}
