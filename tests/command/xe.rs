use crate::support::cards::{Issuer, Setup, zone};
use crate::support::jwe::Recipient;
use crate::support::keys::sealed;
use crate::support::pin_life::refuses_in_both;
use crate::support::tokens::{ask_as, both, caller, published, token};
use crate::support::values::{
    CARD, CARD_KEY, PARTNER, PARTNER_AES, PARTNER_PINS, appliance, setup, tdes,
};
use crate::support::{ask, development, production};
use payhsm::cards::Guard;
use payhsm::settings::Profile;
use payhsm_issuing::limit::{Limits, Rates};
use payhsm_protocol::command::xe_export_card_values::ExportCardValues;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use std::collections::BTreeSet;

/// One value of CARD for a zone: kind and digits `13`, `23`, `33`.
fn xe(zone: &str, value: &str) -> String {
    format!("XE{zone};{CARD};29121011{value}0L04card")
}

/// The hex of the one value in an answer.
fn value(issuer: &Issuer, zone: &str, what: &str) -> String {
    let answer = issuer.ask(xe(zone, what));
    let head = format!("XF00E{zone}:");
    let value = answer.strip_prefix(&head).unwrap_or_else(|| panic!("{zone}: {answer}"));
    value.strip_suffix(';').unwrap().to_owned()
}

#[test]
fn the_published_table_of_profiles_comes_out() {
    // CVV 123: expiry and service code that give it, found by asking.
    let issuer = appliance();
    let of = |service_code: u32| {
        let cw = format!("CWL04card{CARD};2912{service_code:03}");
        issuer.ask(cw) == "CX00123"
    };
    let service_code = (0..1000).find(|code| of(*code)).unwrap();
    for (zone, ciphertext) in [
        ("E1", "EAC3ECDF448F11E9"),
        ("E2", "8C479647C1B59EC8"),
        ("E3", "031140C297ABE51E"),
        ("E4", "D65F1745E359C47D"),
        ("E5", "9CC51D1150F69B32"),
        // One block is the same under CBC with an IV of zeros.
        ("C1", "EAC3ECDF448F11E9"),
    ] {
        let message = format!("XE{zone};{CARD};2912{service_code:03}1130L04card");
        let given = both::<ExportCardValues>(&issuer, &message);
        assert_eq!(given, format!("00E{zone}:{ciphertext};"));
    }
}

#[test]
fn published_values_come_out() {
    let issuer = appliance();
    let vectors = published("issuing.json");
    for vector in vectors["cvv"].as_array().unwrap() {
        assert_eq!(vector["cvk"], CARD_KEY);
        let text = |field: &str| vector[field].as_str().unwrap();
        let (pan, expiry, code) = (text("pan"), text("expiry_yymm"), text("service_code"));
        let kind = match code {
            "000" => 2,
            "999" => 3,
            _ => 1,
        };
        let swapped = format!("{}{}", &expiry[2..], &expiry[..2]);
        for digits in ["digits3", "digits5"] {
            let length = &digits[6..];
            let want = format!("{:F<16}", text(digits));
            for (expiry, order) in [(expiry, 0), (&swapped, 1)] {
                let message = format!("XEE1;{pan};{expiry}{code}1{kind}{length}{order}L04card");
                let given = both::<ExportCardValues>(&issuer, &message);
                let hex = given["00EE1:".len()..].strip_suffix(';').unwrap().to_owned();
                let Some(clear) = tdes(PARTNER, &hex) else {
                    println!("skipped: there is no program openssl to decrypt with");
                    return;
                };
                assert_eq!(clear, want, "{message}");
            }
        }
    }
}

#[test]
fn e6_and_e7_are_read_outside() {
    let issuer = appliance();
    let values: BTreeSet<String> = (0..50).map(|_| value(&issuer, "E6", "13")).collect();
    // Forty-four bits of fill: none comes twice.
    assert_eq!(values.len(), 50);
    for hex in values.iter().take(5) {
        let Some(clear) = tdes(PARTNER, hex) else { return };
        assert!(clear.starts_with("83216"), "{clear}");
    }
    // XOR with 0000 and 411111111111's twelve digits.
    let Some(clear) = tdes(PARTNER, &value(&issuer, "E7", "13")) else { return };
    let bound = u64::from_str_radix(&clear, 16).unwrap() ^ 0x0000_1111_1111_1111;
    assert_eq!(format!("{bound:016X}"), "216FFFFFFFFFFFFF");
    // With an IV in front: the block is XORed with it.
    let with_iv = value(&issuer, "I6", "13");
    let (iv, block) = with_iv.split_at(16);
    let Some(clear) = tdes(PARTNER, block) else { return };
    let number = |hex: &str| u64::from_str_radix(hex, 16).unwrap();
    assert!(format!("{:016X}", number(&clear) ^ number(iv)).starts_with("83216"));
    // A block of AES.
    assert_eq!(value(&issuer, "A6", "13").len(), 32);
}

