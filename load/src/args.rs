//! The command line.

use clap::{ArgGroup, Args as ClapArgs, Parser, Subcommand, ValueEnum, value_parser};
use payhsm_load::null_process::SUBCOMMAND;
use payhsm_load::prepare::Work;
use payhsm_load::template::Dialect;
use std::path::PathBuf;

/// Drive a payhsm daemon: every connection keeps as many requests in flight as --depth says.
#[derive(Clone, Debug, Parser)]
#[command(name = "payhsm-load", version, args_conflicts_with_subcommands = true)]
#[command(subcommand_negates_reqs = true)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) load: Load,
    #[command(subcommand)]
    pub(crate) mode: Option<Mode>,
}

/// What it does besides driving.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Mode {
    /// Serve as the null server of a run, until standard input ends. Started by --null.
    #[command(name = SUBCOMMAND, hide = true)]
    NullServer(NullServer),
}

/// How the null server is started.
#[derive(Clone, Copy, Debug, ClapArgs)]
pub(crate) struct NullServer {
    /// The port on 127.0.0.1; 0 for any.
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// Plain TCP, host dialect.
    #[arg(long)]
    pub(crate) plain: bool,
    /// Worker threads.
    #[arg(long, default_value_t = 2, value_parser = value_parser!(u16).range(1..=256))]
    pub(crate) threads: u16,
}

/// The dialects by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DialectName {
    /// Binary, numbered, over TLS with ALPN payhsm/1.
    Compact,
    /// Thales-like text, over TLS without ALPN or over plain TCP.
    Host,
}

impl From<DialectName> for Dialect {
    fn from(name: DialectName) -> Self {
        match name {
            DialectName::Compact => Self::Compact,
            DialectName::Host => Self::Host,
        }
    }
}

/// How to drive what.
#[derive(Clone, Debug, ClapArgs)]
#[command(group = ArgGroup::new("where").args(["quickstart", "address"]).multiple(true).required(true))]
pub(crate) struct Load {
    /// The folder of a running quickstart.
    #[arg(long, value_name = "DIR")]
    pub(crate) quickstart: Option<PathBuf>,
    /// Another daemon (or, with --quickstart, another port of it).
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) address: Option<String>,
    /// The authority of its certificate, PEM.
    #[arg(long, value_name = "FILE", requires_all = ["cert", "key"])]
    pub(crate) ca: Option<PathBuf>,
    /// Our certificate, PEM.
    #[arg(long, value_name = "FILE", requires_all = ["ca", "key"])]
    pub(crate) cert: Option<PathBuf>,
    /// Our private key, PEM.
    #[arg(long, value_name = "FILE", requires_all = ["ca", "cert"])]
    pub(crate) key: Option<PathBuf>,
    /// The name in its certificate; by default the host of --address.
    #[arg(long, value_name = "NAME")]
    pub(crate) server_name: Option<String>,

    /// The command: any that the daemon has.
    #[arg(long, default_value = "CA", ignore_case = true)]
    pub(crate) command: Work,
    /// The LMK to name; by default none, so the port decides (for B0: 00).
    #[arg(long, value_name = "NN", value_parser = value_parser!(u8).range(0..=99))]
    pub(crate) lmk: Option<u8>,
    /// The language.
    #[arg(long, value_enum, default_value = "compact")]
    pub(crate) dialect: DialectName,
    /// Plain TCP instead of TLS, which is always the host dialect.
    #[arg(long)]
    pub(crate) plain: bool,

    /// Connections.
    #[arg(long, default_value_t = 16, value_parser = value_parser!(u16).range(1..=10_000))]
    pub(crate) connections: u16,
    /// Requests in flight on each connection.
    #[arg(long, default_value_t = 1, value_parser = value_parser!(u16).range(1..=4096))]
    pub(crate) depth: u16,
    /// How long each side is driven, in seconds: with --null the run takes twice as long.
    #[arg(long, default_value_t = 5.0, value_parser = seconds)]
    pub(crate) seconds: f64,
    /// Stop each side after so many requests.
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(1..))]
    pub(crate) requests: Option<u64>,
    /// Threads that drive; by default as many as there are processors.
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=256))]
    pub(crate) threads: Option<u16>,

    /// Drive a null server too (same TLS, same frames, no work), in turns, and tell the ratio.
    #[arg(long)]
    pub(crate) null: bool,
    /// One JSON object on standard output.
    #[arg(long)]
    pub(crate) json: bool,
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.1..=86_400.0).contains(&seconds) => Ok(seconds),
        Ok(_) | Err(_) => Err("give seconds between 0.1 and 86400".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_promised_command_line_works() {
        Args::command().debug_assert();
        let args = Args::try_parse_from(
            "payhsm-load --quickstart DIR --command CA --connections 64 --depth 1 --seconds 5 \
             --null --json"
                .split_whitespace(),
        )
        .unwrap();
        assert!(args.mode.is_none() && args.load.null && args.load.json);
        assert_eq!(args.load.command, Work::CA);
        let args = Args::try_parse_from(["payhsm-load", SUBCOMMAND, "--port", "0"]).unwrap();
        assert!(args.mode.is_some());
        assert!(Args::try_parse_from(["payhsm-load", "--command", "CA"]).is_err());
        assert!(Args::try_parse_from(["payhsm-load", "--address", "a:1", "--ca", "x"]).is_err());
    }
}
