//! The command line.

use super::filter::{Span, parse_result, time};
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Checks and reads the audit log of a payhsm appliance. Works on a copy, offline, with public keys alone.
///
/// Exit codes: 0 good, 1 what was checked is not good, 2 it could not be checked, or the command line is wrong.
#[derive(Clone, Debug, Parser)]
#[command(name = "payhsm-audit", version)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub task: Task,
}

/// What there is to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Task {
    /// Check the whole log against its checkpoint, and against checkpoints from elsewhere.
    Verify(Verify),
    /// Write a proof that a record is in the log, or that the log only grew.
    Prove(Prove),
    /// Check such a proof, and show the record.
    Check(Check),
    /// Show records. Nothing is checked.
    Show(Show),
    /// Show the records that everything given applies to. Nothing is checked.
    Search(Search),
    /// Check the log and write a report: one HTML page, to read and to print.
    Report(Report),
    /// Write some records into a file, with the proof that they are the log's; chosen ones as hashes only.
    Export(Export),
    /// Check such a file, and show its records.
    CheckExport(CheckExport),
    /// Copy old records into another folder, check the copy, and take them out of the log if asked to.
    Archive(Archive),
    /// Be a witness: cosign checkpoints that are laid into a folder, as long as their logs only grow.
    Witness(Witness),
    /// Make the key of a witness, and show its public half.
    WitnessKey(WitnessKey),
}

/// A log.
#[derive(Clone, Debug, ClapArgs)]
pub struct LogArgs {
    /// The folder of the log, or a copy of it.
    #[arg(value_name = "LOGDIR")]
    pub folder: PathBuf,
    /// Where archived records are.
    #[arg(long, value_name = "FOLDER")]
    pub archive: Option<PathBuf>,
}

/// What a log is held to.
#[derive(Clone, Debug, ClapArgs)]
pub struct Trust {
    /// The key of the log: a file with a line `name+id+base64`, or such a line.
    #[arg(long, value_name = "PUBKEY")]
    pub key: String,
    /// A checkpoint of the log that was kept elsewhere; may be given again.
    #[arg(long = "checkpoint", value_name = "FILE")]
    pub checkpoints: Vec<PathBuf>,
    /// A witness that has to have cosigned, file or line as for the key; may be given again.
    #[arg(long = "witness", value_name = "WITNESSKEY")]
    pub witnesses: Vec<String>,
}

/// `verify`.
#[derive(Clone, Debug, ClapArgs)]
pub struct Verify {
    /// Which log.
    #[command(flatten)]
    pub log: LogArgs,
    /// Held to what.
    #[command(flatten)]
    pub trust: Trust,
    /// One JSON object on standard output.
    #[arg(long)]
    pub json: bool,
}

/// `prove`.
#[derive(Clone, Debug, ClapArgs)]
pub struct Prove {
    /// Which log.
    #[command(flatten)]
    pub log: LogArgs,
    /// Which record, from 0.
    #[arg(value_name = "INDEX", required_unless_present = "consistency")]
    pub index: Option<u64>,
    /// That the first OLD records are the beginning of the first NEW ones.
    #[arg(long, num_args = 2, value_names = ["OLD", "NEW"], conflicts_with_all = ["index", "size"])]
    pub consistency: Option<Vec<u64>>,
    /// For the checkpoint of so many records, if not the log's own.
    #[arg(long, value_name = "N")]
    pub size: Option<u64>,
    /// A checkpoint of the log that was kept elsewhere; may be given again.
    #[arg(long = "checkpoint", value_name = "FILE")]
    pub checkpoints: Vec<PathBuf>,
    /// Where the proof goes instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `check`.
#[derive(Clone, Debug, ClapArgs)]
pub struct Check {
    /// The proof.
    #[arg(value_name = "PROOF")]
    pub proof: PathBuf,
    /// The key that signed its checkpoint: file or line.
    #[arg(long, value_name = "PUBKEY")]
    pub key: String,
    /// The bytes of the record, if they do not come with the proof.
    #[arg(long, value_name = "FILE")]
    pub entry: Option<PathBuf>,
    /// For a proof of consistency: the earlier checkpoint.
    #[arg(long, value_name = "FILE")]
    pub old: Option<PathBuf>,
    /// A witness that has to have cosigned, file or line; may be given again.
    #[arg(long = "witness", value_name = "WITNESSKEY")]
    pub witnesses: Vec<String>,
    /// One JSON object on standard output.
    #[arg(long)]
    pub json: bool,
}

/// How records are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// As wide as the terminal.
    #[default]
    Table,
    /// One JSON object a line.
    Json,
    /// Comma-separated values (RFC 4180) with a head.
    Csv,
}

