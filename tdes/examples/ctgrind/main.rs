//! Runs a kernel in ways that an observer can judge. `tests/constant_time.rs`, `tests/machine_code.rs` and
//! `tests/nothing_left.rs` start it; docs/side-channels.md says how to do so by hand.
//!
//! `ctgrind MODE [SUBJECT]`, where the subject is the name of a kernel or of a pair, or `des` for the crate of that name, or
//! `early-exit` for a comparison that stops at the first difference: the last two must be found guilty. Without a
//! subject it is the kernel of `PAYHSM_TDES_KERNEL`, or the best.
//!
//! | mode | does |
//! |---|---|
//! | `marked` | every call with keys and blocks marked as secret, for valgrind |
//! | `unmarked` | the same without marks |
//! | `steps` | every call in single steps under several secrets, and compares |
//! | `served` | calls that standard input asks for, to be looked into from outside |
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "on lengths that it made itself; stopping is right where one is wrong"
)]

use std::process::ExitCode;

use payhsm_taint::mark;

use crate::calls::{Call, Secrets, Subject, modes, plan};

mod calls;
mod served;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod steps;

/// The subject cannot run on this processor (or under this valgrind).
const CANNOT_RUN: u8 = 3;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (mode, subject) = match arguments.as_slice() {
        [mode] => (mode.as_str(), Some(Subject::default())),
        [mode, subject] => (mode.as_str(), Subject::named(subject)),
        _ => ("", None),
    };
    let Some(subject) = subject else {
        eprintln!(
            "ctgrind marked|unmarked|steps|served [kernel|des|early-exit]; no such kernel runs here"
        );
        return ExitCode::from(CANNOT_RUN);
    };
    match mode {
        "marked" => straight(subject, true),
        "unmarked" => straight(subject, false),
        #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
        "steps" => return steps::run(subject),
        "served" => return served::run(subject),
        _ => return ExitCode::FAILURE,
    }
    ExitCode::SUCCESS
}

/// What `marked`, `unmarked` and `served` call.
fn everything() -> Vec<Call> {
    let mut calls = plan(&[1, 3, 8, 17, 64, 300]);
    calls.extend([1, 17, 300].into_iter().flat_map(modes));
    calls
}

/// Every call once; the sum of the results keeps them from being left out.
fn straight(subject: Subject, marked: bool) {
    let mut secrets = Secrets::new(0x5eed);
    let mut sum = 0_u64;
    let calls = everything();
    for call in &calls {
        secrets.fill();
        if marked {
            secrets.each(mark::secret_mut);
        }
        call.make(subject, &mut secrets.of(*call));
        secrets.each(|part| mark::public(part));
        sum = secrets.sum(sum);
    }
    let valgrind = if mark::running_on_valgrind() { "valgrind" } else { "no valgrind" };
    println!("{subject:?}: {} calls, {valgrind}, sum {sum:016x}", calls.len());
}
