//! The command line of `payhsmd`.

use crate::config::{Config, LogFormat, LogSection};
use crate::daemon::{self, Daemon, Signals};
use crate::quickstart;
use clap::{Parser, Subcommand};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// A payment HSM in software: the daemon.
#[derive(Debug, Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
struct Arguments {
    /// Run the daemon with this configuration.
    #[arg(long, value_name = "FILE", default_value = "/etc/payhsm/payhsm.toml")]
    config: PathBuf,

    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Check a configuration and say what is wrong with it.
    CheckConfig {
        /// The file to check.
        #[arg(long, value_name = "FILE", default_value = "/etc/payhsm/payhsm.toml")]
        config: PathBuf,
    },
    /// Make a development appliance in a folder, show it at work, and serve until Ctrl-C.
    Quickstart(quickstart::Options),
}

/// Runs `payhsmd` on the arguments of the process.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.action {
        None => serve(&arguments.config),
        Some(Action::CheckConfig { config }) => check_config(&config),
        Some(Action::Quickstart(options)) => quickstart::run(&options),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            // If even this cannot be written, there is nobody left to tell.
            drop(writeln!(std::io::stderr(), "payhsmd: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Any failure that ends the program; its text is what the user reads.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

fn check_config(path: &std::path::Path) -> Result<ExitCode, Failure> {
    let config = Config::check(path)?;
    let mut warnings = config.warnings(path);
    if config.listen.tls.is_some() && config.callers.is_empty() {
        // At the start the daemon says so.
        warnings.push("there is no [[caller]]: over TLS every command is refused with 68".into());
    }
    for warning in warnings {
        writeln!(std::io::stderr(), "{}: warning: {warning}", path.display())?;
    }
    writeln!(std::io::stdout(), "{}: good, profile {}", path.display(), config.profile.name())?;
    Ok(ExitCode::SUCCESS)
}

fn serve(path: &std::path::Path) -> Result<ExitCode, Failure> {
    let config = Config::load(path)?;
    start_log(&config.log)?;
    for warning in config.warnings(path) {
        tracing::warn!("{warning}");
    }
    crate::officers::protect(&config)?;
    daemon::runtime(&config)?.block_on(async {
        let mut signals = Signals::new()?;
        let daemon = Daemon::start(path, config.clone(), &config).await?;
        for bound in daemon.bound() {
            tracing::info!(address = %bound.address, tls = bound.tls, lmk = bound.lmk.map(tracing::field::display), "listening");
        }
        daemon.until_stopped(&mut signals).await?;
        tracing::info!("stopping: what was accepted is being answered");
        daemon.stop().await;
        Ok(ExitCode::SUCCESS)
    })
}

/// Starts the log on standard error.
pub(crate) fn start_log(section: &LogSection) -> Result<(), Failure> {
    let filter = match &section.level {
        Some(level) => EnvFilter::try_new(level)?,
        None => EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")),
    };
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match section.format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    }
}
