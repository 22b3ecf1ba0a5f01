//! Time against secrets: Welch's t-test between a fixed and random secrets. `cargo bench -p payhsm-crypto --bench dudect` takes
//! half an hour or so; after `--` a number sets the samples, and words pick the rows whose names have one of them. See
//! docs/side-channels.md, and `tdes/benches/dudect.rs` for the kernels of TDES.
//!
//! The classes alternate at random. Both go through one buffer and are chosen without a branch, and what is made of a secret
//! before its time is taken is made in the same way.
#![expect(clippy::print_stdout, reason = "prints a table")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "on lengths that it chose itself"
)]

use std::hint::black_box;

use payhsm_taint::random::SplitMix64;
use payhsm_taint::time::{BAR, RUNS, largest_t, now, verdict};

use crate::subject::{Fixed, Row, SECRET};

#[path = "dudect/cards.rs"]
mod cards;
#[path = "dudect/controls.rs"]
mod controls;
#[path = "dudect/keys.rs"]
mod keys;
#[path = "dudect/pins.rs"]
mod pins;
#[path = "dudect/subject.rs"]
mod subject;

const SAMPLES: usize = 1_000_000;

fn main() {
    let samples = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(SAMPLES);
    // Cargo adds `--bench`.
    let word = |word: &String| !word.starts_with("--") && word.parse::<usize>().is_err();
    let words: Vec<String> = std::env::args().skip(1).filter(word).collect();
    let wanted = |row: &Row| words.is_empty() || words.iter().any(|word| row.name.contains(word));
    println!(
        "Largest |t| of {samples} samples, fixed against random, {RUNS} runs; the bar is {BAR}\n"
    );
    println!("{:<46}{:>8}{:>8}{:>8}{:>9}", "secret", "1", "2", "3", "ticks");
    let mut over = 0;
    for (rows, ours) in
        [(keys::ROWS, true), (pins::ROWS, true), (cards::ROWS, true), (controls::ROWS, false)]
    {
        for row in rows.iter().filter(|row| wanted(row)) {
            let mut median = 0;
            let found: [f64; RUNS] = std::array::from_fn(|run| {
                let (t, ticks) = largest_t(&times(row, samples, u64::try_from(run).unwrap()));
                median = ticks;
                t
            });
            let [a, b, c] = found;
            let verdict = verdict(found);
            println!("{:<46}{a:>8.2}{b:>8.2}{c:>8.2}{median:>9}  {verdict}", row.name);
            over += usize::from(!verdict.is_empty() && ours);
        }
    }
    println!(
        "\nrows with a value over the bar: {over}; the last rows are controls and do not count"
    );
}

/// Ticks of each call, and whether its secret was random.
fn times(row: &Row, samples: usize, run: u64) -> Vec<(u64, bool)> {
    let mut random = SplitMix64::new(0xd0dec7 + run);
    let mut subject = (row.subject)();
    let fixed = match row.fixed {
        Fixed::Bytes => *b"\x9b\x71\x33\x3a\x13\xf9\xfa\xe7\x2f\x9d\x0e\x2d\xab\x4a\xd6\x78"
            .repeat(4)
            .as_array()
            .unwrap(),
        Fixed::Digits => [b'7'; SECRET],
        Fixed::Near(near) => near(),
    };
    let mut secret = [0; SECRET];
    let mut times = Vec::with_capacity(samples);
    for _ in 0..samples {
        let class = random.word() & 1;
        let [mask, ..] = class.wrapping_neg().to_le_bytes();
        for (word, fixed) in secret.as_chunks_mut::<8>().0.iter_mut().zip(fixed.as_chunks::<8>().0)
        {
            let drawn = random.word().to_le_bytes();
            for ((to, fixed), drawn) in word.iter_mut().zip(fixed).zip(drawn) {
                let drawn =
                    if matches!(row.fixed, Fixed::Digits) { b'0' | (drawn % 10) } else { drawn };
                *to = fixed ^ ((fixed ^ drawn) & mask);
            }
        }
        subject.load(black_box(&secret));
        let start = now();
        subject.run();
        times.push((now().saturating_sub(start), class == 1));
    }
    times
}
