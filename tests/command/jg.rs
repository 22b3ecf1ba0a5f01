use crate::support::pins::{
    ACCOUNT, ACCOUNT_U, BLOCK_1234_ZPK, BLOCK_300672, TPK, ZPK, ZPK_U, every_digit_matters, issuer,
    refuses, refuses_keys, same_in_compact, with_lmk_pins_of,
};
use crate::support::{ask, development, host_settings, production};
use payhsm::Engine;
use payhsm::settings::Profile;
use payhsm_protocol::command::jg_translate_pin_lmk_to_zpk::TranslatePinLmkToZpk;
use payhsm_protocol::host;

fn message(engine: &Engine) -> String {
    let answer = ask(engine, format!("JE{ZPK}{BLOCK_300672}01{ACCOUNT}%01"));
    let pin = answer.strip_prefix("JF00").unwrap();
    format!("JG{ZPK}01{ACCOUNT}{pin}%01")
}

#[test]
fn the_pin_comes_into_the_published_block() {
    let engine = with_lmk_pins_of(7);
    let message = message(&engine);
    assert_eq!(ask(&engine, &message), format!("JH00{BLOCK_300672}"));
    every_digit_matters(&engine, &message);
    let host = host::Settings { lmk_pin_length: 7, ..host_settings() };
    same_in_compact::<TranslatePinLmkToZpk>(&engine, &host, &message);

    let engine = development();
    let pin = ask(&engine, format!("BA1234F{ACCOUNT_U}%00"));
    let pin = pin.strip_prefix("BB00").unwrap();
    let block = ask(&engine, format!("JG{ZPK_U}01{ACCOUNT_U}{pin}%00"));
    assert_eq!(block, format!("JH00{BLOCK_1234_ZPK}"));
    let pin = ask(&engine, "BA1234F123456789012%00");
    let pin = pin.strip_prefix("BB00").unwrap();
    let zpk = "TA5E7D4FE829B0D83C5E7352636C16C7827E197349E34A5CD";
    assert_eq!(ask(&engine, format!("JG{zpk}01123456789012{pin}%00")), "JH0098A841D13467F185");
}

#[test]
fn refusals() {
    let engine = with_lmk_pins_of(7);
    let message = message(&engine);
    let pin = message.rsplit_once(ACCOUNT).unwrap().1.replace("%01", "");
    refuses_keys(&engine, &message, &[ZPK]);
    refuses(
        &engine,
        &message,
        &[
            (ZPK, TPK, "A6"),
            ("01850", "03850", "23"),
            ("01850", "05850", "23"),
            ("01850", "34850", "23"),
            ("01850", "46850", "69"),
            ("01850", "99850", "23"),
            ("01850103093936", "04FFFFFF850103093936", "23"),
            ("01850103093936", "488501030939361;", "23"),
            (ACCOUNT, "85010309393F", "22"),
            (&pin, &pin.replacen(|_: char| true, "", 1), "14"),
            (&pin, "x123456", "14"),
            (&pin, "J0123456789ABCDEF0123456789ABCDEF", "14"),
            ("%01", "%02", "A4"),
        ],
    );
    let (code, _) =
        crate::support::pins::answer(&engine, &message.replacen(&pin, &format!("{pin}0"), 1));
    assert_eq!(code, "15");
}

#[test]
fn issuers_have_it_and_acquirers_do_not() {
    let engine = issuer();
    let message = message(&engine);
    refuses(&engine, &message, &[(ZPK, TPK, "A4"), ("01850", "05850", "23")]);
    assert_eq!(ask(&production(Profile::Acquirer), message), "JH68");
}
