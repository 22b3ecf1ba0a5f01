//! Keys as they arrive: fields of the host dialect; and zones' export profiles.

use super::given::Given;
use payhsm_crypto::key_block::KeyBlockError;
use payhsm_crypto::key_block::header::Header;
use payhsm_crypto::key_block::thales::{AesWrappingKey, TdesWrappingKey};
use payhsm_crypto::key_block::x9143;
use payhsm_keys::exchange::Import;
use payhsm_keys::usage::Zmk;
use payhsm_keys::{AnyKey, Key, KeyRules, Lmk, Purpose, SystemRandom, ZoneExport};
use payhsm_protocol::field::{Checked, KeyBlock, KeyField, KeyScheme, KeyType, LmkId};
use payhsm_protocol::host::{Bare, Fields, Settings, Writer};
use std::sync::OnceLock;

/// The public 3DES key-block test LMK.
const TDES_LMK: &str = "0123456789ABCDEF8080808080808080FEDCBA9876543210";
/// The public AES key-block test LMK.
const AES_LMK: &str = "9B71333A13F9FAE72F9D0E2DAB4AD6784718012F9244033F3F26A2DE0C8AA11A";
/// The clear value of a published KEK.
const TDES_ZMK: &str = "76E65BCDD3D923C15D9E239113E91F3B";
const AES_ZMK: &str = "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F";

const RULES: [KeyRules; 2] = [KeyRules::LEGACY, KeyRules::PRODUCTION];

/// What a block is under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Under {
    TdesLmk,
    AesLmk,
    TdesZmk,
    AesZmk,
}

impl Under {
    pub(super) const ALL: [Self; 4] = [Self::TdesLmk, Self::AesLmk, Self::TdesZmk, Self::AesZmk];

    /// Scheme letter, version, and the key in hex.
    pub(super) const fn says(self) -> (u8, u8, &'static str) {
        match self {
            Self::TdesLmk => (b'S', b'0', TDES_LMK),
            Self::AesLmk => (b'S', b'1', AES_LMK),
            Self::TdesZmk => (b'R', b'B', TDES_ZMK),
            Self::AesZmk => (b'R', b'D', AES_ZMK),
        }
    }

    pub(super) fn wrap(
        self,
        header: &[u8],
        key: &[u8],
        masked: Option<usize>,
    ) -> Result<Vec<u8>, KeyBlockError> {
        let wrapping = bytes(self.says().2);
        let random = [0x5A; 64];
        match self {
            Self::TdesLmk => TdesWrappingKey::new(&wrapping)?.wrap(header, key, &random, masked),
            Self::AesLmk => AesWrappingKey::new(&wrapping)?.wrap(header, key, &random, masked),
            Self::TdesZmk | Self::AesZmk => x9143::wrap(&wrapping, header, key, &random, masked),
        }
    }

    pub(super) fn body_len(
        self,
        key: usize,
        masked: Option<usize>,
    ) -> Result<usize, KeyBlockError> {
        let wrapping = bytes(self.says().2);
        Ok(match self {
            Self::TdesLmk => TdesWrappingKey::new(&wrapping)?.body_len(key, masked),
            Self::AesLmk => AesWrappingKey::new(&wrapping)?.body_len(key, masked),
            Self::TdesZmk => {
                x9143::ProtectionKey::new(x9143::Version::B, &wrapping)?.body_len(key, masked)
            }
            Self::AesZmk => {
                x9143::ProtectionKey::new(x9143::Version::D, &wrapping)?.body_len(key, masked)
            }
        })
    }
}

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text).expect("hex")
}

/// The test LMKs, and ZMKs of both ciphers under them.
pub(super) struct Kit {
    pub(super) lmks: [Lmk; 3],
    zmks: [Key<Zmk>; 2],
}

