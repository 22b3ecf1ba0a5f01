use crate::support::keys::sealed;
use crate::support::pins::{refuses, same_in_compact};
use crate::support::tokens::published;
use crate::support::{ask, development, host_settings, production, tampered};
use payhsm::Engine;
use payhsm::settings::Profile;
use payhsm_protocol::command::ya_encrypt_text::EncryptText;
use payhsm_protocol::command::yc_decrypt_text::DecryptText;

/// A published sample: key, radix, tweak in hex, text, encrypted text.
pub(super) type Sample = (String, u64, String, String, String);

/// The samples of NIST, in the capital letters that payhsm has.
pub(super) fn samples_of_nist() -> Vec<Sample> {
    let all = published("issuing.json");
    let all = all["ff1"].as_array().unwrap().iter().map(|one| {
        let text = |field: &str| one[field].as_str().unwrap().to_uppercase();
        (text("key"), one["radix"].as_u64().unwrap(), text("tweak"), text("pt"), text("ct"))
    });
    all.collect()
}

/// What NIST, Wycheproof and others publish for alphabets that are digits, then capital letters.
fn samples_of_others() -> Vec<Sample> {
    let numerals = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let all = published("ff1.json");
    let all = all.as_array().unwrap().iter().filter_map(|one| {
        let (inputs, expected) = (&one["inputs"], &one["expected"]);
        let text = |from: &serde_json::Value, field: &str| Some(from[field].as_str()?.to_owned());
        let alphabet = text(inputs, "alphabet")?.to_uppercase();
        numerals.starts_with(&alphabet).then_some(())?;
        let plain = text(inputs, "plaintext").or_else(|| text(expected, "plaintext"))?;
        let cipher = text(inputs, "ciphertext").or_else(|| text(expected, "ciphertext"))?;
        let radix = inputs["radix"].as_u64()?;
        let (plain, cipher) = (plain.to_uppercase(), cipher.to_uppercase());
        Some((text(inputs, "key")?, radix, text(inputs, "tweak")?, plain, cipher))
    });
    all.collect()
}

pub(super) fn message(command: &str, (key, radix, tweak, _, _): &Sample, text: &str) -> String {
    format!("{command}{}{radix:02}{tweak};{text};", sealed("96AB00N00", key))
}

fn tries_both(engine: &Engine, sample: &Sample) {
    let (_, _, _, plain, cipher) = sample;
    let there = message("YA", sample, plain);
    assert_eq!(ask(engine, &there), format!("YB00{cipher};"));
    same_in_compact::<EncryptText>(engine, &host_settings(), &there);
    let back = message("YC", sample, cipher);
    assert_eq!(ask(engine, &back), format!("YD00{plain};"));
    same_in_compact::<DecryptText>(engine, &host_settings(), &back);
}

#[test]
fn samples_of_nist_come_out() {
    let engine = development();
    let samples = samples_of_nist();
    assert_eq!(samples.len(), 9);
    for sample in &samples {
        tries_both(&engine, sample);
        let there = message("YA", sample, &sample.3);
        let answer = ask(&engine, &there);
        // Every digit of text, tweak and radix matters.
        let behind = there.len() - sample.2.len() - sample.3.len() - 4;
        for other in tampered(&there, behind..there.len()) {
            assert_ne!(ask(&engine, &other), answer, "{other}");
        }
    }
}

#[test]
fn samples_of_others_come_out() {
    let engine = development();
    let (mut good, mut short, mut long) = (0, 0, 0);
    for sample in samples_of_others() {
        let texts = f64::from(u32::try_from(sample.1).unwrap())
            .powi(i32::try_from(sample.3.len()).unwrap());
        if texts < 999_999.5 {
            // What was published before the draft of 2025 may be shorter than it allows.
            assert_eq!(ask(&engine, message("YA", &sample, &sample.3)), "YBT6");
            short += 1;
        } else if texts.log2() > 240.0 {
            // No half of it is a number below 2^120.
            assert_eq!(ask(&engine, message("YA", &sample, &sample.3)), "YB80");
            long += 1;
        } else {
            tries_both(&engine, &sample);
            good += 1;
        }
    }
    assert!(good >= 100 && short + long < 20, "{good}, {short}, {long}");
}

#[test]
fn refusals() {
    let engine = development();
    let sample = samples_of_nist().remove(1);
    let good = message("YA", &sample, &sample.3);
    let key = sealed("96AB00N00", &sample.0);
    let long_tweak = format!("{};", "AB".repeat(64));
    let too_long = format!("{};", "AB".repeat(65));
    let longest = "7".repeat(72);
    refuses(
        &engine,
        &good,
        &[
            (&key, &sealed("92AB00N00", &sample.0), "A6"),
            (&key, &sealed("96AD00N00", &sample.0), "A8"),
            (&key, "K001", "12"),
            (&key, "?", "26"),
            ("10393", "01393", "15"),
            ("10393", "00393", "15"),
            ("10393", "37393", "15"),
            ("10393", "xx393", "15"),
            ("10393", "36", "15"),
            ("39383736353433323130;", "3938373635343332313;", "15"),
            ("39383736353433323130;", "3938373635343332313x;", "15"),
            ("39383736353433323130;", &too_long, "15"),
            (";0123456789;", ";12345;", "T6"),
            (";0123456789;", ";;", "T6"),
            (";0123456789;", ";012345678A;", "15"),
            (";0123456789;", ";012345678a;", "15"),
            (";0123456789;", ";0123456789", "15"),
            (";0123456789;", &format!(";{longest}7;"), "80"),
        ],
    );
    for (from, to) in [
        ("39383736353433323130;", long_tweak.as_str()),
        ("0123456789", "123456"),
        ("0123456789", &longest),
    ] {
        let message = good.replacen(from, to, 1);
        assert_eq!(&ask(&engine, &message)[..4], "YB00", "{message}");
    }
    // Fewer than a million texts, in every radix.
    for (radix, length) in
        [(2, 20), (3, 13), (9, 7), (10, 6), (11, 6), (16, 5), (31, 5), (32, 4), (36, 4)]
    {
        let code = |length: usize| {
            let text = "1".repeat(length);
            ask(&engine, format!("YA{key}{radix:02};{text};"))[2..4].to_owned()
        };
        assert_eq!([code(length - 1), code(length)], ["T6", "00"], "{radix}");
    }
    assert_eq!(ask(&production(Profile::Acquirer), &good), "YB68");
}
