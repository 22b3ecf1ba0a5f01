use crate::support::migration::with_old;
use crate::support::pins::{TABLE, table_under_aes};
use crate::support::{ask, call, development, production, tampered};
use payhsm::Engine;
use payhsm::settings::{Profile, Settings};
use payhsm_keys::{Lmk, OpenTable};
use payhsm_protocol::command::lo_migrate_table::MigrateTable;
use payhsm_protocol::field::{DecimalisationTable, LmkId, Slot, StoredKey};

const DIGITS: &str = "0123456789012345";

/// What the variant test LMK, which 01 and 02 had before, makes of a table.
fn under_old(digits: &str) -> String {
    let lmk = Lmk::public_test_variant(LmkId(0)).unwrap();
    let table = OpenTable::from_digits(digits.as_bytes()).unwrap();
    let DecimalisationTable::UnderDesLmk(text) = lmk.seal_table(&table).unwrap() else {
        panic!("not under a DES LMK");
    };
    hex::encode_upper(text)
}

/// A developer's appliance that had the 3DES key-block test LMK under 02 before.
fn after_tdes_key_blocks() -> Engine {
    let old = Lmk::public_test_tdes_key_block(LmkId(2)).unwrap();
    with_old(Profile::Development, Settings::development().legacy, old)
}

/// The published table of the 3DES key-block test LMK comes over, and IBM offsets are as published.
#[test]
fn a_published_table() {
    let engine = after_tdes_key_blocks();
    let answer = ask(&engine, format!("LO{TABLE}"));
    let new = answer.strip_prefix("LP00").unwrap();
    assert_eq!(new, table_under_aes(DIGITS));
    for other in tampered(TABLE, 0..16) {
        assert_ne!(ask(&engine, format!("LO{other}")), answer, "{other}");
    }
    assert_eq!(ask(&engine, format!("LO{}", TABLE.to_lowercase())), answer);
    assert_eq!(ask(&engine, format!("LO{TABLE}%02\x19trailer")), format!("{answer}\x19trailer"));
}

#[test]
fn from_the_variant_lmk_to_both_kinds_of_key_block_lmks() {
    let engine = development();
    let old = under_old(DIGITS);
    assert_eq!(ask(&engine, format!("LO{old}%01")), format!("LP00{TABLE}"));
    let under_aes = table_under_aes(DIGITS);
    assert_eq!(ask(&engine, format!("LO{old}")), format!("LP00{under_aes}"));
    for other in tampered(&old, 0..16) {
        assert_ne!(ask(&engine, format!("LO{other}%01")), format!("LP00{TABLE}"), "{other}");
    }
}

#[test]
fn each_refusal() {
    let engine = development();
    let old = under_old(DIGITS);
    let under_aes = table_under_aes(DIGITS);
    for (fields, error) in [
        (format!("{old}%00"), "13"),
        (format!("{old}%07"), "13"),
        // The published message: no table under the test LMK.
        ("ABCDEF1231234567".to_owned(), "25"),
        // 16 digits are a table under the LMK too, even where tables in clear are taken.
        (DIGITS.to_owned(), "25"),
        (under_aes, "25"),
        (format!("{TABLE}%02"), "25"),
        ("K001".to_owned(), "15"),
        (old[..15].to_owned(), "15"),
        (format!("{old}0"), "15"),
        ("L0123".to_owned(), "15"),
        (String::new(), "15"),
    ] {
        assert_eq!(ask(&engine, format!("LO{fields}")), format!("LP{error}"), "{fields}");
    }
}

/// A table with few digits cannot be sealed by this vault; under the old LMK it may exist all the same.
#[test]
fn the_rule_of_digits_holds_for_what_comes_over() {
    let engine = after_tdes_key_blocks();
    let mut refused = 0;
    // Tables of chance under the old LMK: hardly any is one, and none with a bad spread comes over.
    for number in 0_u64..2000 {
        let answer = ask(&engine, format!("LO{number:016X}"));
        assert!(answer == "LP25" || answer.starts_with("LP00L"), "{answer}");
        refused += usize::from(answer == "LP25");
    }
    assert!(refused > 1990, "{refused}");
}

#[test]
fn issuers_have_it_and_acquirers_do_not() {
    let old = under_old(DIGITS);
    assert!(ask(&production(Profile::Issuer), format!("LO{old}")).starts_with("LP00L"));
    assert_eq!(ask(&production(Profile::Acquirer), format!("LO{old}")), "LP68");
}

#[test]
fn compact() {
    let engine = development();
    let bytes = hex::decode(under_old(DIGITS)).unwrap().try_into().unwrap();
    let request = MigrateTable { table: DecimalisationTable::UnderDesLmk(bytes) };
    let (error, reply) = call(&engine, Some(1), &request);
    let expected = hex::decode(TABLE).unwrap().try_into().unwrap();
    let expected = DecimalisationTable::UnderDesLmk(expected);
    assert_eq!((error.as_str(), reply.unwrap().table), ("00", expected));
    for table in [
        DecimalisationTable::Plain(DIGITS.as_bytes().try_into().unwrap()),
        DecimalisationTable::OfPvk(StoredKey::Slot(Slot { index: 1, length: None })),
    ] {
        assert_eq!(call(&engine, Some(1), &MigrateTable { table }).0, "25");
    }
}
