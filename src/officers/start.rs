//! From the configuration of a daemon to its officers' server.

use super::socket::Listening;
use super::{Office, Server, Setup, SocketError};
use crate::audit::AuditLog;
use crate::cli::Failure;
use crate::clock::Monotonic;
use crate::config::Config;
use crate::engine::Engine;
use crate::reload::Reloader;
use crate::service::Handed;
use payhsm_arena::{ArenaError, Options, Policy};
use std::path::PathBuf;
use std::sync::Arc;

/// Where systemd tells a service where its credentials are.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// Whether this daemon's LMKs are its officers'.
pub(crate) fn configured(config: &Config) -> bool {
    config.officers.socket.is_some() || config.unattended.is_some()
}

/// Sets up the secret memory of the process. Before anything else is done with keys.
///
/// # Errors
/// What the system does not give, where the configuration insists on it.
pub(crate) fn protect(config: &Config) -> Result<(), Failure> {
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

/// Officers' socket that listens and answers nobody yet.
pub(crate) struct Opened {
    office: Arc<Office>,
    listening: Listening,
}

impl Opened {
    /// Answers from now on.
    ///
    /// # Errors
    /// [`SocketError`]
    pub(crate) fn serve(self) -> Result<Server, SocketError> {
        let socket = self.listening.path().display().to_string();
        let server = Server::serve(self.office, self.listening)?;
        tracing::info!(socket, "officers' socket");
        Ok(server)
    }
}

/// Opens the officers' socket, where there is to be one, and unseals without officers, where that is wanted.
///
/// # Errors
/// What is wrong with the folder, the list of officers or the socket.
pub(crate) fn open(
    config: &Config,
    engine: Arc<Engine>,
    reloader: Arc<Reloader>,
    audit: Option<Arc<AuditLog>>,
    handed: &mut Handed,
) -> Result<Option<Opened>, Failure> {
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
    let listening = match handed.take_unix("officers")?.into_iter().next() {
        Some(listener) => Listening::handed_over(listener, socket)?,
        None => Listening::at(socket)?,
    };
    Ok(Some(Opened { office, listening }))
}
