//! The rows of the tour, as a person reads them.

use crate::cli::Failure;
use payhsm_client::CallError;
use std::io::Write;

/// Writes rows and remembers whether all of them held.
pub(super) struct Report<'a, W> {
    out: &'a mut W,
    rows: usize,
    held: usize,
    published: usize,
}

impl<'a, W: Write> Report<'a, W> {
    pub(super) const fn new(out: &'a mut W) -> Self {
        Self { out, rows: 0, held: 0, published: 0 }
    }

    /// A heading.
    pub(super) fn part(&mut self, title: &str) -> Result<(), Failure> {
        writeln!(self.out, "{title}")?;
        writeln!(self.out, "  {:>2}  {:<58} {:<36} check", "", "asked", "came back")?;
        Ok(())
    }

    /// The answer has to be a value that others have published.
    pub(super) fn published(
        &mut self,
        asked: &str,
        answered: &str,
        value: &str,
    ) -> Result<(), Failure> {
        self.published += 1;
        let held = answered == value;
        let verdict = if held {
            "equals the published value".to_owned()
        } else {
            format!("DIFFERS from the published value {value}")
        };
        self.row(asked, answered, held, &verdict)
    }

    /// The answer has to hold by itself; `why` says what makes it right.
    pub(super) fn holds(
        &mut self,
        asked: &str,
        answered: &str,
        held: bool,
        why: &str,
    ) -> Result<(), Failure> {
        let verdict = if held { why.to_owned() } else { format!("WRONG: expected {why}") };
        self.row(asked, answered, held, &verdict)
    }

    /// The answer has to have this code; `why` says what it means.
    pub(super) fn code<R>(
        &mut self,
        asked: &str,
        answer: Result<payhsm_client::Answer<R>, CallError>,
        code: &str,
        why: &str,
    ) -> Result<(), Failure> {
        let said = match answer {
            Ok(_) => "00".to_owned(),
            Err(CallError::Refused(said)) => String::from_utf8_lossy(&said.wire()).into_owned(),
            Err(failure) => return Err(failure.into()),
        };
        let text = if said == "00" { "00".to_owned() } else { format!("refused with {said}") };
        self.holds(asked, &text, said == code, why)
    }

    fn row(
        &mut self,
        asked: &str,
        answered: &str,
        held: bool,
        verdict: &str,
    ) -> Result<(), Failure> {
        self.rows += 1;
        self.held += usize::from(held);
        let mark = if held { "ok" } else { "!!" };
        let number = self.rows;
        writeln!(self.out, "  {number:>2}  {asked:<58} {answered:<36} {mark} {verdict}")?;
        Ok(())
    }

    /// The last line; whether every row held.
    pub(super) fn finish(self) -> Result<bool, Failure> {
        let Self { out, rows, held, published } = self;
        writeln!(
            out,
            "\n{held} of {rows} rows hold, {published} of them against published values.\n"
        )?;
        Ok(held == rows)
    }
}
