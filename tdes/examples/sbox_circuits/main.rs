//! Finds the circuits of `src/bitslice/gates.rs` and `src/bitslice/ternary.rs`, and prints such a file.
//!
//! ```text
//! cargo run --release -p payhsm-tdes --example sbox_circuits -- two
//! cargo run --release -p payhsm-tdes --example sbox_circuits -- three
//! ```
//!
//! Options:
//!
//! - `--tries N`: how many seeds are tried for each S-box; the 24 of the default take a core some ten to fifteen
//!   minutes;
//! - `--steps N`: how long the walk from a seed is;
//! - `--seeds A,B,C,D,E,F,G,H`: these seeds, one for each S-box, and no others. The first lines of a file name those
//!   that made it: with them it comes again, in a minute or two.
//!
//! The output is as rustfmt leaves it. How the search goes: `search/grow.rs`, then `search/walk.rs`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool for the terminal")]

use std::process::ExitCode;

#[path = "../../src/fips.rs"]
#[expect(dead_code, reason = "only the S-boxes are needed")]
mod fips;
mod search;

use search::Recipe;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(recipe) = Recipe::parse(arguments.iter().map(String::as_str)) else {
        eprintln!("sbox_circuits two|three [--tries N] [--steps N] [--seeds A,B,C,D,E,F,G,H]");
        return ExitCode::FAILURE;
    };
    let report = |which, seed, gates| eprintln!("S{which}: {gates} gates, seed {seed}");
    let Some(file) = recipe.file(report) else {
        eprintln!("no circuit, or one that is not its S-box");
        return ExitCode::FAILURE;
    };
    print!("{file}");
    ExitCode::SUCCESS
}
