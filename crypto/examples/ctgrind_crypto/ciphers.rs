//! Ciphers and their modes, keys and texts secret.

use payhsm_crypto::aead::AeadKey;
use payhsm_crypto::cipher::{BlockKey, tdes_decrypt_once, tdes_encrypt_once};
use payhsm_crypto::fpe::{Domain, Ff1Key};
use payhsm_crypto::kcv;

use crate::Row;
use payhsm_taint::secrets::Secrets;

pub(crate) const ROWS: &[Row] = &[
    ("single DES", |secrets| tdes::<8>(secrets)),
    ("double TDES", |secrets| tdes::<16>(secrets)),
    ("triple TDES", |secrets| tdes::<24>(secrets)),
    ("AES-128", |secrets| aes::<16>(secrets)),
    ("AES-192", |secrets| aes::<24>(secrets)),
    ("AES-256", |secrets| aes::<32>(secrets)),
    ("AES-256-GCM, sealing", gcm),
    ("check values", check_values),
    ("FF1 of radix 10", |secrets| ff1(secrets, 10)),
    ("FF1 of radix 36", |secrets| ff1(secrets, 36)),
    ("FF1 of radix 2", |secrets| ff1(secrets, 2)),
];

fn tdes<const N: usize>(secrets: &Secrets) {
    let key = secrets.bytes::<N>();
    let block = secrets.bytes::<8>();
    secrets.done(&tdes_encrypt_once(&key, block).unwrap());
    secrets.done(&tdes_decrypt_once(&key, block).unwrap());
    modes(secrets, &BlockKey::tdes(&key).unwrap());
}

fn aes<const N: usize>(secrets: &Secrets) {
    let key = secrets.bytes::<N>();
    modes(secrets, &BlockKey::aes(&key).unwrap());
}

fn modes(secrets: &Secrets, key: &BlockKey) {
    let block = key.block_len();
    // In blocks: one, some, and many.
    for blocks in [1, 3, 17] {
        let mut text = secrets.bytes::<{ 17 * 16 }>();
        let text = &mut text[..blocks * block];
        key.ecb_encrypt(text).unwrap();
        key.ecb_decrypt(text).unwrap();
        let mut iv = secrets.bytes::<16>();
        key.cbc_encrypt(&mut iv[..block], text).unwrap();
        key.cbc_decrypt(&mut iv[..block], text).unwrap();
        key.cfb_encrypt(&mut iv[..block], text).unwrap();
        key.cfb_decrypt(&mut iv[..block], text).unwrap();
        key.cfb8_encrypt(&mut iv[..block], &mut text[..block]).unwrap();
        key.cfb8_decrypt(&mut iv[..block], &mut text[..block]).unwrap();
        secrets.done(text);
    }
}

fn gcm(secrets: &Secrets) {
    let key = AeadKey::new(&secrets.bytes());
    for length in [0, 5, 16, 200] {
        let mut text = secrets.bytes::<200>();
        let tag = key.seal(&secrets.public(), b"what it is", &mut text[..length]).unwrap();
        secrets.done(&tag);
        secrets.done(&text);
    }
}

fn check_values(secrets: &Secrets) {
    let tdes = BlockKey::tdes(&secrets.bytes::<16>()).unwrap();
    secrets.done(&kcv::tdes(&tdes).unwrap());
    let aes = BlockKey::aes(&secrets.bytes::<32>()).unwrap();
    secrets.done(&kcv::aes(&aes).unwrap());
    secrets.done(&kcv::aes_lmk(&aes).unwrap());
    secrets.done(&kcv::aes_ecb(&aes).unwrap());
}

fn ff1(secrets: &Secrets, radix: u8) {
    let key = Ff1Key::new(&secrets.bytes::<32>()).unwrap();
    for length in [20, 25, 46] {
        let text = secrets
            .public::<46>()
            .map(|byte| b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[usize::from(byte % radix)]);
        let mut text = secrets.secret(text);
        let text = &mut text[..length];
        let domain = Domain::new(radix, length).unwrap();
        let tweak = secrets.bytes::<9>();
        key.encrypt(&domain, &tweak, text).unwrap();
        secrets.done(text);
        key.decrypt(&domain, &tweak, text).unwrap();
        secrets.done(text);
    }
}
