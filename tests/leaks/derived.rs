//! What appliances derive from keys that wrap others, written down from the documents: X9.143 7.2 and
//! `keys/src/lmk/derivation.rs`.

use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::mac::CmacKey;

/// The labels of what is derived from an LMK.
const LABELS: [(&str, &[u8]); 4] = [
    ("PIN key", b"payhsm: PIN under LMK"),
    ("table key", b"payhsm: decimalisation table under LMK"),
    ("store key", b"payhsm: sealed store"),
    ("log key", b"payhsm: keys of the audit log"),
];

fn counted(key: &CmacKey, length: usize, data: impl Fn(u8) -> Vec<u8>) -> Vec<u8> {
    let blocks = (1..=3)
        .flat_map(|counter| key.mac(&[data(counter).as_slice()]).unwrap().as_bytes().to_vec());
    blocks.take(length).collect()
}

fn of_blocks(key: &CmacKey, length: usize, algorithm: u8) -> [(&'static str, Vec<u8>); 2] {
    let bits = u16::try_from(8 * length).unwrap().to_be_bytes();
    [("encryption key", 0), ("MAC key", 1)].map(|(what, usage)| {
        let data = |counter| vec![counter, 0, usage, 0, 0, algorithm, bits[0], bits[1]];
        (what, counted(key, length, data))
    })
}

/// Of an AES key: what blocks are wrapped with, and what an LMK is used through besides.
pub(crate) fn of_aes(key: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let cmac = CmacKey::new(BlockKey::aes(key).unwrap()).unwrap();
    let algorithm = u8::try_from(key.len() / 8).unwrap();
    let mut all: Vec<_> = of_blocks(&cmac, key.len(), algorithm).into();
    for (what, label) in LABELS {
        let data = |counter| [&[counter], label].concat();
        all.push((what, counted(&cmac, key.len(), data)));
    }
    all
}

/// Of a TDES key: by derivation, and its variants.
pub(crate) fn of_tdes(key: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let cmac = CmacKey::new(BlockKey::tdes(key).unwrap()).unwrap();
    let algorithm = u8::try_from(key.len() / 8 - 2).unwrap();
    let mut all: Vec<_> = of_blocks(&cmac, key.len(), algorithm).into();
    for (what, mask) in [("variant E", b'E'), ("variant M", b'M')] {
        all.push((what, key.iter().map(|byte| byte ^ mask).collect()));
    }
    all
}

#[test]
fn what_is_derived_opens_blocks() {
    use payhsm_crypto::key_block::thales::{AesWrappingKey, TdesWrappingKey};
    use payhsm_crypto::key_block::x9143;
    let (wrapping, key): (Vec<u8>, Vec<u8>) = ((3..35).collect(), (70..86).collect());
    let opened = |cipher: BlockKey, header: &[u8], body: &[u8]| {
        let mut text = body[..24 / cipher.block_len() * cipher.block_len()].to_vec();
        let iv = &mut header[..cipher.block_len()].to_vec();
        cipher.cbc_decrypt(iv, &mut text).unwrap();
        text[2..18] == key
    };
    let fill = [0; 16];
    let header = b"10096P0TB00E0002";
    let body = AesWrappingKey::new(&wrapping).unwrap().wrap(header, &key, &fill, None).unwrap();
    let cipher = BlockKey::aes(&of_aes(&wrapping)[0].1).unwrap();
    let mut text = body[..32].to_vec();
    cipher.cbc_decrypt(&mut header.to_vec(), &mut text).unwrap();
    assert_eq!(text[2..18], key);
    let tdes = &wrapping[..16];
    let header = b"00072P0TB00E0002";
    let body = TdesWrappingKey::new(tdes).unwrap().wrap(header, &key, &fill, None).unwrap();
    assert!(opened(BlockKey::tdes(&of_tdes(tdes)[2].1).unwrap(), header, &body));
    let header = b"B0080P0TB00E0000";
    let body = x9143::wrap(tdes, header, &key, &fill, None).unwrap();
    let (text, mac) = body.split_at(24);
    assert!(opened(BlockKey::tdes(&of_tdes(tdes)[0].1).unwrap(), mac, text));
}
