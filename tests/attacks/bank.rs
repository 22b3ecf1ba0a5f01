//! The bank under attack: its keys, its customers, and where an attacker's program sends its messages.

use crate::support::binary::Caller;
use crate::support::cards::{Issuer, Setup, block as key_block};
use crate::support::keys::sealed;
use crate::support::random::Chance;
use crate::support::{self, host_settings, test_inventory};
use payhsm::Engine;
use payhsm::lifecycle::{Lifecycle, State};
use payhsm::record::LogOnly;
use payhsm::settings::{Legacy, Profile, Settings};
use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::pin::ibm3624::{self, ValidationBlock};
use payhsm_crypto::pin::{Account, DecimalisationTable, Layout, Pin, encipher, encode, pvv};
use payhsm_keys::OpenTable;
use payhsm_protocol::field::DecimalisationTable as SealedTable;
use std::io::{Read, Write};
use std::sync::{Arc, OnceLock};

/// Whoever answers: the engine in this process, or a daemon at the other end of a socket.
pub(crate) trait Hsm {
    /// The answer to a host message: code, error, fields.
    fn ask(&mut self, message: &str) -> String;
}

/// The engine in this process, with a frame for each message.
pub(crate) struct Inside<'e>(pub(crate) &'e Engine);

impl Hsm for Inside<'_> {
    fn ask(&mut self, message: &str) -> String {
        support::ask(self.0, message)
    }
}

impl<S: Read + Write> Hsm for Caller<S> {
    fn ask(&mut self, message: &str) -> String {
        Self::ask(self, message)
    }
}

/// The code of an answer.
pub(crate) fn error(answer: &str) -> &str {
    answer.get(2..4).unwrap()
}

/// Label, what `sealed` wants to know, clear key. Every byte has even parity, so that two components of odd parity make it.
pub(crate) const KEYS: [(&str, &str, &str); 9] = [
    ("zpk", "P0TB00E00", "12C6FC7499CC90AC728E6C1E335FC987"),
    ("zpk2", "P0TB00E00", "416F44D4CC6CDE478ED73090FAEEF528"),
    ("tpk", "71TB00E00", "DB2772933C6FB2A08DF07DE8096ACF47"),
    ("aes", "P0AB00E00", "D4301E6603A58B63C5C61DEB95F51774"),
    ("pvv", "V2TN00E00", "C6F9696C3390A39A3C0572774DD76FE4"),
    ("ibm", "V1TN00E00", "EE3A3FA3485A0ACF270C05D744C309FF"),
    ("cvk", "C0TN00E00", "175A7D3FE8E1A08D5FEB7B1BB29A9348"),
    ("dek", "D0TB00E00", "5577DEEDE18ECF598E4724F9DBD47422"),
    ("zmk", "K0TB00E00", "2B44E25A215366B2C9DB8B82300636ED"),
];

/// The decimalisation table of the bank.
pub(crate) const TABLE: &[u8; 16] = b"0123456789012345";

/// A key as a request names it: its label.
pub(crate) fn named(label: &str) -> String {
    format!("L{:02}{label}", label.len())
}

/// The clear key of a label.
pub(crate) fn clear(label: &str) -> Vec<u8> {
    let (_, _, key) = KEYS.into_iter().find(|(name, ..)| *name == label).unwrap();
    hex::decode(key).unwrap()
}

fn cipher(label: &str) -> BlockKey {
    match label {
        "aes" => BlockKey::aes(&clear(label)).unwrap(),
        _ => BlockKey::tdes(&clear(label)).unwrap(),
    }
}

/// A customer, whose PIN the attacker is after.
#[derive(Clone)]
pub(crate) struct Customer {
    pub(crate) pan: String,
    pub(crate) pin: String,
}

impl Customer {
    /// The twelve digits that go with a PIN block.
    pub(crate) fn account(&self) -> &str {
        self.pan.get(3..15).unwrap()
    }

    /// What the bank derives natural PINs from.
    pub(crate) fn validation(&self) -> String {
        format!("{}N", self.account().get(1..).unwrap())
    }

    /// The same as the sixteen digits that are enciphered.
    pub(crate) fn validated(&self) -> String {
        format!("{}{}", self.account().get(1..).unwrap(), self.account().get(7..).unwrap())
    }

    /// The offset of the PIN: on the card, so everybody can read it.
    pub(crate) fn offset(&self) -> String {
        let account = Account::pan12(self.account().as_bytes()).unwrap();
        let data = self.validation();
        let data = data.as_bytes().first_chunk().unwrap();
        let block = ValidationBlock::from_validation_data(data, &account).unwrap();
        let table = DecimalisationTable::from_digits(TABLE).unwrap();
        let pin = Pin::from_digits(self.pin.as_bytes()).unwrap();
        let offset = ibm3624::generate_offset(&cipher("ibm"), &table, &block, self.pin.len(), &pin);
        String::from_utf8(offset.unwrap().to_padded().to_vec()).unwrap()
    }

