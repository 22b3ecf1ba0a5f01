//! The table of ratios to the `des` crate: key schedule and one block under a fresh double-length key, against the same
//! work done here in batches. Both are timed in turn in one process; each figure is the median of the rounds.
#![expect(
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "prints a table, of arrays it made itself"
)]
#![expect(clippy::cast_possible_truncation, reason = "any bytes will do")]

use std::hint::black_box;
use std::time::Instant;

use cipher::{BlockCipherEncrypt, KeyInit};
use des::TdesEde2;
use payhsm_tdes::{Kernel, KernelName, Key};

const ROUNDS: usize = 31;
const BATCHES: [usize; 4] = [1, 8, 64, 512];

fn main() {
    println!("Time of one block in microseconds, and how many times faster than the `des` crate");
    println!(
        "(two-key TDES, every block under its own key, key set-up included; median of {ROUNDS} rounds)\n"
    );
    println!(
        "{:<14}{:>6}{:>11}{:>11}{:>9}{:>11}{:>9}",
        "kernel", "batch", "des", "own key", "ratio", "one key", "ratio"
    );
    for kernel in KernelName::ALL {
        let Some(kernel) = Kernel::with(kernel) else {
            println!("{:<14}cannot run here", kernel.as_str());
            continue;
        };
        for batch in BATCHES {
            row(kernel, batch);
        }
    }
    println!("\nchosen here: {}", Kernel::detect().name().as_str());
}

fn row(kernel: Kernel, batch: usize) {
    let secrets: Vec<[u8; 16]> =
        (0..batch).map(|i| std::array::from_fn(|j| (i * 31 + j * 7 + i / 7) as u8)).collect();
    let mut blocks: Vec<[u8; 8]> = (0..batch).map(|i| [i as u8; 8]).collect();
    let repeats = (1_000 / batch).max(1);
    let mut rounds = [(); ROUNDS].map(|()| [0.0; 3]);
    for round in &mut rounds {
        round[0] = time(repeats * batch, || {
            for _ in 0..repeats {
                for (secret, block) in secrets.iter().zip(&mut blocks) {
                    let cipher = TdesEde2::new(black_box(secret).into());
                    cipher.encrypt_block(block.into());
                }
            }
        });
        round[1] = time(repeats * batch, || {
            for _ in 0..repeats {
                let keys: Vec<Key<'_>> =
                    black_box(&secrets).iter().filter_map(|key| Key::new(key).ok()).collect();
                black_box(kernel.encrypt_batch(&keys, &mut blocks)).ok();
            }
        });
        round[2] = time(repeats * batch, || {
            for _ in 0..repeats {
                if let Ok(key) = Key::new(black_box(&secrets[0])) {
                    kernel.encrypt_blocks_shared(key, &mut blocks);
                }
            }
        });
    }
    black_box(&blocks);
    let [des, own, shared] = [0, 1, 2].map(|which| median(rounds.map(|round| round[which])));
    let [own_ratio, shared_ratio] =
        [1, 2].map(|which| median(rounds.map(|round| round[0] / round[which])));
    let name = kernel.name().as_str();
    println!(
        "{name:<14}{batch:>6}{des:>11.3}{own:>11.4}{own_ratio:>9.2}{shared:>11.4}{shared_ratio:>9.2}"
    );
}

/// Microseconds for one of `blocks`.
fn time(blocks: usize, work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64() * 1e6 / blocks as f64
}

fn median(mut values: [f64; ROUNDS]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[ROUNDS / 2]
}
