//! SIGKILL at any moment.

use crate::appliance::{Appliance, events, long, soon};
use crate::load::Load;
use crate::support::binary::pause;
use crate::support::random::Chance;
use payhsm_audit::record::event;
use std::time::Duration;

#[test]
fn what_was_answered_survives_kill_9() {
    survives(if long() { 200 } else { 5 }, 700);
}

#[test]
#[ignore = "ten minutes: cargo test --release --test faults -- --ignored --nocapture a_thousand_kills"]
fn what_was_answered_survives_a_thousand_kills() {
    survives(1000, 300);
}

/// Killed so often, each time within so many milliseconds; now and then later, so that a checkpoint has been signed.
fn survives(kills: usize, soonest: usize) {
    let appliance = Appliance::new();
    let mut load = Load::new(6);
    let mut chance = Chance::new(11);
    let mut checkpoints = Vec::new();
    let mut starts = Vec::new();
    for life in 1..=kills {
        let (daemon, took) = appliance.start_and_ask();
        starts.push(took);
        // A checkpoint is signed within a second; not every life is so long.
        let longest = if life % 5 == 0 { 2000 } else { soonest };
        let moment = Duration::from_millis(u64::try_from(chance.below(longest)).unwrap());
        load.run(&appliance.folder, daemon.address(true, None), |_| {
            pause(moment);
            drop(daemon);
        });
        checkpoints.extend(appliance.checkpoint());
    }
    let (daemon, took) = appliance.start_and_ask();
    starts.push(took);
    Appliance::stop(daemon);
    starts.sort_unstable();
    let entries = appliance.verified(&checkpoints);
    println!(
        "{kills} kills: {} commands answered, {} entries, {} checkpoints; start to first answer {:?}, at most {:?}",
        load.done(),
        entries.len(),
        checkpoints.len(),
        starts[starts.len() / 2],
        starts[starts.len() - 1],
    );
    assert_eq!(load.missing(&entries), 0);
    assert_eq!(events(&entries, event::START).len(), kills + 1);
    assert!(load.done() > 100 * kills, "{} commands", load.done());
    assert!(starts.iter().all(|took| *took <= soon()), "{starts:?}");
}
