//! From the configuration to the log of a daemon.

use super::view::View;
use super::{AuditLog, Watch, aside, ending, witness};
use crate::cli::Failure;
use crate::config::{AuditSection, Config};
use payhsm_audit::log::Health;
use payhsm_keys::{AuditKeys, Inventory, SystemRandom};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// Where a developer's appliance, which has no store, keeps its keys: sealed by a public test LMK.
const KEYS: &str = "audit.key";

/// What a log is called before its appliance has an id.
const DEVELOPMENT: &str = "payhsm.local/development";

/// Opens the log that the configuration asks for; none for a developer's appliance without a folder. What the log of an
/// appliance that is no more left in the folder is set aside.
///
/// # Errors
/// What is wrong with the folder, in the words of whoever starts the daemon.
pub fn open(config: &Config) -> Result<Option<Arc<AuditLog>>, Failure> {
    let Some(folder) = config.audit_folder() else { return Ok(None) };
    let watch = Arc::new(Watch::new());
    let AuditSection { durability, .. } = config.audit;
    aside::recover(&folder).map_err(|error| format!("the audit log: {error}"))?;
    let log = Arc::new(ending::open(&folder, durability, &watch)?);
    let public_key = folder.with_extension("pub");
    let entries = match log.health() {
        Health::Works { durable } => durable,
        Health::Fails { .. } => u64::MAX,
    };
    let view = View::open(&folder, folder.with_extension("retrieved"), entries);
    let log = Arc::new(AuditLog {
        appending: RwLock::new(Arc::clone(&log)),
        log: Mutex::new(log),
        watch,
        keys: RwLock::default(),
        folder,
        durability,
        told: Mutex::default(),
        verifier: Mutex::default(),
        witnessing: Mutex::default(),
        public_key,
        view,
        turn: Mutex::default(),
    });
    log.look_back(config)?;
    if let Some(exchange) = &config.audit.witness_folder {
        let witnesses = config.audit.witness_keys().unwrap_or_default();
        let witnessing = witness::start(&log, exchange.clone(), witnesses)?;
        *log.witnessing.lock().unwrap_or_else(PoisonError::into_inner) = Some(witnessing);
    }
    Ok(Some(log))
}

impl Config {
    /// What the log of this appliance is called, whose id is `appliance`.
    pub(crate) fn audit_name(&self, appliance: Option<&str>) -> String {
        let named = self.audit.name.clone();
        named.unwrap_or_else(|| {
            appliance.map_or_else(|| DEVELOPMENT.to_owned(), |id| format!("payhsm.local/{id}"))
        })
    }
}

/// The keys of an appliance that has no store: from its folder, or new ones.
pub(crate) fn keys_without_store(
    state: Option<&Path>,
    inventory: &Inventory,
) -> Result<Arc<AuditKeys>, Failure> {
    let lmk = inventory.lmks().default_lmk();
    let random = &mut SystemRandom::new();
    let Some(path) = state.map(|folder| folder.join(KEYS)) else {
        return Ok(Arc::new(AuditKeys::generate(random)?));
    };
    match fs::read_to_string(&path) {
        Ok(sealed) => {
            let sealed = hex::decode(sealed.trim()).unwrap_or_default();
            let opened = AuditKeys::open(lmk, &sealed);
            Ok(Arc::new(opened.map_err(|refused| format!("{}: {refused}", path.display()))?))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let keys = AuditKeys::generate(random)?;
            let sealed = hex::encode(keys.seal(lmk, random)?);
            payhsm_officer::file::replace(&path, &format!("{sealed}\n"))
                .map_err(|error| format!("{}: {error}", path.display()))?;
            Ok(Arc::new(keys))
        }
        Err(error) => Err(format!("{}: {error}", path.display()).into()),
    }
}
