//! Calls on demand, with secrets that come through the system's pipe straight into the buffers that are wiped after
//! the call: whatever of them is in memory while this waits has been left there by the subject.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::process::ExitCode;

use crate::calls::{Call, Secrets, Subject};
use crate::everything;

/// For each number of a call (one byte) the line that says what it is, an empty one if there is none; then for its
/// secrets an empty line when it has been made.
pub(crate) fn run(subject: Subject) -> ExitCode {
    match serve(subject) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(subject: Subject) -> std::io::Result<()> {
    // Not through the standard library's buffers, which would keep copies.
    let [mut requests, mut answers] =
        [unbuffered(std::io::stdin().as_fd())?, unbuffered(std::io::stdout().as_fd())?];
    let calls = everything();
    let mut secrets = Secrets::new(0);
    loop {
        let mut number = [0];
        if requests.read(&mut number)? == 0 {
            return Ok(());
        }
        let Some(call) = calls.get(usize::from(number[0])) else {
            writeln!(answers)?;
            continue;
        };
        writeln!(answers, "{call:?}")?;
        let mut read = Ok(());
        secrets.each(|part| {
            if read.is_ok() {
                read = requests.read_exact(part);
            }
        });
        read?;
        make(subject, *call, &mut secrets);
        secrets.wipe();
        writeln!(answers)?;
    }
}

#[inline(never)]
fn make(subject: Subject, call: Call, secrets: &mut Secrets) {
    call.make(subject, &mut secrets.of(call));
}

fn unbuffered(descriptor: BorrowedFd<'_>) -> std::io::Result<File> {
    Ok(File::from(descriptor.try_clone_to_owned()?))
}
