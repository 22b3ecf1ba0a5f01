//! Calls in which the code of others branches on a verdict, or looks up what is public by then: each is known by the name of the
//! one function of ours that it may be in.

use payhsm_crypto::aead::AeadKey;
use payhsm_crypto::export::RsaPublicKey;
use payhsm_crypto::export::gcm;
use payhsm_crypto::export::jwe::{self, JweRandom};
use zeroize::Zeroizing;

use crate::Row;
use payhsm_taint::secrets::Secrets;

pub(crate) const ROWS: &[Row] = &[("AES-256-GCM, opening", open), ("JWE", token)];

fn open(secrets: &Secrets) {
    let key = AeadKey::new(&secrets.bytes());
    let value = secrets.bytes::<40>();
    let sealed = gcm::seal(&key, b"CVV2", &value, &secrets.public()).unwrap();
    let mut sealed = secrets.publish(sealed);
    let mut opened = [0; 40];
    assert_eq!(gcm::open(&key, b"CVV2", &sealed, &mut opened).unwrap(), 40);
    secrets.done(&opened);
    *sealed.last_mut().unwrap() ^= 1;
    assert!(gcm::open(&key, b"CVV2", &sealed, &mut opened).is_err());
}

fn token(secrets: &Secrets) {
    // The modulus is any odd number of 2048 bits: to encrypt under it takes no factors.
    let mut modulus = secrets.public::<256>();
    modulus[0] |= 0x80;
    modulus[255] |= 1;
    let mut der = vec![0x30, 0x82, 0x01, 0x22, 0x30, 0x0D, 0x06, 0x09];
    der.extend([0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00]);
    der.extend([
        0x03, 0x82, 0x01, 0x0F, 0x00, 0x30, 0x82, 0x01, 0x0A, 0x02, 0x82, 0x01, 0x01, 0x00,
    ]);
    der.extend(modulus);
    der.extend([0x02, 0x03, 0x01, 0x00, 0x01]);
    let recipient = RsaPublicKey::from_der(&der).unwrap();
    let random = JweRandom {
        key: Zeroizing::new(secrets.bytes()),
        nonce: secrets.public(),
        seed: Zeroizing::new(secrets.bytes()),
    };
    let value = secrets.digits::<3>();
    let token = jwe::seal(&recipient, "key-1", &value, &random).unwrap();
    secrets.done(token.as_bytes());
}
