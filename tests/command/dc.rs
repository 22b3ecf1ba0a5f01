use crate::support::pins::{
    PVK_IBM, PVK_PVV, TPK, TPK_U, ZPK_72, every_digit_matters, issuer, refuses, refuses_keys,
    same_in_compact, without_single_des,
};
use crate::support::{ask, development, host_settings, production};
use payhsm::settings::Profile;
use payhsm_protocol::command::dc_verify_pin_tpk_pvv::VerifyPinTpkPvv;

const PVK: &str = "S00072V2TN00E00014C0328F82856C4E6D7CCF7A9A1597CB0662C35A18CC72EB9CF97917C";

fn message() -> String {
    format!("DC{TPK}{PVK}E57BC634D47179070160000000000012194%01")
}

#[test]
fn published_pins() {
    let engine = development();
    for (request, reply) in [
        (
            "DC0406FBB23A5214DF367930344805B1FAD6146EF4ED7502B3AE7A708F877571A90155000002532114401",
            "DD01",
        ),
        (
            "DC0406FBB23A5214DF367930344805B1FAD6146EF4ED7502B3AE7A708F877571A90155000002532114402",
            "DD00",
        ),
        (
            "DCU8463435FC4B4DAA0C49025272C29B12CX367930344805B1FAD6146EF4ED7502B3028DCC093FB0471F0355000002532114401",
            "DD01",
        ),
        (
            "DCU8463435FC4B4DAA0C49025272C29B12CX367930344805B1FAD6146EF4ED7502B3028DCC093FB0471F0355000002532114402",
            "DD00",
        ),
    ] {
        assert_eq!(ask(&engine, format!("{request}%00")), reply);
    }
    assert_eq!(ask(&engine, message()), "DD00");
    every_digit_matters(&engine, &message());
    same_in_compact::<VerifyPinTpkPvv>(&engine, &host_settings(), &message());
}

#[test]
fn refusals() {
    let engine = development();
    refuses_keys(&engine, &message(), &[TPK, PVK]);
    refuses(
        &engine,
        &message(),
        &[
            (TPK, ZPK_72, "A6"),
            (PVK, PVK_IBM, "A6"),
            (PVK, PVK_PVV, "01"),
            ("E57BC634D4717907", "E57BC634D471790", "23"),
            ("E57BC634D4717907", "E57BC634D471790x", "15"),
            ("E57BC634D4717907", "E57BC634D4717908", "20"),
            ("01600000000000", "99600000000000", "23"),
            ("01600000000000", "46600000000000", "69"),
            ("01600000000000", "0160000000000x", "22"),
            ("12194", "x2194", "15"),
            ("12194", "1219x", "15"),
            ("12194", "1219", "15"),
            ("12194", "12195", "01"),
            ("12194", "22194", "01"),
        ],
    );
    // A single-length PVK in double-length clothing.
    let single = "DCU8463435FC4B4DAA0C49025272C29B12C9B395FB9FE5F07DA9B395FB9FE5F07DA6428EB94035AF53B0155000002532114402%00";
    assert_eq!(ask(&without_single_des(), single), "DD75");
}

#[test]
fn the_pvv_of_another_account_is_a_developers_business() {
    let with_other =
        |account: &str| message().replace("01600000000000", &format!("01600000000000;{account}"));
    let same = with_other("600000000000");
    let other = with_other("600000000001");
    assert_eq!(ask(&development(), &same), "DD00");
    assert_eq!(ask(&development(), &other), "DD01");
    assert_eq!(ask(&issuer(), &same), "DD00");
    assert_eq!(ask(&issuer(), &other), "DD17");
    same_in_compact::<VerifyPinTpkPvv>(&development(), &host_settings(), &same);
}

#[test]
fn issuers_have_it_and_acquirers_do_not() {
    refuses(
        &issuer(),
        &message(),
        &[
            (TPK, ZPK_72, "A4"),
            (PVK, PVK_IBM, "A4"),
            (TPK, TPK_U, "A4"),
            ("E57BC634D4717907", "E57BC634D4717908", "20"),
            ("12194", "12195", "01"),
        ],
    );
    assert_eq!(ask(&production(Profile::Acquirer), message()), "DD68");
}
