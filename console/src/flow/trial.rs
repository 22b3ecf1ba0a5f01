//! Trying shares while the appliance works on: holders give theirs, and the daemon says whether they make the LMK in force.

use super::unseal;
use crate::session::{Session, unexpected};
use crate::terminal::Tone;
use crate::{Leave, Secret, shares};
use payhsm_officer::ShareFile;
use payhsm_protocol::officer::{Act, Answer};

/// What became of one share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// It takes more of them.
    More,
    /// They make the LMK in force.
    Good,
}

/// Tries shares, for the record.
///
/// # Errors
/// [`Leave`].
pub fn run(session: &mut Session<'_>) -> Result<(), Leave> {
    session.record.set_title("trial of shares");
    session.terminal.say(
        "Holders give their shares as if the appliance were sealed; it only looks whether they make the LMK, and works on.",
    );
    collect(session)?;
    session.end_record(None);
    Ok(())
}

/// Takes holders until their shares make the LMK in force; gives the opened shares.
///
/// # Errors
/// [`Leave`].
pub fn collect(session: &mut Session<'_>) -> Result<Vec<Secret>, Leave> {
    let mut opened = Vec::new();
    loop {
        session.terminal.say("");
        let title = match opened.len() {
            0 => "The first holder, please.".to_owned(),
            1 => "1 share is in. The next holder, please.".to_owned(),
            several => format!("{several} shares are in. The next holder, please."),
        };
        session.terminal.show(Tone::Title, &title);
        let one = unseal::next_holder(session).and_then(|(holder, file)| {
            Ok((shares::opened(session, &holder, &file)?, holder, file))
        });
        let (share, holder, file) = match one {
            Ok(one) => one,
            // Nothing was given: the others stay.
            Err(Leave::Refused(why)) => {
                session.terminal.show(Tone::Bad, &why);
                continue;
            }
            Err(leave) => {
                forget(session);
                return Err(leave);
            }
        };
        match give(session, &holder, &file, &share) {
            Ok(tried) => {
                opened.push(share);
                if tried == Tried::Good {
                    return Ok(opened);
                }
            }
            // Whether the others still count depends on why; from the start it is clear.
            Err(Leave::Refused(why)) => {
                session.terminal.show(Tone::Bad, &why);
                forget(session);
                opened.clear();
                session.terminal.say("The shares do not count; from the first one again, or b.");
            }
            Err(leave) => return Err(leave),
        }
    }
}

fn forget(session: &mut Session<'_>) {
    // A daemon that is gone has forgotten them.
    drop(session.ask(&Act::Abandon));
}

/// Tries one share, opened.
///
/// # Errors
/// [`Leave`].
pub fn give(
    session: &mut Session<'_>,
    holder: &str,
    file: &ShareFile,
    share: &[u8],
) -> Result<Tried, Leave> {
    let answer = session.ask_with(&Act::TryShare, share)?;
    let gave =
        format!("Holder {holder} gave share {} of LMK {} to try", file.share.index, file.share.lmk);
    if let Answer::Progress { have, of, .. } = &answer {
        session.done(&format!("{gave}; {have} of {of} are in"), &[]);
        return Ok(Tried::More);
    }
    let Answer::Done { said, .. } = &answer else {
        return Err(unexpected());
    };
    session.done(&gave, &[]);
    session.done(said, &[]);
    Ok(Tried::Good)
}
