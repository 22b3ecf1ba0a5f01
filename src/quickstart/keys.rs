//! Keys and zones of a quickstart, in place of what officers store: under labels, under the public test LMK.

use crate::cli::Failure;
use crate::config::{KeysFile, ZoneInFile};
use payhsm_keys::{AnyKey, KeyRules, Lmk, NewKey, SystemRandom};
use payhsm_protocol::field::{Exportability, KeyAttributes, KeyField, KeyScheme, LmkId};
use payhsm_protocol::host::{Bare, Fields, Settings, Writer};

/// The file that [`KeysFile`] is written to.
pub(super) const FILE: &str = "keys.toml";

/// The zone of a partner that the tour sends values to.
pub(super) const ZONE: &str = "OV1";

/// A published key-encryption key under the public 3DES test LMK. Its clear value is published too, so that whoever plays the
/// partner has it.
const PARTNERS_ZMK: &str =
    "S00072K0TB00E00017CECF0FB9210B3CC93B9FFB304963C39CFFF94B837D318E1A6F1F058";

/// Labels, with usage, algorithm and mode of use of keys that are made anew.
const KEYS: [(&str, &[u8; 2], &[u8; 2], u8); 13] = [
    ("zpk", b"72", b"T2", b'B'),
    ("zek", b"22", b"T2", b'B'),
    ("etk", b"95", b"T2", b'B'),
    ("cvk", b"C0", b"T2", b'N'),
    ("cvk2", b"C0", b"T2", b'N'),
    ("icvk", b"C0", b"T2", b'N'),
    ("pvk", b"V2", b"T2", b'N'),
    ("pvk-ibm", b"V1", b"T2", b'N'),
    ("dcvk", b"90", b"T2", b'N'),
    ("pan-tokens", b"92", b"A3", b'B'),
    ("pan-issue", b"93", b"A3", b'N'),
    ("fingerprint", b"94", b"A3", b'N'),
    ("fields", b"96", b"A3", b'B'),
];

/// Fresh keys, the partner's ZMK, and a zone of both, as the file has them.
pub(super) fn make() -> Result<String, Failure> {
    let lmk = Lmk::public_test_aes_key_block(LmkId(2))?;
    let random = &mut SystemRandom::new();
    let mut file = KeysFile::default();
    for (label, usage, algorithm, mode_of_use) in KEYS {
        let attributes = KeyAttributes {
            usage: *usage,
            algorithm: Some(*algorithm),
            mode_of_use,
            version: *b"00",
            exportability: Exportability::Trusted,
            optional_blocks: Vec::new(),
        };
        let key = AnyKey::generate(NewKey::Block(&attributes), random, &KeyRules::PRODUCTION)?;
        let sealed = key.seal_under(&lmk, KeyScheme::Thales, random)?;
        file.keys.insert(label.to_owned(), text(&sealed));
    }
    let published = Fields::new(PARTNERS_ZMK.as_bytes(), &Settings::default()).key(Bare::Pair);
    let published = published.map_err(|code| format!("the partner's ZMK: {code}"))?;
    let from = Lmk::public_test_tdes_key_block(LmkId(1))?;
    let zmk = AnyKey::open(&from, &published, None, &KeyRules::LEGACY)?;
    let zmk = zmk.seal_under(&lmk, KeyScheme::Thales, random)?;
    file.keys.insert("zmk".to_owned(), text(&zmk));
    let label = |label: &str| Some(label.to_owned());
    let zone = ZoneInFile {
        zmk: label("zmk"),
        zpk: label("zpk"),
        zek: label("zek"),
        export_profile: "E6".to_owned(),
        callers: vec!["api-tier".to_owned(), "plain".to_owned()],
    };
    file.zones.insert(ZONE.to_owned(), zone);
    let written = toml::to_string(&file)?;
    Ok(format!("# Keys under the public test LMK: never use them for anything real.\n{written}"))
}

/// A key as the host dialect writes it.
fn text(key: &KeyField) -> String {
    let mut text = Vec::new();
    Writer::new(&mut text, &Settings::default()).key(key);
    String::from_utf8_lossy(&text).into_owned()
}
