use crate::support::pins::{ACCOUNT, PVK_PVV, issuer, with_lmk_pins_of};
use crate::support::{ask, call, development, production, tampered};
use payhsm::Engine;
use payhsm::settings::Profile;
use payhsm_protocol::command::bg_migrate_pin::MigratePin;
use payhsm_protocol::field::{Account, LmkPin};

/// A PIN of `ACCOUNT` under the variant test LMK, which 01 and 02 had before.
fn under_old(engine: &Engine, pin: &str) -> String {
    let answer = ask(engine, format!("BA{pin}{ACCOUNT}%00"));
    answer.strip_prefix("BB00").unwrap().to_owned()
}

fn clear(engine: &Engine, pin: &str, lmk: &str) -> String {
    ask(engine, format!("NG{ACCOUNT}{pin}{lmk}"))
}

#[test]
fn the_pin_is_the_same_under_every_lmk() {
    let engine = with_lmk_pins_of(7);
    for pin in ["1234FFF", "300672F", "00000FF"] {
        let old = under_old(&engine, pin);
        for lmk in ["", "%01", "%02", "%02\x19trailer"] {
            let answer = ask(&engine, format!("BG{ACCOUNT}{old}{lmk}"));
            let new = answer.trim_end_matches("\x19trailer").strip_prefix("BH00").unwrap();
            let is_block = lmk != "%01";
            assert_eq!(
                (new.len(), new.starts_with('J')),
                (if is_block { 33 } else { 7 }, is_block)
            );
            let lmk = lmk.trim_end_matches("\x19trailer");
            assert_eq!(clear(&engine, new, lmk), format!("NH00{pin}"), "{lmk}");
        }
    }
}

/// Published in clear alone: the cipher of PINs under a real LMK is not public.
#[test]
fn the_published_pvv_of_a_pin_that_came_over() {
    let engine = with_lmk_pins_of(7);
    let old = under_old(&engine, "300672F");
    let pvv = |old: &str| {
        let new = ask(&engine, format!("BG{ACCOUNT}{old}%01"));
        new.strip_prefix("BH00").map(|new| ask(&engine, format!("DG{PVK_PVV}{new}{ACCOUNT}1%01")))
    };
    assert_eq!(pvv(&old).unwrap(), "DH007548");
    for other in tampered(&old, 0..old.len()) {
        assert_ne!(pvv(&other), Some("DH007548".into()), "{other}");
    }
}

#[test]
fn it_may_have_had_another_length() {
    let (short, long) = (with_lmk_pins_of(5), with_lmk_pins_of(13));
    let old = under_old(&short, "1234F");
    let answer = ask(&long, format!("BG{ACCOUNT}{old}%01"));
    let new = answer.strip_prefix("BH00").unwrap();
    assert_eq!((old.len(), new.len()), (5, 13));
    assert_eq!(clear(&long, new, "%01"), "NH001234FFFFFFFFF");
    // The other way, if the PIN has room.
    let old = under_old(&long, "1234FFFFFFFFF");
    let answer = ask(&short, format!("BG{ACCOUNT}{old}%01"));
    assert_eq!(answer.len(), 4 + 5);
    let old = under_old(&long, "123456FFFFFFF");
    assert_eq!(ask(&short, format!("BG{ACCOUNT}{old}%01")), "BH81");
    assert!(ask(&short, format!("BG{ACCOUNT}{old}%02")).starts_with("BH00J"));
}

#[test]
fn each_refusal() {
    let engine = with_lmk_pins_of(7);
    let old = under_old(&engine, "300672F");
    let new = ask(&engine, format!("BG{ACCOUNT}{old}"));
    let new = new.strip_prefix("BH00").unwrap();
    for (fields, error) in [
        (format!("{ACCOUNT}{old}%00"), "13"),
        (format!("{ACCOUNT}{old}%07"), "13"),
        (format!("{ACCOUNT}{new}"), "14"),
        (format!("{ACCOUNT}J0123"), "14"),
        (format!("{ACCOUNT}1234"), "14"),
        (ACCOUNT.to_owned(), "14"),
        (format!("{ACCOUNT}12345678901234"), "15"),
        (format!("{ACCOUNT}{old}x"), "15"),
        (format!("85010309393x{old}"), "22"),
        (ACCOUNT[..11].to_owned(), "15"),
    ] {
        assert_eq!(ask(&engine, format!("BG{fields}")), format!("BH{error}"), "{fields}");
    }
    // Of another account it is another PIN, or none.
    let other = ask(&engine, format!("BG750103093936{old}"));
    if let Some(other) = other.strip_prefix("BH00") {
        assert_ne!(ask(&engine, format!("NG750103093936{other}")), "NH00300672F");
    }
}

#[test]
fn issuers_have_it_and_acquirers_do_not() {
    let old = under_old(&with_lmk_pins_of(7), "300672F");
    assert!(ask(&issuer(), format!("BG{ACCOUNT}{old}")).starts_with("BH00J"));
    let answer = ask(&production(Profile::Acquirer), format!("BG{ACCOUNT}{old}"));
    assert_eq!(answer, "BH68");
}

#[test]
fn compact() {
    let engine = development();
    let account = Account::Pan12(ACCOUNT.as_bytes().try_into().unwrap());
    let pin = LmkPin::Digits(under_old(&engine, "1234F").into_bytes());
    let (error, reply) = call(&engine, None, &MigratePin { account: account.clone(), pin });
    assert_eq!(error, "00");
    let LmkPin::Block(new) = reply.unwrap().pin else { panic!("not under an AES LMK") };
    let new = format!("J{}", hex::encode_upper(new));
    assert_eq!(clear(&engine, &new, ""), "NH001234F");
    let (error, _) = call(&engine, None, &MigratePin { account, pin: LmkPin::Block([7; 16]) });
    assert_eq!(error, "14");
}
