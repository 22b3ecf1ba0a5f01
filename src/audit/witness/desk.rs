//! The business with one witness: what it was asked, what it answered.

use super::Told;
use payhsm_audit::checkpoint::Checkpoint;
use payhsm_audit::cosignature::{self, NotCosigned, WitnessKey};
use payhsm_audit::hash::Hash;
use payhsm_audit::note::{MalformedNote, NotSigned, Note, VerifierKey};
use payhsm_audit::verify::Folders;
use payhsm_audit::witness::folder::{self, Answer, answer_file, request_file};
use payhsm_audit::witness::{MakeError, Request, root_at};
use std::io;
use std::path::{Path, PathBuf};

/// The log as it stands.
pub(super) struct Ours {
    pub(super) key: VerifierKey,
    /// Where it is.
    pub(super) folder: PathBuf,
    size: u64,
    root: Hash,
    /// The last checkpoint, with the log's signature alone.
    note: String,
}

/// What a witness left is not taken.
#[derive(Debug, thiserror::Error)]
enum Useless {
    #[error("its answer cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    #[error("its answer is neither a note nor a number: {0}")]
    Malformed(#[from] MalformedNote),
    #[error("its answer is not for a checkpoint of this log: {0}")]
    Foreign(#[from] NotSigned),
    #[error("{0}")]
    NotCosigned(#[from] NotCosigned),
    #[error("its answer is for {size} records, and it has cosigned {seen} already")]
    Older { size: u64, seen: u64 },
    #[error(
        "the witness has seen {seen} records of this log, and here are {size}: this log was cut off or put back"
    )]
    CutOff { seen: u64, size: u64 },
    #[error(
        "the witness has seen other records of this log than these, among the first {0}: some were replaced"
    )]
    Other(u64),
    #[error("{0}")]
    Tree(#[from] MakeError),
}

/// One witness.
pub(super) struct Desk {
    key: WitnessKey,
    /// What it has seen, as far as is known.
    seen: u64,
    /// What was laid into the folder last.
    asked: Option<String>,
    /// What was found there last.
    answer: Vec<u8>,
    cosigned: Option<Note>,
    bad_answer: Told,
    bad_folder: Told,
}

impl Ours {
    /// From a note that the log has signed with this key; nothing if it was signed with the key before.
    pub(super) fn new(key: VerifierKey, note: &str, folder: PathBuf) -> Option<Self> {
        let mut note = Note::parse(note).ok()?;
        note.verify(&key).ok()?;
        let Checkpoint { size, root, .. } = Checkpoint::parse(&note.text).ok()?;
        note.signatures.retain(|line| line.name == key.name() && line.id == key.id());
        Some(Self { key, folder, size, root, note: note.to_string() })
    }

    fn source(&self) -> Folders {
        Folders::new(self.folder.clone(), None)
    }
}

impl Desk {
    pub(super) fn new(key: WitnessKey) -> Self {
        Self {
            key,
            seen: 0,
            asked: None,
            answer: Vec::new(),
            cosigned: None,
            bad_answer: Told::default(),
            bad_folder: Told::default(),
        }
    }

    /// What it cosigned last.
    pub(super) const fn cosigned(&self) -> Option<&Note> {
        self.cosigned.as_ref()
    }

    /// Looks for an answer; gives a note that it cosigned and that was not known.
    pub(super) fn fetch(&mut self, folder: &Path, ours: &Ours) -> Option<Note> {
        let path = folder.join(answer_file(ours.key.name(), self.key.name()));
        let read = folder::read(&path, folder::MOST).map_err(Useless::from);
        let taken = read.and_then(|bytes| match bytes {
            Some(bytes) if bytes != self.answer => {
                self.answer = bytes;
                self.take(ours).map(Some)
            }
            Some(_) | None => Ok(None),
        });
        match taken {
            Ok(None) => None,
            Ok(Some(note)) => {
                self.bad_answer.tell(None, self.key.name());
                self.cosigned.clone_from(&note);
                note
            }
            Err(why) => {
                self.bad_answer.tell(Some(why.to_string()), self.key.name());
                None
            }
        }
    }

    /// The answer that was found: a note, or how much the witness has seen.
    fn take(&mut self, ours: &Ours) -> Result<Option<Note>, Useless> {
        let note = match Answer::parse(&self.answer)? {
            Answer::Seen(seen) if seen > ours.size => {
                return Err(Useless::CutOff { seen, size: ours.size });
            }
            Answer::Seen(seen) => {
                self.seen = seen;
                return Ok(None);
            }
            Answer::Cosigned(note) => note,
        };
        cosignature::verify(&note, &self.key)?;
        let Checkpoint { size, root, .. } =
            Checkpoint::parse(&note.text).map_err(NotCosigned::from)?;
        note.verify(&ours.key)?;
        if size > ours.size {
            return Err(Useless::CutOff { seen: size, size: ours.size });
        }
        if size < self.seen {
            return Err(Useless::Older { size, seen: self.seen });
        }
        if root_at(&ours.source(), size, ours.size)? != root {
            return Err(Useless::Other(size));
        }
        self.seen = size;
        Ok(Some(note))
    }

    /// Lays the newest checkpoint there, if the witness has not cosigned it.
    pub(super) fn push(&mut self, folder: &Path, ours: &Ours) {
        let done = self.cosigned.as_ref().is_some_and(|note| {
            let known = Checkpoint::parse(&note.text);
            known.is_ok_and(|known| (known.size, known.root) == (ours.size, ours.root))
        });
        if done {
            return;
        }
        let pushed = self.request(ours).map_err(|error| error.to_string()).and_then(|request| {
            if self.asked.as_ref() == Some(&request) {
                return Ok(());
            }
            let path = folder.join(request_file(ours.key.name(), self.key.name()));
            let put = folder::put(&path, &request, false);
            put.map_err(|error| format!("{}: {error}", path.display()))?;
            self.asked = Some(request);
            Ok(())
        });
        self.bad_folder.tell(pushed.err(), self.key.name());
    }

    fn request(&self, ours: &Ours) -> Result<String, MakeError> {
        // What it said it has seen may have been of a log that was longer.
        let seen = self.seen.min(ours.size);
        Request::make(&ours.source(), &ours.note, seen).map(|request| request.to_string())
    }
}
