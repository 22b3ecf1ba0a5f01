//! The table of ratios: a block under a fresh double-length key here, in batches, against key schedule and one block by
//! the `des` crate and by this machine's OpenSSL. Everything in a row is timed in turn within each round.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "prints a table, of arrays it made itself"
)]
#![expect(clippy::cast_possible_truncation, reason = "any bytes will do")]

use std::hint::black_box;
use std::time::Instant;

use cipher::{BlockCipherEncrypt, KeyInit};
use des::TdesEde2;
use openssl::OpenSsl;
use payhsm_tdes::{Instructions, Kernel, KernelName, Key};

#[path = "table/openssl.rs"]
mod openssl;

const RUNS: usize = 3;
const ROUNDS: usize = 101;
const BATCHES: [usize; 5] = [1, 8, 64, 256, 512];
/// Keys and blocks in use: a multiple of every batch.
const POOL: usize = 512;
/// How long a kernel is timed in a round, in microseconds: below the clock counts, above other processes do.
const SPAN: f64 = 150.0;

/// Times in microseconds a block.
const DES: usize = 0;
const EVP: usize = 1;
const LOW: usize = 2;
const OWN: usize = 3;
const ONE: usize = 4;
/// Ratios: own key and one key against `des`, then against the quicker way of OpenSSL.
const OWN_DES: usize = 5;
const ONE_DES: usize = 6;
const OWN_SSL: usize = 7;
const ONE_SSL: usize = 8;
type Figures = [f64; 9];

struct Row {
    name: &'static str,
    kernel: Kernel,
    batch: usize,
    /// What the project asks of the ratio to `des` with own keys.
    bar: Option<f64>,
    runs: Vec<Figures>,
}

fn main() {
    // `cargo test` only wants to see it build.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let openssl = OpenSsl::load();
    let (mut rows, absent) = rows();
    let mut pool = Pool::new();
    for run in 1..=RUNS {
        eprintln!("run {run} of {RUNS}");
        for row in &mut rows {
            let figures = pool.measure(row.kernel, row.batch, openssl.as_ref());
            row.runs.push(figures);
        }
    }

    println!("\nprocessor: {}", processor());
    println!("chosen here: {}", Kernel::detect());
    let version = openssl.as_ref().map_or("not installed".to_owned(), OpenSsl::version);
    println!("OpenSSL: {version}");
    println!(
        "\nTwo-key TDES, microseconds a block, key set-up included; x: how many times faster than the `des` crate or\n\
         the quicker way of OpenSSL (EVP: init with key and update; DES: set_key twice and ecb3). Median of {RUNS} runs,\n\
         each the median of {ROUNDS} rounds. Bars are for own keys against `des`.\n"
    );
    println!("{:45}{:>30}{:>30}", "", "every block its own key", "all blocks one key");
    println!(
        "{:<14}{:>6}{:>8}{:>8}{:>8}  {:>10}{:>9}{:>9}  {:>10}{:>9}{:>9}{:>7}",
        "kernel",
        "batch",
        "des",
        "EVP",
        "DES",
        "us",
        "x des",
        "x OpSSL",
        "us",
        "x des",
        "x OpSSL",
        "bar"
    );
    for row in &rows {
        print(row);
    }
    for name in absent {
        println!("{name:<14}cannot run here");
    }
}

/// The pairs, with bars where there are any, then each kernel by itself; and what cannot run here.
fn rows() -> (Vec<Row>, Vec<&'static str>) {
    let pairs = Instructions::ALL.into_iter().rev();
    let pairs = pairs.map(|set| (set.as_str(), Kernel::within(set), bars(set)));
    let kernels = KernelName::ALL.into_iter();
    let kernels = kernels.map(|name| (name.as_str(), Kernel::with(name), [None; BATCHES.len()]));
    let (mut rows, mut absent) = (Vec::new(), Vec::new());
    for (name, kernel, bars) in pairs.chain(kernels) {
        if let Some(kernel) = kernel {
            let row = |(batch, bar)| Row { name, kernel, batch, bar, runs: Vec::new() };
            rows.extend(BATCHES.into_iter().zip(bars).map(row));
        } else {
            absent.push(name);
        }
    }
    (rows, absent)
}

fn bars(set: Instructions) -> [Option<f64>; BATCHES.len()] {
    match set {
        Instructions::Avx512 => [2.5, 20.0, 28.0, 45.0, 80.0].map(Some),
        Instructions::Avx2 => [1.4, 5.0, 10.0, 35.0, 35.0].map(Some),
        Instructions::Portable => [None; BATCHES.len()],
    }
}

