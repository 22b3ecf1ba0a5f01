//! What the hosts may do with officers' leave.

use super::{Outcome, Rule};
use crate::authorization::Activity;
use crate::lifecycle::State;
use crate::officers::office::Desk;
use crate::officers::refusal::Refusal;
use crate::officers::session::{OnePresent, TwoPresent};
use payhsm_protocol::officer::{Answer, AuthorisedLine};

pub(super) const AUTHORISE: Rule<TwoPresent> = Rule::in_states(&[State::Operational]);
/// What takes a right away takes one.
pub(super) const REVOKE: Rule<OnePresent> = Rule::in_states(&[State::Operational]);
pub(super) const LIST: Rule<OnePresent> = Rule::in_states(&[State::Operational]);

fn read(activity: &str) -> Result<Activity, Refusal> {
    activity.parse().map_err(Refusal::new)
}

pub(super) fn authorise(
    desk: &Desk<'_>,
    two: &TwoPresent,
    activity: &str,
    minutes: u16,
) -> Outcome {
    let activities = desk.office.engine().activities();
    activities.authorise(read(activity)?, minutes, &two.names()).map_err(Refusal::new)?;
    let s = if minutes == 1 { "" } else { "s" };
    Ok(desk.done(format!("The activity {activity} is authorised for {minutes} minute{s}.")))
}

pub(super) fn revoke(desk: &Desk<'_>, activity: &str) -> Outcome {
    if desk.office.engine().activities().revoke(&read(activity)?) {
        return Ok(desk.done(format!("The activity {activity} is authorised no more.")));
    }
    Err(Refusal::new(format_args!("the activity {activity} is not authorised")))
}

pub(super) fn list(desk: &Desk<'_>) -> Outcome {
    let lines = desk.office.engine().activities().list().into_iter().map(|one| AuthorisedLine {
        activity: one.activity.to_string(),
        seconds_left: one.seconds_left,
        officers: one.officers,
    });
    Ok(Answer::Authorised(lines.collect()))
}
