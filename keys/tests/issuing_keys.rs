//! Keys of an issuer: made, checked and exchanged like others, and each serves for one thing alone.

#![cfg(test)]

mod common;

use common::*;
use payhsm_keys::exchange::{Export, ExportForm, Import};
use payhsm_keys::usage::*;
use payhsm_keys::{AnyKey, Binding, Key, KeyRefused, KeyRules, Lmk, NewKey, Purpose};
use payhsm_protocol::field::{Exportability, KeyAttributes, KeyField, KeyScheme, KeyType};

fn attributes(usage: &[u8; 2], algorithm: &[u8; 2], mode_of_use: u8) -> KeyAttributes {
    KeyAttributes {
        usage: *usage,
        algorithm: Some(*algorithm),
        mode_of_use,
        version: *b"00",
        exportability: Exportability::Trusted,
        optional_blocks: Vec::new(),
    }
}

type Opened = fn(&Lmk, &KeyField, Purpose) -> Result<(), KeyRefused>;

fn open<U: Usage>(lmk: &Lmk, field: &KeyField, purpose: Purpose) -> Result<(), KeyRefused> {
    Key::<U>::open(lmk, field, purpose, &KeyRules::PRODUCTION).map(|_| ())
}

/// Usage, algorithm, mode, purpose, and who takes it.
type Kind = (&'static [u8; 2], &'static [u8; 2], u8, Purpose, Opened);

const KINDS: [Kind; 10] = [
    (b"90", b"T2", b'C', Purpose::GenerateAndVerify, open::<Dcvk>),
    (b"91", b"A3", b'C', Purpose::GenerateAndVerify, open::<DcvkHmac>),
    (b"92", b"A3", b'B', Purpose::EncryptAndDecrypt, open::<TokenKey>),
    (b"93", b"A3", b'G', Purpose::Generate, open::<IssueKey>),
    (b"94", b"A3", b'G', Purpose::Generate, open::<FingerprintKey>),
    (b"95", b"T2", b'E', Purpose::Encrypt, open::<Etk>),
    (b"95", b"A3", b'E', Purpose::Encrypt, open::<Etk>),
    (b"96", b"A1", b'B', Purpose::EncryptAndDecrypt, open::<Ff1Key>),
    (b"E0", b"T2", b'X', Purpose::Derive, open::<MkAc>),
    (b"E6", b"T2", b'X', Purpose::Derive, open::<MkCvc3>),
];

/// As A0, BU, A8 and A6 do it: made, checked, exported, imported, and the same key that it was.
#[test]
fn keys_of_every_kind_are_made_checked_exported_and_imported() {
    let (lmk, random, rules) = (aes_lmk(), &mut random(), &KeyRules::PRODUCTION);
    let zmk = known_zmk(b'A', AES_KEY);
    for (usage, algorithm, mode, purpose, opens) in KINDS {
        let wanted = attributes(usage, algorithm, mode);
        let key = AnyKey::generate(NewKey::Block(&wanted), random, rules).unwrap();
        let field = key.seal_under(&lmk, KeyScheme::Thales, random).unwrap();
        assert_eq!(opens(&lmk, &field, purpose), Ok(()), "{wanted:?}");
        let opened = AnyKey::open(&lmk, &field, None, rules).unwrap();
        assert_eq!(opened.check_value().unwrap(), key.check_value().unwrap());
        let export =
            Export { form: ExportForm::X9143(None), exportability: None, attributes: None };
        let sent = zmk.export(&opened, &export, random, rules).unwrap();
        let import = Import::Block { usage: None, exportability: None };
        let back = zmk.import(&sent, &import, rules).unwrap().key;
        assert_eq!(back.check_value().unwrap(), key.check_value().unwrap());
        let Binding::Block(said) = back.binding() else { panic!() };
        assert_eq!(said.usage, *usage);
        // No other usage of the list may be put in its place.
        for (other, ..) in KINDS.iter().filter(|(other, ..)| other != &usage) {
            let import = Import::Block { usage: Some(**other), exportability: None };
            assert!(zmk.import(&sent, &import, rules).is_err(), "{usage:?} as {other:?}");
        }
        let import = Import::Block { usage: Some(*b"C0"), exportability: None };
        assert!(zmk.import(&sent, &import, rules).is_err());
    }
    // And nothing else becomes one of them.
    for (usage, algorithm) in [(b"C0", b"T2"), (b"D0", b"A3"), (b"M6", b"A3"), (b"E0", b"T2")] {
        let mode = if usage == b"D0" {
            b'N'
        } else if usage == b"E0" {
            b'X'
        } else {
            b'C'
        };
        let wanted = attributes(usage, algorithm, mode);
        let key = AnyKey::generate(NewKey::Block(&wanted), random, rules).unwrap();
        let export =
            Export { form: ExportForm::X9143(None), exportability: None, attributes: None };
        let sent = zmk.export(&key, &export, random, rules).unwrap();
        for (other, ..) in KINDS.iter().filter(|(other, ..)| *other != usage) {
            let import = Import::Block { usage: Some(**other), exportability: None };
            assert!(zmk.import(&sent, &import, rules).is_err(), "{usage:?} as {other:?}");
        }
    }
}

