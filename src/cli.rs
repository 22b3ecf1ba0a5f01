//! The command line of `payhsmd`.

use crate::cage::Cage;
use crate::config::{Config, LogFormat};
use crate::daemon::{self, Daemon, Signals, Surroundings};
use crate::log;
use crate::quickstart;
use crate::service::{Handed, Manager};
use clap::{Parser, Subcommand};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// A payment HSM in software: the daemon.
#[derive(Debug, Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
struct Arguments {
    /// Run the daemon with this configuration.
    #[arg(long, value_name = "FILE", default_value = "/etc/payhsm/payhsm.toml")]
    config: PathBuf,

    /// Run as root all the same, outside the profile `development`.
    #[arg(long)]
    allow_root: bool,

    /// Lines of the log, whatever the configuration says.
    #[arg(long, value_name = "FORM")]
    log: Option<LogFormat>,

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
        None => serve(&arguments.config, arguments.allow_root, arguments.log),
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

fn serve(
    path: &std::path::Path,
    root_allowed: bool,
    form: Option<LogFormat>,
) -> Result<ExitCode, Failure> {
    let config = Config::load(path)?;
    log::start(&config.log, form)?;
    for warning in config.warnings(path) {
        tracing::warn!("{warning}");
    }
    let mut cage = Cage::begin(&config, root_allowed)?;
    crate::officers::protect(&config)?;
    let (handed, manager) = (Handed::from_environment()?, Manager::from_environment()?);
    let threads = daemon::threads(&config)?;
    let as_read = config.clone();
    let mut config = config;
    Cage::look_up(&mut config)?;
    // Before there is a second thread.
    cage.fence(path, &config)?;
    let surroundings = Surroundings { cage, handed, manager };
    daemon::runtime(&config, threads)?.block_on(async {
        let mut signals = Signals::new()?;
        let daemon = Daemon::start(path, as_read, &config, surroundings).await?;
        for bound in daemon.bound() {
            tracing::info!(address = %bound.address, tls = bound.tls, lmk = bound.lmk.map(tracing::field::display), "listening");
        }
        daemon.until_stopped(&mut signals).await?;
        tracing::info!("stopping: what was accepted is being answered");
        daemon.stop().await;
        Ok(ExitCode::SUCCESS)
    })
}
