//! Keys in blocks and cryptograms: made, opened, and refused.

use payhsm_crypto::key_block::KeyBlockError;
use payhsm_crypto::key_block::thales::{AesWrappingKey, TdesWrappingKey};
use payhsm_crypto::key_block::x9143::{ProtectionKey, Version};
use payhsm_crypto::parity;
use payhsm_crypto::variant::{Scheme, WrappingKey};

use crate::Row;
use payhsm_taint::secrets::Secrets;

pub(crate) const ROWS: &[Row] = &[
    ("key block S, version 0", |secrets| {
        let under = TdesWrappingKey::new(&secrets.bytes::<24>()).unwrap();
        whole_way(
            secrets,
            b'0',
            |header, key, random| under.wrap(header, key, random, None),
            |header, body| under.unwrap_in_place(header, body),
        );
    }),
    ("key block S, version 1", |secrets| {
        let under = AesWrappingKey::new(&secrets.bytes::<32>()).unwrap();
        whole_way(
            secrets,
            b'1',
            |header, key, random| under.wrap(header, key, random, None),
            |header, body| under.unwrap_in_place(header, body),
        );
    }),
    ("key block R, version B", |secrets| x9143::<16>(secrets, Version::B, b'B')),
    ("key block R, version B, triple", |secrets| x9143::<24>(secrets, Version::B, b'B')),
    ("key block R, version D", |secrets| x9143::<32>(secrets, Version::D, b'D')),
    ("key blocks R, versions A and C, refused", |secrets| {
        for (version, letter) in [(Version::A, b'A'), (Version::C, b'C')] {
            let under = ProtectionKey::new(version, &secrets.bytes::<16>()).unwrap();
            let mut body = secrets.public::<28>();
            assert!(under.unwrap_in_place(&header(letter), &mut body).is_err());
        }
    }),
    ("variants", variants),
    ("parity", |secrets| {
        let mut key = secrets.bytes::<24>();
        secrets.count(usize::from(parity::is_odd(&key)));
        parity::make_odd(&mut key);
        assert!(parity::is_odd(&key));
        secrets.done(&key);
    }),
];

fn header(version: u8) -> [u8; 16] {
    let mut header = *b"00096P0TB00E0000";
    header[0] = version;
    header
}

fn x9143<const N: usize>(secrets: &Secrets, version: Version, letter: u8) {
    let under = ProtectionKey::new(version, &secrets.bytes::<N>()).unwrap();
    whole_way(
        secrets,
        letter,
        |header, key, random| under.wrap(header, key, random, None),
        |header, body| under.unwrap_in_place(header, body),
    );
}

/// Wraps keys of every length, opens what came out, and what is one bit away from it.
fn whole_way(
    secrets: &Secrets,
    version: u8,
    wrap: impl Fn(&[u8], &[u8], &[u8]) -> Result<Vec<u8>, KeyBlockError>,
    open: impl Fn(&[u8], &mut [u8]) -> Result<std::ops::Range<usize>, KeyBlockError>,
) {
    let header = header(version);
    for length in [16, 24, 32] {
        let key = secrets.bytes::<32>();
        let random = secrets.bytes::<16>();
        let body = wrap(&header, &key[..length], &random).unwrap();
        let body = secrets.publish(body);
        let mut right = body.clone();
        assert_eq!(open(&header, &mut right).unwrap().len(), length);
        for at in [0, body.len() / 2, body.len() - 1] {
            let mut wrong = body.clone();
            wrong[at] ^= 1;
            assert_eq!(open(&header, &mut wrong), Err(KeyBlockError::Refused));
        }
    }
}

fn variants(secrets: &Secrets) {
    let pair = WrappingKey::lmk_pair(&secrets.bytes(), 4).unwrap();
    let zmk = WrappingKey::zmk(&secrets.bytes::<24>(), 3).unwrap();
    for under in [&pair, &zmk] {
        for scheme in [Scheme::Plain, Scheme::PerPart] {
            for length in [16, 24] {
                let mut key = secrets.bytes::<24>();
                under.encrypt(scheme, &mut key[..length]).unwrap();
                under.decrypt(scheme, &mut key[..length]).unwrap();
                secrets.done(&key);
            }
        }
        let key = under.block_key().unwrap();
        secrets.done(&key.encrypt8(secrets.bytes()).unwrap());
    }
}
