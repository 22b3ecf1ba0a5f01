use crate::support::pins::{
    PVK_IBM, PVK_PVV, TABLE, TPK, TPK_U, ZPK_72, every_digit_matters, issuer, refuses,
    refuses_keys, same_in_compact,
};
use crate::support::{ask, development, host_settings, production};
use payhsm::settings::Profile;
use payhsm_protocol::command::da_verify_pin_tpk_ibm::VerifyPinTpkIbm;

const PVK: &str = "S00072V1TN00E00019412BA0AB9D9377261D2CDDB1C4A063ABF35B4CB9E98F7948A501DA2";

fn message() -> String {
    format!("DA{TPK}{PVK}12E5B0C1445E4C57AF0106600000000000{TABLE}1234560000N0093636FFFFFF%01")
}

#[test]
fn a_published_pin_is_verified() {
    let engine = development();
    assert_eq!(ask(&engine, message()), "DB00");
    every_digit_matters(&engine, &message());
    same_in_compact::<VerifyPinTpkIbm>(&engine, &host_settings(), &message());
    // The digits of the offset beyond the check length do not count.
    let longer = message().replace("093636FFFFFF", "093636111111");
    assert_eq!(ask(&engine, longer), "DB00");
}

#[test]
fn a_published_pin_fails() {
    let message = "DATEFF270C330101C2D6B23DF72EA8FFEBD0E491D62E2E3D1519B395FB9FE5F07DA12EEC12744E8F13E1601069230000004313456789012345678\
                   9230000N0431333309FFFFFF%00";
    assert_eq!(ask(&development(), message), "DB01");
}

#[test]
fn refusals() {
    let engine = development();
    refuses_keys(&engine, &message(), &[TPK, PVK]);
    refuses(
        &engine,
        &message(),
        &[
            (TPK, ZPK_72, "A6"),
            (PVK, PVK_PVV, "A6"),
            (PVK, PVK_IBM, "01"),
            ("12E5B0", "13E5B0", "15"),
            ("E5B0C1445E4C57AF", "E5B0C1445E4C57A", "23"),
            ("E5B0C1445E4C57AF", "E5B0C1445E4C57Ax", "15"),
            ("E5B0C1445E4C57AF", "E5B0C1445E4C57AE", "20"),
            ("0106600000000000", "9906600000000000", "23"),
            ("0106600000000000", "4606600000000000", "69"),
            ("0106600000000000", "0103600000000000", "15"),
            ("0106600000000000", "0113600000000000", "15"),
            ("0106600000000000", "0107600000000000", "15"),
            ("0106600000000000", "010660000000000x", "22"),
            (TABLE, "709F26B22464E96B", "25"),
            (TABLE, "0000000000000001", "25"),
            (TABLE, "0123456012345601", "25"),
            (TABLE, "709F26B22464E96x", "15"),
            ("1234560000N0", "1234560000NN", "15"),
            ("1234560000N0", "123456000000", "15"),
            ("093636FFFFFF", "09363FFFFFFF", "15"),
            ("093636FFFFFF", "0936360FFFF0", "15"),
            ("093636FFFFFF", "093637FFFFFF", "01"),
        ],
    );
}

#[test]
fn a_table_in_clear_only_where_it_is_allowed() {
    let plain = message().replace(TABLE, "0123456789012345");
    assert_eq!(ask(&development(), &plain), "DB00");
    assert_eq!(ask(&issuer(), &plain), "DB25", "16 digits are read as an encrypted table");
}

#[test]
fn issuers_have_it_and_acquirers_do_not() {
    refuses(
        &issuer(),
        &message(),
        &[
            (TPK, ZPK_72, "A4"),
            (PVK, PVK_PVV, "A4"),
            (TPK, TPK_U, "A4"),
            ("E5B0C1445E4C57AF", "E5B0C1445E4C57AE", "20"),
            ("093636FFFFFF", "093637FFFFFF", "01"),
        ],
    );
    assert_eq!(ask(&production(Profile::Acquirer), message()), "DB68");
}