fn print(row: &Row) {
    let figures: Figures =
        std::array::from_fn(|which| median(row.runs.iter().map(|run| run[which]).collect()));
    let cell = |which: usize, width: usize, digits: usize| {
        let value = figures[which];
        if value.is_nan() { format!("{:>width$}", "-") } else { format!("{value:>width$.digits$}") }
    };
    let verdict = row.bar.map_or_else(String::new, |bar| {
        format!("{bar:>7.1} {}", if figures[OWN_DES] >= bar { "ok" } else { "below" })
    });
    println!(
        "{:<14}{:>6}{}{}{}  {}{}{}  {}{}{}{verdict}",
        row.name,
        row.batch,
        cell(DES, 8, 3),
        cell(EVP, 8, 3),
        cell(LOW, 8, 3),
        cell(OWN, 10, 4),
        cell(OWN_DES, 9, 2),
        cell(OWN_SSL, 9, 2),
        cell(ONE, 10, 4),
        cell(ONE_DES, 9, 2),
        cell(ONE_SSL, 9, 2),
    );
}

struct Pool {
    secrets: Vec<[u8; 16]>,
    blocks: Vec<[u8; 8]>,
}

impl Pool {
    fn new() -> Self {
        let secret = |i| std::array::from_fn(|j| (i * 31 + j * 7 + i / 7) as u8);
        Self {
            secrets: (0..POOL).map(secret).collect(),
            blocks: (0..POOL).map(|i| [i as u8; 8]).collect(),
        }
    }

    /// One run of a row.
    fn measure(&mut self, kernel: Kernel, batch: usize, openssl: Option<&OpenSsl>) -> Figures {
        let own_effort = Effort::of(batch, |effort| self.own(kernel, batch, effort));
        let one_effort = Effort::of(batch, |effort| self.one(kernel, batch, effort));
        let rounds: Vec<Figures> = (0..ROUNDS)
            .map(|_| {
                let des = Effort::POOL.time(|_| self.des());
                let own = own_effort.time(|effort| self.own(kernel, batch, effort));
                let ssl = |time: &mut dyn FnMut(&OpenSsl) -> f64| openssl.map_or(f64::NAN, time);
                let evp = ssl(&mut |openssl| Effort::POOL.time(|_| self.evp(openssl)));
                let one = one_effort.time(|effort| self.one(kernel, batch, effort));
                let low = ssl(&mut |openssl| Effort::POOL.time(|_| self.low(openssl)));
                let ssl = evp.min(low);
                [des, evp, low, own, one, des / own, des / one, ssl / own, ssl / one]
            })
            .collect();
        std::array::from_fn(|which| median(rounds.iter().map(|round| round[which]).collect()))
    }

    fn des(&mut self) {
        for (secret, block) in self.secrets.iter().zip(&mut self.blocks) {
            TdesEde2::new(black_box(secret).into()).encrypt_block(block.into());
        }
        black_box(&self.blocks);
    }

    fn evp(&mut self, openssl: &OpenSsl) {
        for (secret, block) in self.secrets.iter().zip(&mut self.blocks) {
            *block = openssl.evp(black_box(secret), *block);
        }
        black_box(&self.blocks);
    }

    fn low(&mut self, openssl: &OpenSsl) {
        for (secret, block) in self.secrets.iter().zip(&mut self.blocks) {
            *block = openssl.low(black_box(secret), *block);
        }
        black_box(&self.blocks);
    }

    fn own(&mut self, kernel: Kernel, batch: usize, effort: Effort) {
        let mut keys = Vec::with_capacity(batch);
        let batches = self.secrets.chunks(batch).zip(self.blocks.chunks_mut(batch));
        for (secrets, blocks) in batches.take(effort.blocks / batch) {
            keys.clear();
            keys.extend(black_box(secrets).iter().filter_map(|secret| Key::new(secret).ok()));
            black_box(kernel.encrypt_batch(&keys, blocks)).ok();
        }
        black_box(&self.blocks);
    }

    fn one(&mut self, kernel: Kernel, batch: usize, effort: Effort) {
        let batches = self.secrets.chunks(batch).zip(self.blocks.chunks_mut(batch));
        for (secrets, blocks) in batches.take(effort.blocks / batch) {
            if let Ok(key) = Key::new(black_box(&secrets[0])) {
                kernel.encrypt_blocks_shared(key, blocks);
            }
        }
        black_box(&self.blocks);
    }
}

/// How much of the pool goes through in one measurement, and how often.
#[derive(Clone, Copy)]
struct Effort {
    blocks: usize,
    passes: u16,
}

impl Effort {
    const POOL: Self = Self { blocks: POOL, passes: 1 };

    /// About as much as fits into the span, at least one batch.
    fn of(batch: usize, mut pass: impl FnMut(Self)) -> Self {
        let mut effort = Self { blocks: batch, passes: 1 };
        effort.time(&mut pass); // warm
        let block = effort.time(pass);
        let fits =
            |effort: Self| 2.0 * block * effort.blocks as f64 * f64::from(effort.passes) <= SPAN;
        while effort.blocks < POOL && fits(effort) {
            effort.blocks *= 2;
        }
        while effort.passes < 64 && fits(effort) {
            effort.passes *= 2;
        }
        effort
    }

    /// Microseconds a block.
    fn time(self, mut pass: impl FnMut(Self)) -> f64 {
        let start = Instant::now();
        for _ in 0..self.passes {
            pass(self);
        }
        start.elapsed().as_secs_f64() * 1e6 / f64::from(self.passes) / self.blocks as f64
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or("unknown".to_owned(), |(_, name)| name.to_owned())
}
