//! A daemon from configuration to stop: which LMKs it has, where it listens.

mod cards;
mod counting;
mod lmks;
mod pulse;
mod signals;

pub(crate) use signals::Signals;

use crate::audit::{self, AuditLog};
use crate::cage::Cage;
use crate::cli::Failure;
use crate::config::{Config, Durability};
use crate::engine::Engine;
use crate::lifecycle::{Lifecycle, State};
use crate::monitoring::Monitor;
use crate::net::{Bound, Monitored, Monitoring, Server};
use crate::numbers::Counting;
use crate::officers;
use crate::record::{LogOnly, Recorder};
use crate::reload::Reloader;
use crate::service::{Handed, Manager};
use crate::stacks;
use crate::state::Claim;
use lmks::{first_state, load_lmks};
use payhsm_audit::record::event;
use payhsm_fibers::TOGETHER;
use payhsm_keys::Inventory;
use payhsm_protocol::field::LmkId;
use pulse::Pulse;
use sd_notify::NotifyState;
use signals::Asked;
use std::path::Path;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What a developer's machine must never let anyone overlook.
pub(crate) const TEST_LMK_WARNING: &str =
    "TEST LMK: the keys of this appliance are public; use it for development only";

/// What a daemon finds when it starts, and what it has taken from itself so far.
#[derive(Debug)]
pub(crate) struct Surroundings {
    /// Closed when everything is open and nobody is served yet.
    pub(crate) cage: Cage,
    /// Sockets that are open already.
    pub(crate) handed: Handed,
    /// Who is told how it stands.
    pub(crate) manager: Manager,
}

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
    manager: Arc<Manager>,
    pulse: Option<Pulse>,
    /// Until the last answer has left: that it stops is told, too.
    _monitored: Monitored,
    /// Tells monitors that officers can come.
    _console: Option<Counting>,
    _state: Option<Claim>,
}

impl Daemon {
    /// Starts serving as `config` says. The file at `path` said `as_read`, and is read again on reload.
    pub(crate) async fn start(
        path: &Path,
        as_read: Config,
        config: &Config,
        surroundings: Surroundings,
    ) -> Result<Self, Failure> {
        let Surroundings { cage, mut handed, manager } = surroundings;
        let manager = Arc::new(manager);
        let state = config.state.as_deref().map(Claim::on).transpose()?;
        let audit = audit::open(config)?;
        let engine = Arc::new(engine(config, audit.as_ref())?);
        counting::begin(config, engine.numbers());
        let lmks = match &config.listen.lmks {
            Some(ids) => ids.iter().copied().map(LmkId).collect(),
            None => engine.lmk_ids(),
        };
        let mut server = Server::new(Arc::clone(&engine), config.terms()?, lmks);
        if let Some(base) = config.listen.tls {
            server.listen(base, true, &mut handed)?;
        }
        if let Some(base) = config.listen.plain {
            server.listen(base, false, &mut handed)?;
        }
        if config.listen.tls.is_some() && config.callers.is_empty() {
            tracing::warn!("there is no [[caller]]: over TLS every command is refused with 68");
        }
        let bound = server.bound().to_vec();
        let reloader = Arc::new(Reloader::new(path, as_read, server.terms(), Arc::clone(&engine)));
        let watching = config.keeps_cards().then(|| cards::watch(Arc::downgrade(&engine)));
        let watching = watching.map(tokio::spawn);
        let monitor = Monitor::new(Arc::clone(&engine), server.terms());
        let pulse = Pulse::of(Arc::clone(&engine), audit.clone(), Arc::clone(&manager));
        let numbers = Arc::clone(engine.numbers());
        let officers =
            officers::open(config, engine, Arc::clone(&reloader), audit.clone(), &mut handed)?;
        let monitoring = Monitoring::open(config.monitoring.listen, handed.take("metrics")?)?;
        handed.finish()?;
        // Everything is open, and nobody has been served.
        cage.lock()?;
        let officers = officers.map(officers::Opened::serve).transpose()?;
        let console = officers.as_ref().map(|_| numbers.officers_sockets.enter());
        let (stop, stopping) = watch::channel(false);
        let monitored = monitoring.serve(monitor, &stopping);
        let serving = tokio::spawn(server.run(stopping));
        let pulse = pulse.map(|pulse| pulse.begin(&Handle::current())).transpose()?;
        Ok(Self {
            stop,
            serving,
            bound,
            reloader,
            officers,
            watching,
            audit,
            manager,
            pulse,
            _monitored: monitored,
            _console: console,
            _state: state,
        })
    }

    /// Where it listens.
    pub(crate) fn bound(&self) -> &[Bound] {
        &self.bound
    }

    /// Serves until a signal says that it is to stop; reads the configuration again on SIGHUP.
    pub(crate) async fn until_stopped(&self, signals: &mut Signals) -> Result<(), Failure> {
        self.manager.tell(&[NotifyState::Ready]);
        while signals.next().await == Asked::Reload {
            self.manager.tell_reloading();
            let reloader = Arc::clone(&self.reloader);
            // Files may be slow; connections are not to wait for them.
            let reloaded = tokio::task::spawn_blocking(move || reloader.reload_and_log()).await;
            self.manager.tell(&[NotifyState::Ready]);
            reloaded?;
        }
        self.manager.tell(&[NotifyState::Stopping, NotifyState::Status("stopping")]);
        Ok(())
    }

    /// Answers what was accepted, and ends.
    pub(crate) async fn stop(self) {
        drop(self.pulse);
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

/// How many threads answer, one for each processor; the stacks that handlers run on are there for them.
///
/// # Errors
/// What the system does not give.
pub(crate) fn threads(config: &Config) -> Result<usize, Failure> {
    // Asked before the cage: how many may be used lies in files of the system.
    let threads = std::thread::available_parallelism()?.get();
    stacks::prepare(config, threads)?;
    Ok(threads)
}

/// The runtime of a daemon.
///
/// # Errors
/// What the system does not give.
pub(crate) fn runtime(config: &Config, threads: usize) -> Result<tokio::runtime::Runtime, Failure> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if config.cards.postgres.is_some() {
        // Threads that wait for the database have others in their place. Each needs a single stack, since there requests do not
        // go together: so many are ready, and more would take memory that nobody has allowed.
        builder.max_blocking_threads(threads * (TOGETHER - 1));
    }
    Ok(builder.worker_threads(threads).enable_all().build()?)
}
