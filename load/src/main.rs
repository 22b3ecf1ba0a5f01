//! `payhsm-load`: drives a daemon in closed loop, and a null server beside it.
#![forbid(unsafe_code)]

mod args;
mod run;

use args::{Args, Mode};
use clap::Parser;
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = Args::parse();
    let outcome = match args.mode {
        Some(Mode::NullServer(settings)) => run::null_server(settings),
        None => run::run(&args.load),
    };
    outcome.unwrap_or_else(|error| {
        // If nobody reads standard error there is nothing left to tell it to.
        drop(writeln!(std::io::stderr().lock(), "payhsm-load: {error}"));
        ExitCode::FAILURE
    })
}