pub(super) fn kit() -> &'static Kit {
    static KIT: OnceLock<Kit> = OnceLock::new();
    KIT.get_or_init(|| {
        let lmks = [
            Lmk::public_test_variant(LmkId(0)).expect("the public test LMK"),
            Lmk::public_test_tdes_key_block(LmkId(1)).expect("the public test LMK"),
            Lmk::public_test_aes_key_block(LmkId(2)).expect("the public test LMK"),
        ];
        let zmk = |under, attributes: &str, clear, lmk| {
            let block = sealed(under, attributes, &bytes(clear));
            let field = read(&block, Bare::Pair).expect("a key block");
            Key::open(lmk, &field, Purpose::Decrypt, &KeyRules::LEGACY).expect("a ZMK")
        };
        let zmks = [
            zmk(Under::TdesLmk, "K0TB00E00", TDES_ZMK, &lmks[1]),
            zmk(Under::AesLmk, "K0AB00E00", AES_ZMK, &lmks[2]),
        ];
        Kit { lmks, zmks }
    })
}

/// A block of the host dialect; attributes from usage to the number of optional blocks, which is 0.
fn sealed(under: Under, attributes: &str, key: &[u8]) -> Vec<u8> {
    let (scheme, version, _) = under.says();
    let length = 16 + 2 * under.body_len(key.len(), None).expect("a length");
    let header = format!("{}{length:04}{attributes}00", char::from(version));
    let body = under.wrap(header.as_bytes(), key, None).expect("a block");
    [&[scheme], header.as_bytes(), hex::encode_upper(body).as_bytes()].concat()
}

pub(super) fn read(text: &[u8], bare: Bare) -> Option<KeyField> {
    let settings = Settings::default();
    let mut fields = Fields::new(text, &settings);
    let field = fields.key(bare).ok()?;
    (fields.left() == 0).then_some(field)
}

pub(super) fn written(field: &KeyField) -> Vec<u8> {
    let mut text = Vec::new();
    Writer::new(&mut text, &Settings::default()).key(field);
    text
}

/// A key field of the host dialect: a block, a cryptogram or a name. The first byte says how long a bare key is.
///
/// What is read is written and read the same; what `crypto/` takes for a header is the same header to `protocol/`; and
/// whatever a key opens as, it can be put under its LMK again and is the same key.
pub fn key_field(data: &[u8]) {
    let mut given = Given::new(data);
    let bare = *given.pick(&[Bare::Pair, Bare::Single, Bare::Zmk]);
    let text = given.rest();
    let settings = Settings { single_length_zmk: given.flag(), ..Settings::default() };
    let mut fields = Fields::new(text, &settings);
    let Ok(field) = fields.key(bare) else { return };
    let used = &text[..text.len() - fields.left()];
    let again = written(&field);
    // X and Y before a place in user storage are read as U and T.
    if !matches!(field, KeyField::Stored(_)) {
        assert_eq!(again.to_ascii_uppercase(), used.to_ascii_uppercase());
    }
    let mut fields = Fields::new(&again, &settings);
    assert_eq!(fields.key(bare).as_ref(), Ok(&field));
    assert_eq!(fields.left(), 0);
    if let KeyField::Block(block) = &field {
        same_header(block, &used[1..]);
    }
    if field.check().is_ok() {
        open(&field, None);
    }
}

/// Both readers of headers agree where the body begins.
pub(super) fn same_header(block: &KeyBlock, text: &[u8]) {
    if let Ok((header, body)) = Header::parse(text) {
        assert_eq!(header.text, block.header);
        assert_eq!(hex::decode(body).ok().as_ref(), Some(&block.body));
        assert_eq!(Some(header.attributes.usage), block.usage());
        assert_eq!(Some(header.attributes.mode), block.mode_of_use());
        assert_eq!(header.optional_blocks().count(), header.optional_count);
    }
}

