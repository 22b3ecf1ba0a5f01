//! Checking a log: whether every record, in its place and in its time, is the one that was signed.
//!
//! It takes the public key alone, reads the files and nothing else, and believes none of them.

mod block;
mod fault;
mod held;
mod keys;
pub mod range;
pub mod rotation;
mod source;
mod times;
mod upper;
mod verdict;

pub use fault::{Fault, Kind, quoted};
pub use held::Given;
pub use keys::Change;
pub use source::{Folders, Source};
pub use times::{parse as parse_time, rfc_3339, rfc_3339_seconds};
pub use verdict::{Counts, Held, MOST_FAULTS, Verdict, Witnessed};

#[cfg(feature = "program")]
pub(crate) use block::take as take_entry;
#[cfg(feature = "program")]
pub(crate) use fault::plain;
pub(crate) use source::find;

use crate::cosignature::WitnessKey;
use crate::hash::Hash;
use crate::note::VerifierKey;
use crate::tile::WIDTH;
use block::{Block, Place};
use held::RootAt;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use times::backwards;

/// The file of the checkpoint in a log.
pub const CHECKPOINT: &str = "checkpoint";

/// Bundles that one thread takes at a time.
const AT_A_TIME: u64 = 16;

/// After so many bundles that are not there, no more are looked for.
const MOST_ABSENT: u64 = 64;

/// What is to be checked.
pub struct Job<'a> {
    /// The log.
    pub source: &'a dyn Source,
    /// A key of the log: the first one, or one that it changed to.
    pub key: &'a VerifierKey,
    /// Checkpoints from elsewhere.
    pub checkpoints: &'a [Given],
    /// Witnesses that have to have cosigned one of the checkpoints.
    pub witnesses: &'a [WitnessKey],
    /// Threads to hash with.
    pub threads: usize,
    /// Told how many records have been read since the last time.
    pub progress: &'a (dyn Fn(u64) + Sync),
}

impl std::fmt::Debug for Job<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Job").field("key", &self.key).finish_non_exhaustive()
    }
}

/// The number of records that the checkpoint of a log names, before anything is checked.
///
/// # Errors
/// A sentence, if there is no checkpoint that can be read.
pub fn claimed_size(source: &dyn Source) -> Result<u64, String> {
    let note = source.read(CHECKPOINT).map_err(|error| error.to_string())?;
    let note = note.ok_or("there is no checkpoint: it is no log, or nothing was signed yet")?;
    held::open(&note).map(|opened| opened.checkpoint.size)
}

/// Checks a log.
///
/// # Errors
/// Whatever keeps files from being read. That a file is missing is a fault of the log.
pub fn verify(job: &Job<'_>) -> io::Result<Verdict> {
    let mut verdict = Verdict { origin: job.key.name().to_owned(), ..Verdict::default() };
    let mut faults = Vec::new();
    let own = match job.source.read(CHECKPOINT)? {
        Some(note) => held::open(&note),
        None => Err("it is not there".to_owned()),
    };
    let own = match own {
        Ok(own) => own,
        Err(why) => {
            faults
                .push(Fault::whole(Kind::Checkpoint, format!("the checkpoint of the log: {why}")));
            verdict.take(faults);
            return Ok(verdict.conclude());
        }
    };
    let size = own.checkpoint.size;
    verdict.size = size;
    verdict.root = own.checkpoint.root.to_base64();
    let Scan { blocks, whole } = scan(job, size)?;
    let changes: Vec<_> = blocks.iter().flat_map(|block| block.changes.iter().cloned()).collect();
    let (keys, bad_changes) = keys::Keys::follow(job.key, &changes);
    faults.extend(bad_changes);
    match held::check_signed(&own, &keys) {
        Ok(()) => verdict.signed_by = Some(keys.at(size).to_string()),
        Err(why) => {
            faults
                .push(Fault::whole(Kind::Checkpoint, format!("the checkpoint of the log: {why}")));
        }
    }
    if whole {
        faults.extend(upper::judge(job.source, size, own.checkpoint.root, &blocks)?);
        if size == 0 && own.checkpoint.root != Hash::of_nothing() {
            faults.push(Fault::whole(
                Kind::Root,
                "there are no records, and the root of the checkpoint is of some",
            ));
        }
    } else {
        faults.extend(blocks.iter().flat_map(|block| block.faults.iter().cloned()));
    }
    if faults.iter().all(|fault| fault.record.is_none()) {
        faults.extend(times(&blocks));
    }
    let root_at = RootAt::new(job.source, size, &blocks);
    let mut checkpoints = Vec::new();
    if verdict.signed_by.is_some() {
        checkpoints.push(own);
    }
    for given in job.checkpoints {
        let opened = held::hold(given, size, &keys, &root_at, &mut verdict, &mut faults)?;
        checkpoints.extend(opened);
    }
    for witness in job.witnesses {
        held::witness(witness, &checkpoints, &mut verdict, &mut faults);
    }
    verdict.key_changes = keys.changes();
    verdict.first_us = blocks.first().and_then(|block| block.first).map(times::Stamp::wall);
    verdict.last_us = blocks.last().and_then(|block| block.last).map(|moment| moment.wall);
    for [commands, acts, events] in blocks.iter().map(|block| block.counts) {
        verdict.counts.commands += commands;
        verdict.counts.acts += acts;
        verdict.counts.events += events;
    }
    verdict.take(faults);
    Ok(verdict.conclude())
}

/// Time that goes backwards, within bundles and from one to the next.
fn times(blocks: &[Block]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut before = None;
    for block in blocks {
        if let (Some(before), Some(first)) = (before, &block.first) {
            faults.extend(backwards(before, first));
        }
        faults.extend(block.backwards.iter().cloned());
        before = block.last.or(before);
    }
    faults
}

struct Scan {
    /// In order.
    blocks: Vec<Block>,
    /// Whether all were read.
    whole: bool,
}

/// Reads all bundles, on several threads.
fn scan(job: &Job<'_>, size: u64) -> io::Result<Scan> {
    let count = size.div_ceil(WIDTH);
    let (next, absent) = (AtomicU64::new(0), AtomicU64::new(0));
    let work = || {
        let mut blocks = Vec::new();
        loop {
            let from = next.fetch_add(AT_A_TIME, Ordering::Relaxed);
            if from >= count || absent.load(Ordering::Relaxed) >= MOST_ABSENT {
                return Ok(blocks);
            }
            for number in from..count.min(from + AT_A_TIME) {
                let place = Place { number, width: upper::width_of(number, size) };
                let block = block::read(job.source, place)?;
                absent.fetch_add(u64::from(block.absent), Ordering::Relaxed);
                (job.progress)(u64::from(place.width));
                blocks.push(block);
            }
        }
    };
    let threads =
        job.threads.max(1).min(usize::try_from(count.div_ceil(AT_A_TIME)).unwrap_or(usize::MAX));
    let parts: Vec<io::Result<Vec<Block>>> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let own = work();
        let panicked = |_| Err(io::Error::other("a thread that checks has failed"));
        let others = others.into_iter().map(|other| other.join().unwrap_or_else(panicked));
        std::iter::once(own).chain(others).collect()
    });
    let blocks = parts.into_iter().collect::<io::Result<Vec<_>>>()?;
    let mut blocks: Vec<_> = blocks.into_iter().flatten().collect();
    blocks.sort_by_key(|block| block.number);
    let whole = u64::try_from(blocks.len()) == Ok(count);
    Ok(Scan { blocks, whole })
}
