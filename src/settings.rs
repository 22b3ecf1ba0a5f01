//! What an appliance allows: the profile and its security settings.

use payhsm_keys::{Defence, KeyRules, Lmk, LmkScheme};
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

/// Why an LMK may not be in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LmkNotAdmitted {
    /// Its value is public.
    #[error("a public test LMK is for the profile `development` alone, and this is `{0}`")]
    Test(&'static str),
    /// PCI PTS HSM v5 bans TDES for this.
    #[error("an LMK that is not AES-256 needs legacy.legacy_lmk")]
    Legacy,
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

    /// Whether an LMK may be in force: a public test LMK in the profile `development` alone, one
    /// that is not AES-256 only where `legacy_lmk` is switched on.
    ///
    /// # Errors
    /// [`LmkNotAdmitted`] says which rule it breaks.
    pub fn admit(&self, lmk: &Lmk) -> Result<(), LmkNotAdmitted> {
        if lmk.is_test() && self.profile != Profile::Development {
            return Err(LmkNotAdmitted::Test(self.profile.name()));
        }
        match lmk.scheme() {
            LmkScheme::KeyBlockAes => Ok(()),
            LmkScheme::Variant | LmkScheme::KeyBlockTdes if self.legacy.legacy_lmk => Ok(()),
            LmkScheme::Variant | LmkScheme::KeyBlockTdes => Err(LmkNotAdmitted::Legacy),
        }
    }

    /// Whether a caller is told what exactly was wrong with a key or a PIN block. Elsewhere it
    /// would be an oracle.
    #[must_use]
    pub fn tells_apart(&self) -> bool {
        self.profile == Profile::Development || !Defence::OneCode.holds()
    }

    /// Whether every activity is authorised without officers.
    #[must_use]
    pub fn authorises_everything(&self) -> bool {
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

#[cfg(test)]
mod tests {
    use super::{Legacy, LmkNotAdmitted, Profile, Settings};
    use payhsm_keys::{Lmk, SystemRandom};
    use payhsm_protocol::field::LmkId;

    #[test]
    fn test_lmks_and_legacy_lmks_are_admitted_where_they_may() {
        let id = LmkId(0);
        let live = Lmk::generate_aes(id, &mut SystemRandom::new()).unwrap();
        let aes = Lmk::public_test_aes_key_block(id).unwrap();
        let legacy =
            [Lmk::public_test_variant(id).unwrap(), Lmk::public_test_tdes_key_block(id).unwrap()];
        for profile in Profile::ALL {
            let development = profile == Profile::Development;
            for legacy_lmk in [false, true] {
                let legacy_switches = Legacy { legacy_lmk, ..Legacy::default() };
                let settings = Settings { profile, legacy: legacy_switches };
                assert_eq!(settings.admit(&live), Ok(()));
                assert_eq!(settings.admit(&aes).is_ok(), development);
                for lmk in &legacy {
                    assert_eq!(settings.admit(lmk).is_ok(), development && legacy_lmk);
                }
            }
        }
        let issuer = Settings { profile: Profile::Issuer, legacy: Legacy::default() };
        assert_eq!(issuer.admit(&aes), Err(LmkNotAdmitted::Test("issuer")));
    }
}
