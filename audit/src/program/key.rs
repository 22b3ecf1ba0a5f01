//! Keys and checkpoints that were given on the command line.

use super::Stop;
use crate::cosignature::WitnessKey;
use crate::note::{KeyError, MAX_NOTE, VerifierKey};
use crate::verify::Given;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The key of a log: a line, or a file with one.
pub(super) fn log_key(text: &str) -> Result<VerifierKey, Stop> {
    key(text, VerifierKey::parse)
}

/// The keys of witnesses.
pub(super) fn witnesses(texts: &[String]) -> Result<Vec<WitnessKey>, Stop> {
    texts.iter().map(|text| key(text, WitnessKey::parse)).collect()
}

fn key<K>(text: &str, parse: impl Fn(&str) -> Result<K, KeyError>) -> Result<K, Stop> {
    let path = Path::new(text);
    if !path.exists() {
        return parse(text).map_err(|error| {
            Stop::Unable(format!("the key {text} is neither a file nor a key: {error}"))
        });
    }
    let file = String::from_utf8(read(path)?).unwrap_or_default();
    parse(file.trim_end()).map_err(|error| Stop::Unable(format!("{text}: {error}")))
}

/// Checkpoints from elsewhere.
pub(super) fn checkpoints(paths: &[PathBuf]) -> Result<Vec<Given>, Stop> {
    paths
        .iter()
        .map(|path| Ok(Given { name: path.display().to_string(), note: read(path)? }))
        .collect()
}

/// A file of a size that notes and proofs have.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Stop> {
    let most = u64::try_from(MAX_NOTE).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes));
    read.map_err(|error| Stop::file(path, &error))?;
    if bytes.len() > MAX_NOTE {
        return Err(Stop::Unable(format!(
            "{} is longer than anything that belongs here",
            path.display()
        )));
    }
    Ok(bytes)
}
