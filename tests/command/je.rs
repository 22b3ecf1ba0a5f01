use crate::support::pins::{
    ACCOUNT, ACCOUNT_U, BLOCK_1234_ZPK, BLOCK_300672, TPK, ZPK, ZPK_U, every_digit_matters, issuer,
    refuses, refuses_keys, same_in_compact, with_lmk_pins_of,
};
use crate::support::{ask, development, production};
use payhsm::settings::Profile;
use payhsm_protocol::command::je_translate_pin_zpk_to_lmk::TranslatePinZpkToLmk;
use payhsm_protocol::host;

fn message() -> String {
    format!("JE{ZPK}{BLOCK_300672}01{ACCOUNT}%01")
}

#[test]
fn the_pin_of_a_published_block_comes_under_the_lmk() {
    let engine = development();
    for (block, format) in [(BLOCK_1234_ZPK, "01"), ("82206CCD872229C2", "03")] {
        let answer = ask(&engine, format!("JE{ZPK_U}{block}{format}{ACCOUNT_U}%00"));
        let pin = answer.strip_prefix("JF00").unwrap();
        assert_eq!(ask(&engine, format!("NG{ACCOUNT_U}{pin}%00")), "NH001234F");
    }
    let engine = with_lmk_pins_of(7);
    let answer = ask(&engine, message());
    let pin = answer.strip_prefix("JF00").unwrap();
    assert_eq!(ask(&engine, format!("NG850103093936{pin}%01")), "NH00300672F");
    every_digit_matters(&engine, &message());
    let host = host::Settings { lmk_pin_length: 7, ..crate::support::host_settings() };
    same_in_compact::<TranslatePinZpkToLmk>(&engine, &host, &message());
}

#[test]
fn refusals() {
    let engine = with_lmk_pins_of(7);
    refuses_keys(&engine, &message(), &[ZPK]);
    refuses(
        &engine,
        &message(),
        &[
            (ZPK, TPK, "A6"),
            ("AD72F973446E84E7", "AD72F973446E84E70", "23"),
            ("AD72F973446E84E7", "XD72F973446E84E7", "15"),
            ("AD72F973446E84E7", "AD72F973446E84E", "23"),
            ("AD72F973446E84E7", "0D72F973446E84E7", "20"),
            ("01850103093936", "34850103093936", "23"),
            ("01850103093936", "46850103093936", "69"),
            ("01850103093936", "488501030939361;", "23"),
            ("01850103093936", "0185010309393x", "22"),
            ("01850103093936", "0185010309393", "22"),
            ("%01", "%05", "13"),
        ],
    );
    // A PIN of six digits does not fit where four are the most.
    assert_eq!(ask(&development(), message()), "JF81");
}

#[test]
fn issuers_have_it_and_acquirers_do_not() {
    let engine = issuer();
    refuses(
        &engine,
        &message(),
        &[(ZPK, TPK, "A4"), ("AD72F973446E84E7", "0D72F973446E84E7", "20")],
    );
    assert_eq!(ask(&production(Profile::Acquirer), message()), "JF68");
}
