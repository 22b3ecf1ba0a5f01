//! Reading the configuration again while the daemon serves: callers, limits and certificates are
//! exchanged; everything else waits for the next start. A file that is wrong changes nothing.

use crate::cli::Failure;
use crate::config::Config;
use crate::engine::Engine;
use crate::net::NewTerms;
use payhsm_audit::record::event;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Reads the configuration of a running daemon again.
#[derive(Debug)]
pub struct Reloader {
    path: PathBuf,
    /// As the file was at the start: what needs a new start is told by comparing with it.
    at_start: Config,
    terms: NewTerms,
    engine: Arc<Engine>,
}

impl Reloader {
    /// For the daemon that was started with the file at `path`.
    pub(crate) fn new(path: &Path, at_start: Config, terms: NewTerms, engine: Arc<Engine>) -> Self {
        Self { path: path.to_owned(), at_start, terms, engine }
    }

    /// Reads the file and whatever it names, and puts callers, limits and certificates in place of
    /// those that there are. Gives back the names of keys that have changed and wait for the next
    /// start.
    ///
    /// # Errors
    /// What is wrong, in the words of [`Config::load`]; nothing has changed then.
    pub fn reload(&self) -> Result<Vec<&'static str>, Failure> {
        let config = Config::load(&self.path)?;
        let terms = config.terms()?;
        if self.terms.has_tls() && terms.tls.is_none() {
            return Err("[tls] is missing, and the daemon listens on TLS".into());
        }
        let waiting = config.changed_for_the_next_start(&self.at_start);
        // What cannot be recorded is not done.
        self.engine.record_event(event::RELOAD, "callers, limits, certificates")?;
        self.terms.replace(terms);
        Ok(waiting)
    }

    /// What a person should know of certificates now, a sentence each.
    pub(crate) fn notes(&self) -> Vec<String> {
        self.terms.notes()
    }

    /// The same, and what came of it is told to the log.
    pub(crate) fn reload_and_log(&self) {
        match self.reload() {
            Ok(waiting) if waiting.is_empty() => tracing::info!("configuration read again"),
            Ok(waiting) => {
                let keys = waiting.join(", ");
                tracing::warn!(keys, "configuration read again; these wait for the next start");
            }
            Err(error) => {
                tracing::error!(%error, "configuration not read again: nothing has changed");
            }
        }
    }
}
