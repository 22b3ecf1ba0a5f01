//! What a flow needs of a screen and a keyboard. Lines only, so that it works on any terminal, and in a test.

mod keyboard;
mod plain;
mod signals;

mod tty;

pub use plain::Plain;
pub use signals::Signals;
pub use tty::Tty;

use crate::{Leave, Secret};

/// Columns that text is broken at.
pub const WIDTH: usize = 78;

/// How a line is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it is.
    Plain,
    /// The title of what follows.
    Title,
    /// Something worked.
    Good,
    /// Something did not.
    Bad,
}

/// A screen and a keyboard.
pub trait Terminal {
    /// Shows a line; long ones are broken at words.
    fn show(&mut self, tone: Tone, text: &str);

    /// Asks for a line, which can be seen while it is typed. Without the line's end.
    ///
    /// # Errors
    /// [`Leave::Stopped`] at the end of the input.
    fn ask(&mut self, prompt: &str) -> Result<String, Leave>;

    /// Asks for a line that cannot be seen.
    ///
    /// # Errors
    /// [`Leave::Stopped`] on Ctrl-C and at the end of the input.
    fn ask_hidden(&mut self, prompt: &str) -> Result<Secret, Leave>;

    /// Waits a moment.
    fn pause(&mut self);

    /// Shows a line as it is.
    fn say(&mut self, text: &str) {
        self.show(Tone::Plain, text);
    }
}

/// Breaks a text at words; lines go on under the first word of theirs.
#[must_use]
pub fn wrapped(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let indent: String = line.chars().take_while(|letter| *letter == ' ').collect();
        out.push_str(&indent);
        let mut width = indent.len();
        // Several spaces in a row are a column of a table, and stay.
        for (place, word) in line.trim_start().split(' ').enumerate() {
            let length = word.chars().count();
            if place > 0 && width + 1 + length > WIDTH {
                out.push('\n');
                out.push_str(&indent);
                width = indent.len();
            } else if place > 0 {
                out.push(' ');
                width += 1;
            }
            out.push_str(word);
            width += length;
        }
        out.push('\n');
    }
    if text.is_empty() {
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_broken_at_words() {
        let text = wrapped(&format!("  {}", "word ".repeat(40).trim_end()));
        assert!(text.lines().all(|line| line.len() <= WIDTH && line.starts_with("  word")));
        assert_eq!(text.matches("word").count(), 40);
        assert_eq!(wrapped(""), "\n");
        assert_eq!(wrapped("State      at work"), "State      at work\n");
    }
}
