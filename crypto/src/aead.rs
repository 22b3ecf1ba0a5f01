//! AES-256-GCM (NIST SP 800-38D): what lies on disk, sealed and bound to what is said beside it.
//!
//! The only file that names the crate `aes_gcm`. Nonces come from outside: 96 bits, never twice under one key. At
//! random that holds for 2^32 texts (SP 800-38D 8.3).

use core::fmt;

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit};
use zeroize::Zeroize;

/// Bytes in a key.
pub const KEY: usize = 32;
/// Bytes in a nonce.
pub const NONCE: usize = 12;
/// Bytes in a tag.
pub const TAG: usize = 16;

/// The text is not the one that was sealed under this key, or is longer than the mode allows (64 GiB).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not authentic")]
pub struct NotAuthentic;

/// A key, expanded, with its GHASH key. Wiped on drop, mute.
pub struct AeadKey(Aes256Gcm);

impl fmt::Debug for AeadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AeadKey(..)")
    }
}

impl AeadKey {
    /// Expands a key of 32 bytes.
    #[must_use]
    pub fn new(key: &[u8; KEY]) -> Self {
        Self(Aes256Gcm::new(key.into()))
    }

    /// Enciphers `text` in place and gives the tag over it and `said`, the additional data.
    ///
    /// # Errors
    /// [`NotAuthentic`] for a text that is too long; it is then as it was.
    pub fn seal(
        &self,
        nonce: &[u8; NONCE],
        said: &[u8],
        text: &mut [u8],
    ) -> Result<[u8; TAG], NotAuthentic> {
        let tag = self.0.encrypt_inout_detached(nonce.into(), said, text.into());
        tag.map(Into::into).map_err(|_| NotAuthentic)
    }

