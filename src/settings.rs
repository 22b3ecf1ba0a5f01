//! What an appliance allows: the profile and its security settings.

use payhsm_keys::KeyRules;
use serde::Deserialize;

/// What an appliance is for. Everything that a profile does not name is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// A developer's machine: public test LMKs, plain TCP, telling error codes.
    Development,
    /// A card issuer: PINs are made, changed and verified, card values are made.
    Issuer,
    /// An acquirer or a switch: PINs are translated and nothing else is done with them.
    Acquirer,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 3] = [Self::Development, Self::Issuer, Self::Acquirer];

    /// Its name, as the configuration has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Issuer => "issuer",
            Self::Acquirer => "acquirer",
        }
    }
}

/// Switches for what was and should no longer be. All are off unless switched on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own in the configuration"
)]
pub struct Legacy {
    /// LMKs that are not AES-256: the variant LMK and the 3DES key-block LMK.
    pub legacy_lmk: bool,
    /// Keys in variant (U, T) and X9.17 (X, Y, Z) form on import and export.
    pub key_schemes: bool,
    /// Single-length DES keys.
    pub single_des: bool,
    /// TPKs and TMKs share key type 002 with PVKs, in place of 70D and 80D.
    pub shared_002: bool,
    /// Decimalisation tables in clear.
    pub plain_decimalisation_tables: bool,
}

/// The security settings in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What the appliance is for.
    pub profile: Profile,
    /// What of the past is still allowed.
    pub legacy: Legacy,
}

impl Settings {
    /// The settings of a developer's machine: everything that published transcripts need.
    #[must_use]
    pub const fn development() -> Self {
        Self {
            profile: Profile::Development,
            legacy: Legacy {
                legacy_lmk: true,
                key_schemes: true,
                single_des: true,
                shared_002: true,
                plain_decimalisation_tables: true,
            },
        }
    }

    /// Whether a caller is told what exactly was wrong with a key or a PIN block. Elsewhere it
    /// would be an oracle.
    #[must_use]
    pub fn tells_apart(&self) -> bool {
        self.profile == Profile::Development
    }

    /// Whether a message may name another LMK than its port.
    #[must_use]
    pub fn message_outranks_port(&self) -> bool {
        self.profile == Profile::Development
    }

    /// What the vault accepts as a key.
    #[must_use]
    pub fn key_rules(&self) -> KeyRules {
        KeyRules {
            variant_schemes: self.legacy.key_schemes,
            single_des: self.legacy.single_des,
            separate_002: !self.legacy.shared_002,
        }
    }
}
