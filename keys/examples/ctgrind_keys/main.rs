//! Opens keys and works with them as the daemon does, with the LMK and everything under it marked as secret, for valgrind.
//! `tests/constant_time.rs` starts it; docs/side-channels.md says how to do so by hand.
//!
//! `ctgrind_keys marked|unmarked NAME…`, where a name is that of a row or of a group: `handlers`, `operations`, `management`,
//! `ceremonies`, `controls`.
#![expect(clippy::print_stderr, reason = "a program for the terminal")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "on lengths that it made itself; stopping is right where one is wrong"
)]

use std::process::ExitCode;

use payhsm_taint::rows::{Row, run};

mod bench;
mod ceremonies;
mod controls;
mod handlers;
mod management;
mod operations;

/// Times that each is done, with other secrets each time.
const TIMES: usize = 2;

fn main() -> ExitCode {
    let groups: [(&str, &[Row]); 5] = [
        ("handlers", handlers::ROWS),
        ("operations", operations::ROWS),
        ("management", management::ROWS),
        ("ceremonies", ceremonies::ROWS),
        ("controls", controls::ROWS),
    ];
    let mut arguments = std::env::args().skip(1);
    let marked = arguments.next();
    let names: Vec<String> = arguments.collect();
    let Some(marked) = marked.map(|mode| mode == "marked") else {
        eprintln!("ctgrind_keys marked|unmarked NAME…");
        return ExitCode::FAILURE;
    };
    match run(&groups, &names, marked, TIMES) {
        Ok(1..) => ExitCode::SUCCESS,
        Ok(0) | Err(_) => ExitCode::FAILURE,
    }
}
