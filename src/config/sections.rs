//! The sections of the file, as they are written.

use payhsm_audit::cosignature::WitnessKey;
use payhsm_audit::note::KeyError;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Where to listen: the base port of each kind; base + 1 + n stands for LMK n.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listen {
    /// TLS with client certificates, both dialects.
    pub tls: Option<SocketAddr>,
    /// Plain TCP, host dialect: profile `development` alone.
    pub plain: Option<SocketAddr>,
    /// The LMKs that have a port of their own; without it those that are in force at the start.
    pub lmks: Option<Vec<u8>>,
}

/// Limits, in seconds where they are times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsSection {
    /// Connections at one time.
    pub connections: usize,
    /// For a TLS handshake.
    pub handshake_seconds: u64,
    /// Without a request.
    pub idle_seconds: u64,
    /// From the first byte of a request to its last, and for taking an answer.
    pub request_seconds: u64,
}

impl Default for LimitsSection {
    fn default() -> Self {
        Self { connections: 4096, handshake_seconds: 5, idle_seconds: 300, request_seconds: 5 }
    }
}

/// The host dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HostSection {
    /// Bytes of the opaque header, 0 to 255.
    pub header_length: u8,
    /// The longest PIN under a DES LMK, 4 to 12 digits; such a PIN is one character longer.
    pub pin_length: u8,
    /// Whether a ZMK without scheme letter is single length.
    pub single_length_zmk: bool,
}

impl Default for HostSection {
    fn default() -> Self {
        Self { header_length: 4, pin_length: 4, single_length_zmk: false }
    }
}

/// The log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogSection {
    /// `text` or `json`.
    pub format: LogFormat,
    /// A filter such as `info` or `payhsm=debug`.
    pub level: Option<String>,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For a person.
    #[default]
    Text,
    /// For a machine.
    Json,
}

/// Officers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OfficersSection {
    /// The Unix socket for their program, relative to the configuration file.
    pub socket: Option<PathBuf>,
}

/// Secret memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MemorySection {
    /// Whether a system without `memfd_secret` is refused.
    pub strict: Option<bool>,
}

/// Unsealing without officers, for machines that nobody is near.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnattendedSection {
    /// The systemd credential that holds what it takes.
    pub credential: String,
}

/// The audit log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuditSection {
    /// The folder of the log, relative to the configuration file; `audit` in the state folder if nothing is said.
    pub folder: Option<PathBuf>,
    /// When a record counts as kept.
    pub durability: Durability,
    /// What the log is called: the name of its key, such as `hsm-1.bank.example/audit`. Without it, the id of the
    /// appliance.
    pub name: Option<String>,
    /// Public keys of witnesses, as C2SP tlog-cosignature writes them.
    pub witnesses: Vec<String>,
    /// The folder that the log meets its witnesses in, relative to the configuration file.
    pub witness_folder: Option<PathBuf>,
}

impl AuditSection {
    /// The public keys of the witnesses.
    ///
    /// # Errors
    /// The first that is none, and why.
    pub(crate) fn witness_keys(&self) -> Result<Vec<WitnessKey>, (&str, KeyError)> {
        let read = |text| WitnessKey::parse(text).map_err(|error| (text, error));
        self.witnesses.iter().map(String::as_str).map(read).collect()
    }
}

/// When a record counts as kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Durability {
    /// When it is on the disk, before the answer leaves.
    #[default]
    Durable,
    /// When the system has it: a power cut may take the last seconds.
    Relaxed,
    /// Never: there is no log. Profile `development` alone.
    Off,
}

impl Durability {
    /// Its name, as the configuration has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Durable => "durable",
            Self::Relaxed => "relaxed",
            Self::Off => "off",
        }
    }
}

impl From<Durability> for payhsm_audit::log::Durability {
    fn from(durability: Durability) -> Self {
        match durability {
            Durability::Durable => Self::Durable,
            Durability::Relaxed | Durability::Off => Self::Relaxed,
        }
    }
}
