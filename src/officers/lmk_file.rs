//! `lmk.toml`: what is known of the LMKs while they are not in force. No secret, and nothing is believed because of it.

use payhsm_keys::LmkAbout;
use payhsm_officer::{OfficerError, file};
use payhsm_protocol::field::{CheckValue, LmkId};
use payhsm_protocol::officer::{LmkLine, Quorum};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::Path;

/// Its name in the state folder; with it, an LMK has been made here.
pub(super) const NAME: &str = "lmk.toml";

const FORMAT: &str = "payhsm lmk 1";
const HEAD: &str = "# The LMKs of this appliance, and who holds their shares. No secret.\n";

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Content {
    format: String,
    appliance: String,
    #[serde(default)]
    lmk: Vec<Entry>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: u8,
    role: String,
    check_value: String,
    needed: u8,
    of: u8,
    holders: Vec<String>,
}

/// The first three bytes of a check value: what people compare.
pub(super) fn short(value: &CheckValue) -> CheckValue {
    CheckValue(value.0.iter().take(3).copied().collect())
}

/// How an LMK of ours stands in a list.
pub(super) fn line(about: &LmkAbout, role: &str) -> LmkLine {
    LmkLine {
        id: about.id,
        scheme: "AES-256 key block".to_owned(),
        check_value: short(&about.check_value),
        role: role.to_owned(),
        holders: about.holders.clone(),
        quorum: about.quorum,
    }
}

/// Writes the file, whole or not at all.
pub(super) fn write(folder: &Path, appliance: &str, lmks: &[LmkLine]) -> Result<(), OfficerError> {
    let entry = |line: &LmkLine| {
        let quorum = line.quorum.unwrap_or(Quorum { needed: 0, of: 0 });
        Entry {
            id: line.id.0,
            role: line.role.clone(),
            check_value: hex::encode_upper(&line.check_value.0),
            needed: quorum.needed,
            of: quorum.of,
            holders: line.holders.clone(),
        }
    };
    let lmk = lmks.iter().filter(|line| line.quorum.is_some()).map(entry).collect();
    let content = Content { format: FORMAT.to_owned(), appliance: appliance.to_owned(), lmk };
    let text = toml::to_string(&content).map_err(|_| OfficerError::Damaged)?;
    file::replace(&folder.join(NAME), &format!("{HEAD}{text}"))
}

/// What the file says; nothing if it is not one.
pub(super) fn read(folder: &Path) -> Vec<LmkLine> {
    let text = file::read(&folder.join(NAME)).unwrap_or_default();
    let content = toml::from_str::<Content>(&text).ok().filter(|one| one.format == FORMAT);
    let entries = content.map(|content| content.lmk).unwrap_or_default();
    let line = |entry: Entry| LmkLine {
        id: LmkId(entry.id),
        scheme: "AES-256 key block".to_owned(),
        check_value: CheckValue(hex::decode(&entry.check_value).unwrap_or_default()),
        role: entry.role,
        holders: entry.holders,
        quorum: Some(Quorum { needed: entry.needed, of: entry.of }),
    };
    entries.into_iter().map(line).collect()
}

/// Removes it, if it is there.
pub(super) fn remove(folder: &Path) -> io::Result<()> {
    match std::fs::remove_file(folder.join(NAME)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
