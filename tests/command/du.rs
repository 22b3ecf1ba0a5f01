use crate::support::pins::{
    ACCOUNT, BLOCK_121791, BLOCK_300672, PVK_IBM, PVK_PVV, TABLE, ZPK, every_digit_matters, issuer,
    refuses, refuses_keys, same_in_compact,
};
use crate::support::{ask, development, host_settings, production};
use payhsm::settings::Profile;
use payhsm_protocol::command::du_change_pin_ibm::ChangePinIbm;

fn message_to(new: &str) -> String {
    format!("DUFFF{ZPK}{PVK_IBM}{BLOCK_121791}0106{ACCOUNT}{TABLE}50103093936N309783FFFFFF{new}%01")
}

#[test]
fn a_published_change() {
    let engine = development();
    assert_eq!(ask(&engine, message_to(BLOCK_121791)), "DV00309783FFFFFF");
    let message = message_to(BLOCK_300672);
    let made = ask(
        &engine,
        format!("BKFFF{ZPK}{PVK_IBM}{BLOCK_300672}0106{ACCOUNT}{TABLE}50103093936N%01"),
    );
    assert_eq!(ask(&engine, &message), made.replace("BL00", "DV00"));
    every_digit_matters(&engine, &message);
    same_in_compact::<ChangePinIbm>(&engine, &host_settings(), &message);
}

#[test]
fn refusals() {
    let engine = development();
    let message = message_to(BLOCK_300672);
    refuses_keys(&engine, &message, &[ZPK, PVK_IBM]);
    refuses(
        &engine,
        &message,
        &[
            ("FFF", "70D", "28"),
            ("FFF", "003", "28"),
            (PVK_IBM, PVK_PVV, "A6"),
            (BLOCK_121791, BLOCK_300672, "01"),
            (BLOCK_121791, "967CDB6E3D492E29", "20"),
            (BLOCK_300672, "AD72F973446E84E8", "20"),
            (BLOCK_300672, "AD72F973446E84E", "15"),
            (BLOCK_300672, "", "15"),
            ("0106850103093936", "9906850103093936", "23"),
            ("0106850103093936", "4606850103093936", "69"),
            ("0106850103093936", "0107850103093936", "15"),
            ("0106850103093936", "010685010309393x", "22"),
            (TABLE, "709F26B22464E96B", "25"),
            ("50103093936N", "501030939360", "15"),
            ("309783FFFFFF", "309784FFFFFF", "01"),
            ("309783FFFFFF", "30978FFFFFFF", "15"),
            ("%01", "*0106300672%01", "86"),
            ("%01", "*01043006%01", "81"),
        ],
    );
    // The PIN that holds may be an excluded one: that is why it is changed.
    let changed = message.replace("%01", "*0106121791%01");
    assert!(ask(&engine, changed).starts_with("DV00"));
}

#[test]
fn issuers_have_it_for_blocks_that_are_bound_to_the_account() {
    refuses(
        &issuer(),
        &message_to(BLOCK_300672),
        &[
            (PVK_IBM, PVK_PVV, "A4"),
            ("0106850103093936", "0506850103093936", "23"),
            (BLOCK_121791, "967CDB6E3D492E29", "20"),
            (BLOCK_121791, BLOCK_300672, "01"),
        ],
    );
    assert_eq!(ask(&production(Profile::Acquirer), message_to(BLOCK_300672)), "DV68");
}
