//! PINs. Where there is a verdict it is the same for nearly all samples of both classes: verdicts are told.

use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::pin::ibm3624::{self, Offset, ValidationBlock};
use payhsm_crypto::pin::lmk_pin::{DecimalKey, encrypt_block};
use payhsm_crypto::pin::{
    Account, Checks, DecimalisationTable, Layout, Pin, decipher, decode, encipher, encode, pvv,
    translate,
};

use crate::subject::{Fixed, Row, SECRET, Subject, of, on};

pub(crate) const ROWS: &[Row] = &[
    digits("PIN in ASCII: PIN", || on(|digits: &[u8; 4]| Pin::from_digits(digits).unwrap())),
    digits("PIN block made, ISO 0: PIN", || {
        let (key, account) = (tdes(), account());
        let load = |pin: &mut Pin, secret: &[u8; SECRET]| *pin = pin_of(secret);
        of(pin_of(&[b'1'; SECRET]), load, move |pin| {
            let clear = encode(pin, Layout::Iso0, &account, &[3; 16]).unwrap();
            encipher(&key, &clear, Layout::Iso0, &account).unwrap()
        })
    }),
    digits("PIN block read, ISO 0: PIN", || read(Layout::Iso0, Checks::ControlOnly)),
    digits("PIN block read in full, ISO 0: PIN", || read(Layout::Iso0, Checks::Full)),
    digits("PIN block read with its fill, ISO 0: PIN", || read(Layout::Iso0, Checks::Bound)),
    digits("PIN block read, ISO 4: PIN", || read(Layout::Iso4, Checks::ControlOnly)),
    digits("PIN block read, Diebold: PIN", || read(Layout::Diebold, Checks::Full)),
    digits("translation ISO 0 to ISO 0: PIN", || translated(Layout::Iso0)),
    digits("translation ISO 0 to ISO 3: PIN", || translated(Layout::Iso3)),
    digits("PVV: PIN", || {
        let (key, account) = (tdes(), account());
        of(pin_of(&[b'1'; SECRET]), set, move |pin| {
            pvv::generate(&key, &account, b'1', pin).unwrap()
        })
    }),
    bytes("PVV: PVK", || {
        let (account, pin) = (account(), pin_of(&[b'1'; SECRET]));
        on(move |key: &[u8; 16]| {
            pvv::generate(&BlockKey::tdes(key).unwrap(), &account, b'1', &pin).unwrap()
        })
    }),
    digits("PVV compared: PVV", || {
        let (key, account, pin) = (tdes(), account(), pin_of(&[b'1'; SECRET]));
        on(move |value: &[u8; 4]| pvv::verify(&key, &account, b'1', &pin, value).unwrap())
    }),
    digits("IBM 3624 offset: PIN", || {
        let (key, table, block) = (tdes(), table(), block());
        of(pin_of(&[b'1'; SECRET]), set, move |pin| {
            ibm3624::generate_offset(&key, &table, &block, 4, pin).unwrap()
        })
    }),
    bytes("IBM 3624 PIN: PVK", || {
        let (table, block) = (table(), block());
        let offset = Offset::from_digits(b"1234").unwrap();
        on(move |key: &[u8; 16]| {
            ibm3624::derive_pin(&BlockKey::tdes(key).unwrap(), &table, &block, &offset).unwrap()
        })
    }),
    digits("IBM 3624 compared: PIN", || {
        let (key, table, block) = (tdes(), table(), block());
        let offset = Offset::from_digits(b"1234").unwrap();
        of(pin_of(&[b'1'; SECRET]), set, move |pin| {
            ibm3624::verify(&key, &table, &block, &offset, pin).unwrap()
        })
    }),
    digits("decimalisation table read: its digits", || {
        on(|digits: &[u8; 16]| DecimalisationTable::from_digits(digits).unwrap())
    }),
    digits("PIN under an LMK of DES: PIN", || {
        let key = DecimalKey::new(BlockKey::aes(&[0x5A; 16]).unwrap()).unwrap();
        let account = account();
        of(pin_of(&[b'1'; SECRET]), set, move |pin| key.encrypt(&account, 5, pin).unwrap())
    }),
    digits("PIN out of an LMK of DES: PIN", || {
        let key = || DecimalKey::new(BlockKey::aes(&[0x5A; 16]).unwrap()).unwrap();
        let (of_load, of_run) = (key(), key());
        let load = move |text: &mut [u8; 5], secret: &[u8; SECRET]| {
            let made = of_load.encrypt(&account(), 5, &pin_of(secret)).unwrap();
            text.copy_from_slice(made.as_bytes());
        };
        of([0; 5], load, move |text| of_run.decrypt(&account(), text).unwrap())
    }),
    digits("PIN under an LMK of AES: PIN", || {
        let (key, account) = (BlockKey::aes(&[0x5A; 32]).unwrap(), account());
        of(pin_of(&[b'1'; SECRET]), set, move |pin| {
            encrypt_block(&key, &account, pin, &[9; 8]).unwrap()
        })
    }),
];

const fn digits(name: &'static str, subject: fn() -> Box<dyn Subject>) -> Row {
    Row { name, fixed: Fixed::Digits, subject }
}

const fn bytes(name: &'static str, subject: fn() -> Box<dyn Subject>) -> Row {
    Row { name, fixed: Fixed::Bytes, subject }
}

fn tdes() -> BlockKey {
    BlockKey::tdes(b"\x13\x34\x57\x79\x91\xab\xcd\xef\x80\x31\x62\x94\xc7\xe9\x0b\x2d").unwrap()
}

fn account() -> Account {
    Account::pan(b"4111111111111111").unwrap()
}

fn table() -> DecimalisationTable {
    DecimalisationTable::from_digits(b"7012345689012345").unwrap()
}

fn block() -> ValidationBlock {
    ValidationBlock::from_bytes(*b"\x41\x11\x11\x11\x11\x11\x11\x11")
}

fn pin_of(secret: &[u8; SECRET]) -> Pin {
    Pin::from_digits(&secret[..4]).unwrap()
}

fn set(pin: &mut Pin, secret: &[u8; SECRET]) {
    *pin = pin_of(secret);
}

fn key(layout: Layout) -> BlockKey {
    if layout == Layout::Iso4 { BlockKey::aes(&[0x5A; 32]).unwrap() } else { tdes() }
}

fn enciphered(layout: Layout) -> impl FnMut(&mut Vec<u8>, &[u8; SECRET]) {
    let (key, account) = (key(layout), account());
    move |block, secret| {
        let clear = encode(&pin_of(secret), layout, &account, &[3; 16]).unwrap();
        let made = encipher(&key, &clear, layout, &account).unwrap();
        block.copy_from_slice(made.as_bytes());
    }
}

fn read(layout: Layout, checks: Checks) -> Box<dyn Subject> {
    let (key, account) = (key(layout), account());
    of(vec![0; layout.block_len()], enciphered(layout), move |block| {
        decode(&decipher(&key, block, layout, &account).unwrap(), layout, &account, checks).unwrap()
    })
}

fn translated(to: Layout) -> Box<dyn Subject> {
    let (source, target, account) = (tdes(), BlockKey::tdes(&[0x3C; 24]).unwrap(), account());
    of(vec![0; 8], enciphered(Layout::Iso0), move |block| {
        let (from, checks) = (Layout::Iso0, Checks::ControlOnly);
        translate(&source, &target, block, from, to, &account, &[3; 16], checks).unwrap()
    })
}
