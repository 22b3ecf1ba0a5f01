//! One connection to a daemon: how it stands, who is present, and what was done.

use crate::clock::{Clock, SystemClock};
use crate::daemon::Daemon;
use crate::record::{self, Record};
use crate::terminal::{Terminal, Tone};
use crate::{Leave, words};
use payhsm_officer::Identity;
use payhsm_officer::passphrase::Cost;
use payhsm_officer::random::SystemRandom;
use payhsm_protocol::field::CheckValue;
use payhsm_protocol::officer::{Act, Answer, Status};
use std::fmt;
use std::path::PathBuf;

/// Where things are and how they are made.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where officers' files are looked for.
    pub officers: PathBuf,
    /// Where records go.
    pub records: PathBuf,
    /// What a guess at the passphrase of a new officer's file costs.
    pub cost: Cost,
}

impl Default for Settings {
    fn default() -> Self {
        Self { officers: ".".into(), records: ".".into(), cost: Cost::STANDARD }
    }
}

/// An officer who gave the passphrase, and where the file is.
#[derive(Debug)]
pub struct Person {
    /// Unlocked.
    pub identity: Identity,
    /// To write what was seen.
    pub path: PathBuf,
}

/// A connection with everything that belongs to it.
pub struct Session<'a> {
    /// The screen.
    pub terminal: &'a mut dyn Terminal,
    /// How the appliance stood when it was last asked.
    pub status: Status,
    /// Who logged in.
    pub people: Vec<Person>,
    /// What was done.
    pub record: Record,
    /// Where things are.
    pub settings: Settings,
    daemon: Daemon,
    clock: Box<dyn Clock>,
}

impl fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("status", &self.status).finish_non_exhaustive()
    }
}

impl<'a> Session<'a> {
    /// Begins: asks the daemon what it is.
    ///
    /// # Errors
    /// [`Leave::Lost`].
    pub fn begin(
        terminal: &'a mut dyn Terminal,
        mut daemon: Daemon,
        settings: Settings,
    ) -> Result<Self, Leave> {
        let status = ask_status(&mut daemon)?;
        let clock = Box::new(SystemClock);
        let record = Record::new("officers' session", &status.appliance, clock.now());
        Ok(Self { terminal, status, people: Vec::new(), record, settings, daemon, clock })
    }

    /// The same with another clock.
    #[must_use]
    pub fn with_clock(self, clock: Box<dyn Clock>) -> Self {
        let record = Record::new("officers' session", &self.status.appliance, clock.now());
        Self { clock, record, ..self }
    }

    /// Asks how the appliance stands.
    ///
    /// # Errors
    /// [`Leave::Lost`].
    pub fn refresh(&mut self) -> Result<(), Leave> {
        self.status = ask_status(&mut self.daemon)?;
        Ok(())
    }

    /// Asks for something; a refusal leaves the flow with the daemon's sentence.
    ///
    /// # Errors
    /// [`Leave::Refused`], [`Leave::Lost`].
    pub fn ask(&mut self, act: &Act) -> Result<Answer, Leave> {
        self.ask_with(act, &[])
    }

    /// The same with a secret.
    ///
    /// # Errors
    /// [`Leave::Refused`], [`Leave::Lost`].
    pub fn ask_with(&mut self, act: &Act, secret: &[u8]) -> Result<Answer, Leave> {
        let answer = self.daemon.ask_with(act, secret)?;
        if let Answer::Refused(why) = &answer { Err(self.refused(why)) } else { Ok(answer) }
    }

    /// Asks for a list to its end, a page at a time: `act` names the last line of the page before, `read` takes a page.
    ///
    /// # Errors
    /// [`Leave::Refused`], [`Leave::Lost`].
    pub fn list<T>(
        &mut self,
        act: impl Fn(String) -> Act,
        read: impl Fn(Answer) -> Option<(Vec<T>, bool)>,
        name: impl Fn(&T) -> &str,
    ) -> Result<Vec<T>, Leave> {
        let mut all: Vec<T> = Vec::new();
        loop {
            let after = all.last().map(|last| name(last).to_owned()).unwrap_or_default();
            let (page, more) = read(self.ask(&act(after))?).ok_or_else(unexpected)?;
            let more = more && !page.is_empty();
            all.extend(page);
            if !more {
                return Ok(all);
            }
        }
    }

    /// Asks for something that is then done, shows what was done, and keeps it for the record.
    ///
    /// # Errors
    /// [`Leave::Refused`], [`Leave::Lost`].
    pub fn perform(&mut self, act: &Act) -> Result<(), Leave> {
        let Answer::Done { said, generation } = self.ask(act)? else {
            return Err(unexpected());
        };
        self.done(&said, &[]);
        self.saw(generation);
        self.refresh()
    }

