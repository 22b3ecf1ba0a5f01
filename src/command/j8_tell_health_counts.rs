//! J8: what went wrong, how often.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use crate::numbers::Limit;
use payhsm_protocol::command::j8_tell_health_counts::{HealthCountsTold, TellHealthCounts};

impl Handle for TellHealthCounts {
    const POLICY: Policy = Policy::STATUS;

    fn handle(_: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<HealthCountsTold> {
        let (lives, limits) = (context.numbers.lives.told(), &context.numbers.limits);
        let told = HealthCountsTold {
            serial: context.serial(),
            period: context.since_start(),
            restarts: lives.restarts,
            tampers: lives.tampers,
            minute_limit_met: limits.times(Limit::FailuresInMinute),
            hour_limit_met: limits.times(Limit::FailuresInHour),
            attack_limit_met: limits.times(Limit::FailuresInDay)
                + limits.times(Limit::FailuresInAll),
        };
        Ok(told.into())
    }
}
