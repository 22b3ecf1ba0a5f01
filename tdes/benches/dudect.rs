//! Time against secrets: Welch's t-test between a fixed and random secrets, after dudect (Reparaz, Balasch, Verbauwhede,
//! DATE 2017). `cargo bench -p payhsm-tdes --bench dudect` takes some minutes; after `--` a number sets the samples
//! and a name picks kernels.
//!
//! Our own, because the crate `dudect-bencher` 0.7.0 brings clap 2 with `atty` and `ansi_term`, which are unmaintained
//! and which deny.toml refuses. As there: the classes alternate at random, slow samples are cropped at many percentiles
//! and the largest |t| of all counts. Other than there both classes go through one buffer and are chosen without a
//! branch, so that making the input is the same for both.
#![expect(
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "prints a table, of arrays it made itself"
)]

use std::hint::black_box;
use std::str::FromStr;

use cipher::{BlockCipherEncrypt, KeyInit};
use des::TdesEde2;
use payhsm_taint::random::SplitMix64;
use payhsm_taint::time::{BAR, RUNS, largest_t, now, verdict};
use payhsm_tdes::{Kernel, KernelName, Key};

const SAMPLES: usize = 1_000_000;
/// The fixed value, in every word. Zero is tried as well: a processor may find that easier than anything else.
const FIXED: u64 = 0xa5c3_1f9e_7b20_d864;
/// Blocks in the largest batch.
const MOST: usize = 512;

#[derive(Clone, Copy)]
enum Subject {
    Kernel(Kernel),
    /// The `des` crate: tables in memory. Small tables, in a cache that holds them all: found on some processors only.
    Des,
    /// Stops at the first byte that is not zero: has to be found on all.
    EarlyExit,
}

/// Which input differs between the classes; the other is the same for both.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Secret {
    Key,
    Block,
}

fn main() {
    let samples = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(SAMPLES);
    println!(
        "Largest |t| of {samples} samples, fixed against random, {RUNS} runs; the bar is {BAR}\n"
    );
    println!("{:<14}{:>6}  {:<8}{:>8}{:>8}{:>8}", "kernel", "batch", "secret", "1", "2", "3");
    let mut over = 0;
    // Cargo adds `--bench`.
    let picked = std::env::args().skip(1).find(|argument| KernelName::from_str(argument).is_ok());
    let wanted = |name: &str| picked.as_deref().is_none_or(|picked| picked == name);
    for (name, subject, batch) in subjects().into_iter().filter(|(name, ..)| wanted(name)) {
        for (what, secret, fixed) in [
            ("key", Secret::Key, FIXED),
            ("key 0", Secret::Key, 0),
            ("block", Secret::Block, FIXED),
            ("block 0", Secret::Block, 0),
        ] {
            let found: [f64; RUNS] =
                std::array::from_fn(|run| largest(subject, batch, (secret, fixed), samples, run));
            let [a, b, c] = found;
            let verdict = verdict(found);
            println!("{name:<14}{batch:>6}  {what:<8}{a:>8.2}{b:>8.2}{c:>8.2}  {verdict}");
            over += usize::from(!verdict.is_empty() && matches!(subject, Subject::Kernel(_)));
        }
    }
    println!("\nrows of kernels with a value over the bar: {over}; the last rows are controls");
}

fn subjects() -> Vec<(&'static str, Subject, usize)> {
    let mut subjects = Vec::new();
    for kernel in KernelName::ALL {
        let Some(runs) = Kernel::with(kernel) else {
            println!("{:<14}cannot run here", kernel.as_str());
            continue;
        };
        let batches: &[usize] = match kernel {
            KernelName::Scalar => &[1, 8],
            KernelName::Avx2 | KernelName::Vbmi => &[1, 8, 64],
            KernelName::Bitslice64 => &[64],
            KernelName::Bitslice256 => &[1, 256],
            KernelName::Bitslice512 => &[1, 512],
        };
        subjects
            .extend(batches.iter().map(|batch| (kernel.as_str(), Subject::Kernel(runs), *batch)));
    }
    subjects.extend([("des (crate)", Subject::Des, 1), ("early exit", Subject::EarlyExit, 1)]);
    subjects
}

/// The fixed value or random ones, without a branch: `mask` is all ones for random.
fn fill(words: &mut [[u8; 8]], random: &mut SplitMix64, fixed: u64, mask: u64) {
    for word in words {
        *word = (fixed ^ (random.word() & mask)).to_le_bytes();
    }
}

fn largest(
    subject: Subject,
    batch: usize,
    (secret, fixed): (Secret, u64),
    samples: usize,
    run: usize,
) -> f64 {
    let mut random = SplitMix64::new(0xd0dec7 + run as u64);
    let mut keys = [[0; 8]; MOST * 2];
    let mut blocks = [[0; 8]; MOST];
    let mut times = Vec::with_capacity(samples);
    for _ in 0..samples {
        let class = random.word() & 1;
        let mask = class.wrapping_neg();
        let (of_key, of_block) =
            if secret == Secret::Key { (mask, u64::MAX) } else { (u64::MAX, mask) };
        fill(&mut keys[..batch * 2], &mut random, fixed, of_key);
        fill(&mut blocks[..batch], &mut random, fixed, of_block);
        times.push((time(subject, &keys[..batch * 2], &mut blocks[..batch]), class == 1));
        black_box(&mut blocks);
    }
    largest_t(&times).0
}

fn time(subject: Subject, keys: &[[u8; 8]], blocks: &mut [[u8; 8]]) -> u64 {
    match subject {
        Subject::Kernel(kernel) => {
            let (pairs, _) = keys.as_chunks::<2>();
            let mut borrowed = [None; MOST];
            for (to, pair) in borrowed.iter_mut().zip(pairs) {
                *to = Key::new(pair.as_flattened()).ok();
            }
            let Some(first) = borrowed[0] else { return 0 };
            let borrowed = borrowed.map(|key| key.unwrap_or(first));
            let borrowed = &borrowed[..blocks.len()];
            ticks(|| kernel.encrypt_batch(borrowed, blocks).unwrap_or_default())
        }
        Subject::Des => ticks(|| {
            if let Ok(cipher) = TdesEde2::new_from_slice(keys.as_flattened()) {
                cipher.encrypt_block((&mut blocks[0]).into());
            }
        }),
        Subject::EarlyExit => ticks(|| {
            let bytes = keys.as_flattened().iter().zip(blocks.as_flattened());
            black_box(bytes.take_while(|(key, block)| black_box(**key & **block) == 0).count());
        }),
    }
}

/// How long `work` takes, by [`now`].
fn ticks(work: impl FnOnce()) -> u64 {
    let start = now();
    work();
    now().saturating_sub(start)
}
