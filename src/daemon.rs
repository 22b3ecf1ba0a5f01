//! A daemon from configuration to stop: which LMKs it has, where it listens.

use crate::cli::Failure;
use crate::config::Config;
use crate::engine::Engine;
use crate::lifecycle::{Lifecycle, State};
use crate::net::{Bound, Server, server_config};
use crate::record::LogOnly;
use crate::settings::{Profile, Settings};
use crate::state::Claim;
use payhsm_keys::{KeyRefused, Lmk, LmkSet};
use payhsm_protocol::field::LmkId;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What a developer's machine must never let anyone overlook.
pub(crate) const TEST_LMK_WARNING: &str =
    "TEST LMK: the keys of this appliance are public; use it for development only";

/// A daemon that is serving.
#[derive(Debug)]
pub(crate) struct Daemon {
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
    bound: Vec<Bound>,
    _state: Option<Claim>,
}

impl Daemon {
    /// Starts serving as `config` says.
    pub(crate) async fn start(config: &Config) -> Result<Self, Failure> {
        let state = config.state.as_deref().map(Claim::on).transpose()?;
        let engine = Arc::new(engine(config)?);
        let mut server = Server::new(engine, config.limits());
        if let (Some(base), Some(tls)) = (config.listen.tls, &config.tls) {
            let tls = server_config(&tls.certificate, &tls.private_key, &tls.client_ca)?;
            server.listen_tls(base, tls).await?;
        }
        if let Some(base) = config.listen.plain {
            server.listen_plain(base).await?;
        }
        let bound = server.bound().to_vec();
        let (stop, stopping) = watch::channel(false);
        let serving = tokio::spawn(server.run(stopping));
        Ok(Self { stop, serving, bound, _state: state })
    }

    /// Where it listens.
    pub(crate) fn bound(&self) -> &[Bound] {
        &self.bound
    }

    /// Answers what was accepted, and ends.
    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.serving.await {
            tracing::error!(%error, "the daemon did not end well");
        }
    }
}

fn engine(config: &Config) -> Result<Engine, Failure> {
    let settings = config.settings();
    let lmks = load_lmks(&settings)?;
    let state = if lmks.is_some() {
        State::Operational
    } else {
        tracing::warn!("no LMK: the appliance answers status commands alone");
        State::Uninitialised
    };
    let lifecycle = Lifecycle::new(state);
    Ok(Engine::new(lmks, lifecycle, settings, config.host(), Box::new(LogOnly)))
}

/// The profile `development` has the public test LMKs: 02, AES-256, is the default, and 00
/// (variant) and 01 (3DES key block) are there where legacy LMKs are.
fn load_lmks(settings: &Settings) -> Result<Option<LmkSet>, Failure> {
    match settings.profile {
        Profile::Development => {
            let mut lmks =
                LmkSet::new(admitted(Lmk::public_test_aes_key_block(LmkId(2)), settings)?);
            if settings.legacy.legacy_lmk {
                lmks.insert(admitted(Lmk::public_test_variant(LmkId(0)), settings)?);
                lmks.insert(admitted(Lmk::public_test_tdes_key_block(LmkId(1)), settings)?);
            }
            tracing::warn!("{TEST_LMK_WARNING}");
            Ok(Some(lmks))
        }
        Profile::Issuer | Profile::Acquirer => Ok(None),
    }
}

fn admitted(lmk: Result<Lmk, KeyRefused>, settings: &Settings) -> Result<Lmk, Failure> {
    let lmk = lmk?;
    settings.admit(&lmk)?;
    Ok(lmk)
}

/// The runtime of a daemon.
pub(crate) fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}

/// Waits for Ctrl-C or SIGTERM.
pub(crate) async fn wait_for_stop() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        outcome = tokio::signal::ctrl_c() => outcome,
        _ = terminate.recv() => Ok(()),
    }
}
