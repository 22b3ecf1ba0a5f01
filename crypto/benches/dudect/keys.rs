//! Ciphers, MACs, key blocks.

use payhsm_crypto::aead::AeadKey;
use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::key_block::thales::AesWrappingKey;
use payhsm_crypto::key_block::x9143::{ProtectionKey, Version};
use payhsm_crypto::mac::{CmacKey, HmacSha256Key, Padding, RetailMacKey};
use payhsm_crypto::{kcv, parity};

use crate::subject::{Fixed, Row, SECRET, of, on};

const HEADER: &[u8; 16] = b"10096P0TB00E0000";

pub(crate) const ROWS: &[Row] = &[
    row("TDES: key", || {
        on(|key: &[u8; 16]| BlockKey::tdes(key).unwrap().encrypt8([7; 8]).unwrap())
    }),
    row("TDES: block", || {
        let key = BlockKey::tdes(&[0x5A; 16]).unwrap();
        on(move |block: &[u8; 8]| key.encrypt8(*block).unwrap())
    }),
    row("AES-256: key", || {
        on(|key: &[u8; 32]| BlockKey::aes(key).unwrap().encrypt16([7; 16]).unwrap())
    }),
    row("AES-256: block", || {
        let key = BlockKey::aes(&[0x5A; 32]).unwrap();
        on(move |block: &[u8; 16]| key.encrypt16(*block).unwrap())
    }),
    row("check value of TDES: key", || {
        on(|key: &[u8; 16]| kcv::tdes(&BlockKey::tdes(key).unwrap()).unwrap())
    }),
    row("parity: key", || {
        on(|key: &[u8; 24]| {
            let mut key = *key;
            parity::make_odd(&mut key);
            key
        })
    }),
    row("retail MAC: text", || {
        let key = RetailMacKey::new(&[0x5A; 16]).unwrap();
        on(move |text: &[u8; 24]| key.mac(Padding::Method2, &[text]).unwrap())
    }),
    row("retail MAC: key", || {
        on(|key: &[u8; 16]| {
            RetailMacKey::new(key).unwrap().mac(Padding::Method1, &[b"text"]).unwrap()
        })
    }),
    row("CMAC of AES: text", || {
        let key = CmacKey::new(BlockKey::aes(&[0x5A; 32]).unwrap()).unwrap();
        on(move |text: &[u8; 40]| key.mac(&[text]).unwrap())
    }),
    row("HMAC-SHA-256: key", || on(|key: &[u8; 32]| HmacSha256Key::new(key).mac(&[b"text"]))),
    Row {
        name: "MAC compared: candidate, seven bytes of eight right",
        fixed: Fixed::Near(|| {
            let key = RetailMacKey::new(&[0x5A; 16]).unwrap();
            let mac = key.mac(Padding::Method1, &[b"text"]).unwrap();
            let mut near = [0; SECRET];
            near[..8].copy_from_slice(mac.as_bytes());
            near[7] ^= 1;
            near
        }),
        subject: || {
            let key = RetailMacKey::new(&[0x5A; 16]).unwrap();
            let mac = key.mac(Padding::Method1, &[b"text"]).unwrap();
            on(move |candidate: &[u8; 8]| mac.verify(candidate))
        },
    },
    row("key block S opened: key in it", || {
        let under = AesWrappingKey::new(&[0x5A; 32]).unwrap();
        let wrapping = AesWrappingKey::new(&[0x5A; 32]).unwrap();
        let load = move |body: &mut [u8; 40], secret: &[u8; SECRET]| {
            let made = wrapping.wrap(HEADER, &secret[..16], &[0x33; 16], None).unwrap();
            body.copy_from_slice(&made);
        };
        of([0; 40], load, move |body| under.unwrap_in_place(HEADER, body).unwrap())
    }),
    row("key block S made: key in it", || {
        let under = AesWrappingKey::new(&[0x5A; 32]).unwrap();
        on(move |key: &[u8; 16]| under.wrap(HEADER, key, &[0x33; 16], None).unwrap())
    }),
    row("key block S: LMK", || on(|key: &[u8; 32]| AesWrappingKey::new(key).unwrap())),
    row("key block R opened: key in it", || {
        let header = b"D0112P0TB00E0000";
        let under = ProtectionKey::new(Version::D, &[0x5A; 32]).unwrap();
        let wrapping = ProtectionKey::new(Version::D, &[0x5A; 32]).unwrap();
        let load = move |body: &mut [u8; 48], secret: &[u8; SECRET]| {
            let made = wrapping.wrap(header, &secret[..16], &[0x33; 16], None).unwrap();
            body.copy_from_slice(&made);
        };
        of([0; 48], load, move |body| under.unwrap_in_place(header, body).unwrap())
    }),
    row("key block S refused: MAC", || {
        let under = AesWrappingKey::new(&[0x5A; 32]).unwrap();
        let body = under.wrap(HEADER, &[0x77; 16], &[0x33; 16], None).unwrap();
        let load = move |to: &mut [u8; 40], secret: &[u8; SECRET]| {
            to.copy_from_slice(&body);
            to[32..].copy_from_slice(&secret[..8]);
        };
        of([0; 40], load, move |body| under.unwrap_in_place(HEADER, body).is_err())
    }),
    row("AES-256-GCM: text", || {
        let key = AeadKey::new(&[0x5A; 32]);
        on(move |text: &[u8; 40]| {
            let mut text = *text;
            key.seal(&[1; 12], b"name", &mut text).unwrap()
        })
    }),
    row("AES-256-GCM refused: tag", || {
        let key = AeadKey::new(&[0x5A; 32]);
        on(move |tag: &[u8; 16]| key.open(&[1; 12], b"name", &mut [9; 40], tag).is_err())
    }),
];

const fn row(name: &'static str, subject: fn() -> Box<dyn crate::subject::Subject>) -> Row {
    Row { name, fixed: Fixed::Bytes, subject }
}
