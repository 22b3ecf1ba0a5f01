use crate::support::pins::{
    ACCOUNT_U, BLOCK_1234_TPK, TPK, TPK_U, ZPK, ZPK_72, ZPK_U, digits_that_do_not_matter, issuer,
    refuses, refuses_keys, same_in_compact,
};
use crate::support::{ask, development, host_settings, production};
use payhsm::settings::Profile;
use payhsm_protocol::command::ca_translate_pin_tpk_to_zpk::TranslatePinTpkToZpk;

fn message() -> String {
    format!("CA{TPK}{ZPK}12E57BC634D47179070101600000000000%01")
}

#[test]
fn published_translations() {
    let engine = development();
    for (request, reply) in [
        (
            "CA0406FBB23A5214DFBAB32D775A38E4AB12AE7A708F877571A90101550000025321",
            "CB0004E98FFDA17099AF5501",
        ),
        (
            "CA0406FBB23A5214DFBAB32D775A38E4AB12DC80B186C30902B00301550000025321",
            "CB0004E98FFDA17099AF5501",
        ),
        (
            "CAU8463435FC4B4DAA0C49025272C29B12CU1EF828AA8F6B80EB83E19FBC373F3A85126428EB94035AF53B0101550000025321",
            "CB000491DDDA0A7C12CFAA01",
        ),
    ] {
        assert_eq!(ask(&engine, format!("{request}%00")), reply);
    }
    // Where an account digit meets a PIN digit, what is taken off it there is put on again.
    let begin = format!("CA{TPK_U}{ZPK_U}12{BLOCK_1234_TPK}0101");
    let same = digits_that_do_not_matter(&engine, &format!("{begin}{ACCOUNT_U}%00"));
    assert!(same.len() <= 2 && same.iter().all(|message| message.starts_with(&begin)), "{same:?}");
    same_in_compact::<TranslatePinTpkToZpk>(&engine, &host_settings(), &message());
}

#[test]
fn a_published_translation_that_pci_forbids_is_refused() {
    let request = "CAU8463435FC4B4DAA0C49025272C29B12CU1EF828AA8F6B80EB83E19FBC373F3A85126428EB94035AF53B0103550000025321%00";
    assert_eq!(ask(&development(), request), "CB23");
}

#[test]
fn refusals() {
    let engine = development();
    refuses_keys(&engine, &message(), &[TPK, ZPK]);
    refuses(
        &engine,
        &message(),
        &[
            ("12E57B", "11E57B", "15"),
            ("E57BC634D4717907", "E57BC634D47179G7", "15"),
            ("E57BC634D4717907", "E57BC634D471790", "23"),
            ("E57BC634D4717907", "E57BC634D4717908", "20"),
            ("0101600000000000", "9901600000000000", "23"),
            ("0101600000000000", "4601600000000000", "69"),
            ("0101600000000000", "0146600000000000", "69"),
            ("0101600000000000", "0134600000000000", "23"),
            ("0101600000000000", "01016000x0000000", "22"),
            ("%01", "%03", "13"),
            ("%01", "", "A4"),
        ],
    );
}

#[test]
fn elsewhere_one_code_for_all_that_is_wrong_with_a_key_or_a_block() {
    let engine = issuer();
    refuses(
        &engine,
        &message(),
        &[
            (TPK, ZPK_72, "A4"),
            (ZPK, TPK, "A4"),
            (TPK, TPK_U, "A4"),
            ("E57BC634D4717907", "E57BC634D4717908", "20"),
        ],
    );
    refuses(&production(Profile::Acquirer), &message(), &[(TPK, ZPK_72, "A4")]);
}
