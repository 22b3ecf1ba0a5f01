//! All targets, by name. docs/fuzzing.md says of each what it reads.

use super::seeds::{self, Seed};
use super::{
    answers, config, entry, key_blocks, keys, logs, officer_files, officers, pins, rows, sockets,
    stores, whole_log,
};
use std::path::Path;

/// A function that takes any bytes: it returns, whatever they are.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, also that of its folders below `fuzz/corpora` and `fuzz/corpus`.
    pub name: &'static str,
    /// Takes one input.
    pub run: fn(&[u8]),
    /// Inputs to start from.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// What memory grows by at most while an input is worked on, in bytes; so no single allocation is larger.
    pub holds: usize,
}

/// For a reader of bytes.
const MIB: usize = 1 << 20;
/// For what opens a database: redb's cache alone is 4 MiB, and a store is read into memory before it is believed.
const DATABASE: usize = 32 << 20;

macro_rules! targets {
    ($($name:ident: $module:ident, $seeds:expr, $holds:expr;)+) => {
        /// All of them.
        pub const TARGETS: &[Target] = &[$(Target {
            name: stringify!($name),
            run: $module::$name,
            seeds: $seeds,
            holds: $holds,
        },)+];
    };
}

targets! {
    host_frame: entry, || requests("host_frame"), MIB;
    compact_frame: entry, || requests("compact_frame"), MIB;
    host_request: entry, || requests("host_request"), MIB;
    compact_request: entry, || requests("compact_request"), MIB;
    host_engine: entry, || requests("host_engine"), MIB;
    compact_engine: entry, || requests("compact_engine"), MIB;
    reply: answers, replies, MIB;
    load_reply: answers, answers::load_reply_seeds, MIB;
    key_field: keys, keys::key_field_seeds, MIB;
    key_block: key_blocks, key_blocks::key_block_seeds, MIB;
    zone_export: keys, keys::zone_export_seeds, MIB;
    pin_block: pins, pins::pin_block_seeds, MIB;
    exported_value: pins, pins::exported_value_seeds, MIB;
    token: pins, pins::token_seeds, MIB;
    row: rows, rows::row_seeds, MIB;
    officer_act: officers, officers::officer_act_seeds, MIB;
    officer_answer: officers, officers::officer_answer_seeds, MIB;
    officers_socket: sockets, sockets::officers_socket_seeds, MIB;
    hostile_daemon: sockets, sockets::hostile_daemon_seeds, MIB;
    officer_file: officer_files, officer_files::officer_file_seeds, MIB;
    officer_memory: officer_files, officer_files::share_seeds, MIB;
    shares: officer_files, officer_files::share_seeds, MIB;
    script: officers, officers::script_seeds, MIB;
    typed: officers, officers::typed_seeds, MIB;
    config: config, config::config_seeds, MIB;
    certificate: config, config::certificate_seeds, MIB;
    quickstart: config, config::quickstart_seeds, MIB;
    entry: logs, logs::entry_seeds, MIB;
    note: logs, logs::note_seeds, MIB;
    proof: logs, logs::proof_seeds, MIB;
    whole_log: whole_log, whole_log::whole_log_seeds, MIB;
    journal: stores, stores::journal_seeds, 16 * MIB;
    store: stores, stores::file_seeds, DATABASE;
    state_file: stores, stores::file_seeds, DATABASE;
}

/// The target with this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// The seeds, and the examples of the pages of the commands.
fn published() -> Vec<Seed> {
    let folder = Path::new(super::FOLDER);
    let mut seeds = seeds::read(&folder.join("seeds")).expect("seeds");
    let pages =
        std::fs::read_dir(folder.join("../docs/protocol")).expect("the pages of the commands");
    let mut pages: Vec<_> = pages.filter_map(|page| Some(page.ok()?.path())).collect();
    pages.sort();
    for page in pages {
        let text = std::fs::read_to_string(page).expect("a page");
        let sent = text.lines().filter_map(|line| line.strip_prefix("> "));
        seeds.extend(sent.filter_map(|message| Seed::new(message.as_bytes()).ok()));
    }
    seeds
}

fn requests(target: &str) -> Vec<Vec<u8>> {
    published().iter().map(|seed| seed.input(target)).collect()
}

fn replies() -> Vec<Vec<u8>> {
    answers::reply_seeds(&published(), entry::developers_answer)
}

/// Puts the seeds of a target into the folder that it starts from and adds to, `fuzz/corpus/<name>`.
///
/// # Panics
/// If they cannot be written.
pub fn plant(target: &Target) {
    let folder = Path::new(super::FOLDER).join("corpus").join(target.name);
    std::fs::create_dir_all(&folder).expect("a folder for the corpus");
    for (number, seed) in (target.seeds)().iter().enumerate() {
        std::fs::write(folder.join(format!("seed-{number:03}")), seed).expect("a seed");
    }
}
