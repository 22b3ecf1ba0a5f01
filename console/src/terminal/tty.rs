//! The real screen and keyboard.

use super::keyboard;
use super::signals::Signals;
use super::{Terminal, Tone, wrapped};
use crate::{Leave, Secret};
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

/// Standard input and output, which both have to be a terminal.
#[derive(Debug)]
pub struct Tty {
    colour: bool,
    signals: Signals,
}

impl Tty {
    /// Takes the terminal.
    ///
    /// # Errors
    /// A sentence, if there is none: secrets are asked of a person, not of a pipe.
    pub fn open() -> Result<Self, String> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Err("there is no terminal here, and secrets are not read from a pipe; \
                        for scripts there is `payhsm-console run CEREMONY.toml`"
                .to_owned());
        }
        let signals =
            Signals::catch().map_err(|error| format!("signals cannot be caught: {error}"))?;
        // https://no-color.org: set and not empty.
        let colour = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        Ok(Self { colour, signals })
    }

    fn prompt(prompt: &str) {
        let mut out = io::stdout().lock();
        // A terminal that has gone shows at the next reading.
        drop(write!(out, "{prompt} ").and_then(|()| out.flush()));
    }
}

impl Terminal for Tty {
    fn show(&mut self, tone: Tone, text: &str) {
        let text = wrapped(text);
        let code = match tone {
            Tone::Plain => "",
            Tone::Title => "1",
            Tone::Good => "32",
            Tone::Bad => "31",
        };
        let mut out = io::stdout().lock();
        let written = if self.colour && !code.is_empty() {
            writeln!(out, "\x1b[{code}m{}\x1b[0m", text.trim_end_matches('\n'))
        } else {
            write!(out, "{text}")
        };
        drop(written);
    }

    fn ask(&mut self, prompt: &str) -> Result<String, Leave> {
        Self::prompt(prompt);
        let line = keyboard::read_visible(&self.signals).inspect_err(|_| {
            drop(writeln!(io::stdout().lock()));
        })?;
        Ok(String::from_utf8_lossy(&line).trim().to_owned())
    }

    fn ask_hidden(&mut self, prompt: &str) -> Result<Secret, Leave> {
        Self::prompt(&format!("{prompt} (not shown)"));
        let line = keyboard::read_hidden(&self.signals);
        drop(writeln!(io::stdout().lock()));
        line
    }

    fn pause(&mut self) {
        std::thread::park_timeout(Duration::from_millis(200));
    }
}
