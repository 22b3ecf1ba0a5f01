//! Does everything that this crate does with secrets, with the secrets marked, for valgrind. `tests/constant_time.rs` starts it;
//! docs/side-channels.md says how to do so by hand.
//!
//! `ctgrind_crypto marked|unmarked|steps NAME…`, where a name is that of a row below or of a group of them: `ciphers`, `macs`, `blocks`,
//! `pins`, `cards`, `values` must show nothing but what is told; `others` has calls of other people's code that branch or look
//! up in public texts; `controls` are wrong on purpose and must be found. `steps` takes names of rows alone, and compares what
//! the processor does under several secrets, which only rows without a verdict stand.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "on lengths that it made itself; stopping is right where one is wrong"
)]

use std::process::ExitCode;

use payhsm_taint::rows::{Row, run};

mod blocks;
mod cards;
mod ciphers;
mod controls;
mod macs;
mod others;
mod pins;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod steps;
mod values;

/// Times that each is done, with other secrets each time.
const TIMES: usize = 3;

fn main() -> ExitCode {
    let groups: [(&str, &[Row]); 8] = [
        ("ciphers", ciphers::ROWS),
        ("macs", macs::ROWS),
        ("blocks", blocks::ROWS),
        ("pins", pins::ROWS),
        ("cards", cards::ROWS),
        ("values", values::ROWS),
        ("others", others::ROWS),
        ("controls", controls::ROWS),
    ];
    let mut arguments = std::env::args().skip(1);
    let mode = arguments.next();
    let names: Vec<String> = arguments.collect();
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    if mode.as_deref() == Some("steps") {
        let rows = groups.iter().flat_map(|(_, rows)| *rows);
        return in_steps(rows.filter(|(name, _)| names.iter().any(|wanted| wanted == name)));
    }
    let Some(marked) = mode.map(|mode| mode == "marked") else {
        eprintln!("ctgrind_crypto marked|unmarked|steps NAME…");
        return ExitCode::FAILURE;
    };
    match run(&groups, &names, marked, TIMES) {
        Ok(1..) => ExitCode::SUCCESS,
        Ok(0) | Err(_) => ExitCode::FAILURE,
    }
}

/// Each row in single steps under several secrets.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn in_steps<'r>(rows: impl Iterator<Item = &'r Row>) -> ExitCode {
    let mut same = true;
    for row in rows {
        match steps::judge(row) {
            Ok((found, steps)) => {
                println!("{}: {steps} steps, {found:?}", row.0);
                same &= found.is_none();
            }
            Err(error) => {
                eprintln!("{}: cannot step: {error}", row.0);
                return ExitCode::FAILURE;
            }
        }
    }
    if same { ExitCode::SUCCESS } else { ExitCode::from(99) }
}
