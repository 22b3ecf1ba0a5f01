//! Failed logins, counted by name. After each one the name has to wait, twice as long every time: nobody sleeps for it.

use super::refusal::Refusal;
use std::collections::BTreeMap;
use std::time::Duration;

/// The longest wait.
const LONGEST: Duration = Duration::from_secs(60);

/// Names that no officer has share one count, or whoever asks could fill the memory with them.
const STRANGERS: &str = "";

#[derive(Clone, Copy, Debug)]
struct Failed {
    times: u32,
    again_at: Duration,
}

/// Who failed, how often, and from when on a login is looked at again.
#[derive(Debug, Default)]
pub(super) struct Tries(BTreeMap<String, Failed>);

impl Tries {
    fn key(name: &str, known: bool) -> &str {
        if known { name } else { STRANGERS }
    }

    /// Refuses to look at a login that comes too early.
    pub(super) fn check(&self, name: &str, known: bool, now: Duration) -> Result<(), Refusal> {
        match self.0.get(Self::key(name, known)) {
            Some(failed) if failed.again_at > now => Err(Refusal::new(format_args!(
                "the login is not looked at yet: after {} of {name} it takes {} more",
                times(failed.times),
                seconds(failed.again_at.saturating_sub(now)),
            ))),
            _ => Ok(()),
        }
    }

    /// One failed; says how long to wait.
    pub(super) fn failed(&mut self, name: &str, known: bool, now: Duration) -> Refusal {
        let entry = self.0.entry(Self::key(name, known).to_owned());
        let failed = entry.or_insert(Failed { times: 0, again_at: now });
        // 1 s, 2 s, 4 s …
        let wait = Duration::from_secs(1 << failed.times.min(16)).min(LONGEST);
        failed.times = failed.times.saturating_add(1);
        failed.again_at = now + wait;
        Refusal::new(format_args!(
            "the login of {name} was refused: there is no such officer here, or the signature is not that officer's; \
             the next one is looked at in {}",
            seconds(wait)
        ))
    }

    /// One did not fail.
    pub(super) fn succeeded(&mut self, name: &str) {
        self.0.remove(name);
    }
}

fn times(times: u32) -> String {
    if times == 1 { "a failed login".to_owned() } else { format!("{times} failed logins") }
}

fn seconds(time: Duration) -> String {
    match time.as_millis().div_ceil(1000) {
        1 => "one second".to_owned(),
        several => format!("{several} seconds"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_minute_and_end_with_a_good_login() {
        let mut tries = Tries::default();
        let mut now = Duration::ZERO;
        for wait in [1, 2, 4, 8, 16, 32, 60, 60] {
            let told = tries.failed("alice", true, now).sentence;
            let words =
                if wait == 1 { "in one second".into() } else { format!("in {wait} seconds") };
            assert!(told.contains(&words), "{told}");
            now += Duration::from_millis(1000 * wait - 1);
            let early = tries.check("alice", true, now).unwrap_err().sentence;
            assert!(early.ends_with("one second more."), "{early}");
            now += Duration::from_millis(1);
            assert!(tries.check("alice", true, now).is_ok());
        }
        assert!(tries.check("bob", true, Duration::ZERO).is_ok(), "by name");
        tries.succeeded("alice");
        assert!(tries.failed("alice", true, now).sentence.contains("in one second"));
    }

    #[test]
    fn strangers_share_one_count() {
        let mut tries = Tries::default();
        for number in 0..1000 {
            tries.failed(&format!("stranger-{number}"), false, Duration::ZERO);
        }
        assert_eq!(tries.0.len(), 1);
        assert!(tries.check("another", false, Duration::from_secs(59)).is_err());
        assert!(tries.check("alice", true, Duration::ZERO).is_ok());
    }
}