#[test]
fn gcm_is_read_outside_and_bound_to_the_name() {
    let issuer = appliance();
    let key = UnboundKey::new(&AES_256_GCM, &hex::decode(PARTNER_AES).unwrap()).unwrap();
    let key = LessSafeKey::new(key);
    for (kind, name, cvv) in
        [("13", "CVV", "216"), ("23", "CVV2", "719"), ("33", "ICVV", "997"), ("14", "CVV", "2167")]
    {
        let sealed = hex::decode(value(&issuer, "GCM", kind)).unwrap();
        let open = |name: &str| {
            let (nonce, text) = sealed.split_at(12);
            let nonce = Nonce::try_assume_unique_for_key(nonce).unwrap();
            let mut text = text.to_vec();
            key.open_in_place(nonce, Aad::from(name), &mut text).map(|text| text.to_vec())
        };
        assert_eq!(open(name).unwrap(), cvv.as_bytes());
        assert!(open("PAN").is_err());
    }
}

#[test]
fn jwe_is_read_by_whoever_has_the_private_key() {
    let Some(recipient) = Recipient::new() else {
        println!("skipped: there is no program openssl to open a token with");
        return;
    };
    let mut setup = setup();
    let profile = format!("JWE:2026-01:{}", recipient.public_key());
    setup.zones.push(zone("JWE", None, None, &profile));
    let issuer = Issuer::new(setup);
    let hex = value(&issuer, "JWE", "13");
    let token = String::from_utf8(hex::decode(&hex).unwrap()).unwrap();
    assert_eq!(recipient.open(&token, "2026-01"), b"216");
    // Nobody here can read one back.
    assert_eq!(issuer.ask(format!("XIL04card3EJWE:{hex};{CARD};2912101")), "XJXL");
}

#[test]
fn all_the_values_of_a_card_at_once() {
    let issuer = appliance();
    let message = format!("XEE1;{CARD};29121013130L04card230L04card330L04card");
    let given = both::<ExportCardValues>(&issuer, &message);
    let one = |what: &str| value(&issuer, "E1", what);
    let (cvv, cvv2, icvv) = (one("13"), one("23"), one("33"));
    assert_eq!(given, format!("00EE1:{cvv};EE1:{cvv2};EE1:{icvv};"));
    // A card by its token, and under the key of a zone.
    let token = token(&issuer, CARD, 998, "");
    let message = message.replace(CARD, &format!("P998{token}"));
    assert_eq!(both::<ExportCardValues>(&issuer, &message), given);
}

/// The PIN of CARD that an offset gives, as the primitives have it.
fn pin_block(issuer: &Issuer, offset: &str) -> String {
    let account = &CARD[3..15];
    let terms = "0123456789012345P4111111111111111";
    let pin = issuer.ask(format!("EEL07offsets{offset}04{account}{terms}"));
    let pin = pin.strip_prefix("EF00").unwrap_or_else(|| panic!("{pin}"));
    let block = issuer.ask(format!("JGNP2E6{account_format}{account}{pin}", account_format = "01"));
    block.strip_prefix("JH00").unwrap_or_else(|| panic!("{block}")).to_owned()
}

#[test]
fn a_derived_pin_is_in_a_block_of_format_0() {
    let issuer = appliance();
    let terms = "0123456789012345P4111111111111111";
    let xe = |offset: &str| format!("XEE6;{CARD};29121010PL07offsets{terms}{offset}");
    let given = both::<ExportCardValues>(&issuer, &xe("O041234FFFFFFFF"));
    let wanted = pin_block(&issuer, "1234FFFFFFFF");
    assert_eq!(given, format!("0001{wanted}"));
    // The card's own offset, which another system made.
    assert_eq!(both::<ExportCardValues>(&issuer, &xe("R")), "N3");
    assert_eq!(issuer.ask(format!("WM{CARD};O1041234FFFFFFFF")), "WN00");
    assert_eq!(both::<ExportCardValues>(&issuer, &xe("R")), format!("0001{wanted}"));
    // Of a PVV there is no PIN to be had.
    assert_eq!(issuer.ask(format!("WM{CARD};V11234")), "WN00");
    assert_eq!(both::<ExportCardValues>(&issuer, &xe("R")), "N3");
    // Under an AES key it is format 4; and values may come with it.
    let with_value =
        xe("O041234FFFFFFFF").replace("XEE6;", "XEA6;").replace("1010P", "1011130L04cardP");
    let given = issuer.ask(with_value);
    let (value, pin) = given.split_once(';').unwrap();
    assert!(value.starts_with("XF00EA6:"), "{given}");
    assert_eq!((&pin[..2], pin.len()), ("48", 34));
    assert_ne!(PARTNER_PINS, PARTNER);
}

