//! What needs no menu, and the way from the command line to what is done.

use crate::args::{Args, Command, Officer};
use crate::daemon::Daemon;
use crate::flow::{credential, log_in, new_officer};
use crate::script::secrets::Descriptors;
use crate::script::{self, Script};
use crate::session::{self, Session, Settings};
use crate::terminal::{Plain, Signals, Terminal, Tone, Tty};
use crate::{Leave, menu, protect, words};
use payhsm_officer::passphrase::{Cost, SHORTEST};
use payhsm_officer::random::SystemRandom;
use payhsm_officer::{Identity, IdentityFile, identity_file::EXTENSION};
use payhsm_protocol::officer::{Quorum, Status};
use serde_json::{Value, json};
use std::path::Path;

/// Does what the command line says.
///
/// # Errors
/// [`Leave`]; its text is what the user reads.
pub fn run(args: &Args) -> Result<(), Leave> {
    protect::no_core_dump();
    let settings = Settings {
        officers: args.officers.clone(),
        records: args.records.clone(),
        ..Settings::default()
    };
    match &args.command {
        None => {
            let mut tty = tty()?;
            let daemon = Daemon::connect(&args.socket)?;
            menu::run(&mut Session::begin(&mut tty, daemon, settings)?)
        }
        Some(Command::Status { json }) => status(&args.socket, *json),
        Some(Command::Run(run)) => {
            let script = Script::read(&run.script)?;
            script::check(&script)?;
            let mut plain = Plain;
            if run.dry_run {
                let told = format!(
                    "{}: good, {} steps. Nothing was done.",
                    run.script.display(),
                    script.step.len()
                );
                plain.show(Tone::Good, &told);
                return Ok(());
            }
            let daemon = Daemon::connect(&args.socket)?;
            let signals = Signals::catch()
                .map_err(|error| Leave::Lost(format!("Signals cannot be caught: {error}.")))?;
            script::run(&script, Session::begin(&mut plain, daemon, settings)?, &signals)
        }
        Some(Command::Credential { fd, even_to_a_file }) => {
            // First of all: nobody types a passphrase for a pipe that is none.
            let target = credential::Target::open(*fd, *even_to_a_file)?;
            protect::no_onlooker();
            let mut tty =
                Tty::beside_the_output().map_err(|why| Leave::Lost(words::sentence(&why)))?;
            let daemon = Daemon::connect(&args.socket)?;
            let mut session = Session::begin(&mut tty, daemon, settings)?;
            let written = credential::run(&mut session, target);
            if let Err(leave) = &written {
                session.end_record(Some(&words::sentence(&leave.to_string())));
            }
            match written {
                Err(Leave::Back) => Err(Leave::Refused("Nothing was written.".to_owned())),
                other => other,
            }
        }
        Some(Command::Officer(officer)) => officers_file(officer, &args.officers),
    }
}

fn tty() -> Result<Tty, Leave> {
    protect::no_onlooker();
    Tty::open().map_err(|why| Leave::Lost(words::sentence(&why)))
}

fn officers_file(officer: &Officer, folder: &Path) -> Result<(), Leave> {
    match officer {
        Officer::New { name, passphrase_fd, development_only } => {
            let cost = if *development_only { Cost::development_only() } else { Cost::STANDARD };
            let Some(descriptor) = passphrase_fd else {
                return new_officer::run(&mut tty()?, Some(name), folder, cost).map(drop);
            };
            let passphrase = Descriptors::default().line(*descriptor)?;
            if passphrase.len() < SHORTEST {
                let told = format!("A passphrase has {SHORTEST} characters at least.");
                return Err(Leave::Refused(told));
            }
            let path = folder.join(format!("{name}.{EXTENSION}"));
            Identity::create(name, &passphrase, cost, &mut SystemRandom)?
                .write_new(&path, &mut SystemRandom)?;
            Plain.show(Tone::Good, &format!("{} was made.", path.display()));
            Ok(())
        }
        Officer::Show { file } => show(&mut Plain, &IdentityFile::read(file)?),
        Officer::ChangePassphrase { file } => {
            let mut tty = tty()?;
            let mut identity = log_in::unlock(&mut tty, file)?;
            let passphrase = new_officer::new_passphrase(&mut tty)?;
            // Whoever had a development file keeps one; it does not become a real one by a new passphrase alone.
            let cost = IdentityFile::read(file)?.cost();
            identity.change_passphrase(&passphrase, cost, &mut SystemRandom)?;
            identity.replace(file, &mut SystemRandom)?;
            tty.show(Tone::Good, "The file opens with the new passphrase from now on; its old copies with the old one.");
            Ok(())
        }
    }
}

fn show(terminal: &mut dyn Terminal, file: &IdentityFile) -> Result<(), Leave> {
    let officer = file.officer();
    terminal.say(&format!("Officer      {}", officer.name));
    terminal.say(&format!("Signs with   {}", hex::encode(officer.signing_key)));
    terminal.say(&format!("Sealed to    {}", hex::encode(officer.sealing_key)));
    let cost = file.cost();
    terminal.say(&format!(
        "A guess at the passphrase costs {} KiB and {} passes (Argon2id)",
        cost.memory_kib, cost.passes
    ));
    if file.is_development_only() {
        terminal.show(Tone::Bad, "Development only: that is next to nothing.");
    }
    for (appliance, generation) in file.seen() {
        terminal.say(&format!("Has seen     appliance {appliance} at generation {generation}"));
    }
    Ok(())
}

fn status(socket: &Path, as_json: bool) -> Result<(), Leave> {
    let status = session::ask_status(&mut Daemon::connect(socket)?)?;
    if as_json {
        Plain.line(&to_json(&status).to_string());
    } else {
        for line in words::status(&status) {
            Plain.say(&line);
        }
    }
    Ok(())
}

fn to_json(status: &Status) -> Value {
    let quorum = |of: Option<Quorum>| of.map(|of| json!({ "needed": of.needed, "of": of.of }));
    let lmks: Vec<_> = status
        .lmks
        .iter()
        .map(|lmk| {
            json!({
                "id": lmk.id.to_string(),
                "scheme": lmk.scheme,
                "check_value": words::check_value(&lmk.check_value),
                "role": lmk.role,
                "holders": lmk.holders,
                "quorum": quorum(lmk.quorum),
            })
        })
        .collect();
    json!({
        "appliance": status.appliance,
        "state": status.state,
        "notes": status.notes,
        "profile": status.profile,
        "version": status.version,
        "memory": status.memory,
        "generation": status.generation,
        "lmks": lmks,
        "officers": status.officers,
        "audit_log": status.log.as_ref().map(|log| json!({
            "name": log.name,
            "size": log.size,
            "signed": log.signed,
            "durability": log.durability,
        })),
        "shares": status.shares.map(|of| json!({ "given": of.needed, "needed": of.of })),
    })
}
