use crate::support::pins::{
    ACCOUNT, BLOCK_300672, PVK_IBM, PVK_PVV, ZPK, every_digit_matters, issuer, refuses,
    refuses_keys, same_in_compact,
};
use crate::support::{ask, development, host_settings, production};
use payhsm::settings::Profile;
use payhsm_protocol::command::fw_generate_pvv_of_pin_block::GeneratePvvOfPinBlock;

fn message() -> String {
    format!("FWFFF{ZPK}{PVK_PVV}{BLOCK_300672}01{ACCOUNT}1%01")
}

#[test]
fn the_pvvs_of_published_pins() {
    let engine = development();
    assert_eq!(ask(&engine, message()), "FX007548");
    let zpk = "S0007272TN00E0001DE16F028F38CC385436D8E5B3DD4341F3E55379FBCB39710FE2BB6B4";
    let published = format!("FWFFF{zpk}{PVK_PVV}766532A20A0A264B016000000000001%01");
    assert_eq!(ask(&engine, published), "FX007547");
    every_digit_matters(&engine, &message());
    same_in_compact::<GeneratePvvOfPinBlock>(&engine, &host_settings(), &message());
}

#[test]
fn refusals() {
    let engine = development();
    refuses_keys(&engine, &message(), &[ZPK, PVK_PVV]);
    refuses(
        &engine,
        &message(),
        &[
            ("FFF", "70D", "28"),
            ("FFF", "003", "28"),
            (PVK_PVV, PVK_IBM, "A6"),
            (BLOCK_300672, "AD72F973446E84E", "23"),
            (BLOCK_300672, "AD72F973446E84Ex", "15"),
            (BLOCK_300672, "AD72F973446E84E8", "20"),
            ("01850", "99850", "23"),
            ("01850", "46850", "69"),
            (ACCOUNT, "85010309393x", "22"),
            ("9361%01", "936x%01", "15"),
        ],
    );
}

#[test]
fn issuers_have_it_for_blocks_that_are_bound_to_the_account() {
    refuses(
        &issuer(),
        &message(),
        &[
            (PVK_PVV, PVK_IBM, "A4"),
            ("FFF", "003", "A4"),
            ("01850", "05850", "23"),
            ("01850", "03850", "23"),
            (BLOCK_300672, "AD72F973446E84E8", "20"),
        ],
    );
    assert_eq!(ask(&production(Profile::Acquirer), message()), "FX68");
}