#[test]
fn refusals() {
    let issuer = appliance();
    let message = xe("E6", "13");
    refuses_in_both::<ExportCardValues>(
        &issuer,
        &message,
        &[
            ("XEE6;", "XENO;", "12"),
            ("XEE6;", "XEOTH;", "12"),
            ("XEE6;", "XENOK;", "12"),
            ("XEE6;", "XE;", "21"),
            ("XEE6;", "XEE666;", "21"),
            // E1 without the word, AES-256-GCM without such a key, and what is none.
            ("XEE6;", "XEX1;", "XL"),
            ("XEE6;", "XEX2;", "XL"),
            ("XEE6;", "XEX3;", "XL"),
            (CARD, "4111111111111112", "C3"),
            (CARD, "411111111111", "C1"),
            (CARD, "41111111111111A1", "C2"),
            (CARD, "P999AB", "T3"),
            (CARD, "P998411111PJKSWE1112", "T2"),
            ("2912101", "29x2101", "15"),
            ("1130", "1430", "15"),
            ("1130", "1120", "15"),
            ("1130", "1160", "15"),
            ("1130", "1132", "15"),
            ("L04card", "L06tokens", "A6"),
            ("L04card", "L07partner", "A6"),
            ("L04card", "L04none", "12"),
            // Nothing is asked for.
            ("1130L04card", "0", "15"),
        ],
    );
    // The values' key has to be one that makes them.
    let verifies = sealed("C0TV00N00", CARD_KEY);
    assert_eq!(issuer.ask(message.replace("L04card", &verifies)), "XFA8");
    let terms = "0123456789012345P4111111111111111";
    let pin = format!("XEE6;{CARD};29121010PL07offsets{terms}O041234FFFFFFFF");
    refuses_in_both::<ExportCardValues>(
        &issuer,
        &pin,
        &[
            ("L07offsets", "L04pvvs", "A6"),
            ("O04", "O05", "15"),
            ("O04", "O03", "15"),
            ("O04", "X04", "15"),
            ("XEE6;", "XENOK;", "12"),
        ],
    );
}

#[test]
fn a_caller_without_the_command_or_the_zone_has_nothing_of_it() {
    let issuer = Issuer::new(Setup { profile: Some(Profile::Issuer), ..setup() });
    let key = sealed("C0TC00N00", CARD_KEY);
    let message = xe("E6", "13").replace("L04card", &key);
    assert_eq!(ask_as(&issuer.engine, &caller("api", &["E6"]), &message), "XF12");
    assert_eq!(ask_as(&issuer.engine, &caller("plain", &[]), &message), "XF12");
    assert!(ask_as(&issuer.engine, &caller("plain", &["E6"]), &message).starts_with("XF00EE6:"));
    assert_eq!(ask(&production(Profile::Acquirer), &message), "XF68");
    assert_eq!(ask(&development(), &message), "XF12");
}

#[test]
fn whoever_asks_for_too_many_is_stopped() {
    let hour = Limits { calls: Rates { hour: Some(3), ..Rates::default() }, ..Limits::default() };
    for guard in [
        Guard { caller: hour, key: Limits::default() },
        Guard { caller: Limits::default(), key: hour },
    ] {
        let issuer = Issuer::new(Setup { guard, ..setup() });
        for _ in 0..3 {
            assert!(issuer.ask(xe("E6", "13")).starts_with("XF00"));
        }
        // Of another card too, and after a start.
        let message = xe("E6", "23").replace(CARD, "5555555555554444");
        assert_eq!(both::<ExportCardValues>(&issuer, &message), "72");
        let issuer = issuer.restarted();
        assert_eq!(issuer.ask(&message), "XF72");
        issuer.day.pass(2 * 3_600);
        assert!(issuer.ask(&message).starts_with("XF00"));
    }
}
