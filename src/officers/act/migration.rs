//! Another master LMK.

use super::{Outcome, Rule, lmk};
use crate::lifecycle::State;
use crate::officers::lmk_file::short;
use crate::officers::migration::Progress;
use crate::officers::office::Desk;
use crate::officers::session::TwoPresent;
use payhsm_keys::ceremony::shares::split;
use payhsm_keys::{LmkSecret, SystemRandom, VaultRefused};
use payhsm_protocol::officer::{Answer, Quorum};

pub(super) const CHANGE: Rule<TwoPresent> = Rule::in_states(&[State::Operational]);
pub(super) const CONTINUE: Rule<TwoPresent> = Rule::in_states(&[State::Operational]);
pub(super) const ERASE_OLD: Rule<TwoPresent> = Rule::in_states(&[State::Operational]);

/// Makes and splits the new LMK. Nothing moves before somebody who has its shares asks to go on.
pub(super) fn change(
    desk: &Desk<'_>,
    _: &TwoPresent,
    quorum: Quorum,
    holders: &[String],
) -> Outcome {
    let holders = lmk::check_holders(desk, quorum, holders)?;
    let vault = desk.office.vault();
    if vault.changing()?.is_some() {
        return Err(VaultRefused::Changing.into());
    }
    let id = vault.inventory().ok_or(VaultRefused::Sealed)?.lmks().default_lmk().id();
    let random = &mut SystemRandom::new();
    let secret = LmkSecret::generate(random)?;
    let about = lmk::about(id, &secret, quorum, &holders)?;
    let shares = lmk::seal(desk, id, &holders, &split(&secret, id, quorum, random)?)?;
    vault.begin_change(secret, &about, random)?;
    let check_value = short(&about.check_value);
    Ok(Answer::Split { check_value, shares, generation: desk.generation() })
}

pub(super) fn go_on(desk: &mut Desk<'_>, _: &TwoPresent) -> Outcome {
    match desk.office.continue_migration(&desk.names())? {
        Progress::Moving { have, of } => Ok(Answer::Progress { check_value: None, have, of }),
        Progress::Finished(moved) => Ok(desk.done(format!(
            "All {moved} records are under the new LMK; the old one stays for what programs hold under it, until it is erased."
        ))),
    }
}

pub(super) fn erase_old(desk: &mut Desk<'_>, _: &TwoPresent) -> Outcome {
    desk.office.vault().erase_old_lmk(&mut SystemRandom::new())?;
    desk.office.show()?;
    desk.office.write_lmk_file(desk.inner);
    Ok(desk.done("The old LMK is erased."))
}
