//! Whether two kinds of call take different times: Welch's t, as dudect has it.

use crate::bank::{Hsm, Inside};
use payhsm::Engine;
use std::time::Instant;

/// |t| from which on times are said to differ.
pub(crate) const DIFFERENT: f64 = 4.5;

/// How many messages of a kind there should be: what stands in a message for all to see takes its time too, such as letters
/// among hex digits.
pub(crate) const MESSAGES: u64 = 1_000;

/// Sends messages of both kinds by turns, so many of each, and gives |t|. The slowest tenth of all is left out: interrupts and
/// other tasks.
pub(crate) fn of_messages(engine: &Engine, samples: usize, messages: &[Vec<String>; 2]) -> f64 {
    let mut next = [0, 0];
    welch(samples, |kind| {
        let (messages, next) = (&messages[usize::from(kind)], &mut next[usize::from(kind)]);
        *next = (*next + 1) % messages.len();
        std::hint::black_box(Inside(engine).ask(&messages[*next]));
    })
}

fn welch(samples: usize, mut call: impl FnMut(bool)) -> f64 {
    let mut times = [Vec::with_capacity(samples), Vec::with_capacity(samples)];
    for _ in 0..samples {
        for (kind, times) in times.iter_mut().enumerate() {
            let start = Instant::now();
            call(kind == 1);
            times.push(u32::try_from(start.elapsed().as_nanos()).unwrap_or(u32::MAX));
        }
    }
    let mut all: Vec<u32> = times.iter().flatten().copied().collect();
    all.sort_unstable();
    let most = all[all.len() * 9 / 10];
    let [one, other] = times.map(|times| {
        let kept: Vec<f64> =
            times.into_iter().filter(|&time| time <= most).map(f64::from).collect();
        let count = f64::from(u32::try_from(kept.len()).unwrap());
        let mean = kept.iter().sum::<f64>() / count;
        let variance = kept.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / (count - 1.0);
        (mean, variance / count)
    });
    (one.0 - other.0).abs() / (one.1 + other.1).sqrt()
}

#[test]
fn a_difference_is_seen() {
    let work = |rounds: u32| {
        std::hint::black_box((0..rounds).fold(0_u32, |sum, one| sum ^ std::hint::black_box(one)))
    };
    let t = welch(2_000, |kind| assert!(work(if kind { 400 } else { 100 }) < 512));
    assert!(t > DIFFERENT, "{t}");
}
