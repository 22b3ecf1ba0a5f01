use crate::support::pins::{ACCOUNT, issuer, refuses, same_in_compact, with_lmk_pins_of};
use crate::support::{ask, development, host_settings, production};
use payhsm::settings::Profile;
use payhsm_protocol::command::ng_decrypt_pin::DecryptPin;

#[test]
fn every_pin_comes_out_as_it_went_in() {
    for length in [5, 7, 13] {
        let engine = with_lmk_pins_of(length);
        for pin in ["0000", "9999", "123456", "000000000000", "987654321098"] {
            if pin.len() >= length {
                continue;
            }
            let padded = format!("{pin:F<length$}");
            for lmk in ["%00", "%01", "%02"] {
                let under = ask(&engine, format!("BA{padded}{ACCOUNT}{lmk}"));
                let under = under.strip_prefix("BB00").unwrap();
                let clear = ask(&engine, format!("NG{ACCOUNT}{under}{lmk}"));
                assert_eq!(clear, format!("NH00{padded}"));
            }
        }
    }
}

#[test]
fn another_account_or_lmk_does_not_have_the_pin() {
    let engine = development();
    let under = ask(&engine, format!("BA1234F{ACCOUNT}"));
    let under = under.strip_prefix("BB00").unwrap();
    let message = format!("NG{ACCOUNT}{under}%02");
    refuses(
        &engine,
        &message,
        &[
            (ACCOUNT, "850103093937", "14"),
            (ACCOUNT, "85010309393F", "22"),
            ("%02", "%01", "14"),
            ("%02", "%00", "14"),
            (under, "01234", "14"),
            (under, "J0123", "14"),
            (under, "0123", "14"),
        ],
    );
    for place in 1..under.len() {
        let mut bytes = under.as_bytes().to_vec();
        bytes[place] = if bytes[place] == b'0' { b'1' } else { b'0' };
        let changed = String::from_utf8(bytes).unwrap();
        assert_eq!(ask(&engine, format!("NG{ACCOUNT}{changed}")), "NH14");
    }
    same_in_compact::<DecryptPin>(&engine, &host_settings(), &message);
}

#[test]
fn only_a_developer_has_it() {
    for engine in [issuer(), production(Profile::Acquirer)] {
        assert_eq!(ask(&engine, format!("NG{ACCOUNT}0123456%01")), "NH68");
    }
}
