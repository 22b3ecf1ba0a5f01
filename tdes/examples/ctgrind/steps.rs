//! Single steps: the same call under several secrets has to take the same instructions to the same addresses.

use std::process::ExitCode;

use payhsm_taint::steps::{Difference, Program, Step, record};
use payhsm_tdes::KernelName;

use crate::calls::{Call, Secrets, Shape, Subject, modes, plan};

/// More than any call here takes.
const LIMIT: usize = 1 << 20;

pub(crate) fn run(subject: Subject) -> ExitCode {
    match judge(subject) {
        Ok(found) if found.is_none() => ExitCode::SUCCESS,
        Ok(found) => {
            println!(
                "paths part after: {:?}\naddresses differ: {:#?}",
                found.path, found.addresses
            );
            ExitCode::from(99)
        }
        Err(error) => {
            eprintln!("cannot step: {error}");
            ExitCode::FAILURE
        }
    }
}

fn judge(subject: Subject) -> std::io::Result<Difference> {
    let (calls, others) = choice(subject);
    let program = Program::of_this_process()?;
    let (mut found, mut steps) = (Difference::default(), 0);
    let mut secrets = Secrets::new(0x57e9);
    for call in &calls {
        // What is found once, such as the features of the processor, is found before.
        secrets.fill();
        call.make(subject, &mut secrets.of(*call));
        let mut first = Vec::new();
        for run in 0..=others {
            let trace = trace(subject, *call, &mut secrets)?;
            if run == 0 {
                steps += trace.len();
                first = trace;
            } else {
                found.add(Difference::between(&first, &trace, &program));
            }
        }
    }
    println!(
        "{subject:?}: {} calls of {steps} instructions in all, {} secrets each; registers that held secrets: {:?}, \
         flags: {}",
        calls.len(),
        others + 1,
        found.registers,
        found.flags
    );
    Ok(found)
}

/// From one place, so that everything has the address that it had the last time.
#[inline(never)]
fn trace(subject: Subject, call: Call, secrets: &mut Secrets) -> std::io::Result<Vec<Step>> {
    secrets.fill();
    let mut work = secrets.of(call);
    record(LIMIT, &mut || call.make(subject, &mut work))
}

/// Calls that take each road through a subject, and how many secrets are compared with the first: a step takes some
/// 25 microseconds, so the short form has single-length keys, whose one pass three are made of.
fn choice(subject: Subject) -> (Vec<Call>, usize) {
    let long = std::env::var_os("PAYHSM_LONGEST_TESTS").is_some_and(|value| value == "1");
    let sizes: &[usize] = match subject {
        Subject::Kernel(kernel) => match kernel.name() {
            KernelName::Scalar => &[2],
            KernelName::Avx2 => &[1, 3, 8, 17],
            KernelName::Vbmi => &[1, 3, 8, 17, 64],
            KernelName::Bitslice64 => &[65],
            KernelName::Bitslice256 => &[257],
            KernelName::Bitslice512 => &[300],
        },
        Subject::Des | Subject::EarlyExit => &[1],
    };
    let mut calls = plan(sizes);
    if long {
        calls.retain(|call| call.key_len == 24 || call.shape == Shape::Block);
        calls.extend(modes(3));
        return (calls, 1);
    }
    calls.retain(|call| call.key_len == 8 && call.encrypt == (call.shape != Shape::Shared));
    (calls, 1)
}
