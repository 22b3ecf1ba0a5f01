//! The command line.

use crate::daemon::DEFAULT_SOCKET;
use clap::{Args as ClapArgs, Parser, Subcommand};
use std::path::PathBuf;

/// The officers' console of a payhsm appliance. Without a command it shows the appliance and a menu.
#[derive(Clone, Debug, Parser)]
#[command(name = "payhsm-console", version)]
pub struct Args {
    /// The daemon's socket.
    #[arg(long, global = true, value_name = "PATH", default_value = DEFAULT_SOCKET)]
    pub socket: PathBuf,
    /// Where officers' files are looked for, and new ones go.
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    pub officers: PathBuf,
    /// Where records go.
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    pub records: PathBuf,
    /// What to do instead of the menu.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What there is besides the menu.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Officers' files; needs no daemon.
    #[command(subcommand)]
    Officer(Officer),
    /// Show how the appliance stands.
    Status {
        /// One JSON object on standard output.
        #[arg(long)]
        json: bool,
    },
    /// Write the credential that unseals the appliance without officers, into a pipe: `| systemd-creds encrypt --name=lmk - FILE`.
    Credential {
        /// File descriptor of the pipe.
        #[arg(long, value_name = "FD", default_value_t = 1)]
        fd: u32,
        /// Also if it is a file: the shares then lie on the disk as they are.
        #[arg(long)]
        even_to_a_file: bool,
    },
    /// Do what a script says, and print the record. Stops at the first refusal.
    Run(Run),
}

/// A script.
#[derive(Clone, Debug, ClapArgs)]
pub struct Run {
    /// The script, TOML; paths in it are seen from its folder.
    #[arg(value_name = "CEREMONY.toml")]
    pub script: PathBuf,
    /// Only check it: nothing is asked of the daemon, and no secret is read.
    #[arg(long)]
    pub dry_run: bool,
}

/// What to do with an officer's file.
#[derive(Clone, Debug, Subcommand)]
pub enum Officer {
    /// Make an officer's file.
    New {
        /// How the appliance will call the officer.
        name: String,
        /// Read the passphrase from this file descriptor, one line, instead of asking.
        #[arg(long, value_name = "FD")]
        passphrase_fd: Option<u32>,
        /// Make guessing the passphrase cheap: for development alone, and the file says so.
        #[arg(long)]
        development_only: bool,
    },
    /// Show what can be read without the passphrase.
    Show {
        /// The officer's file.
        file: PathBuf,
    },
    /// Take another passphrase.
    ChangePassphrase {
        /// The officer's file.
        file: PathBuf,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_promised_command_line_works() {
        Args::command().debug_assert();
        for line in [
            "payhsm-console",
            "payhsm-console --socket /tmp/x.sock",
            "payhsm-console officer new alice",
            "payhsm-console officer new alice --development-only --passphrase-fd 3",
            "payhsm-console officer show alice.officer",
            "payhsm-console officer change-passphrase alice.officer",
            "payhsm-console status --json --socket /tmp/x.sock",
            "payhsm-console run ceremony.toml --dry-run",
            "payhsm-console credential",
            "payhsm-console credential --fd 3 --even-to-a-file",
        ] {
            assert!(Args::try_parse_from(line.split_whitespace()).is_ok(), "{line}");
        }
        assert!(Args::try_parse_from(["payhsm-console", "run"]).is_err());
    }
}
