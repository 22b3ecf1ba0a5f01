//! A real daemon that is killed while callers try PINs.

use crate::support::binary::{Caller, Daemon, Folder, configuration, framed, pause};
use crate::support::issuing_daemon::{keys_file, sections};
use crate::support::pin_life::{CARD, pvv_of, wa};
use crate::support::random::{Chance, long_tests};
use std::io::Write;
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

/// PINs that a caller tries at once.
const GUESSES: usize = 10;

/// Wrong PINs, all sent at once; how many verdicts came back before the connection ended.
fn guess(mut caller: Caller<TcpStream>, from: usize) -> usize {
    let pins = (from..from + GUESSES).map(|pin| format!("{pin:04}"));
    let frames: Vec<u8> = pins.flat_map(|pin| framed(wa(&pin, CARD))).collect();
    // The other end may be gone already.
    drop(caller.stream.write_all(&frames));
    let answers = std::iter::from_fn(|| caller.receive()).take(GUESSES);
    answers.filter(|answer| answer == "WBN1").count()
}

#[test]
fn a_daemon_that_is_killed_forgets_no_try() {
    const LIMIT: usize = 60;
    let folder = Folder::new();
    folder.write("keys.toml", &keys_file());
    let config = configuration("development", true, &sections(u8::try_from(LIMIT).unwrap()));
    let config = format!("state = 'state'\n{config}");
    let start = || Daemon::configured(&folder, &config, 8);
    let mut chance = Chance::new(11);
    let (mut cut_short, mut killed) = (0, 0);
    for _ in 0..2 * long_tests() {
        let mut daemon = start();
        let mut plain = daemon.plain();
        // The PIN is none of those that are tried.
        assert_eq!(plain.ask(format!("WM{CARD};V1{}", pvv_of("9999", CARD))), "WN00");
        assert_eq!(plain.ask(format!("WE{CARD};U")), "WF00");
        let mut verdicts = 0;
        for round in 0.. {
            let callers: Vec<_> = (0..4).map(|_| daemon.plain()).collect();
            let told: Vec<usize> = thread::scope(|scope| {
                let guessing: Vec<_> = (1..)
                    .zip(callers)
                    .map(|(at, caller)| scope.spawn(move || guess(caller, 1_000 * at + 10 * round)))
                    .collect();
                pause(Duration::from_micros(u64::try_from(chance.below(60_000)).unwrap()));
                daemon.kill();
                guessing.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            daemon.end();
            let told: usize = told.into_iter().sum();
            killed += 1;
            cut_short += usize::from(told < 4 * GUESSES);
            verdicts += told;
            daemon = start();
            // Whatever was told was counted. What was counted may not have been told.
            let answer = daemon.plain().ask(format!("WC{CARD};"));
            let tries: usize = answer.get(4..6).unwrap().parse().unwrap();
            assert!(tries >= verdicts, "{verdicts} verdicts, and then {answer}");
            if tries == LIMIT {
                break;
            }
            assert!(round < 100, "{answer}");
        }
        assert!(verdicts <= LIMIT, "{verdicts}");
        assert_eq!(daemon.plain().ask(wa("9999", CARD)), "WBN2");
    }
    // Otherwise nothing was tried.
    assert!(cut_short > 0 && killed > 2, "{cut_short} of {killed}");
}
