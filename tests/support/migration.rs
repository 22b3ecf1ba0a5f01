//! Appliances whose officers have changed the LMK, and keys under the one before.

use super::{host_settings, test_lmks};
use payhsm::Engine;
use payhsm::lifecycle::{Lifecycle, State};
use payhsm::record::LogOnly;
use payhsm::settings::{Legacy, Profile, Settings};
use payhsm_crypto::key_block::thales::AesWrappingKey;
use payhsm_keys::{Inventory, Lmk};
use payhsm_protocol::field::LmkId;
use std::sync::Arc;

/// The master before the AES test LMK.
const OLD_SECRET: [u8; 32] = *b"the master before this one, 32 B";

/// An appliance with the test LMKs, where this one was in force before under its id.
pub(crate) fn with_old(profile: Profile, legacy: Legacy, old: Lmk) -> Engine {
    let inventory = Arc::new(Inventory::from(test_lmks()).with_old_lmk(old));
    let (lifecycle, settings) = (Lifecycle::new(State::Operational), Settings { profile, legacy });
    Engine::new(Some(inventory), lifecycle, settings, host_settings(), Box::new(LogOnly))
}

/// The same, after a change from one AES LMK to the other.
pub(crate) fn changed(profile: Profile) -> Engine {
    let old = Lmk::aes_from_bytes(LmkId(2), &OLD_SECRET).unwrap();
    with_old(profile, Legacy::default(), old)
}

/// A block under that AES LMK: usage, algorithm letter, mode and so on to the number of optional blocks, as
/// `D0AB00N00`, and these, whose text has to fill blocks of 16.
pub(crate) fn under_old(clear: &str, attributes: &str, optional: &str) -> String {
    let lmk = AesWrappingKey::new(&OLD_SECRET).unwrap();
    let key = hex::decode(clear).unwrap();
    let length = 16 + optional.len() + 2 * lmk.body_len(key.len(), None);
    let header = format!("1{length:04}{attributes}02{optional}");
    let body = lmk.wrap(header.as_bytes(), &key, &[0; 16], None).unwrap();
    format!("S{header}{}", hex::encode_upper(body))
}
