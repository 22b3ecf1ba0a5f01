//! The arithmetic of payhsm: pure functions on bytes, for payment keys, PINs and cards.
//!
//! Holds nothing, logs nothing, reads no clock; randomness enters as an argument. The only crate that names cipher
//! crates. What it knows of secrets it wipes, prints never, and compares in constant time.
//!
//! | module | does |
//! |---|---|
//! | [`cipher`] | DES, TDES and AES under an expanded [`cipher::BlockKey`]; ECB, CBC, CFB |
//! | [`aead`] | AES-256-GCM, for what lies on disk |
//! | [`mac`] | ISO/IEC 9797-1 algorithms 1 and 3, CMAC; in one piece or chained; HMAC-SHA-256 |
//! | [`kcv`] | key check values |
//! | [`parity`] | odd parity of DES keys |
//! | [`pin`] | PIN blocks and their translation; PVV; IBM 3624; the PIN under the LMK |
//! | [`card`] | CVV, iCVV, CVV2; dynamic CVV2; contactless dCVV, CVC3; card numbers and their check digit |
//! | [`fpe`] | FF1 |
//! | [`export`] | values on their way to somebody else |
//! | [`token`] | tokens of card numbers |
//! | [`told`] | verdicts on secrets, where they become answers |
//! | [`key_block`] | ANSI X9.143 (TR-31) and Thales key blocks |
//! | [`variant`] | keys under variant LMKs and ZMKs |
//! | [`dtab`] | decimalisation tables under the LMK |
#![forbid(unsafe_code)]

pub mod aead;
pub mod card;
pub mod cipher;
pub mod dtab;
pub mod export;
pub mod fpe;
pub mod kcv;
pub mod key_block;
pub mod mac;
pub mod parity;
pub mod pin;
pub mod token;
pub mod told;
pub mod variant;
