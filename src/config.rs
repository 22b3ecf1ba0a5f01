//! The configuration file of the daemon.

use crate::net::Limits;
use crate::settings::{Legacy, Profile, Settings};
use payhsm_protocol::host::{self, TableForm};
use serde::Deserialize;
use std::net::SocketAddr;
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
    /// Lines of the log.
    #[serde(default)]
    pub log: LogSection,
}

/// Where to listen: the base port of each kind; base + 1 + n stands for LMK n.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listen {
    /// TLS with client certificates, both dialects.
    pub tls: Option<SocketAddr>,
    /// Plain TCP, host dialect: profile `development` alone.
    pub plain: Option<SocketAddr>,
}

/// Certificate files in PEM, relative to the configuration file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsFiles {
    /// The server's certificate and its chain.
    pub certificate: PathBuf,
    /// The server's private key.
    pub private_key: PathBuf,
    /// The CA certificates that a client's certificate must come from.
    pub client_ca: PathBuf,
}

/// Limits, in seconds where they are times.
#[derive(Clone, Copy, Debug, Deserialize)]
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
#[derive(Clone, Copy, Debug, Deserialize)]
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
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogSection {
    /// `text` or `json`.
    pub format: LogFormat,
    /// A filter such as `info` or `payhsm=debug`.
    pub level: Option<String>,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For a person.
    #[default]
    Text,
    /// For a machine.
    Json,
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
    #[error("{}: {reason}", path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// Where and why.
        reason: Box<toml::de::Error>,
    },
    /// It asks for something that must not be.
    #[error("{}: {reason}", path.display())]
    Refused {
        /// Which file.
        path: PathBuf,
        /// What, and what to do instead.
        reason: String,
    },
}

impl Config {
    /// Reads and checks a configuration; its relative paths are made relative to its folder.
    ///
    /// # Errors
    /// [`ConfigError`] in the words of the person who wrote the file.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|reason| ConfigError::Unreadable { path: path.to_owned(), reason })?;
        let mut config: Self = toml::from_str(&text).map_err(|reason| ConfigError::Malformed {
            path: path.to_owned(),
            reason: Box::new(reason),
        })?;
        config.check().map_err(|reason| ConfigError::Refused { path: path.to_owned(), reason })?;
        let folder = path.parent().unwrap_or_else(|| Path::new("."));
        config.state = config.state.map(|state| folder.join(state));
        if let Some(tls) = &mut config.tls {
            for file in [&mut tls.certificate, &mut tls.private_key, &mut tls.client_ca] {
                *file = folder.join(&*file);
            }
        }
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        let profile = self.profile.name();
        if self.listen.plain.is_some() && self.profile != Profile::Development {
            return Err(format!(
                "listen.plain: plain TCP exists in the profile `development` alone, and this \
                 profile is `{profile}`; use listen.tls"
            ));
        }
        if self.listen.plain.is_none() && self.listen.tls.is_none() {
            return Err("listen: neither tls nor plain is given, so nobody could call".to_owned());
        }
        if self.listen.tls.is_some() && self.tls.is_none() {
            return Err("listen.tls needs the section [tls] with certificate, private_key and \
                        client_ca"
                .to_owned());
        }
        if !(4..=12).contains(&self.host.pin_length) {
            return Err(format!(
                "host.pin_length is {}, but a PIN has 4 to 12 digits",
                self.host.pin_length
            ));
        }
        let limits = self.limits;
        let times = [limits.handshake_seconds, limits.idle_seconds, limits.request_seconds];
        if limits.connections == 0 || times.contains(&0) {
            return Err("limits: none of them may be 0".to_owned());
        }
        Ok(())
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
}

#[cfg(test)]
mod tests {
    use super::Config;

    fn check(text: &str) -> Result<(), String> {
        toml::from_str::<Config>(text).map_err(|error| error.to_string())?.check()
    }

    #[test]
    fn plain_tcp_is_for_development_alone() {
        let plain = |profile: &str| {
            check(&format!("profile = '{profile}'\n[listen]\nplain = '127.0.0.1:1500'"))
        };
        assert_eq!(plain("development"), Ok(()));
        for profile in ["issuer", "acquirer"] {
            let refusal = plain(profile).unwrap_err();
            assert!(refusal.contains("plain TCP") && refusal.contains(profile), "{refusal}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        let with = |rest: &str| check(&format!("profile = 'development'\n{rest}")).unwrap_err();
        assert!(with("[listen]").contains("nobody could call"));
        assert!(with("[listen]\ntls = '127.0.0.1:2500'").contains("[tls]"));
        let listen = "[listen]\nplain = '127.0.0.1:1500'\n";
        assert!(with(&format!("{listen}[host]\npin_length = 13")).contains("pin_length"));
        assert!(with(&format!("{listen}[limits]\nconnections = 0")).contains("limits"));
        assert!(with(&format!("{listen}colour = 'red'")).contains("colour"));
    }
}
