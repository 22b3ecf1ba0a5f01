//! What can be done in which state, and the loop around it.

use crate::flow::{
    authorise, change_lmk, erase, first, housekeeping, keys, log_in, new_officer, officers, table,
    unseal, zone,
};
use crate::prompt::menu;
use crate::session::Session;
use crate::terminal::Tone;
use crate::{Leave, words};

/// A line of the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    First,
    Unseal,
    LogIn,
    LogOut,
    Keys,
    Zones,
    Table,
    Authorise,
    Officers,
    ChangeLmk,
    Backup,
    Reload,
    AuditKey,
    Seal,
    AcceptOlder,
    Erase,
    NewOfficer,
    Status,
    Record,
}

impl Item {
    const fn text(self) -> &'static str {
        match self {
            Self::First => "First ceremony: officers and LMK",
            Self::Unseal => "Unseal with shares",
            Self::LogIn => "Log in an officer",
            Self::LogOut => "Log out an officer",
            Self::Keys => "Keys",
            Self::Zones => "Zones (partners)",
            Self::Table => "Decimalisation tables",
            Self::Authorise => "Authorise an activity",
            Self::Officers => "Officers",
            Self::ChangeLmk => "The LMK and its shares",
            Self::Backup => "Backup",
            Self::Reload => "Read the configuration again",
            Self::AuditKey => "Another signing key for the audit log",
            Self::Seal => "Seal",
            Self::AcceptOlder => "Accept an older store, after a restore",
            Self::Erase => "Erase everything",
            Self::NewOfficer => "Make an officer's file",
            Self::Status => "Status",
            Self::Record => "Record so far",
        }
    }

    fn run(self, session: &mut Session<'_>) -> Result<(), Leave> {
        match self {
            Self::First => first::run(session),
            Self::Unseal => unseal::run(session),
            Self::LogIn => log_in::run(session),
            Self::LogOut => housekeeping::log_out(session),
            Self::Keys => keys::run(session),
            Self::Zones => zone::run(session),
            Self::Table => table::run(session),
            Self::Authorise => authorise::run(session),
            Self::Officers => officers::run(session),
            Self::ChangeLmk => change_lmk::run(session),
            Self::Backup => housekeeping::backup(session),
            Self::Reload => housekeeping::reload(session),
            Self::AuditKey => housekeeping::replace_audit_key(session),
            Self::Seal => housekeeping::seal(session),
            Self::AcceptOlder => housekeeping::accept_older(session),
            Self::Erase => erase::run(session),
            Self::NewOfficer => {
                let (folder, cost) = (session.settings.officers.clone(), session.settings.cost);
                new_officer::run(session.terminal, None, &folder, cost).map(drop)
            }
            Self::Status => {
                session.refresh()?;
                show_status(session);
                Ok(())
            }
            Self::Record => {
                session.end_record(None);
                Ok(())
            }
        }
    }
}

/// What can be done in a state. What cannot be done is not offered; the daemon decides anyway.
fn items(state: &str, somebody: bool) -> Vec<Item> {
    let mut items = match state {
        "uninitialised" => vec![Item::First, Item::LogIn, Item::NewOfficer],
        "sealed" => {
            vec![Item::Unseal, Item::LogIn, Item::AcceptOlder, Item::NewOfficer, Item::Erase]
        }
        "operational" => vec![
            Item::LogIn,
            Item::Keys,
            Item::Zones,
            Item::Table,
            Item::Authorise,
            Item::Officers,
            Item::ChangeLmk,
            Item::Backup,
            Item::Reload,
            Item::Seal,
            Item::NewOfficer,
            Item::Erase,
        ],
        _ => vec![Item::LogIn, Item::AcceptOlder, Item::Erase],
    };
    if somebody {
        items.extend([Item::LogOut, Item::Record]);
    }
    items.push(Item::Status);
    // Behind the rest, so that what is done more often keeps the number that people know.
    if state == "operational" {
        items.push(Item::AuditKey);
    }
    items
}

fn show_status(session: &mut Session<'_>) {
    session.terminal.say("");
    for line in words::status(&session.status) {
        session.terminal.say(&line);
    }
}

const HELP: &str = "Type the number of what you want to do. Sensitive things take two officers who have logged in. What is done \
    is kept for a record, which is shown and written at the end.";

/// Runs until the person quits. The record is written whatever ends it.
///
/// # Errors
/// [`Leave::Lost`], [`Leave::Stopped`].
pub fn run(session: &mut Session<'_>) -> Result<(), Leave> {
    show_status(session);
    let ended = turns(session);
    match &ended {
        Ok(()) => session.end_record(None),
        Err(leave) => session.end_record(Some(&words::sentence(&leave.to_string()))),
    }
    ended
}

fn turns(session: &mut Session<'_>) -> Result<(), Leave> {
    loop {
        let items = items(&session.status.state, !session.people.is_empty());
        let texts: Vec<_> = items.iter().map(|item| item.text().to_owned()).collect();
        let title = format!(
            "Appliance {} is {}. {}.",
            session.status.appliance,
            words::state(&session.status.state),
            words::present(&session.status)
        );
        let item = match menu(session.terminal, &title, &texts, HELP) {
            // There is nothing behind it; the status may have changed meanwhile.
            Err(Leave::Back) => {
                session.refresh()?;
                continue;
            }
            chosen => match chosen?.and_then(|place| items.get(place)) {
                Some(item) => *item,
                None => return Ok(()),
            },
        };
        match item.run(session) {
            Ok(()) | Err(Leave::Back) => {}
            Err(Leave::Refused(why)) => session.terminal.show(Tone::Bad, &why),
            Err(leave) => return Err(leave),
        }
    }
}
