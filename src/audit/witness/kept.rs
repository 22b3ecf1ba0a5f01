//! The newest checkpoint that a witness cosigned: a file beside the log's own, whose checkpoint is newer most of the time.

use super::desk::Ours;
use payhsm_audit::checkpoint::Checkpoint;
use payhsm_audit::cosignature::{self, WitnessKey};
use payhsm_audit::note::{MAX_NOTE, Note};
use payhsm_audit::witness::folder;
use std::io;
use std::path::{Path, PathBuf};

/// The name of the file.
const NAME: &str = "checkpoint.witnessed";

/// What is in it.
pub(super) struct Witnessed {
    path: PathBuf,
    note: Option<(u64, Note)>,
}

impl Witnessed {
    /// What an earlier life of the daemon left.
    pub(super) fn read(log: &Path) -> Self {
        let path = log.join(NAME);
        let most = u64::try_from(MAX_NOTE).unwrap_or(u64::MAX);
        let note = match folder::read(&path, most) {
            Ok(None) => None,
            Ok(Some(bytes)) => {
                let note = Note::parse(bytes).ok().and_then(|note| Some((size(&note)?, note)));
                if note.is_none() {
                    tracing::warn!(path = %path.display(), "no checkpoint; another will take its place");
                }
                note
            }
            Err(error) => {
                tracing::warn!(%error, path = %path.display(), "another will take its place");
                None
            }
        };
        Self { path, note }
    }

    /// Takes over what a witness has cosigned, if nothing newer is there. It has been checked.
    pub(super) fn take(
        &mut self,
        cosigned: &Note,
        ours: &Ours,
        witnesses: &[WitnessKey],
    ) -> io::Result<()> {
        let Some(new) = size(cosigned) else { return Ok(()) };
        let mut note = match &self.note {
            Some((size, _)) if *size > new => return Ok(()),
            Some((_, note)) if note.text == cosigned.text => note.clone(),
            Some(_) | None => {
                let mut fresh = cosigned.clone();
                fresh
                    .signatures
                    .retain(|line| line.name == ours.key.name() && line.id == ours.key.id());
                fresh
            }
        };
        // Lines of others that came along are left where they are; a bad one of another witness spoils none.
        for witness in witnesses {
            drop(cosignature::merge(&mut note, cosigned, std::slice::from_ref(witness)));
        }
        folder::put(&self.path, &note.to_string(), true)?;
        self.note = Some((new, note));
        Ok(())
    }
}

fn size(note: &Note) -> Option<u64> {
    Checkpoint::parse(&note.text).ok().map(|checkpoint| checkpoint.size)
}
