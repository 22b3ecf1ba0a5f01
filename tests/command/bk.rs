use crate::support::pins::{
    ACCOUNT, BLOCK_121791, PVK_IBM, PVK_PVV, TABLE, TPK, ZPK, every_digit_matters, issuer, refuses,
    refuses_keys, same_in_compact,
};
use crate::support::{ask, development, host_settings, production};
use payhsm::settings::Profile;
use payhsm_protocol::command::bk_generate_offset_of_pin_block::GenerateOffsetOfPinBlock;

fn message() -> String {
    format!("BKFFF{ZPK}{PVK_IBM}{BLOCK_121791}0106{ACCOUNT}{TABLE}50103093936N%01")
}

#[test]
fn the_offsets_of_published_pins() {
    let engine = development();
    assert_eq!(ask(&engine, message()), "BL00309783FFFFFF");
    let published =
        format!("BKFFF{ZPK}{PVK_IBM}FC99D994F1D3D3B80106600000000000{TABLE}0000000000N0%01");
    assert_eq!(ask(&engine, published), "BL00035965FFFFFF");
    every_digit_matters(&engine, &message());
    same_in_compact::<GenerateOffsetOfPinBlock>(&engine, &host_settings(), &message());
}

#[test]
fn the_key_type_has_to_be_that_of_the_key() {
    let engine = development();
    refuses(
        &engine,
        &message(),
        &[("FFF", "70D", "28"), ("FFF", "70D", "28"), ("FFF", "003", "28"), ("FFF", "xyz", "28")],
    );
    assert_eq!(ask(&engine, message().replacen("FFF", "001", 1)), "BL00309783FFFFFF");
    let of_a_tpk = format!("{TPK}{PVK_IBM}E57BC634D47179070106600000000000{TABLE}1234560000N0%01");
    assert!(ask(&engine, format!("BKFFF{of_a_tpk}")).starts_with("BL00"));
    assert!(ask(&engine, format!("BK002{of_a_tpk}")).starts_with("BL00"));
    assert_eq!(ask(&engine, format!("BK001{of_a_tpk}")), "BLA6");
}

#[test]
fn a_double_length_pvk_of_the_variant_scheme_is_warned_of() {
    let engine = development();
    let begin = "BK001U1EF828AA8F6B80EB83E19FBC373F3A85";
    let end = "91DDDA0A7C12CFAA01045500000253210123456789012345550000N02531%00";
    let double = format!("{begin}X367930344805B1FAD6146EF4ED7502B3{end}");
    assert!(ask(&engine, &double).starts_with("BL02"));
    same_in_compact::<GenerateOffsetOfPinBlock>(&engine, &host_settings(), &double);
    assert!(ask(&engine, format!("{begin}9B395FB9FE5F07DA{end}")).starts_with("BL00"));
}

#[test]
fn refusals() {
    let engine = development();
    refuses_keys(&engine, &message(), &[ZPK, PVK_IBM]);
    refuses(
        &engine,
        &message(),
        &[
            (PVK_IBM, PVK_PVV, "A6"),
            (BLOCK_121791, "967CDB6E3D492E2", "23"),
            (BLOCK_121791, "967CDB6E3D492E29", "20"),
            ("0106850103093936", "9906850103093936", "23"),
            ("0106850103093936", "4606850103093936", "69"),
            ("0106850103093936", "0107850103093936", "81"),
            ("0106850103093936", "0113850103093936", "15"),
            ("0106850103093936", "010685010309393x", "22"),
            (TABLE, "709F26B22464E96B", "25"),
            ("50103093936N", "501030939360", "15"),
            ("%01", "*0106121791%01", "86"),
            ("%01", "*01041217%01", "81"),
            ("%01", "*0006%01", "03"),
        ],
    );
}

#[test]
fn issuers_have_it_for_blocks_that_are_bound_to_the_account() {
    let engine = issuer();
    refuses(
        &engine,
        &message(),
        &[
            (ZPK, PVK_PVV, "A4"),
            ("FFF", "003", "A4"),
            (BLOCK_121791, "967CDB6E3D492E29", "20"),
            ("0106850103093936", "0506850103093936", "23"),
            ("0106850103093936", "0306850103093936", "23"),
        ],
    );
    assert_eq!(ask(&production(Profile::Acquirer), message()), "BL68");
}
