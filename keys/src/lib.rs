//! The vault of payhsm: the only crate that can construct or read a clear key.
//!
//! A command handler opens what a request names and calls what the key can do:
//!
//! ```no_run
//! # use payhsm_keys::*;
//! # use payhsm_protocol::field::*;
//! # fn handler(lmk: &Lmk, rules: &KeyRules, random: &mut dyn Random, cvk: &KeyField, pan: &Pan)
//! # -> Result<Cvv, payhsm_protocol::ErrorCode> {
//! let cvk = Key::<usage::Cvk>::open(lmk, cvk, Purpose::Generate, rules)
//!     .map_err(|refused| refused.code(Position::Source, false))?;
//! let cvv = cvk.cvv(pan, Expiry(*b"2812"), ServiceCode(*b"201")).map_err(OperationRefused::code)?;
//! # Ok(cvv)
//! # }
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`usage`] | usages as types, and the table of what may become which |
//! | [`Key`] | a key with one usage; its operations are in one file for each kind of key |
//! | [`AnyKey`] | a key whose usage is data: generating, sealing, check values |
//! | [`exchange`] | export and import under a ZMK or TMK |
//! | [`Vault`] | the LMKs in force and the open store, for requests and for officers |
//! | [`AuditKeys`] | what the appliance signs its audit log with, and fingerprints account numbers |
//! | [`StateKeys`] | what the rows of its state are named and sealed by |
//! | [`store`] | what lies on the disk, sealed |
//! | [`ceremony`] | components and shares |
//! | [`Lmk`] | local master keys, and what is under them besides keys: PINs, decimalisation tables |
//!
//! Nothing that holds a clear key can be cloned, compared, printed or serialised.
#![forbid(unsafe_code)]

mod any_key;
mod attributes;
mod audit_key;
pub mod ceremony;
mod components;
mod cryptogram;
mod cvk;
mod data_key;
mod dcvk;
mod defence;
mod emv_key;
pub mod exchange;
mod export;
mod issue_key;
mod key;
mod key_types;
mod lmk;
mod mac_key;
mod material;
mod operation;
mod pin_key;
mod pvk;
mod random;
mod rebinding;
mod refusal;
mod rules;
mod state_keys;
pub mod store;
mod strength;
mod token_key;
pub mod usage;
mod vault;
mod weak;
mod wrapping;
mod zone_export;

pub use any_key::{AnyKey, Binding, NewKey};
pub use audit_key::AuditKeys;
pub use data_key::DataMode;
pub use defence::Defence;
#[cfg(all(feature = "weakened", debug_assertions))]
pub use defence::{Off, ciphers_used};
pub use emv_key::CardOf;
pub use export::{ExportRefused, PanForm, Value, export_jwe};
pub use key::{Key, Purpose};
pub use lmk::{Lmk, LmkPinRefused, LmkScheme, LmkSecret, LmkSet, TableRefused};
pub use mac_key::MacAlgorithm;
pub use material::Algorithm;
pub use operation::OperationRefused;
pub use pin_key::{PinRefused, PinTranslation, pin_translation_allowed, translate_pin};
pub use pvk::IbmMethod;
pub use random::{Random, RandomFailed, SystemRandom};
pub use refusal::{KeyRefused, Position};
pub use rules::KeyRules;
pub use state_keys::StateKeys;
pub use vault::{Inventory, LabelledKey, LmkAbout, MasterChange, Table, Vault, VaultRefused};
pub use zone_export::{ZoneExport, ZoneExportMistake};

// Handlers get the vocabulary of the arithmetic from here, so that they need not name its crate.
pub use payhsm_crypto::card::dcvv2::{
    HIGHEST_N as HIGHEST_DYNAMIC_N, STEPS as DYNAMIC_STEPS, time_n as dynamic_n,
};
pub use payhsm_crypto::card::{CardCode, CardKeyOption, CardRange, RangeError, is_luhn};
pub use payhsm_crypto::export::{
    Chaining as ExportChaining, Layout, Profile as ExportProfile, PublicKeyError, RsaPublicKey,
};
pub use payhsm_crypto::fpe::FpeError;
pub use payhsm_crypto::mac::{Chaining, Mac, Padding};
pub use payhsm_crypto::pin::{Allowed, Checks, DecimalisationTable as OpenTable, Pin, PinError};
pub use payhsm_crypto::token::{TokenError, TokenScheme};
