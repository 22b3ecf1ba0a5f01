//! Card numbers of a daemon that is killed again and again: none is given twice, and none that was promised is lost.
#![cfg(test)]

mod support;

use std::collections::BTreeSet;
use std::time::Duration;
use support::binary::{Daemon, Folder, configuration, pause};
use support::issuing_daemon::{keys_file, sections};
use support::random::{Chance, long_tests};

/// Reserved at a time, and given at a time.
const BATCH: usize = 20;
const PART: usize = 7;

/// What one caller was told before the connection ended.
#[derive(Default)]
struct Told {
    batches: Vec<String>,
    numbers: Vec<String>,
}

/// The card numbers of an answer of XC: behind how many were given, there are, and follow, each with a `C` in front.
fn numbers(answer: &str) -> Vec<String> {
    let cards = answer.strip_prefix("XD00").unwrap().get(13..).unwrap();
    cards.split_terminator(';').map(|card| card.strip_prefix('C').unwrap().to_owned()).collect()
}

/// Reserves batches and takes what is in them, until nobody answers.
fn ask_until_it_dies(daemon: &Daemon) -> Told {
    let mut caller = daemon.plain();
    let mut told = Told::default();
    loop {
        let mut ask = |message: String| {
            use std::io::Write;
            let sent = caller.stream.write_all(&support::binary::framed(message));
            sent.ok().and_then(|()| caller.receive())
        };
        let Some(answer) = ask(format!("XAL09pan-issue411111;16{BATCH:05}")) else { return told };
        let batch = answer.strip_prefix("XB00").unwrap().to_owned();
        told.batches.push(batch.clone());
        for _ in 0..BATCH.div_ceil(PART) {
            let Some(answer) = ask(format!("XC{batch}L09pan-issueN{PART:03}C")) else {
                return told;
            };
            told.numbers.extend(numbers(&answer));
        }
    }
}

#[test]
fn none_is_given_twice_though_the_daemon_is_killed() {
    let folder = Folder::new();
    folder.write("keys.toml", &keys_file());
    let config = format!("state = 'state'\n{}", configuration("development", true, &sections(3)));
    let mut chance = Chance::new(29);
    let (mut seen, mut batches) = (BTreeSet::new(), Vec::new());
    let rounds = 3 * long_tests();
    for _ in 0..rounds {
        let daemon = Daemon::configured(&folder, &config, 8);
        let moment = Duration::from_millis(u64::try_from(chance.below(250)).unwrap());
        let told = std::thread::scope(|scope| {
            let callers: Vec<_> =
                (0..4).map(|_| scope.spawn(|| ask_until_it_dies(&daemon))).collect();
            pause(moment);
            daemon.kill();
            callers.into_iter().map(|caller| caller.join().unwrap()).collect::<Vec<_>>()
        });
        for told in told {
            for number in told.numbers {
                assert!(seen.insert(number.clone()), "{number} was given twice");
            }
            batches.extend(told.batches);
        }
    }
    // Every batch that was promised is there, and what it has was given to nobody else.
    let daemon = Daemon::configured(&folder, &config, 8);
    let mut caller = daemon.plain();
    let mut all = BTreeSet::new();
    for batch in &batches {
        for from in (0..BATCH).step_by(PART) {
            let answer = caller.ask(format!("XC{batch}L09pan-issue{from:05}{PART:03}C"));
            for number in numbers(&answer) {
                assert!(all.insert(number.clone()), "{number} is in two batches");
            }
        }
    }
    assert_eq!(all.len(), BATCH * batches.len());
    assert!(seen.is_subset(&all));
    println!("{rounds} kills: {} batches, {} numbers", batches.len(), seen.len());
}
