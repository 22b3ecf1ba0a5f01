use crate::support::pins::{
    ACCOUNT, BLOCK_121791, BLOCK_300672, PVK_IBM, PVK_PVV, TABLE, TPK, ZPK, every_digit_matters,
    issuer, refuses, refuses_keys, same_in_compact,
};
use crate::support::{ask, development, host_settings, production};
use payhsm::settings::Profile;
use payhsm_protocol::command::ea_verify_pin_zpk_ibm::VerifyPinZpkIbm;

fn message() -> String {
    format!("EA{ZPK}{PVK_IBM}12{BLOCK_121791}0106{ACCOUNT}{TABLE}50103093936N309783FFFFFF%01")
}

#[test]
fn a_published_pin_is_verified() {
    let engine = development();
    assert_eq!(ask(&engine, message()), "EB00");
    every_digit_matters(&engine, &message());
    same_in_compact::<VerifyPinZpkIbm>(&engine, &host_settings(), &message());
    // Fewer digits may be checked than the PIN has, but never less than four.
    let four = message().replace("0106850103093936", "0104850103093936");
    assert_eq!(ask(&engine, four), "EB00");
    let block_for_pvd = message().replace("50103093936N", "P5010309393693936");
    assert_eq!(ask(&engine, block_for_pvd), "EB00", "the same block, written out");
}

#[test]
fn refusals() {
    let engine = development();
    refuses_keys(&engine, &message(), &[ZPK, PVK_IBM]);
    refuses(
        &engine,
        &message(),
        &[
            (ZPK, TPK, "A6"),
            (PVK_IBM, PVK_PVV, "A6"),
            (BLOCK_121791, BLOCK_300672, "01"),
            (BLOCK_121791, "967CDB6E3D492E2", "23"),
            (BLOCK_121791, "967CDB6E3D492E29", "20"),
            ("0106850103093936", "0206850103093936", "23"),
            ("0106850103093936", "4606850103093936", "69"),
            ("0106850103093936", "0102850103093936", "15"),
            ("0106850103093936", "010685010309393x", "22"),
            (TABLE, "709F26B22464E96B", "25"),
            ("50103093936N", "5010309393NN", "15"),
            ("309783FFFFFF", "30978FFFFFFF", "15"),
            ("309783FFFFFF", "309784FFFFFF", "01"),
        ],
    );
}

#[test]
fn a_double_length_pvk_of_the_variant_scheme_is_warned_of() {
    let engine = development();
    // PIN 1234 of the account under ZPK; whatever its offset is, BK gives it and EA takes it.
    for (pvk, code) in [("9B395FB9FE5F07DA", "00"), ("X367930344805B1FAD6146EF4ED7502B3", "02")] {
        let end = "0123456789012345550000N02531";
        let made = ask(
            &engine,
            format!(
                "BK001U1EF828AA8F6B80EB83E19FBC373F3A85{pvk}91DDDA0A7C12CFAA0104550000025321{end}%00"
            ),
        );
        let offset = made.strip_prefix(&format!("BL{code}")).unwrap();
        let verify = format!(
            "EAU1EF828AA8F6B80EB83E19FBC373F3A85{pvk}1291DDDA0A7C12CFAA0104550000025321{end}{offset}%00"
        );
        assert_eq!(ask(&engine, &verify), format!("EB{code}"));
        same_in_compact::<VerifyPinZpkIbm>(&engine, &host_settings(), &verify);
    }
}

#[test]
fn issuers_have_it_and_acquirers_do_not() {
    refuses(&issuer(), &message(), &[(ZPK, TPK, "A4"), (BLOCK_121791, BLOCK_300672, "01")]);
    assert_eq!(ask(&production(Profile::Acquirer), message()), "EB68");
}
