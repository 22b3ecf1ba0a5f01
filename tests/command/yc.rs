use super::ya::{message, samples_of_nist};
use crate::support::keys::sealed;
use crate::support::pins::{refuses, same_in_compact};
use crate::support::{ask, development, host_settings, production, tampered};
use payhsm::settings::Profile;
use payhsm_protocol::command::yc_decrypt_text::DecryptText;

#[test]
fn samples_of_nist_go_back() {
    let engine = development();
    for sample in samples_of_nist() {
        let back = message("YC", &sample, &sample.4);
        let answer = format!("YD00{};", sample.3);
        assert_eq!(ask(&engine, &back), answer);
        same_in_compact::<DecryptText>(&engine, &host_settings(), &back);
        let behind = back.len() - sample.2.len() - sample.4.len() - 4;
        for other in tampered(&back, behind..back.len()) {
            assert_ne!(ask(&engine, &other), answer, "{other}");
        }
    }
}

#[test]
fn refusals() {
    let engine = development();
    let sample = samples_of_nist().remove(1);
    let key = sealed("96AB00N00", &sample.0);
    refuses(
        &engine,
        &message("YC", &sample, &sample.4),
        &[
            (&key, &sealed("92AB00N00", &sample.0), "A6"),
            (&key, &sealed("96AE00N00", &sample.0), "A8"),
            (&key, "K001", "12"),
            ("10393", "37393", "15"),
            (";6124200773;", ";61242;", "T6"),
            (";6124200773;", ";612420077A;", "15"),
            (";6124200773;", ";6124200773", "15"),
            (";6124200773;", &format!(";{};", "7".repeat(73)), "80"),
        ],
    );
    let message = message("YC", &sample, &sample.4);
    assert_eq!(ask(&production(Profile::Acquirer), message), "YD68");
}
