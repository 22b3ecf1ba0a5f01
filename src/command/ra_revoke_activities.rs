//! RA: take back what officers have authorised.

use super::{Context, Handle, Outcome};
use crate::authorization::{Activity, Authorized, Policy};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::ra_revoke_activities::{ActivityName, RevokeActivities, Revoked};

impl Handle for RevokeActivities {
    const POLICY: Policy = Policy::EVERYWHERE;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<Revoked> {
        let Some(names) = &request.activities else {
            context.activities.revoke_all();
            return Ok(Revoked { count: None }.into());
        };
        // All are read before one is taken back.
        let named: Vec<_> = names.0.iter().map(activity).collect::<Result<_, _>>()?;
        let count = named.iter().filter(|one| context.activities.revoke(one)).count();
        Ok(Revoked { count: Some(u16::try_from(count).unwrap_or(u16::MAX)) }.into())
    }
}

/// The activity with this name. The time-out that it was authorised for may stand behind it; no
/// two differ in that alone.
fn activity(name: &ActivityName) -> Result<Activity, ErrorCode> {
    let text = std::str::from_utf8(&name.0).map_err(|_| ErrorCode::InvalidInput)?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = match text.rsplit_once('.') {
        Some((activity, timeout)) if is_number(timeout) && activity.matches('.').count() == 2 => {
            activity
        }
        _ => text,
    };
    text.parse().map_err(|_| ErrorCode::InvalidInput)
}
