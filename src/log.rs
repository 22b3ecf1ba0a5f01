//! The log on standard error: lines for people, or JSON for machines. What may be in it is said in ARCHITECTURE.md: codes,
//! outcomes, peers and numbers, never bodies.

use crate::cli::Failure;
use crate::config::{LogFormat, LogSection};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Starts it. `asked` is what the command line says of its form, which counts more than the file.
///
/// # Errors
/// What is wrong with the filter, or that there is a log already.
pub(crate) fn start(section: &LogSection, asked: Option<LogFormat>) -> Result<(), Failure> {
    let filter = match &section.level {
        Some(level) => EnvFilter::try_new(level)?,
        None => EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")),
    };
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match asked.unwrap_or(section.format) {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    }
}
