//! Shares of an LMK: into files when it is made, out of them when it is needed. On this side of the socket they are sealed but for
//! the moment in which a holder gives one.

use crate::session::{Session, unexpected};
use crate::terminal::Tone;
use crate::{Leave, Secret, words};
use payhsm_officer::{OfficerError, ShareFile, share_file};
use payhsm_protocol::field::{CheckValue, LmkId};
use payhsm_protocol::officer::{Act, Answer, Quorum, SealedShare};
use std::path::{Path, PathBuf};

/// An LMK that was just made and split.
#[derive(Clone, Debug)]
pub struct Split {
    /// Of the LMK.
    pub check_value: CheckValue,
    /// For each holder.
    pub shares: Vec<SealedShare>,
    /// How many bring it back.
    pub quorum: Quorum,
    /// Generation of the store.
    pub generation: u64,
}

impl Split {
    /// Takes it from the daemon's answer.
    ///
    /// # Errors
    /// [`Leave::Refused`] if the answer is something else.
    pub fn from_answer(answer: Answer, quorum: Quorum) -> Result<Self, Leave> {
        let Answer::Split { check_value, shares, generation } = answer else {
            return Err(unexpected());
        };
        Ok(Self { check_value, shares, quorum, generation })
    }
}

/// Whether share files can be written into a folder: asked before an LMK is made, since afterwards the shares have to go somewhere.
///
/// # Errors
/// A sentence.
pub fn check_folder(folder: &Path) -> Result<(), String> {
    if !folder.is_dir() {
        return Err(format!("{} is no folder that is there.", folder.display()));
    }
    let trial = folder.join(".payhsm-trial");
    std::fs::write(&trial, b"").and_then(|()| std::fs::remove_file(&trial)).map_err(|error| {
        words::sentence(&format!("nothing can be written into {}: {error}", folder.display()))
    })
}

/// Whether the share files of an LMK would find a file of their name there already, as those of an earlier split.
///
/// # Errors
/// A sentence.
pub fn check_free(folder: &Path, lmk: LmkId, holders: &[String]) -> Result<(), String> {
    let of = u8::try_from(holders.len()).unwrap_or(u8::MAX);
    for (index, holder) in (1..).zip(holders) {
        let name = share_file::name(lmk, index, of, holder);
        if folder.join(&name).exists() {
            return Err(format!(
                "{name} is in {} already; nothing is written over it. Take another folder.",
                folder.display()
            ));
        }
    }
    Ok(())
}

/// Writes the shares into a folder, one file a holder. What cannot be written there is handed to `another`, which names another
/// folder; without one the file's text is shown, because a share that was not kept is lost.
///
/// # Errors
/// [`Leave::Lost`] from `another`.
pub fn keep(
    session: &mut Session<'_>,
    split: &Split,
    folder: &Path,
    mut another: impl FnMut(&mut Session<'_>, &str) -> Result<Option<PathBuf>, Leave>,
) -> Result<(), Leave> {
    for share in &split.shares {
        let file = ShareFile {
            appliance: session.status.appliance.clone(),
            quorum: split.quorum,
            check_value: split.check_value.clone(),
            share: share.clone(),
        };
        let name = file.file_name();
        let mut place = folder.to_owned();
        while let Err(error) = file.write_into(&place) {
            let why = words::sentence(&error.to_string());
            session.terminal.show(Tone::Bad, &why);
            // Going back is no way out while a share has no place.
            match another(session, &why) {
                Ok(Some(folder)) => place = folder,
                Ok(None) | Err(Leave::Back | Leave::Stopped) => {
                    let told = format!("Keep the following text as {name}; it is sealed.");
                    session.terminal.show(Tone::Bad, &told);
                    for line in file.to_text().lines() {
                        session.terminal.say(line);
                    }
                    break;
                }
                Err(leave) => return Err(leave),
            }
        }
        session.done(
            &format!(
                "Share {} of {} was sealed for {}: {name}",
                share.index, split.quorum.of, share.holder
            ),
            &[],
        );
    }
    Ok(())
}

/// A share, opened as its holder, who is present already.
///
/// # Errors
/// [`Leave::Refused`] with the reason.
pub fn opened(session: &Session<'_>, holder: &str, file: &ShareFile) -> Result<Secret, Leave> {
    let appliance = &session.status.appliance;
    if file.appliance != *appliance {
        let told =
            format!("This share belongs to appliance {}, and this is {appliance}.", file.appliance);
        return Err(Leave::Refused(told));
    }
    if file.share.holder != holder {
        let told = format!("This share is {}'s; {holder} cannot open it.", file.share.holder);
        return Err(Leave::Refused(told));
    }
    let person = session.people.iter().find(|person| person.identity.name() == holder);
    let person = person.ok_or_else(|| Leave::Refused(format!("{holder} has not logged in.")))?;
    file.open(&person.identity).map_err(|error| {
        let told = "The share does not open: it was sealed for an earlier file of this officer, or it was changed.";
        if matches!(error, OfficerError::Share) { Leave::Refused(told.to_owned()) } else { error.into() }
    })
}

/// Gives a share of the master LMK. Says how far it is.
///
/// # Errors
/// [`Leave::Refused`] with the reason; [`Leave::Lost`].
pub fn give(session: &mut Session<'_>, holder: &str, file: &ShareFile) -> Result<(), Leave> {
    let share = opened(session, holder, file)?;
    let answer = session.ask_with(&Act::Unseal, &share)?;
    drop(share);
    let gave = format!("Holder {holder} gave share {} of LMK {}", file.share.index, file.share.lmk);
    if let Answer::Progress { check_value, have, of } = &answer {
        let told = format!("{gave}; {have} of {of} are in");
        let value = check_value.as_ref().map(|value| ("the LMK", value));
        session.done(&told, value.as_slice());
    } else if let Answer::Done { said, generation } = &answer {
        session.done(&gave, &[]);
        session.done(said, &[]);
        session.saw(*generation);
    } else {
        return Err(unexpected());
    }
    session.refresh()
}

/// After an LMK was made: shares into files, check value into the record.
///
/// # Errors
/// As [`keep`].
pub fn made(
    session: &mut Session<'_>,
    what: &str,
    split: &Split,
    folder: &Path,
    another: impl FnMut(&mut Session<'_>, &str) -> Result<Option<PathBuf>, Leave>,
) -> Result<(), Leave> {
    session.done(what, &[("the LMK", &split.check_value)]);
    // Before anything else is asked of the daemon: whatever happens next, the shares have their place.
    keep(session, split, folder, another)?;
    session.saw(split.generation);
    session.refresh()
}