    /// Shows that something was done, and keeps it for the record.
    pub fn done(&mut self, what: &str, check_values: &[(&str, &CheckValue)]) {
        let what = words::said(what);
        self.terminal.show(Tone::Good, &what);
        let check_values: Vec<_> = check_values
            .iter()
            .map(|(of, value)| ((*of).to_owned(), words::check_value(value)))
            .collect();
        let present: Vec<_> =
            self.people.iter().map(|person| person.identity.name().to_owned()).collect();
        self.record.did(self.clock.now(), &what, &check_values, &present);
    }

    /// Brings an officer to this connection. Somebody who is here already stays.
    ///
    /// # Errors
    /// [`Leave::Refused`], [`Leave::Lost`].
    pub fn log_in(&mut self, person: Person) -> Result<(), Leave> {
        self.refresh()?;
        let (identity, appliance) = (&person.identity, self.status.appliance.clone());
        let act = Act::Login {
            name: identity.name().to_owned(),
            signature: identity.sign_login(&self.status.challenge, &appliance).to_vec(),
            seen_generation: identity.seen(&appliance),
        };
        let name = identity.name().to_owned();
        let Answer::Done { generation, .. } = self.ask(&act)? else {
            return Err(unexpected());
        };
        self.people.retain(|known| known.identity.name() != name);
        self.people.push(person);
        self.done(&format!("Officer {name} logged in"), &[]);
        self.saw(generation);
        self.refresh()
    }

    /// Takes an officer off this connection and wipes the keys here.
    ///
    /// # Errors
    /// [`Leave::Refused`], [`Leave::Lost`].
    pub fn log_out(&mut self, name: &str) -> Result<(), Leave> {
        self.perform(&Act::Logout { name: name.to_owned() })?;
        self.people.retain(|person| person.identity.name() != name);
        Ok(())
    }

    /// Writes a generation of the store into the files of those present, so that an older store is noticed later.
    pub fn saw(&mut self, generation: u64) {
        let appliance = self.status.appliance.clone();
        let mut failed = Vec::new();
        for person in &mut self.people {
            if person.identity.saw(&appliance, generation) {
                failed.extend(write_again(person));
            }
        }
        self.complain(&failed);
    }

    /// Officers accepted an older store: their files take its generation.
    pub fn accept_older(&mut self) {
        let (appliance, generation) = (self.status.appliance.clone(), self.status.generation);
        let mut failed = Vec::new();
        for person in &mut self.people {
            person.identity.accept_older(&appliance, generation);
            failed.extend(write_again(person));
        }
        self.complain(&failed);
    }

    fn complain(&mut self, failed: &[String]) {
        for why in failed {
            let note = format!("Note: {why} It works without, but an older store goes unnoticed.");
            self.terminal.show(Tone::Bad, &note);
        }
    }

    /// Shows the record, writes it into the folder of records, and begins a new one. Nothing if nothing was done.
    pub fn end_record(&mut self, unfinished: Option<&str>) {
        let now = self.clock.now();
        let fresh = Record::new("officers' session", &self.status.appliance, now);
        let record = std::mem::replace(&mut self.record, fresh);
        for person in &self.people {
            self.record.takes_part(person.identity.name());
        }
        if record.is_empty() {
            return;
        }
        let text = record.text(now, unfinished);
        self.terminal.say("");
        self.terminal.say(&text);
        match record::write(&self.settings.records, &record.file_name(), &text) {
            Ok(path) => {
                let told = format!("Written to {}: print it and sign it.", path.display());
                self.terminal.show(Tone::Good, &told);
            }
            Err(why) => {
                let told = format!("{} Print the record from the screen.", words::sentence(&why));
                self.terminal.show(Tone::Bad, &told);
            }
        }
    }

    /// A refusal, with what would help.
    fn refused(&self, why: &str) -> Leave {
        let why = words::said(why);
        let talks_of_officers = why.contains("officer");
        let hint = if talks_of_officers && self.status.present.len() < 2 {
            format!(" ({}.)", words::present(&self.status))
        } else {
            String::new()
        };
        Leave::Refused(format!("Not done: {why}{hint}"))
    }
}

/// The daemon answered something that this act has no use for.
#[must_use]
pub fn unexpected() -> Leave {
    Leave::Refused(
        "The daemon answered something else than was asked for; look at the status before going on."
            .to_owned(),
    )
}

/// Asks a daemon how it stands.
///
/// # Errors
/// [`Leave::Lost`], [`Leave::Refused`].
pub fn ask_status(daemon: &mut Daemon) -> Result<Status, Leave> {
    let answer = daemon.ask(&Act::Status)?;
    if let Answer::Refused(why) = &answer {
        return Err(Leave::Refused(words::sentence(why)));
    }
    let Answer::Status(status) = answer else {
        return Err(unexpected());
    };
    Ok(*status)
}

fn write_again(person: &Person) -> Option<String> {
    let written = person.identity.replace(&person.path, &mut SystemRandom);
    written.err().map(|error| words::sentence(&error.to_string()))
}
