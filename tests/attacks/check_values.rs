//! Row 11. Check values that say too much: whoever has all of one can look for the key without the appliance, and one of AES
//! that is a block under the key would be a subkey of its MAC (X9.24-1:2017, annex A).

use crate::bank::{Hsm, Inside, KEYS, alone, clear, error, named};
use crate::support::authorise;
use crate::support::keys::sealed;
use payhsm::Engine;
use payhsm::settings::Profile;
use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::kcv;

/// The most hex digits of a check value that an answer may have: TDES, AES.
const MOST: [usize; 2] = [6, 10];

/// Every key of the bank: a block of it, the whole check value, and how much of it may be told.
fn keys() -> Vec<(String, String, usize)> {
    KEYS.into_iter()
        .map(|(label, attributes, hex)| {
            let aes = attributes.contains('A') && label == "aes";
            let whole = if aes {
                hex::encode_upper(kcv::aes(&BlockKey::aes(&clear(label)).unwrap()).unwrap())
            } else {
                hex::encode_upper(kcv::tdes(&BlockKey::tdes(&clear(label)).unwrap()).unwrap())
            };
            (sealed(attributes, hex), whole, MOST[usize::from(aes)])
        })
        .collect()
}

/// Every message that is answered with a check value of a key that the attacker has a block of.
fn messages(block: &str) -> Vec<String> {
    let zmk = named("zmk");
    let mut messages = vec![format!("A8FFF{zmk}{block}R"), format!("A8FFF{zmk}{block}S")];
    messages.extend(["", ";00", ";01"].iter().flat_map(|asked| {
        ["0", "1", "2", "3", "F"]
            .into_iter()
            .map(move |length| format!("BUFF{length}{block}{asked}"))
    }));
    // The value that FA, FC, FE, GC and their like answer is as long as the request wants it.
    for code in ["FE", "GC"] {
        let flags = ["", ";XS0", ";XS1", ";RS0", ";RS1", ";SS0", ";SS1"];
        messages.extend(flags.map(|flags| format!("{code}{zmk}{block}{flags}")));
    }
    messages
}

/// How many answers have more of a check value than they may, and how many have one at all.
fn told(engine: &Engine) -> (usize, usize) {
    let (mut too_much, mut some) = (0, 0);
    for (block, whole, most) in keys() {
        for message in messages(&block) {
            let answer = Inside(engine).ask(&message);
            too_much += usize::from(answer.contains(whole.get(..=most).unwrap()));
            some += usize::from(error(&answer) == "00" && answer.contains(whole.get(..6).unwrap()));
        }
    }
    (too_much, some)
}

fn authorised(profile: Profile) -> Engine {
    let engine = alone(profile);
    // Even where officers let keys go.
    authorise(&engine, &["export.*.host", "import.*.host", "generate.*.host", "component.*.host"]);
    engine
}

#[test]
fn no_answer_has_more_than_the_head_of_a_check_value() {
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let (too_much, some) = told(&authorised(profile));
        assert_eq!(too_much, 0, "{profile:?}");
        assert!(some >= KEYS.len(), "{some}");
    }
}

#[test]
fn of_the_check_value_of_the_lmk_six_digits_are_told() {
    // 9D04A0 is the published head of the check value of the AES test LMK.
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let answer = Inside(&alone(profile)).ask("NC");
        let (value, firmware) = answer.get(4..).unwrap().split_at(16);
        assert!(value.starts_with("9D04A0"), "{answer}");
        assert!(value.ends_with("0000000000") && firmware.len() == 9, "{answer}");
    }
}

/// Keys that an answer makes are nowhere to be compared with: the lengths of what all the others answer are looked at.
#[test]
fn made_keys_come_with_six_digits() {
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let engine = authorised(profile);
        for attributes in ["P0T2B00E00", "K0T2B00E00", "V1T2N00E00", "P0A1B00E00", "D0A3B00E00"] {
            let answer = Inside(&engine).ask(&format!("A00FFFS#{attributes}"));
            let (_, value) = crate::support::keys::take_key(answer.get(4..).unwrap());
            assert_eq!((error(&answer), value.len()), ("00", 6), "{attributes}: {answer}");
        }
    }
}

#[cfg(debug_assertions)]
#[test]
fn without_the_cut_whole_check_values_are_told() {
    let engine = authorised(Profile::Issuer);
    let _off = payhsm_keys::Defence::CheckValues.off();
    let (too_much, some) = told(&engine);
    assert!(too_much >= KEYS.len() && some >= too_much, "{too_much} of {some}");
}
