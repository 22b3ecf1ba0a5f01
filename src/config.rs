//! The configuration file of the daemon.

mod advice;
mod audit;
mod cage;
mod callers;
mod check;
mod development;
mod disk;
mod issuing;
mod monitoring;
mod sections;
mod tls;
pub(crate) mod validity;

pub use cage::CageSection;
pub use callers::CallerSection;
pub use development::DevelopmentSection;
pub(crate) use development::{KeysFile, ZoneInFile};
pub use issuing::{
    CardsSection, CodeForm, CodeMethod, DynamicCvv2Section, ExcludedPins, GuardSection, Issuing,
    MostPerSection, ProductSection, TokenDomainSection, TokenScheme, While,
};
pub use monitoring::MonitoringSection;
pub use sections::{
    AuditSection, Durability, HostSection, LimitsSection, Listen, LogFormat, LogSection,
    MemorySection, OfficersSection, UnattendedSection,
};
pub use tls::{TlsFiles, TlsVersion};

use crate::caller::Callers;
use crate::cli::Failure;
use crate::net::{Limits, Terms};
use crate::settings::{Legacy, Profile, Settings};
use payhsm_protocol::host::{self, TableForm};
use serde::Deserialize;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Everything that `payhsm.toml` can say. Unknown entries are refused.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What the appliance is for.
    pub profile: Profile,
    /// The folder that its stores are kept in, relative to this file; one daemon at a time has it.
    pub state: Option<PathBuf>,
    /// The file that the generation of the store is kept in, best on another disk: against an
    /// older copy put back. Without it, it lies in the state folder.
    pub anchor: Option<PathBuf>,
    /// Where it listens.
    pub listen: Listen,
    /// Certificates; needed for `listen.tls`.
    pub tls: Option<TlsFiles>,
    /// What connections may take.
    #[serde(default)]
    pub limits: LimitsSection,
    /// How the host dialect is spoken.
    #[serde(default)]
    pub host: HostSection,
    /// Switches for what should no longer be.
    #[serde(default)]
    pub legacy: Legacy,
    /// Where officers' programs find it.
    #[serde(default)]
    pub officers: OfficersSection,
    /// The record of every command.
    #[serde(default)]
    pub audit: AuditSection,
    /// Where clear keys live.
    #[serde(default)]
    pub memory: MemorySection,
    /// What the daemon takes from itself.
    #[serde(default)]
    pub cage: CageSection,
    /// Unsealing without officers.
    pub unattended: Option<UnattendedSection>,
    /// Who may call over TLS; what is not given to a caller it does not have.
    #[serde(default, rename = "caller")]
    pub callers: Vec<CallerSection>,
    /// What issuers say of their products.
    #[serde(default, rename = "product")]
    pub products: Vec<ProductSection>,
    /// Tokens of organisations.
    #[serde(default, rename = "token_domain")]
    pub token_domains: Vec<TokenDomainSection>,
    /// Where rows of cards are kept, and limits beside those of a card.
    #[serde(default)]
    pub cards: CardsSection,
    /// What a developer's appliance has in place of officers.
    #[serde(default)]
    pub development: DevelopmentSection,
    /// Where monitors ask how it is.
    #[serde(default)]
    pub monitoring: MonitoringSection,
    /// Lines of the log.
    #[serde(default)]
    pub log: LogSection,
}

/// Why a configuration is refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("cannot read {}: {reason}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// It is not TOML of the right shape.
    #[error("{}: {reason}{}", path.display(), advised(reason))]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// Where and why.
        reason: Box<toml::de::Error>,
    },
    /// It asks for what must not be.
    #[error("{}: {reasons}", path.display())]
    Refused {
        /// Which file.
        path: PathBuf,
        /// All of it, and what to do instead.
        reasons: Reasons,
    },
}

/// Everything that is wrong with a configuration, a sentence each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reasons(pub Vec<String>);

impl fmt::Display for Reasons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [only] => f.write_str(only),
            all => {
                write!(f, "{} mistakes", all.len())?;
                all.iter().try_for_each(|one| write!(f, "\n  - {one}"))
            }
        }
    }
}

/// What to write instead, on a line of its own.
fn advised(reason: &toml::de::Error) -> String {
    advice::on(reason.message()).map(|advice| format!("{advice}\n")).unwrap_or_default()
}

fn refused(path: &Path, mistakes: Vec<String>) -> ConfigError {
    ConfigError::Refused { path: path.to_owned(), reasons: Reasons(mistakes) }
}