/// `show`.
#[derive(Clone, Debug, ClapArgs)]
pub struct Show {
    /// Which log.
    #[command(flatten)]
    pub log: LogArgs,
    /// Which records: `7`, `7-20`, `7-` or `last-20`; all otherwise.
    #[arg(value_name = "RANGE")]
    pub range: Option<Span>,
    /// How.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `search`.
#[derive(Clone, Debug, ClapArgs)]
pub struct Search {
    /// Which log.
    #[command(flatten)]
    pub log: LogArgs,
    /// Not before this time: `2026-11-22T07:40:12Z`, or a day, from midnight UTC on.
    #[arg(long, value_name = "T", value_parser = time)]
    pub from: Option<u64>,
    /// Before this time.
    #[arg(long, value_name = "T", value_parser = time)]
    pub to: Option<u64>,
    /// Of this caller.
    #[arg(long, value_name = "C")]
    pub caller: Option<String>,
    /// This command, two letters.
    #[arg(long, value_name = "CA")]
    pub command: Option<String>,
    /// Answered with this, or with `!` in front with anything else.
    #[arg(long, value_name = "00|!00", value_parser = parse_result)]
    pub result: Option<(bool, String)>,
    /// With this key: `label:…` or `kcv:…`, or what stands behind it.
    #[arg(long, value_name = "K")]
    pub key: Option<String>,
    /// With the account of this keyed fingerprint, hex, or its beginning.
    #[arg(long, value_name = "HEX")]
    pub account_fingerprint: Option<String>,
    /// Acts with this officer.
    #[arg(long, value_name = "O")]
    pub officer: Option<String>,
    /// Events of this name.
    #[arg(long, value_name = "E")]
    pub event: Option<String>,
    /// At most so many.
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// How.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `report`.
#[derive(Clone, Debug, ClapArgs)]
pub struct Report {
    /// Which log.
    #[command(flatten)]
    pub log: LogArgs,
    /// Held to what.
    #[command(flatten)]
    pub trust: Trust,
    /// Where the page goes.
    #[arg(short, long, value_name = "FILE", default_value = "report.html")]
    pub output: PathBuf,
}

/// `export`.
#[derive(Clone, Debug, ClapArgs)]
pub struct Export {
    /// Which log.
    #[command(flatten)]
    pub log: LogArgs,
    /// Which records: `7`, `7-20`, `7-` or `last-20`.
    #[arg(value_name = "RANGE")]
    pub range: Span,
    /// Show the hash alone of these records: `7`, `7-20`, or every record with a field: `account`, `caller`, `key`, `zone`,
    /// `officer`; or with a value: `caller=api`. May be given again.
    #[arg(long, value_name = "WHAT")]
    pub redact: Vec<String>,
    /// Where it goes.
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

/// `check-export`.
#[derive(Clone, Debug, ClapArgs)]
pub struct CheckExport {
    /// The file.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The key that signed its checkpoint: file or line.
    #[arg(long, value_name = "PUBKEY")]
    pub key: String,
    /// How the records are shown.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `archive`.
#[derive(Clone, Debug, ClapArgs)]
pub struct Archive {
    /// The folder of the log.
    #[arg(value_name = "LOGDIR")]
    pub folder: PathBuf,
    /// Where the copy goes; what is there already stays and is checked too.
    #[arg(long, value_name = "FOLDER")]
    pub to: PathBuf,
    /// Records before this one; those of the last bundle that is not wholly before it stay.
    #[arg(long, value_name = "INDEX")]
    pub before: u64,
    /// Take out of the log what was copied and checked.
    #[arg(long)]
    pub remove: bool,
}

/// `witness`.
#[derive(Clone, Debug, ClapArgs)]
pub struct Witness {
    /// The secret key, made by `witness-key`.
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// The key of a log to be witnessed: file or line; may be given again.
    #[arg(long = "log", value_name = "PUBKEY", required = true)]
    pub logs: Vec<String>,
    /// Where logs and witness meet.
    #[arg(long, value_name = "FOLDER")]
    pub folder: PathBuf,
    /// What was seen; begun if it is not there. Whoever loses it can be shown an older log.
    #[arg(long, value_name = "FILE")]
    pub state: PathBuf,
    /// Look once, and end.
    #[arg(long)]
    pub once: bool,
}

/// `witness-key`.
#[derive(Clone, Debug, ClapArgs)]
pub struct WitnessKey {
    /// What the witness is called, such as `witness.example/w1`.
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// Where the secret key goes; nothing there is replaced.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

#[cfg(test)]
mod tests;
