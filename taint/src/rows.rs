//! What a program under valgrind does with secrets, in rows that its caller picks by name.

use crate::mark;
use crate::secrets::{Secrets, aes_in_hardware};
use std::io::{self, Write};

/// One thing that is done with secrets.
pub type Row = (&'static str, fn(&Secrets));

/// Does each row whose name or whose group's name is among `names`, so many times, with other secrets each time; prints what it
/// does, and how. How many rows there were.
///
/// # Errors
/// Standard output cannot be written.
pub fn run(
    groups: &[(&str, &[Row])],
    names: &[String],
    marked: bool,
    times: usize,
) -> io::Result<usize> {
    let wanted = |name: &str| names.iter().any(|wanted| wanted == name);
    let secrets = Secrets::new(0x5eed, marked);
    let mut out = io::stdout();
    let mut done = 0_usize;
    for (group, rows) in groups {
        for (name, row) in rows.iter().filter(|(name, _)| wanted(group) || wanted(name)) {
            writeln!(out, "{group}: {name}")?;
            for _ in 0..times {
                row(&secrets);
            }
            done += 1;
        }
    }
    let valgrind = if mark::running_on_valgrind() { "valgrind" } else { "no valgrind" };
    let aes = if aes_in_hardware() { "AES of the processor" } else { "AES in software" };
    writeln!(out, "{done} rows, {valgrind}, {aes}, sum {:016x}", secrets.sum())?;
    Ok(done)
}
