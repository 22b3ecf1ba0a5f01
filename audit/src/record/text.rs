//! A record as one line for a person.

use super::{Act, Command, Entry, Event, Record};
use std::fmt;

/// Prints an entry on one line: what happened, without when.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a>(pub &'a Entry);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.record {
            Record::Command(command) => show_command(command, f),
            Record::Act(act) => show_act(act, f),
            Record::Event(event) => show_event(event, f),
        }
    }
}

fn show_command(command: &Command, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (code, outcome) = (command.code.escape_ascii(), command.outcome.escape_ascii());
    write!(f, "{code} {outcome} {}", command.caller)?;
    for more in command.keys.iter().chain(&command.account) {
        write!(f, " {more}")?;
    }
    command.zones.iter().try_for_each(|zone| write!(f, " zone:{zone}"))
}

fn show_act(act: &Act, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let officers = act.officers.join(" and ");
    write!(f, "{} {} {} {officers} {}", act.act, act.about, act.outcome, act.said)
}

fn show_event(event: &Event, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{} {}", event.name, event.detail)
}
