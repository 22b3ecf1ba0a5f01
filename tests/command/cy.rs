use crate::support::pins::{
    CVK, PVK_PVV, digits_that_do_not_matter, issuer, refuses, refuses_keys, same_in_compact,
};
use crate::support::{ask, development, host_settings, production};
use payhsm::settings::Profile;
use payhsm_protocol::command::cy_verify_cvv::VerifyCvv;

fn message() -> String {
    format!("CY{CVK}181502265400089000092;2010620%01")
}

#[test]
fn published_values() {
    let engine = development();
    assert_eq!(ask(&engine, message()), "CZ00");
    for (request, reply) in [
        ("CY0A61E674E88C6A7EEABC38C2B2BB492F5614123456789012345;8701101", "CZ00"),
        ("CY0A61E674E88C6A7EEABC38C2B2BB492F6494999988887777;9105111", "CZ00"),
        ("CYU9B4934384B19946B040CD702B4D581451114123456789012345;8701101", "CZ01"),
    ] {
        assert_eq!(ask(&engine, format!("{request}%00")), reply);
    }
    // One value of a thousand is right by chance: for one of the changed messages it is.
    let same = digits_that_do_not_matter(&engine, &message());
    assert_eq!(same, [message().replace("89000092", "80000092")]);
    same_in_compact::<VerifyCvv>(&engine, &host_settings(), &message());
}

#[test]
fn one_value_of_a_thousand_is_right() {
    let engine = development();
    let right = (0..1000)
        .filter(|cvv| {
            let message = message().replacen("181502", &format!("{cvv:03}502"), 1);
            ask(&engine, message) == "CZ00"
        })
        .collect::<Vec<_>>();
    assert_eq!(right, [181]);
}

#[test]
fn refusals() {
    let engine = development();
    refuses_keys(&engine, &message(), &[CVK]);
    refuses(
        &engine,
        &message(),
        &[
            (CVK, PVK_PVV, "A6"),
            ("181502", "182502", "01"),
            ("181502", "x81502", "15"),
            ("502265400089000092;", "502265400089000092", "15"),
            ("2010620", "2010x20", "15"),
            ("2010620", "201062", "15"),
        ],
    );
}

#[test]
fn issuers_have_it_and_acquirers_do_not() {
    refuses(&issuer(), &message(), &[(CVK, PVK_PVV, "A4"), ("181502", "182502", "01")]);
    assert_eq!(ask(&production(Profile::Acquirer), message()), "CZ68");
}
