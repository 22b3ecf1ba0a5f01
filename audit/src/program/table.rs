//! Records as lines that fit a terminal.

use crate::record::{Entry, Line, Record};
use crate::verify::{plain, rfc_3339};
use std::io::{self, IsTerminal as _, Write};

/// As many columns as standard output has; all that it takes where it is no terminal.
pub(super) fn columns() -> usize {
    let out = io::stdout();
    if !out.is_terminal() {
        return usize::MAX;
    }
    let width = rustix::termios::tcgetwinsize(&out).map_or(0, |size| usize::from(size.ws_col));
    if width < MOST_NARROW { MOST_NARROW } else { width }
}

const MOST_NARROW: usize = 60;

/// The head of the table.
pub(super) fn head(out: &mut dyn Write, columns: usize) -> io::Result<()> {
    let (index, time, kind) = ("RECORD", "TIME (UTC)", "KIND");
    line(out, columns, &format!("{index:>9}  {time:<23}  {kind:<7}  WHAT"))
}

/// One record.
pub(super) fn put(out: &mut dyn Write, columns: usize, entry: &Entry) -> io::Result<()> {
    let time = rfc_3339(entry.moment.wall);
    let time: String =
        time.replace('T', " ").chars().take("2026-11-22 07:40:12.123".len()).collect();
    let kind = match &entry.record {
        Record::Command(_) => "command",
        Record::Act(_) => "act",
        Record::Event(_) => "event",
    };
    line(out, columns, &format!("{:>9}  {time:<23}  {kind:<7}  {}", entry.index, Line(entry)))
}

/// A record that is shown as its hash alone.
pub(super) fn put_hidden(
    out: &mut dyn Write,
    columns: usize,
    index: u64,
    hash: &str,
) -> io::Result<()> {
    line(out, columns, &format!("{index:>9}  {:<23}  {:<7}  {hash}", "", "hidden"))
}

/// One line, with nothing in it that a terminal would act on.
fn line(out: &mut dyn Write, columns: usize, text: &str) -> io::Result<()> {
    let text: String = text.trim_end().chars().map(plain).collect();
    if text.chars().count() <= columns {
        return writeln!(out, "{text}");
    }
    let cut: String = text.chars().take(columns - 1).collect();
    writeln!(out, "{cut}…")
}