    /// The PVV of the PIN, with the index 1: on the card too.
    pub(crate) fn pvv(&self) -> String {
        let account = Account::pan12(self.account().as_bytes()).unwrap();
        let pin = Pin::from_digits(self.pin.as_bytes()).unwrap();
        let pvv = pvv::generate(&cipher("pvv"), &account, b'1', &pin).unwrap();
        String::from_utf8(pvv.to_vec()).unwrap()
    }

    /// The PIN block that the attacker has tapped: of the PIN, in this layout, under this key.
    pub(crate) fn tapped_as(&self, layout: Layout, key: &str) -> String {
        self.typed_as(&self.pin, layout, key)
    }

    /// The same in format 01 under `zpk`.
    pub(crate) fn tapped(&self) -> String {
        self.tapped_as(Layout::Iso0, "zpk")
    }

    /// What a cash machine makes of a PIN that the attacker types for this card.
    pub(crate) fn typed(&self, pin: &str) -> String {
        self.typed_as(pin, Layout::Iso0, "zpk")
    }

    pub(crate) fn typed_as(&self, pin: &str, layout: Layout, key: &str) -> String {
        let account = Account::pan(self.pan.as_bytes()).unwrap();
        let pin = Pin::from_digits(pin.as_bytes()).unwrap();
        let block = encode(&pin, layout, &account, &[0x5A; 16]).unwrap();
        let block = encipher(&cipher(key), &block, layout, &account).unwrap();
        hex::encode_upper(block.as_bytes())
    }
}

/// Customers with PINs of four digits, the same in every run.
pub(crate) fn customers(seed: u64, count: usize) -> Vec<Customer> {
    let mut chance = Chance::new(seed);
    let mut customer = || {
        let stem = format!("4{:014}", chance.next() % 100_000_000_000_000);
        let pin = format!("{:04}", chance.below(10_000));
        Customer { pan: with_check_digit(&stem), pin }
    };
    (0..count).map(|_| customer()).collect()
}

fn with_check_digit(stem: &str) -> String {
    let twice = [true, false].into_iter().cycle();
    let sum: u32 = (stem.bytes().rev().zip(twice))
        .map(|(digit, twice)| {
            let value = u32::from(digit - b'0') * if twice { 2 } else { 1 };
            value / 10 + value % 10
        })
        .sum();
    format!("{stem}{}", (10 - sum % 10) % 10)
}

/// Digit by digit, modulo 10.
pub(crate) fn add(one: &str, other: &str) -> String {
    combine(one, other, |a, b| a + b)
}

/// Digit by digit, modulo 10.
pub(crate) fn subtract(one: &str, other: &str) -> String {
    combine(one, other, |a, b| a + 10 - b)
}

fn combine(one: &str, other: &str, how: impl Fn(u8, u8) -> u8) -> String {
    let digits = one.bytes().zip(other.bytes());
    digits.map(|(a, b)| char::from(b'0' + how(a - b'0', b - b'0') % 10)).collect()
}

/// The bank's table as officers have put it under the LMK of an engine in this process.
pub(crate) fn sealed_table() -> String {
    static SEALED: OnceLock<String> = OnceLock::new();
    SEALED.get_or_init(seal_table).clone()
}

fn seal_table() -> String {
    let inventory = test_inventory();
    let table = OpenTable::from_digits(TABLE).unwrap();
    let sealed = inventory.lmks().default_lmk().seal_table(&table).unwrap();
    let SealedTable::UnderAesLmk(bytes) = sealed else { panic!("the default LMK is AES") };
    format!("L{}", hex::encode_upper(bytes))
}

/// An appliance of this profile without rows: nothing is counted in it, so each defence of it stands alone. Officers have
/// authorised nothing.
pub(crate) fn alone(profile: Profile) -> Engine {
    let settings = Settings { profile, legacy: Legacy::default() };
    let inventory = KEYS.iter().fold(test_inventory(), |inventory, (label, attributes, clear)| {
        inventory.with_key(label, key_block(&sealed(attributes, clear))).unwrap()
    });
    let lifecycle = Lifecycle::new(State::Operational);
    let inventory = Some(Arc::new(inventory));
    Engine::new(inventory, lifecycle, settings, host_settings(), Box::new(LogOnly))
}

/// An appliance of this profile that remembers, so that wrong PINs are counted. Officers have authorised nothing.
pub(crate) fn remembering(profile: Profile) -> Issuer {
    let issuer =
        Issuer::new(Setup { profile: Some(profile), keys: KEYS.to_vec(), ..Setup::default() });
    issuer.engine.activities().revoke_all();
    issuer
}
