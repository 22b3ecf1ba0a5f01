//! What the daemon takes from itself: new privileges and core files from the start, folders and ports that are not its own
//! before it has a second thread, calls of the system that it does not need before it accepts the first connection.
//! docs/hardening.md tells of all of it.

mod database;
mod own;

use crate::cli::Failure;
use crate::config::Config;
use crate::settings::Profile;
use database::Database;
use payhsm_arena::{Hardening, harden_process};
use payhsm_cage::ground::Extent;
use payhsm_cage::{Fenced, Need};
use std::net::ToSocketAddrs;
use std::path::Path;

/// Why root is refused, and what to do instead.
const ROOT: &str = "payhsmd runs as root: whoever takes it over has the whole machine. Start it as a user of its own \
    (DynamicUser= or User= of its unit, or setpriv --reuid=payhsm --regid=payhsm --init-groups); who wants root all the same \
    says --allow-root, or allow_root = true in [cage]";

/// What of it is in force so far.
#[derive(Debug)]
pub(crate) struct Cage {
    hardening: Hardening,
    strict: bool,
    /// Once there is a fence: how far it goes, and what the filter of calls has to leave.
    fenced: Option<(Fenced, Vec<Need>)>,
}

impl Cage {
    /// Gives up new privileges, core files and being looked at by others of the same user; refuses root where that has not
    /// been allowed. The first thing that a daemon does: it reaches threads that are started afterwards.
    ///
    /// # Errors
    /// A sentence for whoever started it.
    pub(crate) fn begin(config: &Config, root_allowed: bool) -> Result<Self, Failure> {
        if rustix::process::geteuid().is_root() {
            if config.profile != Profile::Development && !root_allowed && !config.cage.allow_root {
                return Err(ROOT.into());
            }
            tracing::warn!("payhsmd runs as root: whoever takes it over has the whole machine");
        }
        let (hardening, strict) = (harden_process(), config.strict_cage());
        if !hardening.is_complete() {
            if strict {
                return Err(format!("{hardening}; {MAKE_DO}").into());
            }
            tracing::warn!("{hardening}");
        }
        Ok(Self { hardening, strict, fenced: None })
    }

    /// Looks up whatever the daemon would look up later: the machines of its database, by name.
    ///
    /// # Errors
    /// A name that has no address now.
    pub(crate) fn look_up(config: &mut Config) -> Result<(), Failure> {
        let Some(postgres) = &config.cards.postgres else { return Ok(()) };
        let look_up = |name: &str| {
            let found = (name, 0).to_socket_addrs()?;
            Ok(found.map(|address| address.ip()).collect())
        };
        if let Some(addresses) = Database::read(postgres).looked_up(look_up)? {
            config.cards.postgres = Some(addresses);
        }
        Ok(())
    }

    /// Folders and ports of a daemon with this configuration, read from `path`: nothing else is in reach of this thread
    /// and those that it starts from now on. There must be no other yet.
    ///
    /// # Errors
    /// What is not there, or what the kernel cannot do.
    pub(crate) fn fence(&mut self, path: &Path, config: &Config) -> Result<(), Failure> {
        let database = config.cards.postgres.as_deref().map(Database::read);
        let ground = own::ground(path, config, database.as_ref())?;
        let fenced = ground.fence(self.strict).map_err(|error| self.advised(&error))?;
        let needs = database.iter().map(|_| Need::Database).collect();
        self.fenced = Some((fenced, needs));
        Ok(())
    }

    /// From now on, over all threads, the calls of a serving daemon and no other. Where there is no fence, there is no
    /// filter either.
    ///
    /// # Errors
    /// What the kernel says, where the configuration insists on it.
    pub(crate) fn lock(&self) -> Result<(), Failure> {
        let hardening = self.hardening;
        let Some((fenced, needs)) = &self.fenced else {
            tracing::info!("cage: {hardening}");
            return Ok(());
        };
        let calls = match payhsm_cage::lock(needs) {
            Ok(calls) => format!("{calls} system calls left (seccomp)"),
            Err(error) if self.strict => return Err(self.advised(&error)),
            Err(error) => format!("system calls: NO filter, {error}"),
        };
        let whole = fenced.extent == Extent::Whole && calls.ends_with("(seccomp)");
        if whole && hardening.is_complete() {
            tracing::info!("cage: {hardening}; {fenced}; {calls}");
        } else {
            tracing::warn!("cage: {hardening}; {fenced}; {calls}");
        }
        Ok(())
    }

    fn advised(&self, error: &dyn std::error::Error) -> Failure {
        let advice = if self.strict { format!("; {MAKE_DO}") } else { String::new() };
        format!("{error}{advice}").into()
    }
}

const MAKE_DO: &str = "cage.strict = false makes do with what this kernel can";
