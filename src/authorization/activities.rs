//! What officers have authorised, and for how long.

use super::activity::{Activity, Category, Interface};
use crate::clock::Clock;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// The longest that anything is authorised for, minutes: twelve hours.
pub const MOST_MINUTES: u16 = 720;

/// Why something is not authorised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAuthorisable {
    /// Too short or too long.
    #[error("an activity is authorised for 1 to {MOST_MINUTES} minutes")]
    Minutes,
    /// One officer, or the same one twice.
    #[error("it takes two different officers to authorise an activity")]
    Officers,
}

/// One that is authorised now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorised {
    /// What.
    pub activity: Activity,
    /// For how long still; 1 in its last second.
    pub seconds_left: u32,
    /// By whom.
    pub officers: Vec<String>,
}

#[derive(Debug)]
struct Live {
    activity: Activity,
    until: Duration,
    officers: Vec<String>,
}

/// The activities that are authorised now. A lock is enough: the commands of every day have none.
#[derive(Debug)]
pub struct Activities {
    live: RwLock<Vec<Live>>,
    clock: Arc<dyn Clock>,
}

impl Activities {
    /// Nothing is authorised.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { live: RwLock::default(), clock }
    }

    /// Authorises an activity from now on for so many minutes, in place of what was left of it.
    ///
    /// # Errors
    /// [`NotAuthorisable`], in the words of the officers.
    pub fn authorise(
        &self,
        activity: Activity,
        minutes: u16,
        officers: &[&str],
    ) -> Result<(), NotAuthorisable> {
        if !(1..=MOST_MINUTES).contains(&minutes) {
            return Err(NotAuthorisable::Minutes);
        }
        let different =
            officers.split_first().is_some_and(|(one, rest)| rest.iter().any(|other| other != one));
        if !different {
            return Err(NotAuthorisable::Officers);
        }
        let now = self.clock.elapsed();
        let until = now + Duration::from_secs(60 * u64::from(minutes));
        let officers = officers.iter().map(|&name| name.to_owned()).collect();
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        live.retain(|one| one.until > now && one.activity != activity);
        live.push(Live { activity, until, officers });
        Ok(())
    }

    /// Takes an authorisation back, as it was given; whether there was one.
    pub fn revoke(&self, activity: &Activity) -> bool {
        let now = self.clock.elapsed();
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        live.retain(|one| one.until > now);
        let before = live.len();
        live.retain(|one| one.activity != *activity);
        live.len() < before
    }

    /// Takes all of them back.
    pub fn revoke_all(&self) {
        self.live.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// All of them, in the order in which they were given.
    #[must_use]
    pub fn list(&self) -> Vec<Authorised> {
        let now = self.clock.elapsed();
        let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
        let left = |one: &Live| {
            let left = one.until.saturating_sub(now);
            let seconds_left = u32::try_from(left.as_millis().div_ceil(1000)).unwrap_or(u32::MAX);
            let (activity, officers) = (one.activity.clone(), one.officers.clone());
            (seconds_left > 0).then_some(Authorised { activity, seconds_left, officers })
        };
        live.iter().filter_map(left).collect()
    }

    /// Whether this may be done now.
    #[must_use]
    pub fn allows(&self, category: Category, sub: &str, interface: Interface) -> bool {
        let now = self.clock.elapsed();
        let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
        live.iter().any(|one| one.until > now && one.activity.covers(category, sub, interface))
    }
}

#[cfg(test)]
mod tests {
    use super::{Activities, NotAuthorisable};
    use crate::authorization::{Activity, Category, Interface};
    use crate::clock::Clock;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    #[derive(Debug, Default)]
    struct ByHand(AtomicU64);

    impl Clock for ByHand {
        fn elapsed(&self) -> Duration {
            Duration::from_millis(self.0.load(Ordering::Relaxed))
        }
    }

    fn activity(text: &str) -> Activity {
        text.parse().unwrap()
    }

    #[test]
    fn it_takes_two_different_officers_and_a_time() {
        let activities = Activities::new(Arc::<ByHand>::default());
        let authorise = |minutes, officers: &[&str]| {
            activities.authorise(activity("export.P0.host"), minutes, officers)
        };
        for minutes in [0, 721, u16::MAX] {
            assert_eq!(authorise(minutes, &["alice", "bob"]), Err(NotAuthorisable::Minutes));
        }
        for officers in [&[][..], &["alice"], &["alice", "alice"]] {
            assert_eq!(authorise(1, officers), Err(NotAuthorisable::Officers));
        }
        assert!(activities.list().is_empty());
        assert_eq!(authorise(720, &["alice", "bob"]), Ok(()));
        assert_eq!(activities.list()[0].seconds_left, 43_200);
    }

    #[test]
    fn what_is_authorised_ends_by_the_clock_or_when_it_is_taken_back() {
        let clock = Arc::<ByHand>::default();
        let activities = Activities::new(Arc::<ByHand>::clone(&clock));
        let officers = ["alice", "bob"];
        let allowed = |sub| activities.allows(Category::Export, sub, Interface::Host);
        activities.authorise(activity("export.P0.host"), 1, &officers).unwrap();
        activities.authorise(activity("export.001.host"), 2, &officers).unwrap();
        assert!(allowed("P0") && allowed("001") && !allowed("K0"));
        clock.0.store(59_999, Ordering::Relaxed);
        assert!(allowed("P0"));
        assert_eq!(activities.list()[0].seconds_left, 1);
        clock.0.store(60_000, Ordering::Relaxed);
        assert!(!allowed("P0") && allowed("001"));
        assert_eq!(activities.list().len(), 1);
        assert!(!activities.revoke(&activity("export.P0.host")), "it is over");
        assert!(!activities.revoke(&activity("export.*.host")), "not as it was given");
        assert!(activities.revoke(&activity("export.001.host")) && !allowed("001"));
        // Anew, it counts from now.
        activities.authorise(activity("export.*.host"), 1, &officers).unwrap();
        clock.0.store(90_000, Ordering::Relaxed);
        activities.authorise(activity("export.*.host"), 1, &officers).unwrap();
        clock.0.store(149_999, Ordering::Relaxed);
        assert!(allowed("K0") && activities.list().len() == 1);
        activities.revoke_all();
        assert!(!allowed("K0"));
    }
}
