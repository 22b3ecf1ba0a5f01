//! `payhsm-console`: the officers' program on the local socket.
#![forbid(unsafe_code)]

use clap::Parser;
use payhsm_console::args::Args;
use payhsm_console::{Leave, commands};
use std::io::Write;
use std::process::ExitCode;

/// What a shell reports for Ctrl-C.
const STOPPED: u8 = 130;

fn main() -> ExitCode {
    let Err(leave) = commands::run(&Args::parse()) else {
        return ExitCode::SUCCESS;
    };
    let (text, code) = match leave {
        Leave::Back => return ExitCode::SUCCESS,
        Leave::Stopped => ("Stopped.".to_owned(), ExitCode::from(STOPPED)),
        Leave::Refused(why) | Leave::Lost(why) => (why, ExitCode::FAILURE),
    };
    // If nobody reads standard error there is nothing left to tell it to.
    drop(writeln!(std::io::stderr().lock(), "payhsm-console: {text}"));
    code
}
