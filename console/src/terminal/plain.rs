//! A screen without a person in front of it: lines on standard output, and no question is answered.

use super::{Terminal, Tone, wrapped};
use crate::{Leave, Secret};
use std::io::{self, Write};
use std::time::Duration;

/// Standard output.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plain;

impl Plain {
    /// Writes a line, however long.
    pub fn line(self, line: &str) {
        // If nobody reads it there is nobody to tell.
        drop(writeln!(io::stdout().lock(), "{line}"));
    }
}

impl Terminal for Plain {
    fn show(&mut self, _tone: Tone, text: &str) {
        self.line(wrapped(text).trim_end_matches('\n'));
    }

    fn ask(&mut self, prompt: &str) -> Result<String, Leave> {
        Err(Leave::Refused(format!("Nobody is here to answer: {prompt}")))
    }

    fn ask_hidden(&mut self, prompt: &str) -> Result<Secret, Leave> {
        Err(Leave::Refused(format!("Nobody is here to answer: {prompt}")))
    }

    fn pause(&mut self) {
        std::thread::park_timeout(Duration::from_millis(200));
    }
}
