//! What the fuzz targets run. `tests/framing.rs` of the main workspace runs the same functions on
//! mutated examples, so that each of them is exercised in every test run.
#![forbid(unsafe_code)]

pub mod entry;
pub mod seeds;
