use crate::support::pins::{
    ACCOUNT, ACCOUNT_U, BLOCK_121791, PVK_IBM, PVK_PVV, TABLE, ZPK, every_digit_matters, issuer,
    new_key, refuses, refuses_keys, same_in_compact, table_under_aes, with_lmk_pins_of,
};
use crate::support::{ask, development, host_settings, production};
use payhsm::Engine;
use payhsm::settings::Profile;
use payhsm_protocol::command::de_generate_offset_of_lmk_pin::GenerateOffsetOfLmkPin;
use payhsm_protocol::host;

fn pin(engine: &Engine) -> String {
    let answer = ask(engine, format!("JE{ZPK}{BLOCK_121791}01{ACCOUNT}%01"));
    answer.strip_prefix("JF00").unwrap().to_owned()
}

fn message(engine: &Engine) -> String {
    format!("DE{PVK_IBM}{}06{ACCOUNT}{TABLE}50103093936N%01", pin(engine))
}

#[test]
fn the_offset_of_a_published_pin() {
    let engine = with_lmk_pins_of(7);
    let message = message(&engine);
    assert_eq!(ask(&engine, &message), "DF00309783FFFFFF");
    every_digit_matters(&engine, &message);
    let host = host::Settings { lmk_pin_length: 7, ..host_settings() };
    same_in_compact::<GenerateOffsetOfLmkPin>(&engine, &host, &message);
    let four = message.replace("06850103093936", "04850103093936");
    assert_eq!(ask(&engine, four), "DF003097FFFFFFFF");
}

#[test]
fn a_double_length_pvk_of_the_variant_scheme_is_warned_of() {
    let engine = development();
    let pin = ask(&engine, format!("BA1234F{ACCOUNT_U}%00"));
    let pin = pin.strip_prefix("BB00").unwrap();
    let rest = format!("{pin}04{ACCOUNT_U}0123456789012345550000N02531");
    let warned = format!("DEX367930344805B1FAD6146EF4ED7502B3{rest}%00");
    let answer = ask(&engine, &warned);
    assert_eq!((&answer[..4], &answer[8..]), ("DF02", "FFFFFFFF"));
    same_in_compact::<GenerateOffsetOfLmkPin>(&engine, &host_settings(), &warned);
    assert!(ask(&engine, format!("DE9B395FB9FE5F07DA{rest}%00")).starts_with("DF00"));
}

#[test]
fn under_the_aes_lmk() {
    let engine = with_lmk_pins_of(7);
    let pvk = new_key(&engine, "V1T2N00N00");
    let table = table_under_aes("5012679340182945");
    let pin = ask(&engine, format!("BA121791F{ACCOUNT}"));
    let pin = pin.strip_prefix("BB00").unwrap();
    let request = format!("DE{pvk}{pin}06{ACCOUNT}{table}P0123456789ABCDEF%02");
    let answer = ask(&engine, &request);
    let offset = answer.strip_prefix("DF00").unwrap();
    let derived = ask(&engine, format!("EE{pvk}{offset}06{ACCOUNT}{table}P0123456789ABCDEF"));
    let derived = derived.strip_prefix("EF00").unwrap();
    assert_ne!(derived, pin, "half of it is random");
    assert_eq!(ask(&engine, format!("NG{ACCOUNT}{derived}")), "NH00121791F");
    refuses(
        &engine,
        &request,
        &[
            (&table, &table.replacen('L', "", 1), "15"),
            (&table, TABLE, "25"),
            (&table, "L00000000000000000000000000000000", "25"),
            (pin, "0123456", "14"),
            ("%02", "%01", "A4"),
        ],
    );
}

#[test]
fn excluded_pins() {
    let engine = with_lmk_pins_of(7);
    refuses(
        &engine,
        &message(&engine).replace("%01", "*0206123456000000%01"),
        &[
            ("123456000000", "123456121791", "86"),
            ("*0206123456000000", "*0106121791", "86"),
            ("*0206123456000000", "*01041217", "81"),
            ("*0206123456000000", "*0206123456", "15"),
            ("*02", "*00", "03"),
        ],
    );
}

#[test]
fn refusals() {
    let engine = with_lmk_pins_of(7);
    let (message, pin) = (message(&engine), pin(&engine));
    refuses_keys(&engine, &message, &[PVK_IBM]);
    refuses(
        &engine,
        &message,
        &[
            (PVK_IBM, PVK_PVV, "A6"),
            (&pin, "x000000", "14"),
            (&pin, "J0123456789ABCDEF0123456789ABCDEF", "14"),
            ("06850103093936", "07850103093936", "81"),
            ("06850103093936", "03850103093936", "15"),
            ("06850103093936", "xx850103093936", "15"),
            ("06850103093936", "0685010309393x", "22"),
            (TABLE, "709F26B22464E96B", "25"),
            ("50103093936N", "501030939360", "15"),
            ("%01", "?", "15"),
        ],
    );
}

#[test]
fn issuers_have_it_and_acquirers_do_not() {
    let engine = issuer();
    let message = message(&engine);
    refuses(&engine, &message, &[(PVK_IBM, PVK_PVV, "A4")]);
    assert_eq!(ask(&production(Profile::Acquirer), message), "DF68");
}
