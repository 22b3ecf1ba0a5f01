//! Messages of every command: the published ones that the seeds of the fuzz targets are made of.

use std::path::Path;

/// A message of every kind, with its code.
pub(crate) fn all() -> Vec<(String, String)> {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    let seeds = crate::seeds::read(&seeds).unwrap().into_iter();
    let text = |seed: crate::seeds::Seed| {
        let message = seed.host.iter().map(|&byte| char::from(byte)).collect();
        (seed.opcode.code().to_string(), message)
    };
    seeds.map(text).collect()
}

/// The message of one command.
pub(crate) fn of(code: &str) -> String {
    all().into_iter().find(|(of, _)| of == code).unwrap().1
}
