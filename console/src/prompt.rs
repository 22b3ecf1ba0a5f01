//! Questions. Everywhere `?` explains and `b` goes back; Enter takes what stands in brackets, or goes back if nothing does.

mod long;

pub use long::{pages, pick_of};

use crate::terminal::{Terminal, Tone};
use crate::{Leave, Secret};
use std::fmt::Display;

/// A question: what is asked, what Enter means, and what `?` says.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// What is asked.
    pub text: &'a str,
    /// What `?` says.
    pub help: &'a str,
    /// What Enter takes.
    pub default: Option<String>,
}

impl<'a> Question<'a> {
    /// A question that Enter goes back from.
    #[must_use]
    pub const fn new(text: &'a str, help: &'a str) -> Self {
        Self { text, help, default: None }
    }

    /// The same with something that Enter takes.
    #[must_use]
    pub fn or(self, default: impl Display) -> Self {
        Self { default: Some(default.to_string()), ..self }
    }

    /// Asks until `read` takes the answer; what it says otherwise is shown.
    ///
    /// # Errors
    /// [`Leave::Back`], [`Leave::Stopped`].
    pub fn ask<T>(
        &self,
        terminal: &mut dyn Terminal,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Leave> {
        let prompt = match &self.default {
            Some(default) => format!("{} [{default}]:", self.text),
            None => format!("{}:", self.text),
        };
        loop {
            let answer = terminal.ask(&prompt)?;
            let answer = match (answer.as_str(), &self.default) {
                ("b", _) | ("", None) => return Err(Leave::Back),
                ("?", _) => {
                    explain(terminal, self.help);
                    continue;
                }
                ("", Some(default)) => default,
                (typed, _) => typed,
            };
            match read(answer) {
                Ok(value) => return Ok(value),
                Err(sentence) => terminal.show(Tone::Bad, &sentence),
            }
        }
    }

    /// Asks for any text.
    ///
    /// # Errors
    /// [`Leave::Back`], [`Leave::Stopped`].
    pub fn text(&self, terminal: &mut dyn Terminal) -> Result<String, Leave> {
        self.ask(terminal, |answer| Ok(answer.to_owned()))
    }

    /// Asks for a number of a range.
    ///
    /// # Errors
    /// [`Leave::Back`], [`Leave::Stopped`].
    pub fn number(
        &self,
        terminal: &mut dyn Terminal,
        range: std::ops::RangeInclusive<u16>,
    ) -> Result<u16, Leave> {
        self.ask(terminal, |answer| match answer.parse() {
            Ok(number) if range.contains(&number) => Ok(number),
            Ok(_) | Err(_) => {
                Err(format!("Type a number from {} to {}.", range.start(), range.end()))
            }
        })
    }

    /// Asks for yes or no.
    ///
    /// # Errors
    /// [`Leave::Back`], [`Leave::Stopped`].
    pub fn yes(&self, terminal: &mut dyn Terminal) -> Result<bool, Leave> {
        self.ask(terminal, |answer| match answer.to_ascii_lowercase().as_str() {
            "y" | "yes" => Ok(true),
            "n" | "no" => Ok(false),
            _ => Err("Type y for yes or n for no; b goes back, ? explains.".to_owned()),
        })
    }
}

/// Lets the person choose one of several things; gives its place, from 0.
///
/// # Errors
/// [`Leave::Back`], [`Leave::Stopped`].
pub fn choose(
    terminal: &mut dyn Terminal,
    title: &str,
    choices: &[String],
    help: &str,
) -> Result<usize, Leave> {
    list(terminal, title, choices);
    Question::new("Number", help)
        .ask(terminal, |answer| place(answer, choices.len()).ok_or_else(|| range(choices.len())))
}

/// The same for a menu that has nothing behind it: `q` ends it, which is nothing chosen.
///
/// # Errors
/// [`Leave::Back`], [`Leave::Stopped`].
pub fn menu(
    terminal: &mut dyn Terminal,
    title: &str,
    choices: &[String],
    help: &str,
) -> Result<Option<usize>, Leave> {
    list(terminal, title, choices);
    terminal.say("   q) Quit");
    Question::new("Number", help).ask(terminal, |answer| match place(answer, choices.len()) {
        None if answer == "q" => Ok(None),
        None => Err(range(choices.len())),
        chosen => Ok(chosen),
    })
}

fn list(terminal: &mut dyn Terminal, title: &str, choices: &[String]) {
    terminal.say("");
    terminal.show(Tone::Title, title);
    for (number, choice) in (1..).zip(choices) {
        terminal.say(&format!("  {number:2}) {choice}"));
    }
}

fn place(answer: &str, choices: usize) -> Option<usize> {
    let chosen = answer.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    chosen.filter(|place| *place < choices)
}

fn range(choices: usize) -> String {
    format!("Type a number from 1 to {choices}; ? explains, b goes back.")
}

/// Asks for something that is not shown.
///
/// # Errors
/// [`Leave::Back`], [`Leave::Stopped`].
pub fn hidden(terminal: &mut dyn Terminal, text: &str, help: &str) -> Result<Secret, Leave> {
    loop {
        let secret = terminal.ask_hidden(&format!("{text}:"))?;
        match secret.as_slice() {
            b"" | b"b" => return Err(Leave::Back),
            b"?" => explain(terminal, help),
            _ => return Ok(secret),
        }
    }
}

fn explain(terminal: &mut dyn Terminal, help: &str) {
    terminal.say(&format!("  {help}"));
    terminal.say("  (b goes back; Ctrl-C ends the program)");
}
