//! Single steps on the processor itself: a row under other secrets has to take the same instructions to the same addresses.
//! Valgrind knows neither AVX-512 nor the instructions for SHA; the processor runs what it has.

use std::io;

use payhsm_taint::secrets::Secrets;
use payhsm_taint::steps::{Difference, Program, Step, record};

use crate::Row;

/// More than any of these rows takes.
const LIMIT: usize = 1 << 19;

/// How often it takes other roads or addresses, and how many steps it has.
pub(crate) fn judge((_, row): &Row) -> io::Result<(Difference, usize)> {
    let program = Program::of_this_process()?;
    // What is found once, such as the features of the processor, is found before.
    row(&Secrets::new(0, false));
    let (one, other) = (trace(*row, 0)?, trace(*row, 1)?);
    Ok((Difference::between(&one, &other, &program), one.len()))
}

/// From one place, so that everything has the address that it had the last time.
#[inline(never)]
fn trace(row: fn(&Secrets), seed: u64) -> io::Result<Vec<Step>> {
    let secrets = Secrets::new(seed, false);
    record(LIMIT, &mut || row(&secrets))
}
