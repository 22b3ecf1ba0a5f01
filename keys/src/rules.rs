//! What the security settings of a profile allow to be done with keys.

/// The settings that this crate asks about. [`KeyRules::PRODUCTION`] is the strict choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyRules {
    /// Keys without authentication: cryptograms under a variant LMK, X9.17 and variant forms under a ZMK,
    /// and the X9.143 block versions A and C that its authors have deprecated.
    pub variant_schemes: bool,
    /// Single-length DES keys, and such keys in double- or triple-length clothing.
    pub single_des: bool,
    /// TPK and TMK have key types of their own (70D, 80D) instead of sharing 002 with the PVK
    /// ("Enforce key type 002 separation"). Matters only to a variant LMK.
    pub separate_002: bool,
}

impl KeyRules {
    /// Key blocks only, no single DES, every key type apart.
    pub const PRODUCTION: Self =
        Self { variant_schemes: false, single_des: false, separate_002: true };

    /// Everything that published test values of the variant scheme need.
    pub const LEGACY: Self = Self { variant_schemes: true, single_des: true, separate_002: false };
}

impl Default for KeyRules {
    fn default() -> Self {
        Self::PRODUCTION
    }
}
