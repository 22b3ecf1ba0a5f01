use crate::support::pins::{
    ACCOUNT, BLOCK_300672, PVK_IBM, PVK_PVV, ZPK, every_digit_matters, issuer, refuses,
    refuses_keys, same_in_compact, with_lmk_pins_of,
};
use crate::support::{ask, development, host_settings, production};
use payhsm::Engine;
use payhsm::settings::Profile;
use payhsm_protocol::command::dg_generate_pvv_of_lmk_pin::GeneratePvvOfLmkPin;
use payhsm_protocol::host;

fn pin(engine: &Engine) -> String {
    let answer = ask(engine, format!("JE{ZPK}{BLOCK_300672}01{ACCOUNT}%01"));
    answer.strip_prefix("JF00").unwrap().to_owned()
}

fn message(engine: &Engine) -> String {
    format!("DG{PVK_PVV}{}{ACCOUNT}1%01", pin(engine))
}

#[test]
fn the_pvv_of_published_pins() {
    let engine = with_lmk_pins_of(7);
    let message = message(&engine);
    assert_eq!(ask(&engine, &message), "DH007548");
    every_digit_matters(&engine, &message);
    let host = host::Settings { lmk_pin_length: 7, ..host_settings() };
    same_in_compact::<GeneratePvvOfLmkPin>(&engine, &host, &message);
    // The transcripts have the PIN 1234 as 01234: here it is encrypted.
    let engine = development();
    for (pvk, account, pvki, pvv) in [
        ("367930344805B1FAD6146EF4ED7502B3", "550000025321", "1", "4402"),
        ("X367930344805B1FAD6146EF4ED7502B3", "550000025321", "1", "4402"),
        ("UE9F05D2F2DB8A8579CA3E806B35E336F", "123456789012", "0", "1226"),
    ] {
        let pin = ask(&engine, format!("BA1234F{account}%00"));
        let pin = pin.strip_prefix("BB00").unwrap();
        assert_eq!(ask(&engine, format!("DG{pvk}{pin}{account}{pvki}%00")), format!("DH00{pvv}"));
    }
}

#[test]
fn refusals() {
    let engine = with_lmk_pins_of(7);
    let (message, pin) = (message(&engine), pin(&engine));
    refuses_keys(&engine, &message, &[PVK_PVV]);
    refuses(
        &engine,
        &message,
        &[
            (PVK_PVV, PVK_IBM, "A6"),
            (&pin, "x000000", "14"),
            (&pin, "J0123456789ABCDEF0123456789ABCDEF", "14"),
            ("8501030939361%01", "8501030939311%01", "14"),
            ("8501030939361%01", "85010309393x1%01", "22"),
            ("8501030939361%01", "850103093936x%01", "15"),
            ("8501030939361%01", "850103093936%01", "15"),
            ("8501030939361%01", "85010309393611%01", "15"),
        ],
    );
}

#[test]
fn issuers_have_it_and_acquirers_do_not() {
    let engine = issuer();
    let message = message(&engine);
    refuses(&engine, &message, &[(PVK_PVV, PVK_IBM, "A4")]);
    assert_eq!(ask(&production(Profile::Acquirer), message), "DH68");
}
