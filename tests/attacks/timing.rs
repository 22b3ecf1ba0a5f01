//! Whether two kinds of message take different times: Welch's t.

use crate::bank::{Hsm, Inside};
use payhsm::Engine;
use std::time::Instant;

/// |t| from which on times are said to differ.
pub(crate) const DIFFERENT: f64 = 4.5;

/// How many messages of a kind there should be. What stands in a message for all to see takes its time too, such as letters among
/// hex digits, so each message counts once, by the median of its times.
pub(crate) const MESSAGES: u64 = 1_000;

/// Sends all messages of both kinds by turns, so often each, and gives |t|.
pub(crate) fn welch(engine: &Engine, rounds: usize, messages: &[Vec<String>; 2]) -> f64 {
    let call = |message: &String| {
        std::hint::black_box(Inside(engine).ask(message));
    };
    welch_of(rounds, messages, call)
}

fn welch_of<M>(rounds: usize, messages: &[Vec<M>; 2], mut call: impl FnMut(&M)) -> f64 {
    let mut times = messages.each_ref().map(|kind| vec![Vec::with_capacity(rounds); kind.len()]);
    for round in 0..rounds {
        for number in 0..messages[0].len().min(messages[1].len()) {
            // Whoever comes first in one round comes second in the next.
            for turn in 0..2 {
                let kind = (round + turn) % 2;
                let start = Instant::now();
                call(&messages[kind][number]);
                let time = u32::try_from(start.elapsed().as_nanos()).unwrap_or(u32::MAX);
                times[kind][number].push(time);
            }
        }
    }
    let [one, other] = times.map(|kind| {
        let medians: Vec<f64> = kind.into_iter().map(median).collect();
        let count = f64::from(u32::try_from(medians.len()).unwrap());
        let mean = medians.iter().sum::<f64>() / count;
        let squares: f64 = medians.iter().map(|time| (time - mean).powi(2)).sum();
        (mean, squares / (count - 1.0) / count)
    });
    (one.0 - other.0).abs() / (one.1 + other.1).sqrt()
}

fn median(mut times: Vec<u32>) -> f64 {
    times.sort_unstable();
    f64::from(times[times.len() / 2])
}

#[test]
fn a_difference_is_seen() {
    let work = |rounds: &u32| {
        let sum = (0..*rounds).fold(0_u32, |sum, one| sum ^ std::hint::black_box(one));
        std::hint::black_box(sum);
    };
    let t = welch_of(15, &[vec![100; 200], vec![400; 200]], work);
    assert!(t > DIFFERENT, "{t}");
}
