//! The recipient of a JWE: a key made now, and a token opened by OpenSSL and ring.

use super::values::openssl;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use tempfile::TempDir;

/// Whoever has the private key, which is in a folder of the test's.
pub(crate) struct Recipient {
    folder: TempDir,
    private: Vec<u8>,
}

impl Recipient {
    /// None without the program openssl.
    pub(crate) fn new() -> Option<Self> {
        let generate = ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];
        let private = openssl(&generate, b"")?;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("key.pem"), &private).unwrap();
        Some(Self { folder, private })
    }

    /// As officers write it.
    pub(crate) fn public_key(&self) -> String {
        let der = openssl(&["pkey", "-pubout", "-outform", "DER"], &self.private).unwrap();
        let text = String::from_utf8(openssl(&["base64", "-A"], &der).unwrap()).unwrap();
        text.replace('+', "-").replace('/', "_").trim_end_matches('=').to_owned()
    }

    /// What is in a token, which has to be for the key of this name.
    pub(crate) fn open(&self, token: &str, kid: &str) -> Vec<u8> {
        let parts: Vec<&str> = token.split('.').collect();
        let header: serde_json::Value = serde_json::from_slice(&base64url(parts[0])).unwrap();
        let wanted = [("alg", "RSA-OAEP-256"), ("enc", "A256GCM"), ("kid", kid)];
        assert!(wanted.iter().all(|(name, value)| header[name] == *value), "{header}");
        let path = self.folder.path().join("key.pem");
        let key = ["pkeyutl", "-decrypt", "-inkey", path.to_str().unwrap()];
        let oaep = ["rsa_padding_mode:oaep", "rsa_oaep_md:sha256", "rsa_mgf1_md:sha256"];
        let options = oaep.iter().flat_map(|option| ["-pkeyopt", option]);
        let decrypt: Vec<&str> = key.into_iter().chain(options).collect();
        let key = openssl(&decrypt, &base64url(parts[1])).unwrap();
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).unwrap());
        let nonce = Nonce::try_assume_unique_for_key(&base64url(parts[2])).unwrap();
        let mut text = [base64url(parts[3]), base64url(parts[4])].concat();
        key.open_in_place(nonce, Aad::from(parts[0]), &mut text).unwrap().to_vec()
    }
}

fn base64url(text: &str) -> Vec<u8> {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits = text.bytes().flat_map(|byte| {
        let value = digits.iter().position(|digit| *digit == byte).unwrap();
        (0..6).rev().map(move |bit| u8::from(value >> bit & 1 == 1))
    });
    let bits: Vec<u8> = bits.collect();
    let (bytes, _) = bits.as_chunks::<8>();
    bytes.iter().map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | bit)).collect()
}
