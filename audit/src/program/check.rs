//! `check`: whether a proof proves it.

use super::args::Check;
use super::reader::decoded;
use super::row::Row;
use super::{Stop, key};
use crate::checkpoint::{self, Checkpoint};
use crate::cosignature;
use crate::hash::Hash;
use crate::note::{Note, VerifierKey};
use crate::proof::{MAX_PATH, TlogProof, verify_consistency};
use crate::verify::{quoted, rfc_3339_seconds};
use serde::Serialize;
use std::io::Write;

/// What came out.
#[derive(Debug, Default, Serialize)]
struct Answer {
    good: bool,
    said: String,
    origin: String,
    size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<Row>,
    /// `name+id+base64` and time of each witness that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    witnesses: Vec<(String, String)>,
}

/// `check`.
pub(super) fn run(task: &Check, out: &mut dyn Write) -> Result<(), Stop> {
    let key = key::log_key(&task.key)?;
    let text = String::from_utf8(key::read(&task.proof)?).map_err(|_| {
        Stop::Unable(format!("{} is no proof: it is not a text", task.proof.display()))
    })?;
    let answer = if text.starts_with("old ") {
        grown(task, &text, &key)
    } else {
        contained(task, &text, &key)
    };
    let answer = match answer {
        Ok(answer) => answer,
        Err(Stop::Bad(said)) => Answer { said: format!("NO: {said}"), ..Answer::default() },
        Err(stop) => return Err(stop),
    };
    if task.json {
        let text = serde_json::to_string_pretty(&answer).map_err(Stop::unable)?;
        writeln!(out, "{text}")?;
    } else {
        writeln!(out, "{}", answer.said)?;
        for (witness, time) in &answer.witnesses {
            writeln!(out, "witness {witness} saw the checkpoint at {time}")?;
        }
        if let Some(row) = &answer.record {
            writeln!(out, "{}", serde_json::to_string_pretty(row).map_err(Stop::unable)?)?;
        }
    }
    if answer.good { Ok(()) } else { Err(Stop::Bad(String::new())) }
}

/// A record in the log.
fn contained(task: &Check, text: &str, key: &VerifierKey) -> Result<Answer, Stop> {
    let proof = TlogProof::parse(text)
        .map_err(|error| Stop::Unable(format!("{} is no proof: {error}", task.proof.display())))?;
    let entry = match (&task.entry, &proof.extra) {
        (Some(file), _) => key::read(file)?,
        (None, Some(extra)) => extra.clone(),
        (None, None) => {
            return Err(Stop::unable("the record is not with the proof; give it with --entry"));
        }
    };
    let checkpoint = proof.check(&entry, key).map_err(|error| Stop::Bad(error.to_string()))?;
    let witnesses = witnesses(task, &proof.checkpoint)?;
    let entry = decoded(proof.index, &entry)
        .map_err(|why| Stop::Bad(format!("it is in the log, but {why}")))?;
    let (index, size) = (proof.index, checkpoint.size);
    Ok(Answer {
        good: true,
        said: format!(
            "YES: it is record {index} of the {size} records of {}",
            quoted(&checkpoint.origin)
        ),
        origin: checkpoint.origin,
        size,
        index: Some(index),
        record: Some(entry.into()),
        witnesses,
    })
}

/// A log that only grew.
fn grown(task: &Check, text: &str, key: &VerifierKey) -> Result<Answer, Stop> {
    let malformed = || Stop::Unable(format!("{} is no proof of consistency", task.proof.display()));
    let (head, note) = text.split_once("\n\n").ok_or_else(malformed)?;
    let mut lines = head.split('\n');
    let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(checkpoint::number);
    let old = old.ok_or_else(malformed)?;
    let path = lines.map(Hash::from_base64).collect::<Option<Vec<_>>>().ok_or_else(malformed)?;
    if path.len() > MAX_PATH {
        return Err(malformed());
    }
    let earlier = task.old.as_ref().ok_or_else(|| {
        Stop::Unable(format!("the checkpoint of {old} records is needed too: give it with --old"))
    })?;
    let open = |note: &[u8], which: &str| -> Result<Checkpoint, Stop> {
        checkpoint::open(note, key)
            .map_err(|error| Stop::Bad(format!("the {which} checkpoint: {error}")))
    };
    let earlier = open(&key::read(earlier)?, "earlier")?;
    let later = open(note.as_bytes(), "later")?;
    if earlier.size != old {
        return Err(Stop::Unable(format!(
            "the proof begins at {old} records, and --old is of {}",
            earlier.size
        )));
    }
    verify_consistency(old, earlier.root, later.size, later.root, &path).map_err(|_| {
        Stop::Bad(format!(
            "the {} records do not begin with the {old} of the earlier checkpoint",
            later.size
        ))
    })?;
    let witnesses = witnesses(task, note)?;
    let said = format!(
        "YES: the {} records of {} begin with the {old} of the earlier checkpoint",
        later.size,
        quoted(&later.origin)
    );
    Ok(Answer {
        good: true,
        said,
        origin: later.origin,
        size: later.size,
        witnesses,
        ..Answer::default()
    })
}

fn witnesses(task: &Check, note: &str) -> Result<Vec<(String, String)>, Stop> {
    let keys = key::witnesses(&task.witnesses)?;
    let note = Note::parse(note).map_err(|error| Stop::Bad(error.to_string()))?;
    let seen = keys.into_iter().map(|key| {
        let seconds =
            cosignature::verify(&note, &key).map_err(|error| Stop::Bad(error.to_string()))?;
        Ok((key.to_string(), rfc_3339_seconds(seconds)))
    });
    seen.collect()
}
