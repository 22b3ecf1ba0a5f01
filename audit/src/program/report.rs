//! `report`: the check of a log, and what the log says, on one page that needs nothing else.

mod chart;
mod html;
mod page;
mod totals;

use super::args::Report;
use super::reader::{Log, decoded};
use super::{Stop, key, verifying};
use crate::tile::WIDTH;
use std::io::Write;
use totals::Totals;

/// After so many bundles in a row that cannot be read, no more are.
const GIVE_UP: u64 = 64;

/// `report`.
pub(super) fn run(task: &Report, out: &mut dyn Write) -> Result<(), Stop> {
    let key = key::log_key(&task.trust.key)?.to_string();
    let verdict = verifying::checked(&task.log, &task.trust)?;
    let mut totals = Totals::over(verdict.first_us.unwrap_or(0), verdict.last_us.unwrap_or(0));
    // A log that is not good is shown as far as it can be read.
    let unread = match Log::open(&task.log) {
        Ok(log) => gather(&log, &mut totals),
        Err(_) => 0,
    };
    let page = page::page(&verdict, &totals, unread, &key);
    std::fs::write(&task.output, page).map_err(|error| Stop::file(&task.output, &error))?;
    writeln!(out, "{}\n{}", task.output.display(), verdict.said)?;
    verifying::end(&verdict)
}

/// Counts everything that can be read, and gives how many records could not.
fn gather(log: &Log, totals: &mut Totals) -> u64 {
    let (mut unread, mut in_a_row) = (0_u64, 0);
    for number in 0..log.size().div_ceil(WIDTH) {
        let (from, end) = (number * WIDTH, log.size().min((number + 1) * WIDTH));
        let mut read = 0;
        // What is wrong with it stands in the verdict.
        drop(log.each((from, end), |index, bytes| {
            if let Ok(entry) = decoded(index, bytes) {
                totals.add(entry);
                read += 1;
            }
            Ok(true)
        }));
        unread += end - from - read;
        in_a_row = if read == 0 { in_a_row + 1 } else { 0 };
        if in_a_row == GIVE_UP {
            return unread + (log.size() - end);
        }
    }
    unread
}
