//! `payhsm-audit`: the auditor's program.
#![forbid(unsafe_code)]

use clap::Parser;
use payhsm_audit::program::{self, Stop, args::Args};
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let done = program::run(&Args::parse(), &mut out);
    // Whoever closed the output has read enough.
    let done = done.and_then(|()| out.flush().map_err(Stop::from));
    let Err(stop) = done else { return ExitCode::SUCCESS };
    let code = ExitCode::from(stop.code());
    if let Some(why) = stop.why() {
        drop(out.flush());
        // If nobody reads standard error there is nothing left to tell it to.
        drop(writeln!(std::io::stderr().lock(), "payhsm-audit: {why}"));
    }
    code
}
