//! Witnesses, by way of a folder: the newest checkpoint is laid there for each of them with the proof that it needs, and
//! what comes back cosigned is taken. A thread of its own, on the road of no request.
//!
//! What lies there anybody may have written: it is believed as far as its signatures and the log's own tree go.

mod desk;
mod kept;

use super::AuditLog;
use desk::Desk;
use kept::Witnessed;
use payhsm_audit::cosignature::{self, WitnessKey};
use payhsm_audit::note::Note;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Weak};
use std::thread::Builder;
use std::time::Duration;

/// How often the folder is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// A mount may never answer, and nobody waits for it longer at the end.
const PATIENCE: Duration = Duration::from_secs(2);

/// The thread; ends, with a last look at the folder, when this is dropped.
#[derive(Debug)]
pub(super) struct Witnessing {
    /// Who asks for a look hears when it is over.
    asking: Option<Sender<Sender<()>>>,
    ended: Receiver<()>,
}

impl Witnessing {
    /// Has the thread look at the folder now, and waits for it, not for ever.
    pub(super) fn look(&self) {
        let (done, looked) = channel();
        if self.asking.as_ref().is_some_and(|asking| asking.send(done).is_ok()) {
            // It is dropped when the look is over.
            looked.recv_timeout(PATIENCE).unwrap_or_default();
        }
    }
}

impl Drop for Witnessing {
    fn drop(&mut self) {
        drop(self.asking.take());
        self.ended.recv_timeout(PATIENCE).unwrap_or_default();
    }
}

/// Begins to meet these witnesses in `folder`.
pub(super) fn start(
    log: &Arc<AuditLog>,
    folder: PathBuf,
    witnesses: Vec<WitnessKey>,
) -> io::Result<Witnessing> {
    let (asking, asked) = channel();
    let (alive, ended) = channel::<()>();
    let log = Arc::downgrade(log);
    let mut clerk = Clerk::new(folder, witnesses);
    Builder::new().name("audit-witness".to_owned()).spawn(move || {
        clerk.run(&log, &asked);
        drop(alive);
    })?;
    Ok(Witnessing { asking: Some(asking), ended })
}

/// The thread's own.
struct Clerk {
    folder: PathBuf,
    witnesses: Vec<WitnessKey>,
    desks: Vec<Desk>,
    witnessed: Option<Witnessed>,
    trouble: Told,
    /// Which log of the daemon they are asked about.
    life: u64,
}

impl Clerk {
    fn new(folder: PathBuf, witnesses: Vec<WitnessKey>) -> Self {
        let (desks, trouble) = (desks(&witnesses), Told::default());
        Self { folder, witnesses, desks, witnessed: None, trouble, life: 0 }
    }

    fn run(&mut self, log: &Weak<AuditLog>, asked: &Receiver<Sender<()>>) {
        loop {
            let asked = asked.recv_timeout(EVERY);
            let Some(log) = log.upgrade() else { return };
            self.turn(&log);
            if matches!(asked, Err(RecvTimeoutError::Disconnected)) {
                return;
            }
        }
    }

    /// One look at the folder.
    fn turn(&mut self, log: &AuditLog) {
        let life = log.turn().lives;
        if self.life != life {
            // They know nothing of this log yet.
            (self.desks, self.witnessed, self.life) = (desks(&self.witnesses), None, life);
        }
        let (Some(key), Some(checkpoint)) = (log.verifier(), log.checkpoint()) else { return };
        let Some(ours) = desk::Ours::new(key, &checkpoint, log.folder.clone()) else { return };
        let witnessed = self.witnessed.get_or_insert_with(|| Witnessed::read(&log.folder));
        let mut failed = None;
        for desk in &mut self.desks {
            if let Some(note) = desk.fetch(&self.folder, &ours) {
                failed = failed.or(witnessed.take(&note, &ours, &self.witnesses).err());
            }
            desk.push(&self.folder, &ours);
        }
        let cosigned: Vec<_> = self.desks.iter().filter_map(Desk::cosigned).collect();
        failed = failed.or(merge(log, &checkpoint, &cosigned, &self.witnesses).err());
        self.trouble.tell(failed.map(|error| error.to_string()), "cosignatures");
    }
}

fn desks(witnesses: &[WitnessKey]) -> Vec<Desk> {
    witnesses.iter().cloned().map(Desk::new).collect()
}

/// What was cosigned goes into the file of the checkpoint that it is for, if that is still the log's.
fn merge(
    log: &AuditLog,
    checkpoint: &str,
    cosigned: &[&Note],
    witnesses: &[WitnessKey],
) -> io::Result<()> {
    let Ok(mut note) = Note::parse(checkpoint) else { return Ok(()) };
    let mut taken = 0;
    for other in cosigned {
        // Of another checkpoint nothing is taken, and of one witness a bad line spoils nothing of the others.
        for witness in witnesses {
            let merged = cosignature::merge(&mut note, other, std::slice::from_ref(witness));
            taken += merged.unwrap_or(0);
        }
    }
    if taken > 0 {
        log.log().replace_checkpoint(checkpoint, &note.to_string())?;
    }
    Ok(())
}

/// Trouble is told when it begins and when it becomes another one, not with every look.
#[derive(Debug, Default)]
struct Told(Option<String>);

impl Told {
    fn tell(&mut self, why: Option<String>, witness: &str) {
        if let Some(why) = why.as_ref().filter(|why| self.0.as_ref() != Some(why)) {
            tracing::warn!(witness, why, "witnesses of the audit log");
        }
        self.0 = why;
    }
}

impl fmt::Debug for Clerk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clerk").field("folder", &self.folder).finish_non_exhaustive()
    }
}
