//! What the fuzz targets run. `tests/fuzzing.rs` of the main workspace runs the same functions on the committed corpora and on
//! mutated seeds, so that each of them is exercised in every test run.
#![forbid(unsafe_code)]

pub mod answers;
pub mod config;
pub mod entry;
pub mod given;
pub mod key_blocks;
pub mod keys;
pub mod logs;
pub mod officer_files;
pub mod officers;
pub mod pins;
pub mod rows;
pub mod seeds;
pub mod sockets;
pub mod stores;
pub mod targets;
pub mod text;
pub mod whole_log;

/// The folder of the targets, which has their seeds and corpora. Of the main workspace's tests it is one below.
pub const FOLDER: &str = if matches!(env!("CARGO_PKG_NAME").as_bytes(), b"payhsm") {
    concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz")
} else {
    env!("CARGO_MANIFEST_DIR")
};