/// Opens a key under everything that there is. `under`: what its MAC is right for.
pub(super) fn open(field: &KeyField, under: Option<Under>) {
    let kit = kit();
    let random = &mut SystemRandom::new();
    for rules in &RULES {
        for (number, lmk) in kit.lmks.iter().enumerate() {
            for key_type in
                [None, Some(KeyType(*b"001")), Some(KeyType(*b"000")), Some(KeyType(*b"402"))]
            {
                let Ok(key) = AnyKey::open(lmk, field, key_type, rules) else { continue };
                let authentic = number == 0
                    || matches!(
                        (under, number),
                        (Some(Under::TdesLmk), 1) | (Some(Under::AesLmk), 2)
                    );
                assert!(authentic || under.is_none(), "opened under another LMK than its own");
                let value = key.check_value().expect("a check value");
                for scheme in [KeyScheme::Thales, KeyScheme::U, KeyScheme::T, KeyScheme::Z] {
                    let Ok(sealed) = key.seal_under(lmk, scheme, random) else { continue };
                    let text = written(&sealed);
                    let bare = if key.length() == 8 { Bare::Single } else { Bare::Pair };
                    let again = read(&text, bare).expect("what was written can be read");
                    let again =
                        AnyKey::open(lmk, &again, key_type, rules).expect("what was sealed opens");
                    assert_eq!(again.binding(), key.binding());
                    assert_eq!(again.check_value().expect("a check value"), value);
                }
            }
            drop(Key::<Zmk>::open(lmk, field, Purpose::Encrypt, rules));
        }
        for zmk in &kit.zmks {
            let import = Import::Block { usage: None, exportability: None };
            drop(zmk.import(field, &import, rules));
            drop(zmk.import(field, &Import::KeyType(KeyType(*b"001")), rules));
        }
    }
}

/// How values leave for a partner, with the public key that may be in it (`JWE:name:key`).
pub fn zone_export(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(ZoneExport::Jwe { kid, key }) = ZoneExport::parse(text) {
        assert!(text.starts_with(&format!("JWE:{kid}:")) && kid.len() <= 64);
        assert!(matches!(key.bits(), 2048 | 3072 | 4096));
    }
}

/// Seeds of [`key_field`].
#[must_use]
pub fn key_field_seeds() -> Vec<Vec<u8>> {
    let published = [
        "\0S00072K0TB00E00017CECF0FB9210B3CC93B9FFB304963C39CFFF94B837D318E1A6F1F058",
        "\0S00072P0TB00E0001EA421618B34F5FA1A77F7CF6480111B97CF0FAE7BD77D589EC921EF9",
        "\0U1457FF6ADF6250C66C368416B4C9D383",
        "\x01A4F20E5C7E2D4D6B",
        "\0XA4F20E5C7E2D4D6BA4F20E5C7E2D4D6B",
        "\0TA4F20E5C7E2D4D6BA4F20E5C7E2D4D6BA4F20E5C7E2D4D6B",
        "\0K01F",
        "\0UK01F",
        "\0L03cvk",
        "\0NP3VIS",
    ];
    let mut seeds: Vec<_> = published.iter().map(|text| text.as_bytes().to_vec()).collect();
    for (under, attributes) in [
        (Under::TdesLmk, "P0TB00E00"),
        (Under::AesLmk, "P0AB00N00"),
        (Under::AesLmk, "22TB00E00"),
        (Under::TdesZmk, "P0TE00N00"),
        (Under::AesZmk, "K0AB00S00"),
    ] {
        let key: Vec<u8> = (1..=16).map(|byte| 0x10 * (byte % 7) + byte).collect();
        seeds.push([&[0], sealed(under, attributes, &key).as_slice()].concat());
    }
    seeds
}

/// Seeds of [`zone_export`].
#[must_use]
pub fn zone_export_seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = ["E6", "E7/iv", "E1/cbc+legacy", "GCM", "JWE:key-1:MIIB"]
        .iter()
        .map(|text| text.as_bytes().to_vec())
        .collect();
    // A modulus of 2048 bits that is no product of anything known: odd, its first bit set.
    let mut der = b"\x30\x82\x01\x22\x30\x0D\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01\x05\x00\x03\x82\x01\x0F\x00\x30\x82\x01\x0A\x02\x82\x01\x01\x00".to_vec();
    der.extend((0..=255_u8).map(|byte| byte | 0x81));
    der.extend(b"\x02\x03\x01\x00\x01");
    seeds.push(format!("JWE:key-1:{}", super::text::base64url(&der)).into_bytes());
    seeds
}
