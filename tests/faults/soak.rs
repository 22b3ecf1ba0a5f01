//! Mixed load for a long time: how memory and open files go.

use crate::appliance::{Appliance, long};
use crate::load::Stop;
use crate::process::open_files;
use crate::support::binary::{Daemon, Folder, For, connect, framed, pause};
use std::io::Write;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How fast memory may grow, bytes a day.
const BAR: f64 = 1_048_576.0;

/// What the memory of a process goes up and down by for no reason that lasts: pages of several threads' heaps. In its first
/// minutes it takes what it will need; less than 600 bytes for each caller of a short form.
fn ripple(length: Duration) -> f64 {
    if length < Duration::from_secs(600) { 2_097_152.0 } else { 524_288.0 }
}

const DAY: f64 = 86_400.0;

/// What it has at one moment.
#[derive(Clone, Copy, Debug)]
struct Sample {
    seconds: f64,
    memory: f64,
    files: usize,
}

fn float(number: usize) -> f64 {
    f64::from(u32::try_from(number / 1024).unwrap()) * 1024.0
}

/// Bytes a second, by least squares.
fn slope(samples: &[Sample]) -> f64 {
    let count = f64::from(u32::try_from(samples.len()).unwrap());
    let mean = |of: fn(&Sample) -> f64| samples.iter().map(of).sum::<f64>() / count;
    let (middle, memory) = (mean(|one| one.seconds), mean(|one| one.memory));
    let up: f64 = samples.iter().map(|one| (one.seconds - middle) * (one.memory - memory)).sum();
    let across: f64 = samples.iter().map(|one| (one.seconds - middle).powi(2)).sum();
    up / across
}

/// A caller that stays, and asks for several things at a time.
fn stays(folder: &Folder, address: SocketAddr, stop: &AtomicBool, answered: &AtomicU64) {
    let messages = ["B20002hi", "NC", "NO00", "N0016", CVV, "??", "JA4111111111111104", "B20002hi"];
    let together: Vec<u8> = messages.iter().flat_map(framed).collect();
    let mut caller = folder.host_client("client", address);
    while !stop.load(Ordering::SeqCst) {
        caller.stream.write_all(&together).and_then(|()| caller.stream.flush()).unwrap();
        for message in messages {
            let answer = caller.receive().unwrap();
            assert_eq!(answer.as_bytes()[0], message.as_bytes()[0], "{message}: {answer}");
            answered.fetch_add(1, Ordering::SeqCst);
        }
        pause(Duration::from_millis(20));
    }
}

/// A card value by a published key under LMK 01.
const CVV: &str = "CWS00072C0TN00E0001A417975993E2331918759DD1656AC94306BE01C19FDE29E83A93AB424123456789012345;2910000%01";

/// Callers that come, ask, and go: well, in the middle of a frame, with a certificate that has expired, without TLS.
fn passers(folder: &Folder, address: SocketAddr, stop: &AtomicBool, passed: &AtomicUsize) {
    for number in 0.. {
        if stop.load(Ordering::SeqCst) {
            return;
        }
        match number % 5 {
            0 | 1 => {
                let mut caller = folder.host_client("client", address);
                for message in ["B20002hi", "NC", "NO00", "N0016", "??", "CW"] {
                    assert!(caller.ask(message).len() >= 4);
                }
            }
            2 => {
                let mut caller = folder.host_client("client", address);
                caller.stream.write_all(&framed("B20002hi")[..9]).unwrap();
            }
            3 => {
                let mut caller = folder.host_client("expired", address);
                drop(caller.stream.write_all(&framed("B20002hi")));
                assert_eq!(caller.receive(), None);
            }
            _ => drop(connect(address).write_all(b"GET / HTTP/1.1\r\n\r\n")),
        }
        passed.fetch_add(1, Ordering::SeqCst);
        pause(Duration::from_millis(2));
    }
}

/// Load of every kind for so long; samples after a fifth of it.
fn soak(length: Duration) {
    let appliance = Appliance::new();
    let folder = &appliance.folder;
    let (daemon, _) = appliance.start_and_ask();
    let address = daemon.address(true, None);
    let (stop, passed) = (AtomicBool::new(false), AtomicUsize::new(0));
    let answered = AtomicU64::new(0);
    let samples = std::thread::scope(|scope| {
        let _stop = Stop(&stop);
        scope.spawn(|| passers(folder, address, &stop, &passed));
        for _ in 0..4 {
            scope.spawn(|| stays(folder, address, &stop, &answered));
        }
        samples(folder, &daemon, length)
    });
    let answered = answered.into_inner();
    let (first, last) = (samples[0], samples[samples.len() - 1]);
    let slope = slope(&samples);
    println!(
        "{length:?}: {answered} commands answered, {} callers that came and went; memory from {:.1} to {:.1} MiB, {:.3} MiB a day \
         by least squares over {:.0} s; open files from {} to {}",
        passed.load(Ordering::SeqCst),
        first.memory / BAR,
        last.memory / BAR,
        slope * DAY / BAR,
        last.seconds - first.seconds,
        first.files,
        last.files,
    );
    // All that is left is what was there before anybody called.
    Appliance::stop(daemon);
    let kept = appliance.checked(&[]);
    assert!(kept >= answered, "{kept} entries of {answered}");
    let least = samples.iter().map(|one| one.files).min().unwrap();
    assert!(last.files <= least + 12, "{} open files, and once {least}", last.files);
    // Over the time that was watched; in an hour it is the bar itself.
    let watched = last.seconds - first.seconds;
    let most = BAR * watched / DAY + ripple(length);
    assert!(slope * watched <= most, "{:.3} MiB a day", slope * DAY / BAR);
}

/// One a second, while the configuration is read again now and then.
fn samples(folder: &Folder, daemon: &Daemon, length: Duration) -> Vec<Sample> {
    let begun = Instant::now();
    let mut samples = Vec::new();
    for second in 1.. {
        if begun.elapsed() >= length {
            break;
        }
        pause(Duration::from_secs(1));
        if second % 7 == 3 {
            folder.issue("server", For::Server, &["localhost"]);
            daemon.reload();
        }
        // What grows once, as heaps and caches do, has grown by then.
        if begun.elapsed() >= length / 5 {
            let seconds = begun.elapsed().as_secs_f64();
            let (memory, files) = (float(daemon.memory()), open_files(daemon));
            samples.push(Sample { seconds, memory, files });
        }
    }
    samples
}

#[test]
fn mixed_load_for_a_while_takes_no_more_memory_and_no_more_files() {
    soak(Duration::from_secs(if long() { 20 } else { 6 }));
}

/// As long as the bar says: an hour, or so many seconds as `PAYHSM_SOAK_SECONDS` says.
#[test]
#[ignore = "an hour: cargo test --release --test faults -- --ignored --nocapture an_hour"]
fn an_hour_of_mixed_load() {
    let seconds = std::env::var("PAYHSM_SOAK_SECONDS").ok();
    soak(Duration::from_secs(seconds.map_or(3600, |text| text.parse().unwrap())));
}
