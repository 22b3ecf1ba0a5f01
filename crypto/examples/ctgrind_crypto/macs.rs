//! MACs, made and compared.

use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::mac::{
    Chaining, CmacKey, HmacSha256Key, Mac, Padding, RetailMacKey, cbc_mac, cbc_mac_finish,
    cbc_mac_update, cmac,
};

use crate::Row;
use payhsm_taint::secrets::Secrets;

pub(crate) const ROWS: &[Row] = &[
    ("CBC-MAC", cbc),
    ("retail MAC", retail),
    ("CMAC of TDES", |secrets| {
        let key = BlockKey::tdes(&secrets.bytes::<16>()).unwrap();
        cmacs(secrets, key);
    }),
    ("CMAC of AES", |secrets| {
        let key = BlockKey::aes(&secrets.bytes::<32>()).unwrap();
        cmacs(secrets, key);
    }),
    ("HMAC-SHA-256", hmac),
];

const PADDINGS: [Padding; 3] = [Padding::Method1, Padding::Method2, Padding::Method3];

/// A MAC against the right bytes, of every length that may be compared, and against others.
fn compare(secrets: &Secrets, mac: &Mac) {
    let right = secrets.publish(mac.as_bytes().to_vec());
    for length in 4..=right.len() {
        let mut other = right[..length].to_vec();
        assert!(mac.verify(&other));
        *other.last_mut().unwrap() ^= 1;
        assert!(!mac.verify(&other));
    }
    let guess = secrets.public::<8>();
    assert!(!mac.verify(&guess));
}

fn cbc(secrets: &Secrets) {
    let key = BlockKey::tdes(&secrets.bytes::<16>()).unwrap();
    for padding in PADDINGS {
        let text = secrets.bytes::<37>();
        let mac = cbc_mac(&key, padding, &[&text, &text[..5]]).unwrap();
        compare(secrets, &mac);
    }
    let mut chaining = Chaining::resume(&secrets.bytes::<8>()).unwrap();
    cbc_mac_update(&key, &mut chaining, &secrets.bytes::<16>()).unwrap();
    secrets.done(chaining.as_bytes());
    let mac = cbc_mac_finish(&key, chaining, Padding::Method1, &secrets.bytes::<3>()).unwrap();
    compare(secrets, &mac);
}

fn retail(secrets: &Secrets) {
    let key = RetailMacKey::new(&secrets.bytes::<16>()).unwrap();
    for padding in PADDINGS {
        let text = secrets.bytes::<37>();
        let mac = key.mac(padding, &[&text]).unwrap();
        compare(secrets, &mac);
    }
    let mut chaining = Chaining::start(8).unwrap();
    key.update(&mut chaining, &secrets.bytes::<24>()).unwrap();
    let mac = key.finish(chaining, Padding::Method2, &secrets.bytes::<3>()).unwrap();
    compare(secrets, &mac);
}

fn cmacs(secrets: &Secrets, key: BlockKey) {
    let block = key.block_len();
    let text = secrets.bytes::<48>();
    let mac = cmac(&key, &[&text[..33]]).unwrap();
    compare(secrets, &mac);
    let key = CmacKey::new(key).unwrap();
    let mac = key.mac(&[&text, &[]]).unwrap();
    compare(secrets, &mac);
    let mut chaining = Chaining::start(block).unwrap();
    key.update(&mut chaining, &text[..16]).unwrap();
    let mac = key.finish(chaining, &text[16..]).unwrap();
    compare(secrets, &mac);
}

fn hmac(secrets: &Secrets) {
    for length in [16, 64, 80] {
        let key = HmacSha256Key::new(&secrets.bytes::<80>()[..length]);
        let text = secrets.bytes::<100>();
        secrets.done(&key.mac(&[&text, &text[..7]]));
    }
}
