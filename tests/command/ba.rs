use crate::support::pins::{ACCOUNT, issuer, refuses, same_in_compact};
use crate::support::{ask, development, host_settings, production};
use payhsm::settings::Profile;
use payhsm_protocol::command::ba_encrypt_clear_pin::EncryptClearPin;

#[test]
fn a_clear_pin_goes_under_the_lmk_and_comes_out() {
    let engine = development();
    for lmk in ["%00", "%01", "%02"] {
        let answer = ask(&engine, format!("BA1234F{ACCOUNT}{lmk}"));
        let pin = answer.strip_prefix("BB00").unwrap();
        assert_eq!(pin.len(), if lmk == "%02" { 33 } else { 5 });
        assert_eq!(ask(&engine, format!("NG{ACCOUNT}{pin}{lmk}")), "NH001234F");
    }
    same_in_compact::<EncryptClearPin>(&engine, &host_settings(), &format!("BA1234F{ACCOUNT}%01"));
}

#[test]
fn refusals() {
    refuses(
        &development(),
        &format!("BA1234F{ACCOUNT}%01"),
        &[
            ("1234F", "123FF", "24"),
            ("1234F", "1234f", "15"),
            ("1234F", "12x4F", "15"),
            ("1234F", "12345", "81"),
            (ACCOUNT, "85010309393x", "22"),
            (ACCOUNT, "85010309393", "22"),
            ("%01", "%09", "13"),
        ],
    );
}

#[test]
fn only_a_developer_has_it() {
    for engine in [issuer(), production(Profile::Acquirer)] {
        assert_eq!(ask(&engine, format!("BA1234FFF{ACCOUNT}%01")), "BB68");
    }
}