impl Config {
    /// Reads and checks a configuration; its relative paths are made relative to its folder.
    ///
    /// # Errors
    /// [`ConfigError`] in the words of the person who wrote the file.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let (config, mistakes) = Self::read(path)?;
        if mistakes.is_empty() { Ok(config) } else { Err(refused(path, mistakes)) }
    }

    /// Reads a configuration, and gives back what is wrong with it, also in the files that it
    /// names.
    ///
    /// # Errors
    /// [`ConfigError`], with everything that is wrong.
    pub fn check(path: &Path) -> Result<Self, ConfigError> {
        let (config, mut mistakes) = Self::read(path)?;
        mistakes.extend(config.mistakes_on_disk());
        if mistakes.is_empty() { Ok(config) } else { Err(refused(path, mistakes)) }
    }

    fn read(path: &Path) -> Result<(Self, Vec<String>), ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|reason| ConfigError::Unreadable { path: path.to_owned(), reason })?;
        let mut config: Self = toml::from_str(&text).map_err(|reason| ConfigError::Malformed {
            path: path.to_owned(),
            reason: Box::new(reason),
        })?;
        config.set_folder(path.parent().unwrap_or_else(|| Path::new(".")));
        let mistakes = config.mistakes();
        Ok((config, mistakes))
    }

    fn set_folder(&mut self, folder: &Path) {
        let tls = self.tls.iter_mut().flat_map(TlsFiles::files_mut);
        let files = self.state.iter_mut().chain(&mut self.anchor).chain(&mut self.officers.socket);
        let files = files.chain(&mut self.audit.folder).chain(&mut self.audit.witness_folder);
        let files = files.chain(&mut self.cards.password_file).chain(&mut self.cards.ca);
        let files = files.chain(&mut self.development.keys);
        for file in files.chain(tls) {
            *file = folder.join(&*file);
        }
    }

    /// The security settings.
    #[must_use]
    pub const fn settings(&self) -> Settings {
        Settings { profile: self.profile, legacy: self.legacy }
    }

    /// The settings of the host dialect.
    #[must_use]
    pub fn host(&self) -> host::Settings {
        host::Settings {
            header_length: usize::from(self.host.header_length),
            lmk_pin_length: usize::from(self.host.pin_length) + 1,
            single_length_zmk: self.host.single_length_zmk,
            tables: if self.legacy.plain_decimalisation_tables {
                TableForm::EncryptedOrPlain
            } else {
                TableForm::Encrypted
            },
        }
    }

    /// The limits of connections.
    #[must_use]
    pub const fn limits(&self) -> Limits {
        Limits {
            connections: self.limits.connections,
            handshake: Duration::from_secs(self.limits.handshake_seconds),
            idle: Duration::from_secs(self.limits.idle_seconds),
            request: Duration::from_secs(self.limits.request_seconds),
        }
    }

    /// Who may call over TLS.
    ///
    /// # Errors
    /// What is wrong with the entries, a sentence each.
    pub fn callers(&self) -> Result<Callers, Reasons> {
        callers::read(&self.callers, self.profile)
    }

    /// What connections are served on.
    ///
    /// # Errors
    /// What is wrong with callers or certificates.
    pub(crate) fn terms(&self) -> Result<Terms, Failure> {
        let callers = self.callers().map_err(|wrong| wrong.to_string())?;
        let tls = self.tls.as_ref().map(TlsFiles::read).transpose()?;
        let limits = self.limits().that_the_system_allows(self.sockets());
        Ok(Terms { callers, limits, tls })
    }

    /// The folder of the audit log, if there is one.
    #[must_use]
    pub fn audit_folder(&self) -> Option<PathBuf> {
        match self.audit.durability {
            Durability::Off => None,
            Durability::Durable | Durability::Relaxed => {
                let in_state = self.state.as_ref().map(|state| state.join("audit"));
                self.audit.folder.clone().or(in_state)
            }
        }
    }

    /// Whether secret memory has to be `memfd_secret`. Outside `development` it has, unless the
    /// file says otherwise.
    #[must_use]
    pub fn strict_memory(&self) -> bool {
        self.memory.strict.unwrap_or(self.profile != Profile::Development)
    }

    /// The keys that `self` has otherwise than `before` and that only a new start follows.
    pub(crate) fn changed_for_the_next_start(&self, before: &Self) -> Vec<&'static str> {
        [
            ("profile", self.profile != before.profile),
            ("state", self.state != before.state),
            ("anchor", self.anchor != before.anchor),
            ("listen", self.listen != before.listen),
            ("host", self.host != before.host),
            ("legacy", self.legacy != before.legacy),
            ("officers", self.officers != before.officers),
            ("audit", self.audit != before.audit),
            ("memory", self.memory != before.memory),
            ("cage", self.cage != before.cage),
            ("unattended", self.unattended != before.unattended),
            ("product", self.products != before.products),
            ("token_domain", self.token_domains != before.token_domains),
            ("cards", self.cards != before.cards),
            ("development", self.development != before.development),
            ("monitoring", self.monitoring != before.monitoring),
            ("log", self.log != before.log),
        ]
        .into_iter()
        .filter_map(|(key, changed)| changed.then_some(key))
        .collect()
    }
}
