//! Callers who number what they ask for, so that the log can be held to what they were answered.

use crate::support::binary::{Caller, Folder, Tls, framed, pause, wait_for};
use payhsm_audit::record::{Entry, Record};
use std::io::Write;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// A published CVK under LMK 01.
const CVK: &str = "S00072C0TN00E0001A417975993E2331918759DD1656AC94306BE01C19FDE29E83A93AB42";

/// Requests of a caller before it looks for answers.
const DEPTH: u64 = 8;

/// Numbers of one caller, which has so many.
const NUMBERS: u64 = 100_000_000;

/// The number as an account: a record shows its first six digits and its last four.
fn account(number: u64) -> String {
    format!("{:06}000000{:04}", number / 10_000, number % 10_000)
}

fn number_of(shown: &str) -> Option<u64> {
    let (front, back) = (shown.get(..6)?, shown.get(12..)?);
    Some(front.parse::<u64>().ok()? * 10_000 + back.parse::<u64>().ok()?)
}

/// One caller over all lives of the daemon.
struct Lane {
    next: u64,
    /// Answered with 00.
    done: Vec<u64>,
    /// Answered with 71.
    refused: Vec<u64>,
}

/// How it goes, while it goes.
#[derive(Default)]
pub(crate) struct Progress {
    pub(crate) done: AtomicU64,
    pub(crate) refused: AtomicU64,
    stop: AtomicBool,
}

impl Progress {
    pub(crate) fn done(&self) -> u64 {
        self.done.load(Ordering::SeqCst)
    }

    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::SeqCst)
    }

    /// Waits until commands are refused, for good: answers of what was kept before may still be on their way.
    pub(crate) fn wait_until_refused(&self) {
        wait_for("refusals", || {
            let (done, refused) = (self.done(), self.refused());
            pause(Duration::from_millis(50));
            self.done() == done && self.refused() > refused
        });
    }
}

/// Sets the flag however a scope is left, so that nobody waits for ever.
pub(crate) struct Stop<'a>(pub(crate) &'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Callers, each on a connection of its own.
pub(crate) struct Load(Vec<Lane>);

impl Load {
    pub(crate) fn new(callers: u64) -> Self {
        let lane = |number| Lane { next: number * NUMBERS, done: Vec::new(), refused: Vec::new() };
        Self((0..callers).map(lane).collect())
    }

    /// All of them ask as fast as they are answered, until `meanwhile` is over or the daemon is gone.
    pub(crate) fn run<T>(
        &mut self,
        folder: &Folder,
        address: SocketAddr,
        meanwhile: impl FnOnce(&Progress) -> T,
    ) -> T {
        let progress = Progress::default();
        std::thread::scope(|scope| {
            let _stop = Stop(&progress.stop);
            for lane in &mut self.0 {
                let mut caller = folder.host_client("client", address);
                // The disk may be failing just now.
                wait_for("an answer", || caller.ask("NC").starts_with("ND00"));
                let progress = &progress;
                scope.spawn(move || lane.run(&mut caller, progress));
            }
            meanwhile(&progress)
        })
    }

    /// Answered with 00 so far.
    pub(crate) fn done(&self) -> usize {
        self.0.iter().map(|lane| lane.done.len()).sum()
    }

    /// Holds the entries of a log to what was answered; gives the number of commands that were promised and are not there.
    pub(crate) fn missing(&self, entries: &[Entry]) -> usize {
        let mut kept = vec![Vec::new(); self.0.len()];
        for entry in entries {
            let Record::Command(command) = &entry.record else { continue };
            let Some(number) = command.account.as_deref().and_then(number_of) else { continue };
            assert_eq!((command.code, command.outcome), (*b"CW", *b"00"), "{entry:?}");
            kept[usize::try_from(number / NUMBERS).unwrap()].push(number);
        }
        let mut missing = 0;
        for (lane, kept) in self.0.iter().zip(&kept) {
            assert!(kept.is_sorted_by(|before, after| before < after), "not in order");
            missing += lane.done.iter().filter(|one| kept.binary_search(one).is_err()).count();
            let asked = |number: &u64| *number < lane.next;
            assert!(kept.iter().all(asked), "nobody asked for it");
        }
        missing
    }

    /// Commands that were answered with 71 and are in the log all the same.
    pub(crate) fn kept_though_refused(&self, entries: &[Entry]) -> usize {
        let number = |entry: &Entry| match &entry.record {
            Record::Command(command) => command.account.as_deref().and_then(number_of),
            Record::Act(_) | Record::Event(_) => None,
        };
        let refused: std::collections::HashSet<u64> =
            self.0.iter().flat_map(|lane| lane.refused.iter().copied()).collect();
        entries.iter().filter_map(number).filter(|number| refused.contains(number)).count()
    }
}

impl Lane {
    fn run(&mut self, caller: &mut Caller<Tls>, progress: &Progress) {
        while !progress.stop.load(Ordering::SeqCst) {
            let first = self.next;
            self.next += DEPTH;
            let messages: Vec<u8> = (first..self.next)
                .flat_map(|number| framed(format!("CW{CVK}{};2910000%01", account(number))))
                .collect();
            if caller.stream.write_all(&messages).and_then(|()| caller.stream.flush()).is_err() {
                return;
            }
            for number in first..self.next {
                let Some(answer) = caller.receive() else { return };
                if answer.starts_with("CX00") {
                    self.done.push(number);
                    progress.done.fetch_add(1, Ordering::SeqCst);
                } else {
                    assert_eq!(answer, "CX71");
                    self.refused.push(number);
                    progress.refused.fetch_add(1, Ordering::SeqCst);
                }
            }
            if self.refused.last() > self.done.last() {
                // Nobody is helped by a million refusals.
                pause(Duration::from_millis(1));
            }
        }
    }
}
