//! Keys made, put under the LMK, given away and taken in.

use payhsm_keys::exchange::{Export, ExportForm, Import};
use payhsm_keys::usage::Zmk;
use payhsm_keys::{AnyKey, Key, KeyRules, NewKey, Purpose};
use payhsm_protocol::field::{Exportability, KeyAttributes, KeyField, KeyScheme};
use payhsm_taint::secrets::Secrets;

use crate::Row;
use crate::bench::{Bench, spoilt};

pub(crate) const ROWS: &[Row] = &[
    ("new keys", new),
    ("keys of components", formed),
    ("export and import under a ZMK of TDES", |secrets| exchange(secrets, b'T', 24, *b"T2")),
    ("export and import under a ZMK of AES", |secrets| exchange(secrets, b'A', 32, *b"A3")),
];

const ZPK: KeyAttributes = KeyAttributes {
    usage: *b"72",
    algorithm: Some(*b"T2"),
    mode_of_use: b'N',
    version: *b"00",
    exportability: Exportability::Sensitive,
    optional_blocks: Vec::new(),
};

/// The field as the world sees it.
fn sent(secrets: &Secrets, field: KeyField) -> KeyField {
    match &field {
        KeyField::Block(block) => secrets.done(&block.body),
        KeyField::Cryptogram(cryptogram) => secrets.done(&cryptogram.bytes),
        KeyField::Stored(_) => {}
    }
    field
}

fn new(secrets: &Secrets) {
    let bench = Bench::new(secrets);
    for algorithm in [*b"T2", *b"T3", *b"A1", *b"A3"] {
        let wanted = KeyAttributes { algorithm: Some(algorithm), ..ZPK };
        let rules = &KeyRules::PRODUCTION;
        let key = AnyKey::generate(NewKey::Block(&wanted), &mut bench.random(), rules).unwrap();
        secrets.done(&key.whole_check_value().unwrap().0);
        let sealed = key.seal_under(&bench.lmk, KeyScheme::Thales, &mut bench.random()).unwrap();
        let sealed = sent(secrets, sealed);
        let again = AnyKey::open(&bench.lmk, &sealed, None, rules).unwrap();
        secrets.done(&again.check_value().unwrap().0);
        let refused = AnyKey::open(&bench.lmk, &spoilt(&sealed, 77), None, rules);
        secrets.count(usize::from(refused.is_ok()));
    }
}

fn formed(secrets: &Secrets) {
    let bench = Bench::new(secrets);
    let component = |number: u8, algorithm: [u8; 2]| {
        let version = [b'c', number];
        let wanted = KeyAttributes { algorithm: Some(algorithm), version, ..ZPK };
        AnyKey::generate(NewKey::Block(&wanted), &mut bench.random(), &KeyRules::PRODUCTION)
            .unwrap()
    };
    for algorithm in [*b"T2", *b"A3"] {
        let [one, two, three] = [b'1', b'2', b'3'].map(|number| component(number, algorithm));
        let key = AnyKey::form(&[&one, &two, &three], *b"00", &[]).unwrap();
        secrets.done(&key.check_value().unwrap().0);
    }
}

fn exchange(secrets: &Secrets, letter: u8, length: usize, algorithm: [u8; 2]) {
    let bench = Bench::new(secrets);
    let rules = &KeyRules::LEGACY;
    let zmk = bench.key::<Zmk>(*b"52", letter, Purpose::EncryptAndDecrypt, length);
    let wanted = KeyAttributes { algorithm: Some(algorithm), ..ZPK };
    let key = AnyKey::generate(NewKey::Block(&wanted), &mut bench.random(), rules).unwrap();
    let mut forms = vec![ExportForm::X9143(None), ExportForm::Thales];
    if letter == b'T' {
        forms.extend([KeyScheme::U, KeyScheme::X].map(ExportForm::Cryptogram));
    }
    for form in forms {
        let export = Export { form, exportability: None, attributes: None };
        let exported =
            sent(secrets, zmk.export(&key, &export, &mut bench.random(), rules).unwrap());
        let import = match &exported {
            KeyField::Cryptogram(_) => Import::Attributes(&wanted),
            KeyField::Block(_) | KeyField::Stored(_) => {
                Import::Block { usage: None, exportability: None }
            }
        };
        let imported = zmk.import(&exported, &import, rules).unwrap();
        secrets.count(usize::from(imported.parity_adjusted));
        secrets.done(&imported.key.check_value().unwrap().0);
        refused(secrets, &zmk, &exported, &import, rules);
    }
}

fn refused(
    secrets: &Secrets,
    zmk: &Key<Zmk>,
    field: &KeyField,
    import: &Import<'_>,
    rules: &KeyRules,
) {
    let mut other = field.clone();
    match &mut other {
        KeyField::Block(block) => block.body[5] ^= 4,
        KeyField::Cryptogram(cryptogram) => cryptogram.bytes[5] ^= 4,
        KeyField::Stored(_) => {}
    }
    secrets.count(usize::from(zmk.import(&other, import, rules).is_ok()));
}
