use crate::support::pins::{
    ACCOUNT, BLOCK_121791, BLOCK_300672, PVK_IBM, PVK_PVV, TPK, ZPK, every_digit_matters, issuer,
    refuses, refuses_keys, same_in_compact,
};
use crate::support::{ask, development, host_settings, production};
use payhsm::settings::Profile;
use payhsm_protocol::command::ec_verify_pin_zpk_pvv::VerifyPinZpkPvv;

fn message() -> String {
    format!("EC{ZPK}{PVK_PVV}{BLOCK_300672}01{ACCOUNT}17548%01")
}

#[test]
fn published_pins() {
    let engine = development();
    for request in [
        "ECBAB32D775A38E4ABX367930344805B1FAD6146EF4ED7502B3F7808F2CBEC631680355000002532114402",
        "ECU1EF828AA8F6B80EB83E19FBC373F3A85X367930344805B1FAD6146EF4ED7502B391DDDA0A7C12CFAA0155000002532114402",
    ] {
        assert_eq!(ask(&engine, format!("{request}%00")), "ED00");
        let wrong = request.replace("14402", "14403");
        assert_eq!(ask(&engine, format!("{wrong}%00")), "ED01");
    }
    assert_eq!(ask(&engine, message()), "ED00");
    every_digit_matters(&engine, &message());
    same_in_compact::<VerifyPinZpkPvv>(&engine, &host_settings(), &message());
}

#[test]
fn refusals() {
    let engine = development();
    refuses_keys(&engine, &message(), &[ZPK, PVK_PVV]);
    refuses(
        &engine,
        &message(),
        &[
            (ZPK, TPK, "A6"),
            (PVK_PVV, PVK_IBM, "A6"),
            (BLOCK_300672, BLOCK_121791, "01"),
            (BLOCK_300672, "AD72F973446E84E", "23"),
            (BLOCK_300672, "AD72F973446E84E8", "20"),
            ("01850", "99850", "23"),
            ("01850", "46850", "69"),
            (ACCOUNT, "85010309393x", "22"),
            ("17548", "1754", "15"),
            ("17548", "17549", "01"),
            ("17548", "27548", "01"),
        ],
    );
}

#[test]
fn issuers_have_it_and_acquirers_do_not() {
    refuses(&issuer(), &message(), &[(ZPK, TPK, "A4"), ("17548", "17549", "01")]);
    assert_eq!(ask(&production(Profile::Acquirer), message()), "ED68");
}
