//! Checkpoints that the log is held to: its own, those from elsewhere, and what witnesses say of them.

use super::block::{Block, Place};
use super::fault::{Fault, Kind, quoted};
use super::keys::Keys;
use super::source::{Source, find};
use super::times::rfc_3339_seconds;
use super::verdict::{Held, Verdict, Witnessed};
use super::{block, upper};
use crate::checkpoint::Checkpoint;
use crate::cosignature::{self, NotCosigned, WitnessKey};
use crate::hash::Hash;
use crate::note::Note;
use crate::tile::{HEIGHT, entries_path};
use crate::tree::{self, root_of};
use std::collections::BTreeMap;
use std::io;

/// A checkpoint from elsewhere: what it is called, and its bytes.
#[derive(Clone, Debug)]
pub struct Given {
    /// Such as the name of its file.
    pub name: String,
    /// The signed note.
    pub note: Vec<u8>,
}

/// A note that reads as a checkpoint; who signed it has not been looked at.
#[derive(Clone, Debug)]
pub(super) struct Opened {
    pub(super) note: Note,
    pub(super) checkpoint: Checkpoint,
}

pub(super) fn open(note: &[u8]) -> Result<Opened, String> {
    let note = Note::parse(note).map_err(|error| format!("it is no signed note: {error}"))?;
    let checkpoint =
        Checkpoint::parse(&note.text).map_err(|error| format!("it is no checkpoint: {error}"))?;
    Ok(Opened { note, checkpoint })
}

/// Checks that the key of its size signed it, for the log of that name.
pub(super) fn check_signed(opened: &Opened, keys: &Keys) -> Result<(), String> {
    let key = keys.at(opened.checkpoint.size);
    opened.note.verify(key).map_err(|error| error.to_string())?;
    if opened.checkpoint.origin == key.name() {
        Ok(())
    } else {
        Err(format!(
            "it is of the log {}, and the key of {}",
            quoted(&opened.checkpoint.origin),
            key.name()
        ))
    }
}

/// Holds the log to a checkpoint from elsewhere.
pub(super) fn hold(
    given: &Given,
    own: u64,
    keys: &Keys,
    root_at: &RootAt<'_>,
    verdict: &mut Verdict,
    faults: &mut Vec<Fault>,
) -> io::Result<Option<Opened>> {
    let name = quoted(&given.name);
    let opened = match open(&given.note) {
        Ok(opened) => opened,
        Err(why) => {
            verdict.unusable.push(format!("the checkpoint {name}: {why}"));
            return Ok(None);
        }
    };
    let size = opened.checkpoint.size;
    if let Err(why) = check_signed(&opened, keys) {
        let cut = if size > own {
            "; if its key is a later one of this log, the log was cut off"
        } else {
            ""
        };
        verdict.unusable.push(format!("the checkpoint {name}: {why}{cut}"));
        return Ok(None);
    }
    let mut fits = false;
    if size > own {
        let what = format!(
            "the checkpoint {name} was signed for {size} records, and the checkpoint of the log covers {own}: the log was cut \
             off or put back, or this copy of it is older"
        );
        faults.push(Fault::whole(Kind::Truncated, what));
    } else if let Some(root) = root_at.root(size)? {
        fits = root == opened.checkpoint.root;
        if !fits {
            let what = format!(
                "the first {size} records are not those of the checkpoint {name}: some were replaced after it was signed"
            );
            faults.push(Fault::whole(Kind::Inconsistent, what));
        }
    }
    verdict.checkpoints.push(Held { name, size, fits });
    Ok(Some(opened))
}

/// What a witness says of the checkpoints at hand.
pub(super) fn witness(
    key: &WitnessKey,
    checkpoints: &[Opened],
    verdict: &mut Verdict,
    faults: &mut Vec<Fault>,
) {
    let mut best: Option<(u64, u64)> = None;
    for opened in checkpoints {
        let size = opened.checkpoint.size;
        match cosignature::verify(&opened.note, key) {
            Ok(seconds) => best = best.max(Some((size, seconds))),
            Err(NotCosigned::NoSignature(_)) => {}
            Err(bad @ (NotCosigned::BadSignature(_) | NotCosigned::Checkpoint(_))) => {
                faults.push(Fault::whole(
                    Kind::Witness,
                    format!("the checkpoint of {size} records: {bad}"),
                ));
                return;
            }
        }
    }
    match best {
        Some((size, seconds)) => {
            let time = rfc_3339_seconds(seconds);
            verdict.witnesses.push(Witnessed { key: key.to_string(), size, seconds, time });
        }
        None => {
            let what = format!("no checkpoint at hand was cosigned by the witness {key}");
            faults.push(Fault::whole(Kind::Witness, what));
        }
    }
}

/// Roots of the beginning of the log, from the records.
pub(super) struct RootAt<'a> {
    source: &'a dyn Source,
    blocks: BTreeMap<u64, Hash>,
    size: u64,
}

impl<'a> RootAt<'a> {
    pub(super) fn new(source: &'a dyn Source, size: u64, blocks: &[Block]) -> Self {
        let roots = blocks.iter().filter_map(|block| Some((block.number, block.computed?)));
        Self { source, blocks: roots.collect(), size }
    }

    /// The root over the first `size` records; `None` if not all of them are there.
    fn root(&self, size: u64) -> io::Result<Option<Hash>> {
        match tree::root(size, &|level: u8, index: u64| self.node(level, index)) {
            Ok(root) => Ok(Some(root)),
            Err(Some(error)) => Err(error),
            Err(None) => Ok(None),
        }
    }

    fn node(&self, level: u8, index: u64) -> Result<Hash, Option<io::Error>> {
        if let Some(up) = level.checked_sub(HEIGHT) {
            let range = index << up..(index + 1) << up;
            let count = 1_u64 << up;
            let roots: Vec<_> = self.blocks.range(range).map(|(_, root)| *root).collect();
            let whole = u64::try_from(roots.len()) == Ok(count);
            return if whole { Ok(root_of(&roots)) } else { Err(None) };
        }
        let first = index << level;
        let place =
            Place { number: first >> HEIGHT, width: upper::width_of(first >> HEIGHT, self.size) };
        let path = |width| entries_path(place.number, width);
        let found = find(self.source, place.width, path).map_err(Some)?.ok_or(None)?;
        let mut rest: &[u8] = &found.bytes;
        let mut leaves = Vec::new();
        for at in place.first()..first + (1 << level) {
            let (entry, behind) = block::take(rest).ok_or(None)?;
            rest = behind;
            if at >= first {
                leaves.push(Hash::of_leaf(entry));
            }
        }
        Ok(root_of(&leaves))
    }
}
