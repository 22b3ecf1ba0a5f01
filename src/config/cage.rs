//! `[cage]`: what the daemon takes from itself before it serves.

use super::Config;
use crate::settings::Profile;
use serde::Deserialize;

/// The section.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CageSection {
    /// Whether a kernel that cannot keep all of it is refused.
    pub strict: Option<bool>,
    /// Whether the daemon may run as root outside `development`.
    pub allow_root: bool,
}

impl Config {
    /// Whether a kernel that cannot keep the daemon in its cage is refused. Outside `development` it is, unless the file
    /// says otherwise.
    #[must_use]
    pub fn strict_cage(&self) -> bool {
        self.cage.strict.unwrap_or(self.profile != Profile::Development)
    }
}
