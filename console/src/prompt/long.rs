//! Lists that are longer than the screen.

use super::{Question, choose};
use crate::Leave;
use crate::terminal::{Terminal, Tone};

/// Lines that are shown at once; most take two rows of the screen.
const AT_ONCE: usize = 10;

/// Shows lines, some at a time.
///
/// # Errors
/// [`Leave::Stopped`].
pub fn pages(terminal: &mut dyn Terminal, lines: &[String]) -> Result<(), Leave> {
    let mut shown = 0;
    for page in lines.chunks(AT_ONCE) {
        if shown > 0 {
            let question = format!("{shown} of {} shown; go on? (y/n)", lines.len());
            let question =
                Question::new(&question, "y or Enter: the next ones. n: enough.").or("y");
            match question.yes(terminal) {
                Ok(true) => {}
                Ok(false) | Err(Leave::Back) => return Ok(()),
                Err(leave) => return Err(leave),
            }
        }
        page.iter().for_each(|line| terminal.say(line));
        shown += page.len();
    }
    Ok(())
}

/// Lets the person choose one of several things by number, or, where they are many, by name or the beginning of it.
///
/// # Errors
/// [`Leave::Back`], [`Leave::Stopped`].
pub fn pick_of<T>(
    terminal: &mut dyn Terminal,
    title: &str,
    help: &str,
    mut all: Vec<T>,
    name: impl Fn(&T) -> &str,
    line: impl Fn(&T) -> String,
) -> Result<T, Leave> {
    while all.len() > AT_ONCE {
        terminal.say("");
        terminal.show(Tone::Title, &format!("{title} There are {}.", all.len()));
        let how = "Its name, or the beginning of it: then those that begin so are shown.";
        let beginning = Question::new("Name, or its beginning", how).ask(terminal, |typed| {
            if all.iter().any(|one| name(one).starts_with(typed)) {
                Ok(typed.to_owned())
            } else {
                Err(format!("None begins with {typed}."))
            }
        })?;
        if let Some(place) = all.iter().position(|one| name(one) == beginning) {
            return Ok(all.swap_remove(place));
        }
        all.retain(|one| name(one).starts_with(&beginning));
    }
    let choices: Vec<_> = all.iter().map(line).collect();
    let chosen = choose(terminal, title, &choices, help)?;
    all.into_iter().nth(chosen).ok_or(Leave::Back)
}
