//! The credential that unseals without officers: opened shares, one behind the other, into a pipe.
//!
//! It is the one place where shares leave the console opened, and never into a file unless somebody insists.

use super::trial;
use crate::session::Session;
use crate::terminal::Tone;
use crate::{Leave, Secret};
use payhsm_protocol::officer::Act;
use rustix::fs::OFlags;
use std::fs::File;
use std::io::{IsTerminal, Write};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use zeroize::Zeroizing;

/// What it costs; on the screen before anybody types a passphrase.
pub const COST: &str = "With this credential the appliance unseals itself at every start. Whoever has the credential and the disk has \
    every key, and no holder is asked; nobody notices when it is used elsewhere. `systemd-creds` binds it to this machine and its TPM, \
    so a disk that is carried away is worth nothing, but whoever is root here can open it. It opens the LMK of today until the LMK is \
    changed, even if officers leave.";

/// Where a credential goes.
#[derive(Debug)]
pub struct Target {
    file: File,
    descriptor: u32,
}

impl Target {
    /// A descriptor of the process that somebody reads the other end of.
    ///
    /// # Errors
    /// [`Leave::Refused`] for what keeps it in the clear: a terminal, or a file that nobody insists on.
    pub fn open(descriptor: u32, even_a_file: bool) -> Result<Self, Leave> {
        let wrong = |why: &str| {
            Leave::Refused(format!(
                "The credential cannot go to file descriptor {descriptor}: {why}. Nothing was written."
            ))
        };
        // A pipe that nobody reads is an error and no wait.
        let at_once = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
        let file = File::options()
            .write(true)
            .custom_flags(at_once)
            .open(format!("/dev/fd/{descriptor}"))
            .map_err(|error| wrong(&error.to_string()))?;
        if file.is_terminal() {
            return Err(wrong(
                "it is the screen, and shares are not shown; let `| systemd-creds encrypt` follow",
            ));
        }
        let kind = file.metadata().map_err(|error| wrong(&error.to_string()))?.file_type();
        if kind.is_fifo() || (kind.is_file() && even_a_file) {
            return Ok(Self { file, descriptor });
        }
        Err(wrong(if kind.is_file() {
            "it is a file, and opened shares would lie on the disk; let `| systemd-creds encrypt` follow, or say --even-to-a-file"
        } else {
            "it is no pipe"
        }))
    }
}

/// Asks the holders, confirms, writes.
///
/// # Errors
/// [`Leave`].
pub fn run(session: &mut Session<'_>, target: Target) -> Result<(), Leave> {
    session.record.set_title("credential for unsealing without officers");
    session
        .terminal
        .show(Tone::Title, "A credential that unseals this appliance without officers.");
    session.terminal.show(Tone::Bad, COST);
    let shares = trial::collect(session)?;
    let help = "y: the opened shares of these holders go to the program behind the pipe, and it is on record. n: nothing is written.";
    let question = format!("{} shares are in. Write the credential?", shares.len());
    super::confirm(session, &question, help)?;
    write(session, target, &shares)?;
    session.end_record(None);
    Ok(())
}

/// On record first, then into the pipe.
///
/// # Errors
/// [`Leave`].
pub fn write(session: &mut Session<'_>, target: Target, shares: &[Secret]) -> Result<(), Leave> {
    session.perform(&Act::NoteCredential)?;
    let length = shares.iter().map(|share| share.len()).sum();
    let mut all = Zeroizing::new(Vec::with_capacity(length));
    shares.iter().for_each(|share| all.extend_from_slice(share));
    let Target { mut file, descriptor } = target;
    // All of it fits into a pipe at once.
    file.write_all(&all).and_then(|()| file.flush()).map_err(|error| {
        Leave::Refused(format!(
            "The credential was not written: {error}. Destroy whatever came of it."
        ))
    })?;
    drop(file);
    session.done(
        &format!(
            "A credential of {} shares was written to file descriptor {descriptor}",
            shares.len()
        ),
        &[],
    );
    Ok(())
}
