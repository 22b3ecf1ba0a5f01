//! The real daemon is killed between verifications of a dynamic CVV2 and their answers: no code is accepted twice, and no more
//! wrong ones get a verdict than it has tries. `PAYHSM_LONG_TESTS=1` does it three hundred times where the short form does it ten
//! times.
#![cfg(test)]

mod support;

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;
use support::binary::{Caller, Daemon, Folder, configuration, connect, framed, pause};
use support::dynamic::{CARDS, DCVK_CLEAR, REST, made};
use support::keys::sealed;
use support::random::Chance;

const CONNECTIONS: usize = 3;

/// Verifications that each connection sends before it looks for an answer.
const AHEAD: usize = 4;

/// Without the limits that a guesser would meet beside the tries of a code.
const PRODUCT: &str = "
[cards]
per_caller = { failures_per_minute = 1000000, failures_per_hour = 1000000 }
per_key = { failures_per_minute = 1000000, failures_per_hour = 1000000 }
[[product]]
name = 'dynamic'
bins = ['3', '4']
[product.dynamic_cvv2]
auto_enable = true
";

fn start(folder: &Folder) -> Daemon {
    let config = configuration("development", true, PRODUCT);
    Daemon::configured(folder, &format!("state = 'store'\n{config}"), 8)
}

/// What the answers that came are, until the daemon was gone.
fn answers(caller: &mut Caller<TcpStream>) -> Vec<String> {
    (0..AHEAD).map_while(|_| caller.receive()).collect()
}

/// Sends this over several connections, kills the daemon after `moment`, and gives the answers that came.
fn killed_after(daemon: Daemon, message: &str, moment: Duration) -> Vec<String> {
    let address = daemon.address(false, None);
    let ready = Barrier::new(CONNECTIONS + 1);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                scope.spawn(|| {
                    let mut caller = Caller::new(connect(address));
                    ready.wait();
                    // It may be gone by now.
                    drop(caller.stream.write_all(&framed(message).repeat(AHEAD)));
                    answers(&mut caller)
                })
            })
            .collect();
        ready.wait();
        pause(moment);
        drop(daemon);
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn no_code_is_accepted_twice_and_no_try_is_forgotten() {
    let long = std::env::var_os("PAYHSM_LONG_TESTS").is_some_and(|value| value == "1");
    let rounds = if long { 300 } else { 10 };
    let folder = Folder::new();
    let dcvk = sealed("90TC00N00", DCVK_CLEAR);
    let mut chance = Chance::new(8);
    let (mut before, mut after, mut unanswered) = (0, 0, 0);
    let mut daemon = start(&folder);
    for round in 0..rounds {
        let card = CARDS[round % CARDS.len()];
        let mut caller = daemon.plain();
        let value = made(&caller.ask(format!("VA{dcvk}{card};{REST};"))).value;
        let right = format!("VC{dcvk}{card};{REST}{value};");
        let other = if value == "C000;" { "C001;" } else { "C000;" };
        let wrong = right.replace(&value, other);
        // In turn: the right one, and one that is wrong.
        let (message, verdict, most) =
            if round % 2 == 0 { (&right, "VD00D", 1) } else { (&wrong, "VDV1", 3) };
        drop(caller);
        let moment = Duration::from_micros(u64::try_from(chance.below(25_000)).unwrap());
        let answers = killed_after(daemon, message, moment);
        let is_verdict = |answer: &String| answer == verdict;
        let told = answers.iter().filter(|answer| is_verdict(answer)).count();

        daemon = start(&folder);
        let mut caller = daemon.plain();
        let later: Vec<String> = (0..4).map(|_| caller.ask(message)).collect();
        let told_later = later.iter().filter(|answer| is_verdict(answer)).count();
        assert!(told + told_later <= most, "round {round}: {answers:?}, then {later:?}");
        before += usize::from(told > 0);
        after += usize::from(told_later > 0);
        unanswered += usize::from(told + told_later < most);
        let last = if round % 2 == 0 { "VDV4" } else { "VDV5" };
        assert_eq!(later.last().map(String::as_str), Some(last), "{later:?}");
    }
    println!(
        "{rounds} kills: {before} times a verdict came before, {after} times after, {unanswered} times one was lost with its try"
    );
}
