use crate::support::pins::{
    ACCOUNT_U, BLOCK_1234_TPK, TPK, TPK_U, ZPK_72, every_digit_matters, issuer, refuses,
    refuses_keys, same_in_compact, with_lmk_pins_of,
};
use crate::support::{ask, development, production};
use payhsm::settings::Profile;
use payhsm_protocol::command::jc_translate_pin_tpk_to_lmk::TranslatePinTpkToLmk;
use payhsm_protocol::host;

fn message() -> String {
    format!("JC{TPK}E57BC634D471790701600000000000%01")
}

#[test]
fn the_pin_of_a_published_block_comes_under_the_lmk() {
    let engine = development();
    for (block, format) in [(BLOCK_1234_TPK, "01"), ("028DCC093FB0471F", "03")] {
        let answer = ask(&engine, format!("JC{TPK_U}{block}{format}{ACCOUNT_U}%00"));
        let pin = answer.strip_prefix("JD00").unwrap();
        assert_eq!(ask(&engine, format!("NG{ACCOUNT_U}{pin}%00")), "NH001234F");
    }
    let engine = with_lmk_pins_of(7);
    let answer = ask(&engine, message());
    let pin = answer.strip_prefix("JD00").unwrap();
    assert_eq!(ask(&engine, format!("NG600000000000{pin}%01")), "NH00340367F");
    every_digit_matters(&engine, &message());
    let host = host::Settings { lmk_pin_length: 7, ..crate::support::host_settings() };
    same_in_compact::<TranslatePinTpkToLmk>(&engine, &host, &message());
}

#[test]
fn refusals() {
    let engine = with_lmk_pins_of(7);
    refuses_keys(&engine, &message(), &[TPK]);
    refuses(
        &engine,
        &message(),
        &[
            (TPK, ZPK_72, "A6"),
            ("E57BC634D4717907", "E57BC634D47179070", "23"),
            ("E57BC634D4717907", "X57BC634D4717907", "15"),
            ("E57BC634D4717907", "E57BC634D471790", "23"),
            ("E57BC634D4717907", "057BC634D4717907", "20"),
            ("01600000000000", "34600000000000", "23"),
            ("01600000000000", "46600000000000", "69"),
            ("01600000000000", "486000000000001;", "23"),
            ("01600000000000", "0160000000000x", "22"),
            ("01600000000000", "0160000000000", "22"),
            ("%01", "%05", "13"),
        ],
    );
    // A PIN of six digits does not fit where four are the most.
    assert_eq!(ask(&development(), message()), "JD81");
}

#[test]
fn issuers_have_it_and_acquirers_do_not() {
    let engine = issuer();
    refuses(
        &engine,
        &message(),
        &[(TPK, ZPK_72, "A4"), ("E57BC634D4717907", "057BC634D4717907", "20")],
    );
    assert_eq!(ask(&production(Profile::Acquirer), message()), "JD68");
}
