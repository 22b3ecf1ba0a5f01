//! JK: how the appliance is.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use crate::lifecycle::State;
use crate::numbers::Limit;
use payhsm_keys::{Lmk, LmkScheme};
use payhsm_protocol::command::jk_tell_health::{HealthTold, TellHealth};
use payhsm_protocol::field::{LmkAlgorithm, LmkSeen, Moment, Running};

const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;

impl Handle for TellHealth {
    const POLICY: Policy = Policy::STATUS;

    fn handle(_: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<HealthTold> {
        let now = context.moment();
        let activities = context.activities.list().len();
        let activities = u8::try_from(activities).map_or(99, |many| many.min(99));
        let lmks: Vec<_> = context.lmks.each().collect();
        let old = lmks.iter().filter(|(_, has_old)| *has_old).count();
        let met = |limits: &[Limit], within| {
            let last = limits.iter().filter_map(|&limit| context.numbers.limits.last(limit)).max();
            last.is_some_and(|last| now.0.saturating_sub(last) < within)
        };
        let told = HealthTold {
            serial: context.serial(),
            now,
            console: match context.numbers.officers_sockets.get() {
                0 => Running::NotConfigured,
                _ => Running::Yes,
            },
            // Whoever gets this answer was served.
            host: Running::Yes,
            tampered: (context.state == State::Tampered)
                .then(|| Moment(context.numbers.lives.told().last_tamper)),
            old_lmks: u8::try_from(old).unwrap_or(u8::MAX),
            lmks: lmks.iter().map(|(lmk, _)| seen(lmk, activities)).collect(),
            failures_exceeded: met(&[Limit::FailuresInMinute, Limit::FailuresInHour], HOUR),
            attacks_exceeded: met(&[Limit::FailuresInDay, Limit::FailuresInAll], DAY),
        };
        Ok(told.into())
    }
}

fn seen(lmk: &Lmk, activities: u8) -> LmkSeen {
    let mut comment = *b"000000";
    let check_value = hex::encode_upper(lmk.check_value().0);
    for (to, from) in comment.iter_mut().zip(check_value.bytes()) {
        *to = from;
    }
    LmkSeen {
        id: lmk.id().0,
        activities,
        key_blocks: lmk.scheme() != LmkScheme::Variant,
        algorithm: match lmk.scheme() {
            LmkScheme::Variant => LmkAlgorithm::DoubleTdes,
            LmkScheme::KeyBlockTdes => LmkAlgorithm::TripleTdes,
            LmkScheme::KeyBlockAes => LmkAlgorithm::Aes,
        },
        test: lmk.is_test(),
        comment,
    }
}
