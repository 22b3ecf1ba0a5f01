//! `payhsmd quickstart`: a development appliance in one folder, shown at work.

mod certificates;
mod folder;
mod keys;
mod tour;
mod written;

use crate::cage::Cage;
use crate::cli::Failure;
use crate::config::Config;
use crate::daemon::{self, Daemon, Signals, Surroundings, TEST_LMK_WARNING};
use crate::net::StartError;
use crate::service::{Handed, Manager};
use folder::Folder;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// How the quickstart is called.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The folder to make, or to use again.
    #[arg(long, default_value = "payhsm-quickstart", value_name = "FOLDER")]
    dir: PathBuf,

    /// Plain TCP on this port and the ones above it, TLS 1000 higher.
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..=64_000))]
    port_base: Option<u16>,

    /// End after the tour; the exit code says whether every row held.
    #[arg(long)]
    once: bool,
}

/// Makes the folder, starts the daemon, gives the tour, serves.
pub(crate) fn run(options: &Options) -> Result<ExitCode, Failure> {
    let (folder, changed) = Folder::prepare(&options.dir)?;
    let as_read = Config::load(&folder.config())?;
    let mut config = as_read.clone();
    if let Some(base) = options.port_base {
        config.listen = folder::listen(base);
    }
    // Folders of earlier versions do not say where.
    config.audit.folder.get_or_insert_with(|| options.dir.join("audit"));
    if options.once && config.log.level.is_none() {
        config.log.level = Some("warn".to_owned());
    }
    for sentence in &changed {
        writeln!(std::io::stdout(), "Changed in {}: {sentence}.", options.dir.display())?;
    }
    crate::log::start(&config.log, None)?;
    // Its tour connects to it from the same process, so folders, ports and calls stay as they are.
    let cage = Cage::begin(&config, false)?;
    let surroundings = Surroundings { cage, handed: Handed::none(), manager: Manager::default() };
    let threads = daemon::threads(&config)?;
    let serving = serve(options, &folder, as_read, &config, surroundings);
    daemon::runtime(&config, threads)?.block_on(serving)
}

async fn serve(
    options: &Options,
    folder: &Folder,
    as_read: Config,
    config: &Config,
    surroundings: Surroundings,
) -> Result<ExitCode, Failure> {
    let mut signals = Signals::new()?;
    let daemon =
        Daemon::start(&folder.config(), as_read, config, surroundings).await.map_err(|error| {
            match error.downcast_ref::<StartError>() {
                Some(_) => {
                    format!("{error}\nAre the ports taken? --port-base moves all of them.").into()
                }
                None => error,
            }
        })?;
    folder.write_addresses(daemon.bound())?;
    let mut out = std::io::stdout();
    writeln!(out, "payhsm quickstart in {}\n{TEST_LMK_WARNING}\n", options.dir.display())?;

    let held = tour::give(&folder.client(daemon.bound())?, &mut out).await?;
    if options.once {
        daemon.stop().await;
        return Ok(if held { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    folder::print_addresses(&mut out, daemon.bound())?;
    writeln!(out, "Serving until Ctrl-C.")?;
    daemon.until_stopped(&mut signals).await?;
    writeln!(out, "\nStopping: what was accepted is being answered.")?;
    daemon.stop().await;
    Ok(ExitCode::SUCCESS)
}
