//! A daemon from configuration to stop: which LMKs it has, where it listens.

mod cards;

use crate::audit::{self, AuditLog};
use crate::cli::Failure;
use crate::config::{Config, Durability, KeysFile};
use crate::engine::{Engine, Held};
use crate::lifecycle::{Lifecycle, State};
use crate::net::{Bound, Server};
use crate::officers;
use crate::record::{LogOnly, Recorder};
use crate::reload::Reloader;
use crate::settings::Profile;
use crate::stacks;
use crate::state::Claim;
use payhsm_audit::record::event;
use payhsm_fibers::TOGETHER;
use payhsm_keys::{Inventory, Lmk, LmkSet};
use payhsm_protocol::field::LmkId;
use std::path::Path;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What a developer's machine must never let anyone overlook.
pub(crate) const TEST_LMK_WARNING: &str =
    "TEST LMK: the keys of this appliance are public; use it for development only";

/// How often the store of cards is asked how it is.
const LOOK_AT_CARDS: Duration = Duration::from_secs(1);

/// A daemon that is serving.
#[derive(Debug)]
pub(crate) struct Daemon {
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
    bound: Vec<Bound>,
    reloader: Arc<Reloader>,
    officers: Option<officers::Server>,
    watching: Option<JoinHandle<()>>,
    audit: Option<Arc<AuditLog>>,
    _state: Option<Claim>,
}

impl Daemon {
    /// Starts serving as `config` says. The file at `path` said `as_read`, and is read again on reload.
    pub(crate) async fn start(
        path: &Path,
        as_read: Config,
        config: &Config,
    ) -> Result<Self, Failure> {
        let state = config.state.as_deref().map(Claim::on).transpose()?;
        let audit = audit::open(config)?;
        let engine = Arc::new(engine(config, audit.as_ref())?);
        let lmks = match &config.listen.lmks {
            Some(ids) => ids.iter().copied().map(LmkId).collect(),
            None => engine.lmk_ids(),
        };
        let mut server = Server::new(Arc::clone(&engine), config.terms()?, lmks);
        if let Some(base) = config.listen.tls {
            server.listen(base, true)?;
        }
        if let Some(base) = config.listen.plain {
            server.listen(base, false)?;
        }
        if config.listen.tls.is_some() && config.callers.is_empty() {
            tracing::warn!("there is no [[caller]]: over TLS every command is refused with 68");
        }
        let bound = server.bound().to_vec();
        let reloader = Arc::new(Reloader::new(path, as_read, server.terms(), Arc::clone(&engine)));
        let watching = config.keeps_cards().then(|| watch(Arc::downgrade(&engine)));
        let watching = watching.map(tokio::spawn);
        let officers = officers::start(config, engine, Arc::clone(&reloader), audit.clone())?;
        let (stop, stopping) = watch::channel(false);
        let serving = tokio::spawn(server.run(stopping));
        Ok(Self { stop, serving, bound, reloader, officers, watching, audit, _state: state })
    }

    /// Where it listens.
    pub(crate) fn bound(&self) -> &[Bound] {
        &self.bound
    }

    /// Serves until a signal says that it is to stop; reads the configuration again on SIGHUP.
    pub(crate) async fn until_stopped(&self, signals: &mut Signals) -> Result<(), Failure> {
        while signals.next().await == Asked::Reload {
            let reloader = Arc::clone(&self.reloader);
            // Files may be slow; connections are not to wait for them.
            tokio::task::spawn_blocking(move || reloader.reload_and_log()).await?;
        }
        Ok(())
    }

    /// Answers what was accepted, and ends.
    pub(crate) async fn stop(self) {
        drop(self.officers);
        if let Some(watching) = self.watching {
            watching.abort();
        }
        self.stop.send_replace(true);
        if let Err(error) = self.serving.await {
            tracing::error!(%error, "the daemon did not end well");
        }
        if let Some(audit) = self.audit {
            if let Err(error) = audit.record_event(event::STOP, "") {
                tracing::error!(%error, "the last record");
            }
            audit.close();
        }
    }
}

fn engine(config: &Config, audit: Option<&Arc<AuditLog>>) -> Result<Engine, Failure> {
    let settings = config.settings();
    // Officers' appliances have the LMKs that officers bring, developers' too.
    let held = if officers::configured(config) { None } else { load_lmks(config)? };
    let state = first_state(config, held.is_some());
    if state != State::Operational {
        let state = state.name();
        tracing::warn!(state, "no LMK is in force: the appliance answers status commands alone");
    }
    let lifecycle = Lifecycle::new(state);
    let inventory = held.map(|held| Arc::clone(held.inventory()));
    let recorder: Box<dyn Recorder> = match audit {
        Some(audit) => Box::new(Arc::clone(audit)),
        None => Box::new(LogOnly),
    };
    if let Some(audit) = audit {
        begin_log(config, audit, inventory.as_deref())?;
    }
    let cards = cards::open(config, inventory.as_deref())?;
    Ok(Engine::new(inventory, lifecycle, settings, config.host(), recorder).with_cards(cards))
}

