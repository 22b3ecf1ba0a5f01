//! HMAC-SHA-256 (RFC 2104, FIPS 198-1, FIPS 180-4).

use core::fmt;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Bytes that SHA-256 takes at a time.
const BLOCK: usize = 64;

/// A key of any length, expanded: what is left for a MAC are two blocks more than its text. Wiped on drop, mute.
pub struct HmacSha256Key {
    /// SHA-256 after the block of the key and ipad.
    inner: Sha256,
    /// SHA-256 after the block of the key and opad.
    outer: Sha256,
}

impl fmt::Debug for HmacSha256Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HmacSha256Key(..)")
    }
}

impl HmacSha256Key {
    /// Expands a key; one of more than 64 bytes is hashed first, as the standard has it.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        let hashed;
        let key = if key.len() > BLOCK {
            hashed = Zeroizing::new(<[u8; 32]>::from(Sha256::digest(key)));
            hashed.as_slice()
        } else {
            key
        };
        Self { inner: padded(key, 0x36), outer: padded(key, 0x5C) }
    }

    /// The MAC over the concatenation of `parts`, 32 bytes.
    #[must_use]
    pub fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut inner = self.inner.clone();
        for part in parts {
            inner.update(part);
        }
        // Before the outer hash it is no MAC: nobody may see it.
        let text = Zeroizing::new(<[u8; 32]>::from(inner.finalize()));
        let mut outer = self.outer.clone();
        outer.update(text.as_slice());
        outer.finalize().into()
    }
}

/// SHA-256 after one block: `key`, at most 64 bytes, with `pad` over all of it.
fn padded(key: &[u8], pad: u8) -> Sha256 {
    let mut block = Zeroizing::new([pad; BLOCK]);
    for (byte, key) in block.iter_mut().zip(key) {
        *byte ^= key;
    }
    let mut hash = Sha256::new();
    hash.update(block.as_slice());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, 4.2 to 4.8: key, data, head of HMAC-SHA-256 (case 5 is published cut to 128 bits).
    fn vectors() -> Vec<(Vec<u8>, Vec<u8>, &'static str)> {
        let text = |text: &str| text.as_bytes().to_vec();
        let counted: Vec<u8> = (1..=25).collect();
        let larger = "This is a test using a larger than block-size key and a larger than block-size data. The key \
                      needs to be hashed before being used by the HMAC algorithm.";
        vec![
            (
                vec![0x0B; 20],
                text("Hi There"),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                text("Jefe"),
                text("what do ya want for nothing?"),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                vec![0xAA; 20],
                vec![0xDD; 50],
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
            ),
            (
                counted,
                vec![0xCD; 50],
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
            ),
            (vec![0x0C; 20], text("Test With Truncation"), "a3b6167473100ee06e0c796c2955552b"),
            (
                vec![0xAA; 131],
                text("Test Using Larger Than Block-Size Key - Hash Key First"),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
            (
                vec![0xAA; 131],
                text(larger),
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
            ),
        ]
    }

    fn head(key: &[u8], data: &[u8], published: &str) -> String {
        let mac = HmacSha256Key::new(key).mac(&[data]);
        hex::encode(&mac[..published.len() / 2])
    }

    #[test]
    fn published_values() {
        for (key, data, published) in vectors() {
            assert_eq!(head(&key, &data, published), published);
        }
    }

    #[test]
    fn one_changed_bit_makes_another_mac() {
        for (key, data, published) in vectors() {
            for bit in 0..8 * key.len() {
                let mut changed = key.clone();
                changed[bit / 8] ^= 1 << (bit % 8);
                assert_ne!(head(&changed, &data, published), published, "key, bit {bit}");
            }
            for bit in 0..8 * data.len() {
                let mut changed = data.clone();
                changed[bit / 8] ^= 1 << (bit % 8);
                assert_ne!(head(&key, &changed, published), published, "data, bit {bit}");
            }
        }
    }

    #[test]
    fn parts_are_one_text_and_a_key_serves_again() {
        for (key, data, published) in vectors() {
            let expanded = HmacSha256Key::new(&key);
            for at in 0..=data.len() {
                let (left, right) = data.split_at(at);
                let mac = expanded.mac(&[left, &[], right]);
                assert_eq!(hex::encode(&mac[..published.len() / 2]), published);
            }
        }
    }

    /// RFC 2104, 2: keys are filled up with zeros, and longer ones are as good as their hash.
    #[test]
    fn keys_of_a_block_and_of_one_byte_more() {
        let short = HmacSha256Key::new(&[7; 40]).mac(&[b"text"]);
        let filled = [[7; 40].as_slice(), &[0; 24]].concat();
        assert_eq!(HmacSha256Key::new(&filled).mac(&[b"text"]), short);
        let longer = [filled.as_slice(), &[0]].concat();
        assert_ne!(HmacSha256Key::new(&longer).mac(&[b"text"]), short);
        let hashed = HmacSha256Key::new(&Sha256::digest(&longer));
        assert_eq!(HmacSha256Key::new(&longer).mac(&[b"text"]), hashed.mac(&[b"text"]));
    }

    #[test]
    fn a_key_does_not_print_itself() {
        assert_eq!(format!("{:?}", HmacSha256Key::new(&[7; 32])), "HmacSha256Key(..)");
    }
}
