use crate::support::pins::{
    ACCOUNT, BLOCK_121791, BLOCK_300672, PVK_IBM, PVK_PVV, ZPK, every_digit_matters, issuer,
    refuses, refuses_keys, same_in_compact,
};
use crate::support::{ask, development, host_settings, production};
use payhsm::settings::Profile;
use payhsm_protocol::command::cu_change_pin_pvv::ChangePinPvv;

fn message() -> String {
    format!("CUFFF{ZPK}{PVK_PVV}{BLOCK_300672}01{ACCOUNT}17548{BLOCK_121791}%01")
}

#[test]
fn published_changes() {
    let engine = development();
    for request in [
        "CU001U1EF828AA8F6B80EB83E19FBC373F3A85X367930344805B1FAD6146EF4ED7502B391DDDA0A7C12CFAA0155000002532114402262D1CC277EF0BB4",
        "CU002U8463435FC4B4DAA0C49025272C29B12CX367930344805B1FAD6146EF4ED7502B3028DCC093FB0471F0355000002532114402DC90438F79A7A075",
    ] {
        assert_eq!(ask(&engine, format!("{request}%00")), "CV009614");
        let wrong = request.replace("14402", "14403");
        assert_eq!(ask(&engine, format!("{wrong}%00")), "CV01");
    }
    assert_eq!(ask(&engine, message()), "CV006010");
    every_digit_matters(&engine, &message());
    same_in_compact::<ChangePinPvv>(&engine, &host_settings(), &message());
}

#[test]
fn refusals() {
    let engine = development();
    refuses_keys(&engine, &message(), &[ZPK, PVK_PVV]);
    refuses(
        &engine,
        &message(),
        &[
            ("FFF", "70D", "28"),
            ("FFF", "003", "28"),
            (PVK_PVV, PVK_IBM, "A6"),
            (BLOCK_300672, BLOCK_121791, "01"),
            (BLOCK_300672, "AD72F973446E84E8", "20"),
            (BLOCK_121791, "967CDB6E3D492E29", "20"),
            (BLOCK_121791, "967CDB6E3D492E2", "15"),
            ("01850", "99850", "23"),
            ("01850", "46850", "69"),
            (ACCOUNT, "85010309393x", "22"),
            ("17548", "17549", "01"),
            ("17548", "x7548", "15"),
        ],
    );
}

#[test]
fn issuers_have_it_for_blocks_that_are_bound_to_the_account() {
    refuses(
        &issuer(),
        &message(),
        &[
            (PVK_PVV, PVK_IBM, "A4"),
            ("01850", "05850", "23"),
            ("01850", "03850", "23"),
            (BLOCK_121791, "967CDB6E3D492E29", "20"),
            ("17548", "17549", "01"),
        ],
    );
    assert_eq!(ask(&production(Profile::Acquirer), message()), "CV68");
}
