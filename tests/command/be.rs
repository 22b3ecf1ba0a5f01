use crate::support::pins::{
    ACCOUNT_U, BLOCK_1234_ZPK, TPK, ZPK, ZPK_U, every_digit_matters, issuer, refuses, refuses_keys,
    same_in_compact, with_lmk_pins_of,
};
use crate::support::{ask, development, host_settings, production};
use payhsm::Engine;
use payhsm::settings::Profile;
use payhsm_protocol::command::be_compare_pin_zpk::ComparePinZpk;

fn under_lmk(engine: &Engine, pin: &str, account: &str, lmk: &str) -> String {
    let answer = ask(engine, format!("BA{pin}{account}{lmk}"));
    answer.strip_prefix("BB00").unwrap().to_owned()
}

#[test]
fn the_right_pin_is_told_from_another() {
    let engine = development();
    let right = under_lmk(&engine, "1234F", ACCOUNT_U, "%00");
    let message = format!("BE{ZPK_U}{BLOCK_1234_ZPK}01{ACCOUNT_U}{right}%00");
    assert_eq!(ask(&engine, &message), "BF00");
    every_digit_matters(&engine, &message);
    same_in_compact::<ComparePinZpk>(&engine, &host_settings(), &message);
    for wrong in ["1235F", "0234F", "4321F"] {
        let wrong = under_lmk(&engine, wrong, ACCOUNT_U, "%00");
        assert_eq!(
            ask(&engine, format!("BE{ZPK_U}{BLOCK_1234_ZPK}01{ACCOUNT_U}{wrong}%00")),
            "BF01"
        );
    }
}

#[test]
fn refusals() {
    let engine = with_lmk_pins_of(7);
    let pin = under_lmk(&engine, "300672F", "850103093936", "%01");
    let message = format!("BE{ZPK}AD72F973446E84E701850103093936{pin}%01");
    refuses_keys(&engine, &message, &[ZPK]);
    refuses(
        &engine,
        &message,
        &[
            (ZPK, TPK, "A6"),
            ("AD72F973446E84E7", "XD72F973446E84E7", "15"),
            ("AD72F973446E84E7", "AD72F973446E84E", "23"),
            ("AD72F973446E84E7", "0D72F973446E84E7", "20"),
            ("01850103093936", "99850103093936", "23"),
            ("01850103093936", "46850103093936", "69"),
            ("01850103093936", "488501030939361;", "23"),
            ("01850103093936", "0185010309393x", "22"),
            (&pin, "x123456", "14"),
            (&pin, "J0123456789ABCDEF0123456789ABCDEF", "14"),
        ],
    );
}

#[test]
fn issuers_have_it_and_acquirers_do_not() {
    let developer = with_lmk_pins_of(7);
    let pin = under_lmk(&developer, "300672F", "850103093936", "%01");
    let message = format!("BE{ZPK}AD72F973446E84E701850103093936{pin}%01");
    refuses(
        &issuer(),
        &message,
        &[(ZPK, TPK, "A4"), ("AD72F973446E84E7", "0D72F973446E84E7", "20")],
    );
    assert_eq!(ask(&production(Profile::Acquirer), &message), "BF68");
}