    /// Checks the tag in constant time, then deciphers `text` in place.
    ///
    /// # Errors
    /// [`NotAuthentic`] if a bit of key, nonce, additional data, text or tag is another; `text` is then zeros.
    // The crate branches on its verdict: here, and where whoever follows secrets can tell it from everything else.
    #[inline(never)]
    pub fn open(
        &self,
        nonce: &[u8; NONCE],
        said: &[u8],
        text: &mut [u8],
        tag: &[u8; TAG],
    ) -> Result<(), NotAuthentic> {
        let opened =
            self.0.decrypt_inout_detached(nonce.into(), said, (&mut *text).into(), tag.into());
        opened.map_err(|_| {
            text.zeroize();
            NotAuthentic
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Vector {
        key: &'static str,
        nonce: &'static str,
        text: &'static str,
        said: &'static str,
        sealed: &'static str,
        tag: &'static str,
    }

    /// NIST CAVP, gcmtestvectors, `gcmEncryptExtIV256.rsp`, IVlen 96, Taglen 128: the first of some lengths.
    const VECTORS: [Vector; 6] = [
        Vector {
            key: "b52c505a37d78eda5dd34f20c22540ea1b58963cf8e5bf8ffa85f9f2492505b4",
            nonce: "516c33929df5a3284ff463d7",
            text: "",
            said: "",
            sealed: "",
            tag: "bdc1ac884d332457a1d2664f168c76f0",
        },
        Vector {
            key: "78dc4e0aaf52d935c3c01eea57428f00ca1fd475f5da86a49c8dd73d68c8e223",
            nonce: "d79cf22d504cc793c3fb6c8a",
            text: "",
            said: "b96baa8c1c75a671bfb2d08d06be5f36",
            sealed: "",
            tag: "3e5d486aa2e30b22e040b85723a06e76",
        },
        Vector {
            key: "31bdadd96698c204aa9ce1448ea94ae1fb4a9a0b3c9d773b51bb1822666b8f22",
            nonce: "0d18e06c7c725ac9e362e1ce",
            text: "2db5168e932556f8089a0622981d017d",
            said: "",
            sealed: "fa4362189661d163fcd6a56d8bf0405a",
            tag: "d636ac1bbedd5cc3ee727dc2ab4a9489",
        },
        Vector {
            key: "83688deb4af8007f9b713b47cfa6c73e35ea7a3aa4ecdb414dded03bf7a0fd3a",
            nonce: "0b459724904e010a46901cf3",
            text: "33d893a2114ce06fc15d55e454cf90c3",
            said: "794a14ccd178c8ebfd1379dc704c5e208f9d8424",
            sealed: "cc66bee423e3fcd4c0865715e9586696",
            tag: "0fb291bd3dba94a1dfd8b286cfb97ac5",
        },
        Vector {
            key: "dad89d9be9bba138cdcf8752c45b579d7e27c3dbb40f53e771dd8cfd500aa2d5",
            nonce: "cfb2aec82cfa6c7d89ee72ff",
            text: "b526ba1050177d05b0f72f8d67",
            said: "6e43784a91851a77667a02198e28dc32",
            sealed: "8b29e66e924ecae84f6d8f7d68",
            tag: "1e365805c8f28b2ed8a5cadfd9079158",
        },
        Vector {
            key: "463b412911767d57a0b33969e674ffe7845d313b88c6fe312f3d724be68e1fca",
            nonce: "611ce6f9a6880750de7da6cb",
            text: "e7d1dcf668e2876861940e012fe52a98dacbd78ab63c08842cc9801ea581682ad54af0c34d0d7f6f59e8ee0bf4\
                   900e0fd85042",
            said: "0a682fbc6192e1b47a5e0868787ffdafe5a50cead3575849990cdd2ea9b3597749403efb4a56684f0c6bde352d\
                   4aeec5",
            sealed: "8886e196010cb3849d9c1a182abe1eeab0a5f3ca423c3669a4a8703c0f146e8e956fb122e0d721b869d2b6fc\
                     d4216d7d4d3758",
            tag: "2469cecd70fd98fec9264f71df1aee9a",
        },
    ];

    /// Key, nonce, additional data, text and tag, as bytes.
    type Case = [Vec<u8>; 5];

    fn case(vector: &Vector, text: &str) -> Case {
        [vector.key, vector.nonce, vector.said, text, vector.tag]
            .map(|part| hex::decode(part).unwrap())
    }

    fn open([key, nonce, said, text, tag]: &Case) -> (Vec<u8>, Result<(), NotAuthentic>) {
        let key = AeadKey::new(key.as_array().unwrap());
        let mut text = text.clone();
        let opened = key.open(nonce.as_array().unwrap(), said, &mut text, tag.as_array().unwrap());
        (text, opened)
    }

    #[test]
    fn published_values_are_sealed_and_opened() {
        for vector in &VECTORS {
            let [key, nonce, said, mut text, tag] = case(vector, vector.text);
            let key = AeadKey::new(key.as_array().unwrap());
            let made = key.seal(nonce.as_array().unwrap(), &said, &mut text).unwrap();
            assert_eq!((hex::encode(&text), made.as_slice()), (vector.sealed.to_owned(), &*tag));
            let (text, opened) = open(&case(vector, vector.sealed));
            assert_eq!((hex::encode(text), opened), (vector.text.to_owned(), Ok(())));
        }
    }

    #[test]
    fn one_changed_bit_anywhere_is_refused_and_nothing_is_deciphered() {
        for vector in &VECTORS {
            let sealed = case(vector, vector.sealed);
            for part in 0..sealed.len() {
                for bit in 0..8 * sealed[part].len() {
                    let mut changed = sealed.clone();
                    changed[part][bit / 8] ^= 1 << (bit % 8);
                    let (text, opened) = open(&changed);
                    assert_eq!(opened, Err(NotAuthentic), "part {part}, bit {bit}");
                    assert!(text.iter().all(|byte| *byte == 0));
                }
            }
        }
    }

    #[test]
    fn a_text_cut_short_is_refused() {
        let mut sealed = case(&VECTORS[5], VECTORS[5].sealed);
        sealed[3].pop();
        assert_eq!(open(&sealed).1, Err(NotAuthentic));
    }

    #[test]
    fn a_key_does_not_print_itself() {
        assert_eq!(format!("{:?}", AeadKey::new(&[7; 32])), "AeadKey(..)");
    }
}
