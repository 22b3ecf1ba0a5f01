//! From the configuration of a daemon to its officers' server.

use super::{Office, Server, Setup};
use crate::audit::AuditLog;
use crate::cli::Failure;
use crate::clock::Monotonic;
use crate::config::Config;
use crate::engine::Engine;
use crate::reload::Reloader;
use crate::settings::Profile;
use payhsm_arena::{ArenaError, Options, Policy, harden_process};
use std::path::PathBuf;
use std::sync::Arc;

/// Where systemd tells a service where its credentials are.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// Whether this daemon's LMKs are its officers'.
pub(crate) fn configured(config: &Config) -> bool {
    config.officers.socket.is_some() || config.unattended.is_some()
}

/// Closes a production process to onlookers, and sets up its secret memory. Before anything else is done.
///
/// # Errors
/// What the system does not give, where the configuration insists on it.
pub(crate) fn protect(config: &Config) -> Result<(), Failure> {
    if config.profile != Profile::Development {
        let hardening = harden_process();
        if hardening.is_complete() {
            tracing::info!("{hardening}");
        } else {
            tracing::warn!("{hardening}");
        }
    }
    let policy = if config.strict_memory() { Policy::SecretOnly } else { Policy::PreferSecret };
    match payhsm_arena::init(Options { policy, ..Options::default() }) {
        Ok(arena) => {
            if let Some(shortfall) = arena.shortfall() {
                tracing::warn!(%shortfall, "secret memory is locked memory");
            }
            Ok(())
        }
        Err(ArenaError::AlreadySet) => Ok(()),
        Err(error) => Err(format!(
            "{error}; memory.strict = false makes do with locked memory, which the system's administrator can read"
        )
        .into()),
    }
}

/// Starts the officers' server, where there is to be one, and unseals without officers, where that is wanted.
///
/// # Errors
/// What is wrong with the folder, the list of officers or the socket.
pub(crate) fn start(
    config: &Config,
    engine: Arc<Engine>,
    reloader: Arc<Reloader>,
    audit: Option<Arc<AuditLog>>,
) -> Result<Option<Server>, Failure> {
    let Some(folder) = config.state.clone().filter(|_| configured(config)) else {
        return Ok(None);
    };
    let (anchor, clock) = (config.anchor.clone(), Arc::new(Monotonic::new()));
    let log_name = config.audit.name.clone();
    let (reloader, audit) = (Some(reloader), audit.map(|log| (log, log_name)));
    let office = Office::open(Setup { engine, folder, anchor, clock, reloader, audit })?;
    if let Some(unattended) = &config.unattended {
        let credentials = std::env::var_os(CREDENTIALS).map(PathBuf::from);
        match office.unseal_unattended(credentials.as_deref(), &unattended.credential) {
            Ok(()) => tracing::warn!("unsealed without officers"),
            Err(why) => tracing::error!(why, "not unsealed without officers"),
        }
    }
    let Some(socket) = &config.officers.socket else { return Ok(None) };
    let server = Server::start(office, socket)?;
    tracing::info!(socket = %socket.display(), "officers' socket");
    Ok(Some(server))
}
