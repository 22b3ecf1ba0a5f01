//! A disk that takes a fifth of a second for every sync.

use crate::appliance::{Appliance, long};
use crate::load::{Load, Stop};
use crate::strace::Strace;
use crate::support::binary::{Folder, pause};
use crate::waits::Waits;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What each sync takes.
const SYNC: Duration = Duration::from_millis(200);

/// What an answer may take: the sync that is on its way, its own, and one in between for a new file of the journal.
const MOST: Duration = Duration::from_millis(3 * 200 + 400);

/// What callers wait who ask one thing at a time, each on a connection of its own.
fn waits(folder: &Folder, address: SocketAddr, callers: usize, stop: &AtomicBool) -> Vec<Duration> {
    std::thread::scope(|scope| {
        let asks: Vec<_> = (0..callers)
            .map(|_| {
                scope.spawn(|| {
                    let mut caller = folder.host_client("client", address);
                    let mut waits = Vec::new();
                    while !stop.load(Ordering::SeqCst) {
                        let begun = Instant::now();
                        assert_eq!(caller.ask("B20002hi"), "B300hi");
                        waits.push(begun.elapsed());
                    }
                    waits
                })
            })
            .collect();
        asks.into_iter().flat_map(|ask| ask.join().unwrap()).collect()
    })
}

#[test]
fn a_slow_disk_makes_answers_wait_for_a_sync_or_two_and_no_longer() {
    let appliance = Appliance::new();
    let (daemon, _) = appliance.start_and_ask();
    let list = appliance.folder.path("strace");
    let inject = format!("inject=fdatasync,fsync:delay_enter={}", SYNC.as_micros());
    let Some(strace) = Strace::on(&daemon, "fdatasync,fsync", &inject, &list) else { return };
    let address = daemon.address(true, None);
    let stop = AtomicBool::new(false);
    let mut load = Load::new(4);
    let waits = std::thread::scope(|scope| {
        let ending = Stop(&stop);
        let waits = scope.spawn(|| waits(&appliance.folder, address, 16, &stop));
        load.run(&appliance.folder, address, |progress| {
            pause(Duration::from_secs(if long() { 6 } else { 2 }));
            assert_eq!(progress.refused(), 0, "a slow disk is no disk that fails");
        });
        drop(ending);
        Waits::of(waits.join().unwrap())
    });
    drop(strace);
    Appliance::stop(daemon);
    println!(
        "{SYNC:?} for a sync: {} answers after {:?} (half of them), {:?} (99 of 100), {:?} (all)",
        waits.len(),
        waits.of_thousand(500),
        waits.of_thousand(990),
        waits.of_thousand(1000),
    );
    // That it is slow is seen, and that callers share a sync.
    assert!(waits.of_thousand(500) >= SYNC);
    assert!(waits.of_thousand(1000) <= MOST, "{:?}", waits.of_thousand(1000));
    assert_eq!(load.missing(&appliance.verified(&[])), 0);
    assert!(load.done() > 50, "{}", load.done());
}
