//! `export` and `check-export`: some records of a log in a file, some of them as their hash alone.
//!
//! ```text
//! payhsm-audit/export/v1
//! records <first> <last>
//! record <the bytes of the record, base64>       a line for each record, in order: this,
//! hidden <the leaf hash of the record, base64>   or this
//! node <hash, base64>                            the proof (`verify::range`)
//!
//! <the checkpoint, a signed note>
//! ```

use super::args::{CheckExport, Export, Format};
use super::filter::{Hidden, Span};
use super::reader::{Log, decoded, leaf};
use super::show::Printer;
use super::{Stop, key, table};
use crate::checkpoint;
use crate::hash::Hash;
use crate::note::{MAX_NOTE, VerifierKey};
use crate::verify::quoted;
use crate::verify::range::{Leaves, MAX_RANGE_PROOF, range_proof, range_root};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::io::Write;

const FIRST_LINE: &str = "payhsm-audit/export/v1";

/// `export`.
pub(super) fn run(task: &Export, out: &mut dyn Write) -> Result<(), Stop> {
    let log = Log::open(&task.log)?;
    let (start, end) = task.range.within(log.size()).map_err(Stop::Unable)?;
    let hidden = task.redact.iter().map(|what| what.parse::<Hidden>());
    let hidden = hidden.collect::<Result<Vec<_>, _>>().map_err(Stop::Unable)?;
    let mut text = format!("{FIRST_LINE}\nrecords {start} {}\n", end - 1);
    let mut leaves = Vec::new();
    let mut count = 0_u64;
    log.each((start, end), |index, bytes| {
        let entry = decoded(index, bytes).map_err(Stop::Bad)?;
        let hash = leaf(bytes);
        leaves.push(hash);
        if hidden.iter().any(|hidden| hidden.covers(&entry)) {
            count += 1;
            text.push_str(&format!("hidden {}\n", hash.to_base64()));
        } else {
            text.push_str(&format!("record {}\n", STANDARD.encode(bytes)));
        }
        Ok(true)
    })?;
    let place = Leaves { start, end, size: log.size() };
    let proof =
        range_proof(place, &log.nodes(log.size())).map_err(|error| Stop::Bad(error.to_string()))?;
    if range_root(place, &leaves, &proof) != Some(log.checkpoint.root) {
        let why = "records and hashes do not fit the checkpoint; verify says what is wrong";
        return Err(Stop::Bad(why.to_owned()));
    }
    proof.iter().for_each(|hash| text.push_str(&format!("node {}\n", hash.to_base64())));
    text.push_str(&format!("\n{}", log.note));
    std::fs::write(&task.output, text).map_err(|error| Stop::file(&task.output, &error))?;
    writeln!(
        out,
        "{}: records {start} to {}, {count} of them as hashes only",
        task.output.display(),
        end - 1
    )?;
    Ok(())
}

/// What a file holds.
struct Exported {
    place: Leaves,
    /// The bytes, if they are shown, and the hash.
    records: Vec<(Option<Vec<u8>>, Hash)>,
    origin: String,
}

/// `check-export`.
pub(super) fn check(task: &CheckExport, out: &mut dyn Write) -> Result<(), Stop> {
    let key = key::log_key(&task.key)?;
    let bytes = std::fs::read(&task.file).map_err(|error| Stop::file(&task.file, &error))?;
    let text = String::from_utf8(bytes).map_err(|_| Stop::unable("it is no export: not a text"))?;
    let exported = match parse(&text, &key) {
        Err(Stop::Bad(why)) => {
            writeln!(out, "NO: {why}")?;
            return Err(Stop::Bad(String::new()));
        }
        other => other?,
    };
    let place = exported.place;
    let hidden = exported.records.iter().filter(|(bytes, _)| bytes.is_none()).count();
    if task.format == Format::Table {
        let origin = quoted(&exported.origin);
        let (first, last, size) = (place.start, place.end - 1, place.size);
        writeln!(
            out,
            "YES: these are records {first} to {last} of the {size} records of {origin}; {hidden} are hidden"
        )?;
    }
    let mut printer = Printer::new(out, task.format)?;
    for (index, (bytes, hash)) in (place.start..).zip(exported.records) {
        match bytes {
            Some(bytes) => {
                let entry = decoded(index, &bytes)
                    .map_err(|why| Stop::Bad(format!("it is in the log, but {why}")))?;
                printer.put(entry)?;
            }
            None => match printer.format {
                Format::Table => {
                    table::put_hidden(printer.out, printer.columns, index, &hash.to_base64())?;
                }
                Format::Json => {
                    let row = serde_json::json!({ "index": index, "hidden": hash.to_base64() });
                    writeln!(printer.out, "{row}")?;
                }
                Format::Csv => write!(printer.out, "{index},,,hidden{}\r\n", ",".repeat(16))?,
            },
        }
    }
    Ok(())
}

fn parse(text: &str, key: &VerifierKey) -> Result<Exported, Stop> {
    let malformed = |what: &str| Stop::Unable(format!("it is no export: {what}"));
    let (head, note) =
        text.split_once("\n\n").ok_or_else(|| malformed("no checkpoint at its end"))?;
    if note.len() > MAX_NOTE {
        return Err(malformed("a checkpoint that is too long"));
    }
    let mut lines = head.split('\n');
    if lines.next() != Some(FIRST_LINE) {
        return Err(malformed("another first line"));
    }
    let range = lines.next().and_then(|line| line.strip_prefix("records ")?.split_once(' '));
    let range = range
        .and_then(|(first, last)| Some((checkpoint::number(first)?, checkpoint::number(last)?)));
    let (start, last) = range.ok_or_else(|| malformed("no line that says which records"))?;
    let (mut records, mut proof) = (Vec::new(), Vec::new());
    for line in lines {
        let bad = || malformed("a line that is neither record nor hash");
        match line.split_once(' ').ok_or_else(bad)? {
            ("record", base64) if proof.is_empty() => {
                let bytes = STANDARD.decode(base64).map_err(|_| bad())?;
                let hash = leaf(&bytes);
                records.push((Some(bytes), hash));
            }
            ("hidden", base64) if proof.is_empty() => {
                records.push((None, Hash::from_base64(base64).ok_or_else(bad)?));
            }
            ("node", base64) if proof.len() < MAX_RANGE_PROOF => {
                proof.push(Hash::from_base64(base64).ok_or_else(bad)?);
            }
            _ => return Err(bad()),
        }
    }
    let checkpoint = checkpoint::open(note, key)
        .map_err(|error| Stop::Bad(format!("the checkpoint: {error}")))?;
    let place = Leaves { start, end: last.saturating_add(1), size: checkpoint.size };
    let hashes: Vec<_> = records.iter().map(|(_, hash)| *hash).collect();
    if range_root(place, &hashes, &proof) != Some(checkpoint.root) {
        let why = format!(
            "these are not records {start} to {last} of the {} records of the checkpoint",
            place.size
        );
        return Err(Stop::Bad(why));
    }
    Ok(Exported { place, records, origin: checkpoint.origin })
}

impl Span {
    fn has(self, index: u64) -> bool {
        match self {
            Self::Between(from, to) => (from..=to).contains(&index),
            Self::From(from) => index >= from,
            Self::Last(_) => false,
        }
    }
}

impl Hidden {
    fn covers(&self, entry: &crate::record::Entry) -> bool {
        match self {
            Self::Records(span) => span.has(entry.index),
            Self::Field(field, value) => {
                field.values(entry).any(|one| value.as_ref().is_none_or(|value| one == value))
            }
        }
    }
}