#[test]
fn ciphers_and_modes_that_do_not_go_with_a_usage() {
    let make = |usage, algorithm, mode| {
        let wanted = attributes(usage, algorithm, mode);
        AnyKey::generate(NewKey::Block(&wanted), &mut random(), &KeyRules::PRODUCTION).map(|_| ())
    };
    for usage in [b"91", b"92", b"93", b"94", b"96"] {
        assert_eq!(make(usage, b"T2", b'N'), Err(KeyRefused::Algorithm));
    }
    assert_eq!(make(b"90", b"A3", b'N'), Err(KeyRefused::Algorithm));
    for (usage, algorithm, modes) in [
        (b"90", b"T2", "CGVN"),
        (b"91", b"A3", "CGVN"),
        (b"92", b"A3", "BDEN"),
        (b"93", b"A3", "CGVN"),
        (b"94", b"A3", "CGVN"),
        (b"95", b"A3", "BDEN"),
        (b"96", b"A3", "BDEN"),
    ] {
        for mode in b'A'..=b'Z' {
            let expected =
                if modes.contains(char::from(mode)) { Ok(()) } else { Err(KeyRefused::ModeOfUse) };
            assert_eq!(make(usage, algorithm, mode), expected, "{usage:?} {mode}");
        }
    }
}

/// A DCVK and a CVK are of one kind of bytes: each is refused where the other is wanted, in blocks and under a variant LMK.
#[test]
fn a_dcvk_is_no_cvk_and_a_cvk_no_dcvk() {
    let lmk = aes_lmk();
    let dcvk = known(Says(*b"90", b'T', b'N', b'E'), &unhex(TDES_KEY));
    let cvk = known(Says(*b"C0", b'T', b'N', b'E'), &unhex(TDES_KEY));
    assert_eq!(open::<Cvk>(&lmk, &dcvk, Purpose::Generate), Err(KeyRefused::Usage));
    assert_eq!(open::<Dcvk>(&lmk, &cvk, Purpose::Generate), Err(KeyRefused::Usage));
    assert_eq!(open::<Dcvk>(&lmk, &dcvk, Purpose::Generate), Ok(()));
    let (lmk, rules) = (variant_lmk(), &KeyRules::LEGACY);
    let made = |code: &[u8; 3]| {
        let wanted = NewKey::Variant(KeyType(*code), KeyScheme::U);
        let key = AnyKey::generate(wanted, &mut random(), rules).unwrap();
        key.seal_under(&lmk, KeyScheme::U, &mut random()).unwrap()
    };
    fn taken<U: Usage>(lmk: &Lmk, field: &KeyField) -> Result<(), KeyRefused> {
        Key::<U>::open(lmk, field, Purpose::Derive, &KeyRules::LEGACY).map(|_| ())
    }
    type Taken = fn(&Lmk, &KeyField) -> Result<(), KeyRefused>;
    let kinds: [(&[u8; 3], Taken); 5] = [
        (b"402", taken::<Cvk>),
        (b"602", taken::<Dcvk>),
        (b"60A", taken::<Etk>),
        (b"109", taken::<MkAc>),
        (b"709", taken::<MkCvc3>),
    ];
    for (code, _) in kinds {
        let field = made(code);
        for (other, taken) in kinds {
            let expected = if other == code { Ok(()) } else { Err(KeyRefused::Parity) };
            assert_eq!(taken(&lmk, &field), expected, "{code:?} as {other:?}");
        }
        // AES and HMAC keys have no form there.
        assert_eq!(taken::<TokenKey>(&lmk, &field), Err(KeyRefused::Scheme));
        assert_eq!(taken::<FingerprintKey>(&lmk, &field), Err(KeyRefused::Scheme));
    }
}
