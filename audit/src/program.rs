//! `payhsm-audit`: the auditor's program. Reads logs, and changes none but by `archive --remove`; is a witness of logs, too.

mod archive;
pub mod args;
mod check;
mod export;
mod filter;
mod key;
mod prove;
mod reader;
mod report;
mod row;
mod show;
mod table;
mod verifying;
mod witness;

use args::{Args, Task};
use std::io::{self, Write};

/// Why it ends otherwise than well.
#[derive(Debug)]
pub enum Stop {
    /// What was checked is not good; the sentence is empty if all is said.
    Bad(String),
    /// It could not be done.
    Unable(String),
    /// Nobody reads the output any more.
    Closed,
}

impl Stop {
    /// The exit code: 0 good, 1 what was checked is not good, 2 it could not be done.
    #[must_use]
    pub const fn code(&self) -> u8 {
        match self {
            Self::Closed => 0,
            Self::Bad(_) => 1,
            Self::Unable(_) => 2,
        }
    }

    /// What is still to be told.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Bad(why) | Self::Unable(why) => Some(why.as_str()).filter(|why| !why.is_empty()),
            Self::Closed => None,
        }
    }

    fn unable(why: impl ToString) -> Self {
        Self::Unable(why.to_string())
    }

    fn file(path: &std::path::Path, error: &io::Error) -> Self {
        Self::Unable(format!("{}: {error}", path.display()))
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::Closed } else { Self::unable(error) }
    }
}

/// Does what the command line says.
///
/// # Errors
/// [`Stop`]: the exit code, and what is to be said on standard error.
pub fn run(args: &Args, out: &mut dyn Write) -> Result<(), Stop> {
    match &args.task {
        Task::Verify(task) => verifying::run(task, out),
        Task::Prove(task) => prove::run(task, out),
        Task::Check(task) => check::run(task, out),
        Task::Show(task) => show::show(task, out),
        Task::Search(task) => show::search(task, out),
        Task::Report(task) => report::run(task, out),
        Task::Export(task) => export::run(task, out),
        Task::CheckExport(task) => export::check(task, out),
        Task::Archive(task) => archive::run(task, out),
        Task::Witness(task) => witness::run(task, out),
        Task::WitnessKey(task) => witness::make_key(task, out),
    }
}

/// Writes what was asked for into a file, or to standard output.
fn deliver(to: Option<&std::path::Path>, text: &str, out: &mut dyn Write) -> Result<(), Stop> {
    match to {
        Some(path) => std::fs::write(path, text).map_err(|error| Stop::file(path, &error)),
        None => Ok(out.write_all(text.as_bytes())?),
    }
}
