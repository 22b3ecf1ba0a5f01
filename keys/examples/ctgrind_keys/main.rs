//! Opens keys and works with them as the daemon does, with the LMK and everything under it marked as secret, for valgrind.
//! `tests/constant_time.rs` starts it; docs/side-channels.md says how to do so by hand.
//!
//! `ctgrind_keys marked|unmarked NAME…`, where a name is that of a row or of a group: `handlers`, `operations`, `management`,
//! `ceremonies`, `controls`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "on lengths that it made itself; stopping is right where one is wrong"
)]

use std::process::ExitCode;

use payhsm_taint::mark;
use payhsm_taint::secrets::{Secrets, aes_in_hardware};

mod bench;
mod ceremonies;
mod controls;
mod handlers;
mod management;
mod operations;

/// One thing that is done with secrets.
type Row = (&'static str, fn(&Secrets));

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
    let wanted = |name: &str| names.iter().any(|wanted| wanted == name);
    let secrets = Secrets::new(0x5eed, marked);
    let mut done = 0;
    for (group, rows) in groups {
        for (name, row) in rows.iter().filter(|(name, _)| wanted(group) || wanted(name)) {
            println!("{group}: {name}");
            for _ in 0..TIMES {
                row(&secrets);
            }
            done += 1;
        }
    }
    let valgrind = if mark::running_on_valgrind() { "valgrind" } else { "no valgrind" };
    let aes = if aes_in_hardware() { "AES of the processor" } else { "AES in software" };
    println!("{done} rows, {valgrind}, {aes}, sum {:016x}", secrets.sum());
    if done == 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
