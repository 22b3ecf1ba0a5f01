//! The real screen and keyboard.

use super::keyboard::{self, Typed};
use super::signals::Signals;
use super::{Terminal, Tone, wrapped};
use crate::{Leave, Secret};
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

/// Standard input and output, which both have to be a terminal.
#[derive(Debug)]
pub struct Tty {
    colour: bool,
    signals: Signals,
    /// The terminal by its own name, where standard output is for something else.
    screen: Option<File>,
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
        Self::with(None)
    }

    /// Takes the terminal that the input is, and writes to it by its own name: standard output is for something else.
    ///
    /// # Errors
    /// A sentence, if there is none.
    pub fn beside_the_output() -> Result<Self, String> {
        let none = "there is no terminal here, and secrets are not read from a pipe";
        if !io::stdin().is_terminal() {
            return Err(none.to_owned());
        }
        let screen = File::options().write(true).open("/dev/tty").map_err(|_| none)?;
        Self::with(Some(screen))
    }

    fn with(screen: Option<File>) -> Result<Self, String> {
        let signals =
            Signals::catch().map_err(|error| format!("signals cannot be caught: {error}"))?;
        // https://no-color.org: set and not empty.
        let colour = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        Ok(Self { colour, signals, screen })
    }

    fn put(&mut self, text: &str) {
        // A terminal that has gone shows at the next reading.
        drop(match &mut self.screen {
            Some(screen) => screen.write_all(text.as_bytes()),
            None => {
                let mut out = io::stdout().lock();
                out.write_all(text.as_bytes()).and_then(|()| out.flush())
            }
        });
    }

    /// Asks, and asks anew where the program stood still in between.
    fn line(
        &mut self,
        prompt: &str,
        read: impl Fn(&Signals) -> Result<Typed, Leave>,
    ) -> Result<Secret, Leave> {
        loop {
            self.put(&format!("{prompt} "));
            match read(&self.signals) {
                Ok(Typed::Line(line)) => return Ok(line),
                Ok(Typed::Again) => {
                    self.put(
                        "\nThe program stood still. What was typed does not count; once more:\n",
                    );
                }
                Err(leave) => {
                    self.put("\n");
                    return Err(leave);
                }
            }
        }
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
        if self.colour && !code.is_empty() {
            self.put(&format!("\x1b[{code}m{}\x1b[0m\n", text.trim_end_matches('\n')));
        } else {
            self.put(&text);
        }
    }

    fn ask(&mut self, prompt: &str) -> Result<String, Leave> {
        let line = self.line(prompt, keyboard::read_visible)?;
        Ok(String::from_utf8_lossy(&line).trim().to_owned())
    }

    fn ask_hidden(&mut self, prompt: &str) -> Result<Secret, Leave> {
        let line = self.line(&format!("{prompt} (not shown)"), keyboard::read_hidden)?;
        self.put("\n");
        Ok(line)
    }

    fn pause(&mut self) {
        std::thread::park_timeout(Duration::from_millis(200));
    }
}
