//! What officers' acts work on.

use super::act;
use super::lmk_file;
use super::migration::Migration;
use super::refusal::Refusal;
use super::registry::{Registry, RegistryError};
use super::session::Session;
use super::tries::Tries;
use super::unsealing::Unsealing;
use crate::audit::AuditLog;
use crate::clock::Clock;
use crate::engine::Engine;
use crate::record::{ActOutcome, ActRecord};
use crate::reload::Reloader;
use payhsm_arena::ArenaBox;
use payhsm_keys::store::StoreFiles;
use payhsm_keys::{LmkScheme, SystemRandom, Vault};
use payhsm_protocol::officer::{Act, Answer, LmkLine};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Why there is no office.
#[derive(Debug, thiserror::Error)]
pub enum OfficeError {
    /// The list of officers cannot be had.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// There is no secret memory.
    #[error(transparent)]
    Memory(#[from] payhsm_arena::ArenaError),
}

/// What an office is made of.
pub struct Setup {
    /// What answers the hosts; in the state that [`has_lmk`](super::has_lmk) tells, with no LMK in force.
    pub engine: Arc<Engine>,
    /// The folder that the appliance keeps its things in; claimed already.
    pub folder: PathBuf,
    /// Where the generation of the store is kept, if not in the folder.
    pub anchor: Option<PathBuf>,
    /// For time-outs.
    pub clock: Arc<dyn Clock>,
    /// Reads the configuration again; none where there is no file.
    pub reloader: Option<Arc<Reloader>>,
    /// The audit log, and its name if it has one of its own.
    pub audit: Option<(Arc<AuditLog>, Option<String>)>,
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// Everything that officers' acts work on. One act at a time.
pub struct Office {
    engine: Arc<Engine>,
    vault: Arc<Vault>,
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    reloader: Option<Arc<Reloader>>,
    audit: Option<(Arc<AuditLog>, Option<String>)>,
    inner: Mutex<Inner>,
    migration: Migration,
}

/// What changes with the acts.
pub(super) struct Inner {
    pub(super) registry: Registry,
    pub(super) tries: Tries,
    pub(super) unsealing: Unsealing,
    /// What a person should know.
    pub(super) notes: Vec<String>,
}

/// What an act has at hand.
pub(super) struct Desk<'a> {
    pub(super) office: &'a Arc<Office>,
    pub(super) inner: &'a mut Inner,
    pub(super) session: &'a mut Session,
    /// What came beside the message; wiped with the desk.
    pub(super) secret: Option<ArenaBox<[u8]>>,
}

impl Office {
    /// Opens it.
    ///
    /// # Errors
    /// [`OfficeError`]
    pub fn open(setup: Setup) -> Result<Arc<Self>, OfficeError> {
        let Setup { engine, folder, anchor, clock, reloader, audit } = setup;
        payhsm_arena::global()?;
        let files: StoreFiles = super::store_files(&folder, anchor.as_deref());
        let registry = Registry::open(&folder, super::has_lmk(&folder))?;
        let vault = Arc::new(Vault::new(files, engine.settings().key_rules()));
        let inner = Inner {
            registry,
            tries: Tries::default(),
            unsealing: Unsealing::default(),
            notes: Vec::new(),
        };
        let (inner, migration) = (Mutex::new(inner), Migration::default());
        Ok(Arc::new(Self { engine, vault, folder, clock, reloader, audit, inner, migration }))
    }

