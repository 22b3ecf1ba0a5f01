//! `witness` and `witness-key`: somebody else who watches logs grow.

use super::args::{Witness, WitnessKey};
use super::{Stop, key};
use crate::note::{Note, VerifierKey};
use crate::witness::folder::{self, answer_file, request_file};
use crate::witness::{Refusal, Request, SecretKey, State, consider};
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;
use time::OffsetDateTime;

/// How often the folder is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// `witness-key`.
pub(super) fn make_key(task: &WitnessKey, out: &mut dyn Write) -> Result<(), Stop> {
    let secret = SecretKey::generate(&task.name).map_err(Stop::unable)?;
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&task.out);
    let written = file.and_then(|mut file| {
        writeln!(file, "{}", secret.to_text())?;
        file.sync_all()
    });
    written.map_err(|error| Stop::file(&task.out, &error))?;
    Ok(writeln!(out, "{}", secret.public())?)
}

/// `witness`.
pub(super) fn run(task: &Witness, out: &mut dyn Write) -> Result<(), Stop> {
    let text = String::from_utf8(key::read(&task.key)?).unwrap_or_default();
    let secret = SecretKey::parse(text.trim_end());
    let secret =
        secret.map_err(|error| Stop::Unable(format!("{}: {error}", task.key.display())))?;
    let keys = task.logs.iter().map(|log| key::log_key(log)).collect::<Result<Vec<_>, _>>()?;
    if !task.folder.is_dir() {
        return Err(Stop::Unable(format!("{} is not a folder", task.folder.display())));
    }
    let mut names: Vec<_> = keys.iter().map(VerifierKey::name).collect();
    names.sort_unstable();
    names.dedup();
    let desk = |log: &&str| Desk::new(&task.folder, log, secret.public().name());
    let mut desks: Vec<_> = names.iter().map(desk).collect();
    let signer = secret.signer().map_err(Stop::unable)?;
    let mut state = State::open(&task.state, signer, keys).map_err(Stop::unable)?;
    let evidence = task.state.with_added_extension("evidence");
    loop {
        let mut refused = false;
        for desk in &mut desks {
            refused |= desk.look(&mut state, &evidence, out)?;
        }
        out.flush()?;
        if task.once {
            return if refused { Err(Stop::Bad(String::new())) } else { Ok(()) };
        }
        std::thread::park_timeout(EVERY);
    }
}

/// One log.
struct Desk {
    log: String,
    request: PathBuf,
    answer: PathBuf,
    /// What was laid there last; each is considered once.
    last: Option<Vec<u8>>,
    trouble: Option<String>,
}

impl Desk {
    fn new(folder: &Path, log: &str, witness: &str) -> Self {
        Self {
            log: log.to_owned(),
            request: folder.join(request_file(log, witness)),
            answer: folder.join(answer_file(log, witness)),
            last: None,
            trouble: None,
        }
    }

    /// Looks for a request, and answers it. Whether there was something that was not good.
    fn look(
        &mut self,
        state: &mut State,
        evidence: &Path,
        out: &mut dyn Write,
    ) -> Result<bool, Stop> {
        let found = match folder::read(&self.request, folder::MOST) {
            Ok(None) => return Ok(false),
            Ok(Some(found)) if self.last.as_ref() == Some(&found) => return Ok(false),
            Ok(Some(found)) => found,
            Err(error) => return self.tell(error.to_string(), out),
        };
        let text = String::from_utf8_lossy(&found).into_owned();
        let answered = self.answer(&text, state, evidence);
        self.last = Some(found);
        match answered {
            Ok(said) => {
                self.trouble = None;
                writeln!(out, "{}: {said}", self.log)?;
                Ok(false)
            }
            Err(why) => self.tell(why, out),
        }
    }

    fn answer(&self, text: &str, state: &mut State, evidence: &Path) -> Result<String, String> {
        let now = u64::try_from(OffsetDateTime::now_utc().unix_timestamp()).unwrap_or_default();
        let put = |text: &str| -> Result<(), String> {
            let put = folder::put(&self.answer, text, false);
            put.map_err(|error| format!("{}: {error}", self.answer.display()))
        };
        match consider(text, now, state) {
            Ok(line) => {
                let request = Request::parse(text).map_err(|error| error.to_string())?;
                // Whatever came with the checkpoint goes back with it.
                let cosigned = request.checkpoint + &line;
                let note = Note::parse(&cosigned).map_err(|error| error.to_string())?;
                put(&note.to_string())?;
                let size = state.seen(&self.log).map_or(0, |seen| seen.size);
                Ok(format!("{size} records cosigned"))
            }
            Err(Refusal::Conflict { seen, old }) => {
                put(&format!("{seen}\n"))?;
                Ok(format!("asked to go on from {old} records; {seen} were seen"))
            }
            Err(refusal) => {
                let mut said = refusal.to_string();
                // Signed by the log, it proves something.
                if matches!(refusal, Refusal::SplitView { .. } | Refusal::Unproven { .. })
                    && keep(evidence, text).is_ok()
                {
                    said = format!("{said}; the request is kept in {}", evidence.display());
                }
                Err(said)
            }
        }
    }

    /// Says what is wrong, once.
    fn tell(&mut self, why: String, out: &mut dyn Write) -> Result<bool, Stop> {
        if self.trouble.as_ref() != Some(&why) {
            writeln!(out, "{}: NOT COSIGNED: {why}", self.log)?;
        }
        self.trouble = Some(why);
        Ok(true)
    }
}

/// The first of them stays.
fn keep(evidence: &Path, request: &str) -> io::Result<()> {
    if evidence.exists() { Ok(()) } else { folder::put(evidence, request, true) }
}
