//! What the tests of this crate share: vectors, blocks with known keys in them, randomness that repeats.
#![allow(dead_code, reason = "every test file uses some of it")]

use payhsm_crypto::key_block::header::Attributes;
use payhsm_crypto::key_block::thales::AesWrappingKey;
use payhsm_crypto::key_block::x9143;
use payhsm_keys::exchange::{Export, ExportForm};
use payhsm_keys::usage::{Usage, Zmk};
use payhsm_keys::{AnyKey, Key, KeyRules, Lmk, Purpose, Random, RandomFailed};
use payhsm_protocol::field::{
    BlockScheme, Cryptogram, CryptogramScheme, KeyBlock, KeyField, LmkId,
};
use serde_json::Value;

/// The public AES test LMK, and the 3DES one.
pub(crate) const AES_LMK: &str = "9B71333A13F9FAE72F9D0E2DAB4AD6784718012F9244033F3F26A2DE0C8AA11A";
pub(crate) const TDES_LMK: &str = "0123456789ABCDEF8080808080808080FEDCBA9876543210";

/// Two-key TDES and AES keys for blocks with nothing published in them.
pub(crate) const TDES_KEY: &str = "98519E45CBB9291F49EFAD4AFEFDDC79";
pub(crate) const AES_KEY: &str = "AFF176C59049CAD1A171A0D55E9162F6AFF176C59049CAD1A171A0D55E9162F7";

/// xorshift64*: the same bytes in every run.
pub(crate) struct Repeatable(pub(crate) u64);

impl Random for Repeatable {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomFailed> {
        for byte in bytes {
            [*byte, ..] = self.next().to_be_bytes();
        }
        Ok(())
    }
}

impl Repeatable {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit).unwrap()).unwrap()
    }
}

pub(crate) fn random() -> Repeatable {
    Repeatable(0x9E37_79B9_7F4A_7C15)
}

pub(crate) fn aes_lmk() -> Lmk {
    Lmk::public_test_aes_key_block(LmkId(0)).unwrap()
}

pub(crate) fn tdes_lmk() -> Lmk {
    Lmk::public_test_tdes_key_block(LmkId(1)).unwrap()
}

pub(crate) fn variant_lmk() -> Lmk {
    Lmk::public_test_variant(LmkId(2)).unwrap()
}

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

pub(crate) fn cases(file: &str) -> Vec<Value> {
    let path = format!("{}/tests/vectors/{file}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

/// A block in the host language's text, with or without `R`; `None` if it is not one.
pub(crate) fn block(scheme: BlockScheme, text: &str) -> Option<KeyField> {
    let header = payhsm_crypto::key_block::header::Header::parse(text.as_bytes()).ok()?.0.text;
    let body = hex::decode(text.get(header.len()..)?).ok()?;
    Some(KeyField::Block(KeyBlock { scheme, header: header.to_vec(), body }))
}

/// A key field in the host language's text.
pub(crate) fn field(text: &str) -> KeyField {
    let (letter, rest) = text.split_at(1);
    let cryptogram = |scheme, hex| KeyField::Cryptogram(Cryptogram { scheme, bytes: unhex(hex) });
    match letter {
        "S" => block(BlockScheme::Thales, rest).unwrap(),
        "R" => block(BlockScheme::X9143, rest).unwrap(),
        "U" => cryptogram(CryptogramScheme::U, rest),
        "T" => cryptogram(CryptogramScheme::T, rest),
        "X" => cryptogram(CryptogramScheme::X, rest),
        "Y" => cryptogram(CryptogramScheme::Y, rest),
        _ => cryptogram(CryptogramScheme::Bare, text),
    }
}

/// What a block is to say about its key: usage, algorithm, mode, exportability.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Says(pub(crate) [u8; 2], pub(crate) u8, pub(crate) u8, pub(crate) u8);

/// A Thales block under the AES test LMK with a known key in it, made by the arithmetic alone.
pub(crate) fn known(says: Says, key: &[u8]) -> KeyField {
    let Says(usage, algorithm, mode, exportability) = says;
    let attributes = Attributes {
        version: b'1',
        usage,
        algorithm,
        mode,
        version_number: *b"00",
        exportability,
        reserved: *b"00",
    };
    let wrapping = AesWrappingKey::new(&unhex(AES_LMK)).unwrap();
    let header = attributes.to_header(&[], wrapping.body_len(key.len(), None)).unwrap();
    let body = wrapping.wrap(&header, key, &[0x5A; 32], None).unwrap();
    KeyField::Block(KeyBlock { scheme: BlockScheme::Thales, header, body })
}

/// A key with usage `U` that is known.
pub(crate) fn known_key<U: Usage>(says: Says, key: &str) -> Key<U> {
    let purpose = match says.2 {
        b'E' => Purpose::Encrypt,
        b'D' => Purpose::Decrypt,
        b'G' => Purpose::Generate,
        b'V' => Purpose::Verify,
        b'C' => Purpose::GenerateAndVerify,
        _ => Purpose::EncryptAndDecrypt,
    };
    Key::open(&aes_lmk(), &known(says, &unhex(key)), purpose, &KeyRules::LEGACY).unwrap()
}

/// A ZMK that is known: AES or TDES.
pub(crate) fn known_zmk(algorithm: u8, key: &str) -> Key<Zmk> {
    known_key(Says(*b"K0", algorithm, b'B', b'N'), key)
}

/// The clear bytes of a key, by the only way out: exported under a ZMK that is known.
pub(crate) fn clear(key: &AnyKey) -> Vec<u8> {
    let zmk = known_zmk(b'A', AES_KEY);
    let export = Export { form: ExportForm::X9143(None), exportability: None, attributes: None };
    let exported = zmk.export(key, &export, &mut random(), &KeyRules::PRODUCTION).unwrap();
    let KeyField::Block(mut block) = exported else { panic!() };
    let key = x9143::unwrap_in_place(&unhex(AES_KEY), &block.header, &mut block.body).unwrap();
    block.body[key].to_vec()
}

/// The field with one bit of its encrypted part turned.
pub(crate) fn with_body_bit(field: &KeyField, bit: usize) -> KeyField {
    let mut field = field.clone();
    let bytes = match &mut field {
        KeyField::Block(block) => &mut block.body,
        KeyField::Cryptogram(cryptogram) => &mut cryptogram.bytes,
        KeyField::Stored(_) => panic!("a name"),
    };
    let bit = bit % (8 * bytes.len());
    bytes[bit / 8] ^= 1 << (bit % 8);
    field
}

/// The block with one bit of its header turned.
pub(crate) fn with_header_bit(field: &KeyField, bit: usize) -> KeyField {
    let mut field = field.clone();
    let KeyField::Block(block) = &mut field else { panic!("no header") };
    let bit = bit % (8 * block.header.len());
    block.header[bit / 8] ^= 1 << (bit % 8);
    field
}

/// Bits in the encrypted part.
pub(crate) fn body_bits(field: &KeyField) -> usize {
    8 * match field {
        KeyField::Block(block) => block.body.len(),
        KeyField::Cryptogram(cryptogram) => cryptogram.bytes.len(),
        KeyField::Stored(_) => panic!("a name"),
    }
}
