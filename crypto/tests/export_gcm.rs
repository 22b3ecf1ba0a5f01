//! Values in AES-256-GCM against that of an independent reference.

#![cfg(test)]

use payhsm_crypto::aead::AeadKey;
use payhsm_crypto::export::{LONGEST_TEXT, NotAValue, ValueError, gcm};

#[test]
fn values_bound_to_their_name() {
    let key = AeadKey::new(&std::array::from_fn(|at| u8::try_from(at).unwrap()));
    let nonce = std::array::from_fn(|at| u8::try_from(at + 0xA0).unwrap());
    let sealed = gcm::seal(&key, b"CVV2", b"829", &nonce).unwrap();
    let expected = "A0A1A2A3A4A5A6A7A8A9AAABDE2A4594FD770107A83D715D0B13B0F9662381";
    assert_eq!(hex::encode_upper(&sealed), expected);
    let open = |name: &[u8], sealed: &[u8], room: usize| {
        let mut to = vec![b'?'; room];
        let opened = gcm::open(&key, name, sealed, &mut to);
        assert!(opened.is_ok() || to.iter().all(|byte| *byte == b'?'));
        opened.map(|length| to[..length].to_vec())
    };
    assert_eq!(open(b"CVV2", &sealed, LONGEST_TEXT).as_deref(), Ok(&b"829"[..]));
    assert_eq!(open(b"CVV", &sealed, LONGEST_TEXT), Err(NotAValue));
    assert_eq!(open(b"CVV2", &sealed, 2), Err(NotAValue));
    for bit in 0..8 * sealed.len() {
        let mut other = sealed.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(open(b"CVV2", &other, LONGEST_TEXT), Err(NotAValue));
    }
    for length in 0..sealed.len() {
        assert_eq!(open(b"CVV2", &sealed[..length], LONGEST_TEXT), Err(NotAValue));
    }
    let longest = gcm::seal(&key, b"T", &[7; LONGEST_TEXT], &nonce).unwrap();
    assert_eq!(open(b"T", &longest, LONGEST_TEXT).unwrap(), [7; LONGEST_TEXT]);
    assert_eq!(gcm::seal(&key, b"T", &[7; LONGEST_TEXT + 1], &nonce), Err(ValueError));
}
