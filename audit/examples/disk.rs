//! How many records a second the log keeps on a disk, and how many that disk could keep at best: closed-loop clients have
//! records kept by the log, and by as little as makes them durable together. In turns, since machines are never quiet.
//!
//! `cargo run --release -p payhsm-audit --example disk -- FOLDER [CLIENTS] [SECONDS]`
#![expect(clippy::print_stdout, reason = "this is what it is for")]

use payhsm_audit::log::disk::{Disk as _, RealDisk, Segment};
use payhsm_audit::log::{Clock, Durability, Log, SEGMENT_BYTES, Setup};
use payhsm_audit::note::Ed25519Signer;
use payhsm_audit::record::{Command, Moment, Record};
use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant, UNIX_EPOCH};

/// Turns of each: A B B A, so often.
const ROUNDS: usize = 2;

/// What a client has kept again and again, until it is told to stop.
type Keep<'a> = &'a (dyn Fn() -> io::Result<()> + Sync);

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args_os().skip(1);
    let folder = PathBuf::from(args.next().ok_or("which folder? disk FOLDER [CLIENTS] [SECONDS]")?);
    let mut number = |usual: u64| match args.next() {
        Some(text) => text.to_str().and_then(|text| text.parse().ok()).ok_or("that is no number"),
        None => Ok(usual),
    };
    let (clients, seconds) = (number(64)?, number(3)?);
    let (mut logs, mut limits) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        for (turn, is_log) in [true, false, false, true].into_iter().enumerate() {
            let place = folder.join(format!("turn-{round}-{turn}"));
            fs::create_dir(&place)?;
            let time = Duration::from_secs(seconds);
            let rate =
                if is_log { log(&place, clients, time) } else { limit(&place, clients, time) };
            fs::remove_dir_all(&place)?;
            let (what, rates) = if is_log { ("log", &mut logs) } else { ("limit", &mut limits) };
            let rate = rate?;
            println!("{what:5} {rate:>9.0} records a second");
            rates.push(rate);
        }
    }
    let (log, limit) = (median(logs), median(limits));
    println!(
        "{clients} clients: log {log:.0}, limit {limit:.0} records a second, ratio {:.2}",
        log / limit
    );
    Ok(())
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or_default()
}

/// Closed-loop clients for a while; records a second.
fn drive(clients: u64, time: Duration, keep: Keep<'_>) -> io::Result<f64> {
    let stop = AtomicBool::new(false);
    let begun = Instant::now();
    let kept: io::Result<Vec<u32>> = std::thread::scope(|scope| {
        let client = || -> io::Result<u32> {
            let mut kept = 0;
            while !stop.load(Ordering::Relaxed) {
                keep()?;
                kept += 1;
            }
            Ok(kept)
        };
        let clients: Vec<_> = (0..clients).map(|_| scope.spawn(client)).collect();
        while let Some(left) = time.checked_sub(begun.elapsed()) {
            std::thread::park_timeout(left);
        }
        stop.store(true, Ordering::Relaxed);
        let panicked = |_| Err(io::Error::other("a client has failed"));
        clients.into_iter().map(|client| client.join().unwrap_or_else(panicked)).collect()
    });
    Ok(f64::from(kept?.into_iter().sum::<u32>()) / begun.elapsed().as_secs_f64())
}

/// What a translation of a PIN block leaves behind.
fn record() -> Record {
    Record::Command(Command {
        peer: "9f".repeat(32),
        caller: "api-tier".to_owned(),
        code: *b"CA",
        outcome: *b"00",
        lmk: Some(2),
        keys: vec!["kcv:A1B2C3".to_owned(), "kcv:D4E5F6".to_owned()],
        zones: Vec::new(),
        account: Some("*********789*".to_owned()),
        fingerprint: Some([7; 16]),
    })
}

#[derive(Debug)]
struct Now(Instant);

impl Clock for Now {
    #[expect(clippy::disallowed_methods, reason = "it measures what reading it costs, too")]
    fn now(&self) -> Moment {
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or_default();
        let wall = std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Moment { wall: micros(wall), monotonic: micros(self.0.elapsed()) }
    }
}

fn log(folder: &Path, clients: u64, time: Duration) -> io::Result<f64> {
    let log = Log::open(Setup {
        folder: folder.to_owned(),
        durability: Durability::Durable,
        segment_bytes: SEGMENT_BYTES,
        clock: Arc::new(Now(Instant::now())),
        disk: Arc::new(RealDisk),
    });
    let log = log.map_err(io::Error::other)?;
    let signer =
        Ed25519Signer::from_seed("bench.example/log", &[7; 32]).map_err(io::Error::other)?;
    log.set_signer(Some(Arc::new(signer)));
    let record = [record()];
    drive(clients, time, &|| {
        log.append(&record).and_then(payhsm_audit::log::Receipt::wait).map_err(io::Error::other)
    })
}

/// Records that wait, and how far they are durable.
#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    arrived: Condvar,
    durable: Condvar,
}

#[derive(Default)]
struct State {
    waiting: Vec<u8>,
    /// Which write the next record goes into, and how many are durable.
    next: u64,
    done: u64,
    closing: bool,
}

/// As little as it takes: one buffer, one thread that writes and syncs whatever is there.
fn limit(folder: &Path, clients: u64, time: Duration) -> io::Result<f64> {
    let mut entry = Vec::new();
    record().put(0, Moment::default(), &mut entry);
    let file = RealDisk.create(&folder.join("journal"), SEGMENT_BYTES)?;
    let shared = Shared::default();
    std::thread::scope(|scope| {
        let shared = &shared;
        let writer = scope.spawn(move || {
            let outcome = write(shared, &*file);
            // Nobody waits for a disk that has failed.
            shared.state.lock().unwrap_or_else(PoisonError::into_inner).done = u64::MAX;
            shared.durable.notify_all();
            outcome
        });
        let rate = drive(clients, time, &|| {
            let mut state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.waiting.extend_from_slice(&entry);
            let mine = state.next;
            shared.arrived.notify_one();
            while state.done <= mine {
                state = shared.durable.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            Ok(())
        });
        shared.state.lock().unwrap_or_else(PoisonError::into_inner).closing = true;
        shared.arrived.notify_one();
        writer.join().unwrap_or_else(|_| Err(io::Error::other("the writer has failed")))?;
        rate
    })
}

/// Every record there is, until there are no more; over one file, which is begun again at its end.
fn write(shared: &Shared, file: &dyn Segment) -> io::Result<()> {
    let (mut spare, mut at) = (Vec::new(), 0);
    loop {
        let mut state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.waiting.is_empty() {
            if state.closing {
                return Ok(());
            }
            state = shared.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        std::mem::swap(&mut state.waiting, &mut spare);
        state.next += 1;
        drop(state);
        let length = u64::try_from(spare.len()).unwrap_or_default();
        if at + length > SEGMENT_BYTES {
            at = 0;
        }
        file.write_at(&spare, at)?;
        file.sync()?;
        at += length;
        spare.clear();
        shared.state.lock().unwrap_or_else(PoisonError::into_inner).done += 1;
        shared.durable.notify_all();
    }
}
