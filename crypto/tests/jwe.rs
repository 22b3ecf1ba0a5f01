//! Tokens for a public key, against those of an independent implementation, and opened by OpenSSL where that is installed.

#![cfg(test)]
#![expect(clippy::unwrap_in_result, reason = "a test stops where it fails")]

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use payhsm_crypto::aead::AeadKey;
use payhsm_crypto::export::jwe::{JweRandom, LONGEST_KID, seal};
use payhsm_crypto::export::{LONGEST_TEXT, PublicKeyError, RsaPublicKey, ValueError};
use serde_json::Value;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use zeroize::Zeroizing;

fn vectors() -> Value {
    let path = format!("{}/tests/vectors/jwe.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn text<'a>(vector: &'a Value, name: &str) -> &'a str {
    vector[name].as_str().unwrap()
}

fn random(vector: &Value) -> JweRandom {
    let bytes = |name| hex::decode(text(vector, name)).unwrap();
    JweRandom {
        key: Zeroizing::new(bytes("key").try_into().unwrap()),
        nonce: bytes("nonce").try_into().unwrap(),
        seed: Zeroizing::new(bytes("seed").try_into().unwrap()),
    }
}

fn der(pem: &str) -> Vec<u8> {
    let lines = pem.lines().filter(|line| !line.starts_with('-'));
    STANDARD.decode(lines.collect::<String>()).unwrap()
}

#[test]
fn tokens_that_others_make_too() {
    let all = vectors();
    let all = all["tokens"].as_array().unwrap();
    assert_eq!(all.len(), 4);
    for vector in all {
        let key = RsaPublicKey::from_pem(text(vector, "pem")).unwrap();
        let bits = usize::try_from(vector["bits"].as_u64().unwrap()).unwrap();
        assert_eq!(key.bits(), bits);
        assert_eq!(format!("{key:?}"), format!("RsaPublicKey({bits} bits)"));
        let (kid, value) = (text(vector, "kid"), text(vector, "value").as_bytes());
        let token = text(vector, "token");
        assert_eq!(seal(&key, kid, value, &random(vector)).as_deref(), Ok(token));
        let differs = |key: &RsaPublicKey, kid: &str, value: &[u8], random: &JweRandom| {
            assert_ne!(seal(key, kid, value, random).unwrap(), token);
        };
        differs(&key, "another", value, &random(vector));
        differs(&key, kid, b"828", &random(vector));
        for bit in 0..256 {
            let mut other = random(vector);
            other.key[bit / 8] ^= 1 << (bit % 8);
            differs(&key, kid, value, &other);
            let mut other = random(vector);
            other.seed[bit / 8] ^= 1 << (bit % 8);
            differs(&key, kid, value, &other);
        }
        for bit in 0..96 {
            let mut other = random(vector);
            other.nonce[bit / 8] ^= 1 << (bit % 8);
            differs(&key, kid, value, &other);
        }
    }
}

#[test]
fn every_bit_of_a_public_key_counts() {
    let all = vectors();
    let vector = &all["tokens"][0];
    let whole = der(text(vector, "pem"));
    let (kid, value) = (text(vector, "kid"), text(vector, "value").as_bytes());
    for bit in 0..8 * whole.len() {
        let mut other = whole.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        if let Ok(key) = RsaPublicKey::from_der(&other) {
            let token = seal(&key, kid, value, &random(vector)).unwrap();
            assert_ne!(token, text(vector, "token"), "bit {bit}");
        }
    }
    // Nothing of what is around modulus and exponent may be another.
    let modulus = 33..33 + 256;
    let exponent = whole.len() - 3..whole.len();
    let around = (0..whole.len()).filter(|at| !modulus.contains(at) && !exponent.contains(at));
    for (at, bit) in around.flat_map(|at| (0..8).map(move |bit| (at, bit))) {
        let mut other = whole.clone();
        other[at] ^= 1 << bit;
        assert_eq!(RsaPublicKey::from_der(&other).map(|_| ()), Err(PublicKeyError), "{at}");
    }
    for length in 0..whole.len() {
        assert!(RsaPublicKey::from_der(&whole[..length]).is_err());
    }
    assert!(RsaPublicKey::from_der(&[whole.as_slice(), &[0]].concat()).is_err());
    let mut even = whole;
    even[33 + 255] ^= 1;
    assert!(RsaPublicKey::from_der(&even).is_err());
}

#[test]
fn keys_that_are_not_taken() {
    let all = vectors();
    let refused = all["refused"].as_object().unwrap();
    assert_eq!(refused.len(), 6);
    for (name, pem) in refused {
        let pem = pem.as_str().unwrap();
        assert_eq!(RsaPublicKey::from_pem(pem).map(|_| ()), Err(PublicKeyError), "{name}");
    }
    let good = text(&all["tokens"][0], "pem");
    RsaPublicKey::from_pem(&good.replace('\n', "\r\n")).unwrap();
    for bad in [
        String::new(),
        good.replace("PUBLIC", "RSA PUBLIC"),
        good.replace("-----END PUBLIC KEY-----", ""),
        good.replace("MII", "M*I"),
        format!("{good}{good}"),
    ] {
        assert!(RsaPublicKey::from_pem(&bad).is_err(), "{bad}");
    }
}

#[test]
fn names_of_keys_and_lengths_of_values() {
    let all = vectors();
    let vector = &all["tokens"][0];
    let key = RsaPublicKey::from_pem(text(vector, "pem")).unwrap();
    let made = |kid: &str, value: &[u8]| seal(&key, kid, value, &random(vector)).map(|_| ());
    for kid in ["", "a\"b", "a\\b", "a b", "ä", "a\n", &"k".repeat(LONGEST_KID + 1)] {
        assert_eq!(made(kid, b"829"), Err(ValueError), "{kid}");
    }
    assert_eq!(made(&"k".repeat(LONGEST_KID), b"829"), Ok(()));
    assert_eq!(made("k", &[b'0'; LONGEST_TEXT]), Ok(()));
    assert_eq!(made("k", &[b'0'; LONGEST_TEXT + 1]), Err(ValueError));
    assert_eq!(format!("{:?}", random(vector)), "JweRandom(..)");
}

fn openssl(arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let mut command = Command::new("openssl");
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl {arguments:?}");
    Some(output.stdout)
}

/// The key is made now, and OpenSSL takes the content key out of the token.
#[test]
fn opened_by_another_implementation() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let bits = ["rsa_keygen_bits:2048", "rsa_keygen_bits:3072", "rsa_keygen_bits:4096"];
    for (number, bits) in (0u8..).zip(bits) {
        let generate = ["genpkey", "-algorithm", "RSA", "-pkeyopt", bits];
        let Some(private) = openssl(&generate, b"") else {
            println!("skipped: there is no program openssl to open a token with");
            return;
        };
        let path = folder.join(format!("jwe-{}-{number}.pem", std::process::id()));
        std::fs::write(&path, &private).unwrap();
        let public = openssl(&["pkey", "-pubout"], &private).unwrap();
        let key = RsaPublicKey::from_pem(std::str::from_utf8(&public).unwrap()).unwrap();
        let random = JweRandom {
            key: Zeroizing::new([number ^ 0x5A; 32]),
            nonce: [number; 12],
            seed: Zeroizing::new([number ^ 0xA5; 32]),
        };
        let token = seal(&key, "now", b"4111111111111111", &random).unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        let part = |at: usize| URL_SAFE_NO_PAD.decode(parts[at]).unwrap();
        assert_eq!(parts.len(), 5);
        let header: Value = serde_json::from_slice(&part(0)).unwrap();
        assert_eq!(
            header,
            serde_json::json!({ "alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": "now" })
        );
        let name = path.to_str().unwrap();
        let oaep = ["-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha256"];
        let decrypt = [
            &["pkeyutl", "-decrypt", "-inkey", name][..],
            &oaep,
            &["-pkeyopt", "rsa_mgf1_md:sha256"],
        ];
        let content_key = openssl(&decrypt.concat(), &part(1)).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(content_key, *random.key);
        let content_key = AeadKey::new(&content_key.try_into().unwrap());
        let mut value = part(3);
        let (nonce, tag) = (part(2).try_into().unwrap(), part(4).try_into().unwrap());
        content_key.open(&nonce, parts[0].as_bytes(), &mut value, &tag).unwrap();
        assert_eq!(value, b"4111111111111111");
    }
}
