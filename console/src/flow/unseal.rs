//! Unsealing: each holder gives a share, opened here with the holder's own keys.

use super::log_in;
use crate::session::{Person, Session};
use crate::terminal::Tone;
use crate::{Leave, shares};
use payhsm_officer::{ShareFile, share_file};
use std::path::PathBuf;

const SHARE_HELP: &str =
    "The holder's file that ends in .share, such as lmk-00-1-of-3-alice.share.";

/// Takes shares until the appliance is unsealed.
///
/// # Errors
/// [`Leave`].
pub fn run(session: &mut Session<'_>) -> Result<(), Leave> {
    session.record.set_title("unsealing");
    session.refresh()?;
    while session.status.state == "sealed" {
        let (have, of) = session.status.shares.map_or((0, 0), |shares| (shares.needed, shares.of));
        session.terminal.say("");
        let title = if of == 0 {
            "The next holder, please.".to_owned()
        } else {
            format!("{have} of {of} shares are in. The next holder, please.")
        };
        session.terminal.show(Tone::Title, &title);
        match one(session) {
            Err(Leave::Refused(why)) => {
                session.terminal.show(Tone::Bad, &why);
                session.refresh()?;
                // More shares would not help: the age of the store is in the way.
                if session.status.notes.iter().any(|note| note.contains("may accept it")) {
                    let told = "If you restored a backup yourselves: `Accept an older store`, in the menu.";
                    return Err(Leave::Refused(told.to_owned()));
                }
            }
            other => other?,
        }
    }
    session.terminal.show(Tone::Good, "The appliance is unsealed.");
    Ok(())
}

fn one(session: &mut Session<'_>) -> Result<(), Leave> {
    let (holder, file) = next_holder(session)?;
    shares::give(session, &holder, &file)
}

/// The next holder, logged in, and the share.
///
/// # Errors
/// [`Leave`].
pub fn next_holder(session: &mut Session<'_>) -> Result<(String, ShareFile), Leave> {
    let path = log_in::pick(session)?;
    let identity = log_in::unlock(session.terminal, &path)?;
    let holder = identity.name().to_owned();
    // Logging in tells the daemon which generation of the store this officer has seen.
    session.log_in(Person { identity, path: path.clone() })?;
    let file = ShareFile::read(&pick_share(session, &holder, &path)?)?;
    Ok((holder, file))
}

/// The holder's share lies beside the officer's file, most often.
fn pick_share(
    session: &mut Session<'_>,
    holder: &str,
    officer: &std::path::Path,
) -> Result<PathBuf, Leave> {
    let folder = officer.parent().map(std::path::Path::to_owned).unwrap_or_default();
    let folder = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder };
    let ours = |path: &PathBuf| {
        ShareFile::read(path).is_ok_and(|file| {
            file.share.holder == holder && file.appliance == session.status.appliance
        })
    };
    let mut found: Vec<_> =
        log_in::list(&folder, share_file::EXTENSION).into_iter().filter(ours).collect();
    if let (Some(only), true) = (found.pop(), found.is_empty()) {
        session.terminal.say(&format!("The share: {}", only.display()));
        return Ok(only);
    }
    let title = format!("The share of {holder}");
    log_in::pick_file(session.terminal, &folder, share_file::EXTENSION, &title, SHARE_HELP)
}
