//! Which LMKs an appliance has when it starts.

use super::TEST_LMK_WARNING;
use crate::cli::Failure;
use crate::config::{Config, KeysFile};
use crate::engine::Held;
use crate::lifecycle::State;
use crate::officers;
use crate::settings::Profile;
use payhsm_keys::{Inventory, Lmk, LmkSet};
use payhsm_protocol::field::LmkId;

/// Where an appliance stands when it starts: with an LMK that others hold shares of, it is sealed.
pub(super) fn first_state(config: &Config, has_lmks: bool) -> State {
    let made = config.state.as_deref().is_some_and(officers::has_lmk);
    match (has_lmks, made) {
        (true, _) => State::Operational,
        (false, true) => State::Sealed,
        (false, false) => State::Uninitialised,
    }
}

/// The profile `development` has the public test LMKs: 02, AES-256, is the default, and 00
/// (variant) and 01 (3DES key block) are there where legacy LMKs are. 01 and 02 then have the variant
/// one as their old LMK, so that a migration can be rehearsed. Keys under labels and zones may be in a file.
pub(super) fn load_lmks(config: &Config) -> Result<Option<Held>, Failure> {
    let settings = &config.settings();
    match settings.profile {
        Profile::Development => {
            let mut lmks = LmkSet::new(Lmk::public_test_aes_key_block(LmkId(2))?);
            let mut old = Vec::new();
            if settings.legacy.legacy_lmk {
                lmks.insert(Lmk::public_test_variant(LmkId(0))?);
                lmks.insert(Lmk::public_test_tdes_key_block(LmkId(1))?);
                old.push(Lmk::public_test_variant(LmkId(1))?);
                old.push(Lmk::public_test_variant(LmkId(2))?);
            }
            let inventory = old.into_iter().fold(Inventory::from(lmks), Inventory::with_old_lmk);
            let inventory = match &config.development.keys {
                Some(path) => KeysFile::add_to(path, inventory)?,
                None => inventory,
            };
            let held = Held::admitted(inventory, settings)?;
            tracing::warn!("{TEST_LMK_WARNING}");
            Ok(Some(held))
        }
        Profile::Issuer | Profile::Acquirer => Ok(None),
    }
}