    /// The vault: what is unsealed here.
    #[must_use]
    pub fn vault(&self) -> &Arc<Vault> {
        &self.vault
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn reloader(&self) -> Option<&Reloader> {
        self.reloader.as_deref()
    }

    pub(super) fn migration(&self) -> &Migration {
        &self.migration
    }

    pub(super) fn now(&self) -> std::time::Duration {
        self.clock.elapsed()
    }

    /// Works on what changes, while nobody else does.
    pub(super) fn with<T>(&self, work: impl FnOnce(&Self, &mut Inner) -> T) -> T {
        work(self, &mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// One act of one connection, recorded.
    pub(super) fn answer(
        self: &Arc<Self>,
        session: &mut Session,
        act: Act,
        secret: Option<ArenaBox<[u8]>>,
    ) -> Answer {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.unsealing.expire(self.now());
        let mut desk = Desk { office: self, inner: &mut inner, session, secret };
        act::carry_out(&mut desk, act).unwrap_or_else(|refusal| Answer::Refused(refusal.sentence))
    }

    /// Wipes what nobody goes on with.
    pub(super) fn tidy(&self) {
        self.with(|office, inner| inner.unsealing.expire(office.now()));
    }

    /// The appliance is unsealed: its audit log is signed from now on.
    pub(super) fn sign_log(&self) -> Result<(), Refusal> {
        let Some((audit, _)) = &self.audit else { return Ok(()) };
        let random = &mut SystemRandom::new();
        let (name, keys) = (self.log_name()?, self.vault.audit_keys(random)?);
        let Some(before) = self.vault.audit_keys_before()? else {
            return audit.unsealed(&name, keys).map_err(Refusal::new);
        };
        // Somebody was stopped while the key was being replaced.
        audit.change_key(&name, before, keys).map_err(Refusal::new)?;
        Ok(self.vault.forget_audit_keys_before(random)?)
    }

    /// The appliance is unsealed: rows of cards can be read from now on.
    pub(super) fn open_cards(&self) -> Result<(), Refusal> {
        let keys = self.vault.state_keys(&mut SystemRandom::new())?;
        self.engine.cards().unsealed(keys);
        Ok(())
    }

    /// Erases LMK and store. The audit log ends before the keys are gone that sign it, and another begins after.
    pub(super) fn erase_keys(&self) -> Result<(), Refusal> {
        let Some((audit, _)) = &self.audit else { return Ok(self.vault.erase()?) };
        // Whoever sealed it took the signer away; while the vault is open the log can still be signed.
        let unsealed = self.vault.inventory().is_some();
        let ended = if unsealed { self.sign_log() } else { Ok(()) };
        let ended = ended.and_then(|()| audit.end().map_err(Refusal::new));
        let erased = ended.and_then(|ending| {
            self.vault.erase()?;
            ending.begin_next();
            Ok(())
        });
        erased.inspect_err(|_| {
            audit.sealed();
            self.vault.seal();
        })
    }

    /// The audit log, if one is kept.
    pub(super) fn audit(&self) -> Option<&AuditLog> {
        self.audit.as_ref().map(|(audit, _)| &**audit)
    }

    /// What the audit log is called.
    pub(super) fn log_name(&self) -> Result<String, Refusal> {
        match &self.audit {
            Some((_, Some(name))) => Ok(name.clone()),
            Some((_, None)) | None => Ok(format!("payhsm.local/{}", self.vault.appliance()?)),
        }
    }

    /// Keeps a record of what is already done; if that fails, the log has it.
    pub(super) fn record(
        &self,
        officers: &[String],
        (act, about): (&str, &str),
        outcome: ActOutcome,
        said: &str,
    ) {
        let record = ActRecord { officers, act, about, outcome, said };
        if let Err(error) = self.engine.record_act(&record) {
            tracing::error!(%error, act, about, ?outcome, "an act of officers");
        }
    }

    /// The LMKs, as far as they are known.
    pub(super) fn lmks(&self) -> Vec<LmkLine> {
        let (Some(inventory), Ok(about)) = (self.vault.inventory(), self.vault.about_lmks()) else {
            return lmk_file::read(&self.folder);
        };
        let master = inventory.lmks().default_lmk().id();
        let role = |id| if id == master { "master" } else { "live" };
        let mut lines: Vec<_> =
            about.iter().map(|about| lmk_file::line(about, role(about.id))).collect();
        let line = |lmk: &payhsm_keys::Lmk, role: &str| LmkLine {
            id: lmk.id(),
            scheme: match lmk.scheme() {
                LmkScheme::KeyBlockAes => "AES-256 key block",
                LmkScheme::KeyBlockTdes => "3DES key block",
                LmkScheme::Variant => "variant",
            }
            .to_owned(),
            check_value: lmk_file::short(&lmk.check_value()),
            role: role.to_owned(),
            holders: Vec::new(),
            quorum: None,
        };
        lines.extend(inventory.old_lmk().map(|old| line(old, "old")));
        let ours = |lmk: &&payhsm_keys::Lmk| about.iter().any(|about| about.id == lmk.id());
        let test = inventory.lmks().iter().filter(|lmk| lmk.is_test() && !ours(lmk));
        lines.extend(test.map(|lmk| line(lmk, "test")));
        lines
    }
}

impl fmt::Debug for Office {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Office").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Desk<'_> {
    /// Who is present.
    pub(super) fn names(&self) -> Vec<String> {
        self.session.names(&self.inner.registry)
    }

    /// The answer to what was done, with the generation of the store now.
    pub(super) fn done(&self, said: impl Into<String>) -> Answer {
        Answer::Done { said: said.into(), generation: self.generation() }
    }

    /// Of the store; 0 while it is sealed.
    pub(super) fn generation(&self) -> u64 {
        self.office.vault.generation().unwrap_or(0)
    }

    /// What came beside the message.
    pub(super) fn take_secret(&mut self) -> Result<ArenaBox<[u8]>, Refusal> {
        self.secret.take().ok_or_else(|| Refusal::new("nothing was entered"))
    }
}
