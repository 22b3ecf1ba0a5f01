//! The officers' server: ceremonies, custody of the LMK and everything that takes two people, on a local socket.
//!
//! | module | does |
//! |---|---|
//! | `socket` | the Unix socket: folder, mode, connections, stop |
//! | `connection` | frames in and out; a secret is read straight into secret memory |
//! | `session` | one connection: its challenge, who is present, what is being put together |
//! | `registry` | who the officers are: `officers.toml`, held against the sealed list |
//! | `tries` | failed logins, counted and slowed |
//! | `act` | what can be asked for: state, people and handler of every act |
//! | `office` | what the acts work on: engine, vault, registry |
//! | `unsealing`, `migration`, `unattended` | what takes more than one act |
//!
//! Blocking threads: officers are few, and nothing here may wait for the runtime of the hosts' connections.

mod act;
mod connection;
mod lmk_file;
mod migration;
mod office;
mod refusal;
mod registry;
mod session;
mod socket;
mod start;
mod tries;
mod unattended;
mod unsealing;

pub use office::{Office, OfficeError, Setup};
pub use registry::RegistryError;
pub use socket::{Listening, Server, SocketError};
pub(crate) use start::{Opened, configured, open, protect};

use payhsm_keys::store::StoreFiles;
use std::path::Path;

/// Where an appliance keeps its store, its generation in `anchor` if that is given.
#[must_use]
pub fn store_files(folder: &Path, anchor: Option<&Path>) -> StoreFiles {
    let usual = StoreFiles::in_folder(folder);
    StoreFiles { anchor: anchor.map_or(usual.anchor, Path::to_owned), ..usual }
}

/// Whether an LMK was ever made in this folder, even one that was not finished.
#[must_use]
pub fn has_lmk(folder: &Path) -> bool {
    folder.join(lmk_file::NAME).exists() || store_files(folder, None).store.exists()
}
