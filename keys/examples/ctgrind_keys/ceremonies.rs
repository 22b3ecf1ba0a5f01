//! Components and shares.

use payhsm_keys::ceremony::components::Forming;
use payhsm_keys::ceremony::shares::{Combining, split};
use payhsm_keys::{KeyRules, LmkSecret};
use payhsm_protocol::field::{Exportability, KeyAttributes, LmkId};
use payhsm_protocol::officer::Quorum;
use payhsm_taint::secrets::Secrets;

use crate::Row;
use crate::bench::Marked;

pub(crate) const ROWS: &[Row] =
    &[("an LMK of components", lmk), ("a key of components", key), ("shares", shares)];

fn lmk(secrets: &Secrets) {
    let mut forming = Forming::lmk(3).unwrap();
    for _ in 0..3 {
        let component = secrets.bytes::<32>();
        secrets.done(&forming.enter(&component).unwrap().0);
        forming.keep().unwrap();
    }
    secrets.done(&forming.finish().unwrap().0);
    let lmk = forming.into_lmk().unwrap();
    secrets.done(&lmk.check_value().unwrap().0);
}

fn key(secrets: &Secrets) {
    let attributes = KeyAttributes {
        usage: *b"K0",
        algorithm: Some(*b"T2"),
        mode_of_use: b'N',
        version: *b"00",
        exportability: Exportability::None,
        optional_blocks: Vec::new(),
    };
    let mut forming = Forming::key(&attributes, 2, &KeyRules::PRODUCTION).unwrap();
    assert!(forming.enter(&secrets.secret([1; 16])).is_err());
    assert!(forming.enter(&secrets.secret([2; 16])).is_ok());
    forming.keep().unwrap();
    // The same again, and one of wrong parity.
    assert!(forming.enter(&secrets.secret([2; 16])).is_err());
    assert!(forming.enter(&secrets.secret([3; 16])).is_err());
    let mut component = secrets.public::<16>();
    payhsm_crypto::parity::make_odd(&mut component);
    forming.enter(&secrets.secret(component)).unwrap();
    forming.keep().unwrap();
    secrets.done(&forming.finish().unwrap().0);
    secrets.done(&forming.into_key().unwrap().check_value().unwrap().0);
}

fn shares(secrets: &Secrets) {
    let lmk = LmkSecret::copy_of(&secrets.bytes::<32>()).unwrap();
    let quorum = Quorum { needed: 2, of: 3 };
    let made = split(&lmk, LmkId(0), quorum, &mut Marked(secrets)).unwrap();
    let mut combining = Combining::new();
    for share in made.iter().take(2) {
        let mut share = share.bytes().to_vec();
        // What stands around the points on the polynomials is for everybody to read: 15 bytes before, 8 behind.
        payhsm_taint::mark::public(&share[..15]);
        let end = share.len();
        payhsm_taint::mark::public(&share[end - 8..]);
        combining.add(&share).unwrap();
        share[20] ^= 1;
        assert!(combining.add(&share).is_err());
    }
    secrets.done(&combining.combine().unwrap().check_value().unwrap().0);
}
