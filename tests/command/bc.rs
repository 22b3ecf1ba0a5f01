use crate::support::pins::{
    ACCOUNT_U, BLOCK_1234_TPK, TPK, TPK_U, ZPK_72, every_digit_matters, issuer, refuses,
    refuses_keys, same_in_compact, with_lmk_pins_of,
};
use crate::support::{ask, development, host_settings, production};
use payhsm::Engine;
use payhsm::settings::Profile;
use payhsm_protocol::command::bc_compare_pin_tpk::ComparePinTpk;

fn under_lmk(engine: &Engine, pin: &str, account: &str, lmk: &str) -> String {
    let answer = ask(engine, format!("BA{pin}{account}{lmk}"));
    answer.strip_prefix("BB00").unwrap().to_owned()
}

#[test]
fn the_right_pin_is_told_from_another() {
    let engine = development();
    let right = under_lmk(&engine, "1234F", ACCOUNT_U, "%00");
    let message = format!("BC{TPK_U}{BLOCK_1234_TPK}01{ACCOUNT_U}{right}%00");
    assert_eq!(ask(&engine, &message), "BD00");
    every_digit_matters(&engine, &message);
    same_in_compact::<ComparePinTpk>(&engine, &host_settings(), &message);
    for wrong in ["1235F", "0234F", "4321F"] {
        let wrong = under_lmk(&engine, wrong, ACCOUNT_U, "%00");
        assert_eq!(
            ask(&engine, format!("BC{TPK_U}{BLOCK_1234_TPK}01{ACCOUNT_U}{wrong}%00")),
            "BD01"
        );
    }
}

#[test]
fn refusals() {
    let engine = with_lmk_pins_of(7);
    let pin = under_lmk(&engine, "340367F", "600000000000", "%01");
    let message = format!("BC{TPK}E57BC634D471790701600000000000{pin}%01");
    refuses_keys(&engine, &message, &[TPK]);
    refuses(
        &engine,
        &message,
        &[
            (TPK, ZPK_72, "A6"),
            ("E57BC634D4717907", "X57BC634D4717907", "15"),
            ("E57BC634D4717907", "E57BC634D471790", "23"),
            ("E57BC634D4717907", "057BC634D4717907", "20"),
            ("01600000000000", "99600000000000", "23"),
            ("01600000000000", "46600000000000", "69"),
            ("01600000000000", "486000000000001;", "23"),
            ("01600000000000", "0160000000000x", "22"),
            (&pin, "x123456", "14"),
            (&pin, "J0123456789ABCDEF0123456789ABCDEF", "14"),
        ],
    );
}

#[test]
fn issuers_have_it_and_acquirers_do_not() {
    let developer = with_lmk_pins_of(7);
    let pin = under_lmk(&developer, "340367F", "600000000000", "%01");
    let message = format!("BC{TPK}E57BC634D471790701600000000000{pin}%01");
    refuses(
        &issuer(),
        &message,
        &[(TPK, ZPK_72, "A4"), ("E57BC634D4717907", "057BC634D4717907", "20")],
    );
    assert_eq!(ask(&production(Profile::Acquirer), &message), "BD68");
}
