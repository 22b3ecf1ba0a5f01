//! Values for somebody else, and from them.

use payhsm_crypto::card::check_digit;
use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::export::{Chaining, Layout, Profile, pan};

use crate::Row;
use payhsm_taint::secrets::Secrets;

pub(crate) const ROWS: &[Row] = &[
    ("digits under TDES", |secrets| {
        let key = BlockKey::tdes(&secrets.bytes::<16>()).unwrap();
        each_profile(secrets, &key);
    }),
    ("digits under AES", |secrets| {
        let key = BlockKey::aes(&secrets.bytes::<32>()).unwrap();
        each_profile(secrets, &key);
    }),
    ("card numbers under TDES", |secrets| {
        let key = BlockKey::tdes(&secrets.bytes::<16>()).unwrap();
        numbers(secrets, &key);
    }),
    ("card numbers under AES", |secrets| {
        let key = BlockKey::aes(&secrets.bytes::<32>()).unwrap();
        numbers(secrets, &key);
    }),
];

fn each_profile(secrets: &Secrets, key: &BlockKey) {
    for layout in Layout::ALL {
        for chaining in [Chaining::Ecb, Chaining::CbcZeroIv, Chaining::CbcRandomIv] {
            let profile = Profile { layout, chaining };
            let pan = secrets.digits::<16>();
            for length in [3, 16, 40] {
                let digits = secrets.digits::<40>();
                let random = secrets.bytes();
                let sealed = profile.seal(key, &digits[..length], Some(&pan), &random).unwrap();
                let mut sealed = secrets.publish(sealed);
                let mut opened = [0; 40];
                profile.open(key, &sealed, Some(&pan), &mut opened[..length]).unwrap();
                secrets.done(&opened);
                *sealed.last_mut().unwrap() ^= 1;
                let verdict = profile.open(key, &sealed, Some(&pan), &mut opened[..length]);
                secrets.count(usize::from(verdict.is_ok()));
            }
        }
    }
}

fn numbers(secrets: &Secrets, key: &BlockKey) {
    let iv = secrets.public();
    for length in [13, 16, 19] {
        for iv in [None, Some(&iv)] {
            let mut number = secrets.digits::<19>();
            let (check, rest) = number[..length].split_last_mut().unwrap();
            *check = check_digit(rest);
            let sealed = pan::seal(key, &number[..length], iv).unwrap();
            let mut sealed = secrets.publish(sealed);
            let mut opened = [0; 19];
            assert_eq!(pan::open(key, &sealed, &mut opened).unwrap(), length);
            secrets.done(&opened);
            *sealed.last_mut().unwrap() ^= 1;
            assert!(pan::open(key, &sealed, &mut opened).is_err());
        }
    }
}
