//! `show` and `search`: records as they are.

use super::args::{Format, Search, Show};
use super::reader::Log;
use super::row::{CSV_HEAD, Row};
use super::{Stop, filter, table};
use crate::record::Entry;
use std::io::Write;

/// Puts records out in a format.
pub(super) struct Printer<'a> {
    pub(super) out: &'a mut dyn Write,
    pub(super) format: Format,
    pub(super) columns: usize,
}

impl<'a> Printer<'a> {
    /// With the head, if the format has one.
    pub(super) fn new(out: &'a mut dyn Write, format: Format) -> Result<Self, Stop> {
        let columns = table::columns();
        match format {
            Format::Table => table::head(out, columns)?,
            Format::Json => {}
            Format::Csv => out.write_all(CSV_HEAD.as_bytes())?,
        }
        Ok(Self { out, format, columns })
    }

    pub(super) fn put(&mut self, entry: Entry) -> Result<(), Stop> {
        match self.format {
            Format::Table => table::put(self.out, self.columns, &entry)?,
            Format::Json => {
                let row = serde_json::to_string(&Row::from(entry)).map_err(Stop::unable)?;
                writeln!(self.out, "{row}")?;
            }
            Format::Csv => Row::from(entry).put_csv(self.out)?,
        }
        Ok(())
    }
}

/// `show`.
pub(super) fn show(task: &Show, out: &mut dyn Write) -> Result<(), Stop> {
    let log = Log::open(&task.log)?;
    let range = match task.range {
        Some(range) => range.within(log.size()).map_err(Stop::Unable)?,
        None => (0, log.size()),
    };
    let mut printer = Printer::new(out, task.format)?;
    log.each_entry(range, |entry| printer.put(entry).map(|()| true))
}

/// `search`.
pub(super) fn search(task: &Search, out: &mut dyn Write) -> Result<(), Stop> {
    let log = Log::open(&task.log)?;
    let mut printer = Printer::new(out, task.format)?;
    let mut left = task.limit.unwrap_or(u64::MAX);
    log.each_entry((0, log.size()), |entry| {
        if left > 0 && filter::applies(task, &entry) {
            printer.put(entry)?;
            left -= 1;
        }
        Ok(left > 0)
    })
}
