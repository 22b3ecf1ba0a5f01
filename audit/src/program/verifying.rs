//! `verify`: the whole log.

use super::args::{LogArgs, Trust, Verify};
use super::{Stop, key};
use crate::verify::{Folders, Job, Verdict, claimed_size, rfc_3339, verify};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal as _, Write};

/// `verify`.
pub(super) fn run(task: &Verify, out: &mut dyn Write) -> Result<(), Stop> {
    let verdict = checked(&task.log, &task.trust)?;
    if task.json {
        let text = serde_json::to_string_pretty(&verdict).map_err(Stop::unable)?;
        writeln!(out, "{text}")?;
    } else {
        tell(&verdict, out)?;
    }
    end(&verdict)
}

/// How it ends, by the verdict; all is said.
pub(super) fn end(verdict: &Verdict) -> Result<(), Stop> {
    match verdict.code() {
        0 => Ok(()),
        1 => Err(Stop::Bad(String::new())),
        _ => Err(Stop::Unable(String::new())),
    }
}

/// Checks a log as the command line says.
pub(super) fn checked(log: &LogArgs, trust: &Trust) -> Result<Verdict, Stop> {
    let key = key::log_key(&trust.key)?;
    let witnesses = key::witnesses(&trust.witnesses)?;
    let checkpoints = key::checkpoints(&trust.checkpoints)?;
    if !log.folder.is_dir() {
        return Err(Stop::Unable(format!("{} is not a folder", log.folder.display())));
    }
    let source = Folders::new(log.folder.clone(), log.archive.clone());
    if !log.folder.join("checkpoint").exists() && !log.folder.join("tile").exists() {
        let at = log.folder.display();
        return Err(Stop::Unable(format!("{at} is no log: it has neither checkpoint nor tile/")));
    }
    let bar = bar(claimed_size(&source).unwrap_or_default());
    let progress = |records| bar.inc(records);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let job = Job {
        source: &source,
        key: &key,
        checkpoints: &checkpoints,
        witnesses: &witnesses,
        threads,
        progress: &progress,
    };
    let verdict = verify(&job)?;
    bar.finish_and_clear();
    Ok(verdict)
}

fn bar(size: u64) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(size);
    match ProgressStyle::with_template("{bar:40} {percent:>3} %  {human_pos} records  {elapsed}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn tell(verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "log         {}", verdict.origin)?;
    writeln!(out, "checkpoint  {} records, root {}", verdict.size, verdict.root)?;
    if let Some(key) = &verdict.signed_by {
        writeln!(out, "signed by   {key}")?;
    }
    if let (Some(first), Some(last)) = (verdict.first_us, verdict.last_us) {
        writeln!(out, "records     {} to {}", rfc_3339(first), rfc_3339(last))?;
    }
    let counts = verdict.counts;
    writeln!(
        out,
        "            {} commands, {} acts of officers, {} events",
        counts.commands, counts.acts, counts.events
    )?;
    for change in &verdict.key_changes {
        writeln!(
            out,
            "key change  record {}: {} signs from there on",
            change.record, change.after
        )?;
    }
    for held in &verdict.checkpoints {
        let fits =
            if held.fits { "the log begins with it" } else { "the log does not begin with it" };
        writeln!(out, "held to     {} of {} records: {fits}", held.name, held.size)?;
    }
    for witness in &verdict.witnesses {
        writeln!(
            out,
            "witness     {} saw {} records at {}",
            witness.key, witness.size, witness.time
        )?;
    }
    for fault in &verdict.faults {
        writeln!(out, "BAD         {fault}")?;
    }
    if verdict.more_faults > 0 {
        writeln!(out, "            and {} more", verdict.more_faults)?;
    }
    for why in &verdict.unusable {
        writeln!(out, "NO USE      {why}")?;
    }
    if let Some(first) = verdict.faults.iter().find_map(|fault| fault.record) {
        writeln!(out, "The first bad record is {first}.")?;
    }
    writeln!(out, "{}", verdict.said)
}