/// The first entries since the start; who has keys already signs from now on.
fn begin_log(
    config: &Config,
    audit: &AuditLog,
    inventory: Option<&Inventory>,
) -> Result<(), Failure> {
    let (version, profile) = (env!("CARGO_PKG_VERSION"), config.profile.name());
    audit.record_event(event::START, &format!("payhsmd {version}, profile {profile}"))?;
    let durability = config.audit.durability;
    if durability != Durability::Durable {
        let detail =
            format!("{}: a power cut may take the last seconds of this log", durability.name());
        tracing::warn!(detail, "audit.durability");
        audit.record_event(event::DURABILITY, &detail)?;
    }
    if let Some(inventory) = inventory {
        let keys = audit::keys_without_store(config.state.as_deref(), inventory)?;
        audit.unsealed(&config.audit_name(None), keys)?;
    }
    Ok(())
}

/// Tells the log when the rows of cards cannot be used and when they can again, for as long as there is an engine.
async fn watch(engine: Weak<Engine>) {
    let mut troubled = false;
    while let Some(engine) = engine.upgrade() {
        match engine.cards().trouble() {
            Some(why) if !troubled => {
                tracing::error!(why, "the rows of cards cannot be used: S0 to who needs them");
                troubled = true;
            }
            None if troubled => {
                tracing::info!("the rows of cards can be used again");
                troubled = false;
            }
            Some(_) | None => {}
        }
        drop(engine);
        tokio::time::sleep(LOOK_AT_CARDS).await;
    }
}

/// Where an appliance stands when it starts: with an LMK that others hold shares of, it is sealed.
fn first_state(config: &Config, has_lmks: bool) -> State {
    let made = config.state.as_deref().is_some_and(officers::has_lmk);
    match (has_lmks, made) {
        (true, _) => State::Operational,
        (false, true) => State::Sealed,
        (false, false) => State::Uninitialised,
    }
}

/// The profile `development` has the public test LMKs: 02, AES-256, is the default, and 00
/// (variant) and 01 (3DES key block) are there where legacy LMKs are. 01 and 02 then have the variant
/// one as their old LMK, so that a migration can be rehearsed. Keys under labels and zones may be in a file.
fn load_lmks(config: &Config) -> Result<Option<Held>, Failure> {
    let settings = &config.settings();
    match settings.profile {
        Profile::Development => {
            let mut lmks = LmkSet::new(Lmk::public_test_aes_key_block(LmkId(2))?);
            let mut old = Vec::new();
            if settings.legacy.legacy_lmk {
                lmks.insert(Lmk::public_test_variant(LmkId(0))?);
                lmks.insert(Lmk::public_test_tdes_key_block(LmkId(1))?);
                old.push(Lmk::public_test_variant(LmkId(1))?);
                old.push(Lmk::public_test_variant(LmkId(2))?);
            }
            let inventory = old.into_iter().fold(Inventory::from(lmks), Inventory::with_old_lmk);
            let inventory = match &config.development.keys {
                Some(path) => KeysFile::add_to(path, inventory)?,
                None => inventory,
            };
            let held = Held::admitted(inventory, settings)?;
            tracing::warn!("{TEST_LMK_WARNING}");
            Ok(Some(held))
        }
        Profile::Issuer | Profile::Acquirer => Ok(None),
    }
}

/// The runtime of a daemon, a thread for each processor, with the stacks that its handlers run on.
///
/// # Errors
/// What the system does not give.
pub(crate) fn runtime(config: &Config) -> Result<tokio::runtime::Runtime, Failure> {
    let threads = std::thread::available_parallelism()?.get();
    stacks::prepare(config, threads)?;
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if config.cards.postgres.is_some() {
        // Threads that wait for the database have others in their place. Each needs a single stack, since there requests do not
        // go together: so many are ready, and more would take memory that nobody has allowed.
        builder.max_blocking_threads(threads * (TOGETHER - 1));
    }
    Ok(builder.worker_threads(threads).enable_all().build()?)
}

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Stop,
    Reload,
}

/// The signals that the daemon listens to: Ctrl-C, SIGTERM, SIGHUP.
#[derive(Debug)]
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl Signals {
    /// Listens from now on. Before the daemon says that it serves, so that none is lost.
    pub(crate) fn new() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.interrupt.recv() => Asked::Stop,
            _ = self.terminate.recv() => Asked::Stop,
            _ = self.hang_up.recv() => Asked::Reload,
        }
    }
}
