use crate::support::pins::{
    ACCOUNT, PVK_IBM, PVK_PVV, TABLE, every_digit_matters, issuer, refuses, refuses_keys,
    same_in_compact, with_lmk_pins_of,
};
use crate::support::{ask, development, host_settings, production};
use payhsm::settings::Profile;
use payhsm_protocol::command::ee_derive_pin_ibm::DerivePinIbm;
use payhsm_protocol::host;

fn message() -> String {
    format!("EE{PVK_IBM}309783FFFFFF06{ACCOUNT}{TABLE}50103093936N%01")
}

#[test]
fn the_pin_of_a_published_offset() {
    let engine = with_lmk_pins_of(7);
    let answer = ask(&engine, message());
    let pin = answer.strip_prefix("EF00").unwrap();
    assert_eq!(ask(&engine, format!("NG{ACCOUNT}{pin}%01")), "NH00121791F");
    every_digit_matters(&engine, &message());
    let host = host::Settings { lmk_pin_length: 7, ..host_settings() };
    same_in_compact::<DerivePinIbm>(&engine, &host, &message());
}

#[test]
fn refusals() {
    let engine = with_lmk_pins_of(7);
    refuses_keys(&engine, &message(), &[PVK_IBM]);
    refuses(
        &engine,
        &message(),
        &[
            (PVK_IBM, PVK_PVV, "A6"),
            ("309783FFFFFF", "30978FFFFFFF", "15"),
            ("309783FFFFFF", "3x9783FFFFFF", "15"),
            ("06850103093936", "03850103093936", "15"),
            ("309783FFFFFF06850103093936", "3097830FFFFF07850103093936", "81"),
            ("06850103093936", "0685010309393x", "22"),
            (TABLE, "709F26B22464E96B", "25"),
            ("50103093936N", "501030939360", "15"),
        ],
    );
    assert_eq!(
        ask(&development(), message()),
        "EF81",
        "a PIN of six digits where four are the most"
    );
}

#[test]
fn a_double_length_pvk_of_the_variant_scheme_is_warned_of() {
    let engine = development();
    let rest = "0000FFFFFFFF045500000253210123456789012345550000N02531%00";
    assert!(ask(&engine, format!("EEX367930344805B1FAD6146EF4ED7502B3{rest}")).starts_with("EF02"));
    assert!(ask(&engine, format!("EE9B395FB9FE5F07DA{rest}")).starts_with("EF00"));
}

#[test]
fn issuers_have_it_and_acquirers_do_not() {
    refuses(&issuer(), &message(), &[(PVK_IBM, PVK_PVV, "A4")]);
    assert_eq!(ask(&production(Profile::Acquirer), message()), "EF68");
}
