//! What the log says of peers that nobody knows: a flood must not flood the log too.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// The time for which lines are counted.
const WINDOW: Duration = Duration::from_secs(1);

/// So many lines a second; what is more is counted, and told in one line.
#[derive(Debug)]
pub(super) struct Brevity {
    most: u32,
    rest: fn(u64),
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    since: Option<Instant>,
    told: u32,
    untold: u64,
}

impl Brevity {
    /// At most so many a second; `rest` tells how many more there were.
    pub(super) fn new(most: u32, rest: fn(u64)) -> Arc<Self> {
        Arc::new(Self { most, rest, state: Mutex::default() })
    }

    /// Whether one more is told. If not, it is among those that are told together, within a second.
    pub(super) fn may_tell(self: &Arc<Self>) -> bool {
        let now = Instant::now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let since = match state.since {
            Some(since) if now < since + WINDOW => since,
            Some(_) | None => {
                (state.since, state.told) = (Some(now), 0);
                now
            }
        };
        if state.told < self.most {
            state.told += 1;
            return true;
        }
        state.untold += 1;
        if state.untold == 1 {
            let this = Arc::clone(self);
            tokio::spawn(async move {
                sleep_until(since + WINDOW).await;
                this.tell_rest();
            });
        }
        false
    }

    fn tell_rest(&self) {
        let untold = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if state.untold == 0 {
                return;
            }
            // This is a line of the second that begins.
            (state.since, state.told) = (Some(Instant::now()), 1);
            std::mem::take(&mut state.untold)
        };
        (self.rest)(untold);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    static REST: AtomicU64 = AtomicU64::new(0);

    #[tokio::test]
    async fn so_many_a_second_are_told_and_no_one_is_forgotten() {
        let brevity = Brevity::new(3, |untold| {
            REST.fetch_add(untold, Ordering::SeqCst);
        });
        let told = |many: u32| (0..many).filter(|_| brevity.may_tell()).count();
        assert_eq!((told(10), REST.load(Ordering::SeqCst)), (3, 0));
        brevity.tell_rest();
        assert_eq!(REST.load(Ordering::SeqCst), 7);
        // That was the first of another second.
        assert_eq!(told(10), 2);
        brevity.tell_rest();
        brevity.tell_rest();
        assert_eq!(REST.load(Ordering::SeqCst), 15);
    }
}
