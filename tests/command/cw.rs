use crate::support::pins::{
    CVK, PVK_PVV, digits_that_do_not_matter, issuer, refuses, refuses_keys, same_in_compact,
    without_single_des,
};
use crate::support::{ask, development, host_settings, production};
use payhsm::settings::Profile;
use payhsm_protocol::command::cw_generate_cvv::GenerateCvv;

fn message() -> String {
    format!("CW{CVK}502265400089000092;2010620%01")
}

#[test]
fn published_values() {
    let engine = development();
    assert_eq!(ask(&engine, message()), "CX00181");
    let variant = "CW0A61E674E88C6A7EEABC38C2B2BB492F4999988887777;9105111%00";
    assert_eq!(ask(&engine, variant), "CX00649");
    // One value of a thousand is right by chance: for one of the changed messages it is.
    let same = digits_that_do_not_matter(&engine, &message());
    assert_eq!(same, [message().replace("89000092", "80000092")]);
    same_in_compact::<GenerateCvv>(&engine, &host_settings(), &message());
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
            (CVK, "U9B4934384B19946B040CD702B4D58145", "26"),
            ("502265400089000092;", "502265400089000092", "15"),
            ("502265400089000092;", "50226540008;", "22"),
            ("502265400089000092;", "50226540008900009212;", "15"),
            ("502265400089000092;", "50226540008900009x;", "15"),
            ("2010620", "2010x20", "15"),
            ("2010620", "201062", "15"),
            ("2010620", "x010620", "15"),
        ],
    );
    let single = "CW0A61E674E88C6A7E0A61E674E88C6A7E4999988887777;9105111%00";
    assert_eq!(ask(&without_single_des(), single), "CX75");
    assert_eq!(ask(&engine, "CW0A61E674E88C6A7E4999988887777;9105111%00"), "CX15");
}

#[test]
fn issuers_have_it_and_acquirers_do_not() {
    refuses(&issuer(), &message(), &[(CVK, PVK_PVV, "A4")]);
    assert_eq!(ask(&production(Profile::Acquirer), message()), "CX68");
}
