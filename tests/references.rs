//! Card numbers by reference: whatever takes one takes a token for it, and what is under a zone's ZEK, and answers the same.
#![cfg(test)]
#![expect(clippy::string_slice, reason = "messages are ASCII")]

mod support;

use payhsm::caller::Caller;
use payhsm::engine::Dialect;
use payhsm::record::{ActRecord, Kept, KeyName, Record, RecordFailed, Recorder};
use payhsm_protocol::command::ca_translate_pin_tpk_to_zpk::TranslatePinTpkToZpk;
use payhsm_protocol::command::cw_generate_cvv::GenerateCvv;
use payhsm_protocol::command::cy_verify_cvv::VerifyCvv;
use payhsm_protocol::command::da_verify_pin_tpk_ibm::VerifyPinTpkIbm;
use payhsm_protocol::command::dg_generate_pvv_of_lmk_pin::GeneratePvvOfLmkPin;
use payhsm_protocol::command::ec_verify_pin_zpk_pvv::VerifyPinZpkPvv;
use std::sync::{Arc, Mutex};
use support::cards::Issuer;
use support::keys::done;
use support::tokens::{MANY, ONCE, SHORT, appliance, ask_as, both, caller, compact_as, key, token};

const CARD: &str = "378282246310005";
/// Its twelve right-most digits without the check digit.
const ACCOUNT: &str = "828224631000";
/// Until wrong ones are forgotten: they are the card's, whatever stands for it.
const A_DAY: u64 = 86_400;

/// The same on a day each, since some of them last for less.
fn day_by_day(issuer: &Issuer) -> impl Iterator<Item = String> {
    let count = references(issuer).len();
    (0..count).map(|number| {
        issuer.day.pass(A_DAY);
        references(issuer).swap_remove(number)
    })
}

/// Everything that stands for the card: digits behind a letter, tokens of each kind, and enciphered for each zone.
fn references(issuer: &Issuer) -> Vec<String> {
    let mut all = vec![format!("C{CARD};")];
    for domain in [998, 9, MANY, ONCE, SHORT] {
        all.push(format!("P{domain:03}{};", token(issuer, CARD, domain, "")));
    }
    for form in ["EVIS;", "EMCI;", "RVIS;", "RMCI;"] {
        let made = done(&issuer.engine, format!("TG{CARD};{form}"));
        all.push(format!("{};", made.split_once(';').unwrap().0));
    }
    all
}

#[test]
fn cvvs_are_those_of_the_digits() {
    let issuer = appliance();
    let cvk = key("C0TN00N00", "0123456789ABCDEFFEDCBA9876543210");
    let expected = both::<GenerateCvv>(&issuer, &format!("CW{cvk}{CARD};2812201"));
    let cvv = expected.strip_prefix("00").unwrap().to_owned();
    for card in day_by_day(&issuer) {
        let made = both::<GenerateCvv>(&issuer, &format!("CW{cvk}{card}2812201"));
        assert_eq!(made, expected, "{card}");
        assert_eq!(both::<VerifyCvv>(&issuer, &format!("CY{cvk}{cvv}{card}2812201")), "00");
        assert_eq!(both::<VerifyCvv>(&issuer, &format!("CY{cvk}{cvv}{card}2812202")), "01");
    }
}

#[test]
fn pins_are_those_of_the_digits() {
    let issuer = appliance();
    let clear = "98519E45CBB9291F49EFAD4AFEFDDC79";
    // One key as a ZPK and as a TPK, so that one block is under both.
    let (zpk, tpk) = (key("72TN00N00", clear), key("71TN00N00", clear));
    let pvk = key("V2TN00N00", "0123456789ABCDEFFEDCBA9876543210");
    let ibm = key("V1TN00N00", "1123456789ABCDEFFEDCBA9876543210");
    let pin = done(&issuer.engine, format!("JA{ACCOUNT}04"));
    let block = done(&issuer.engine, format!("JG{zpk}01{ACCOUNT}{pin}"));
    let pvv = done(&issuer.engine, format!("DG{pvk}{pin}{ACCOUNT}1"));
    let table = "0123456789012345";
    let offset = done(&issuer.engine, format!("DE{ibm}{pin}04{ACCOUNT}{table}8282246310N0"));
    let ca = |card: &str| format!("CA{tpk}{zpk}12{block}0101{card}");
    let translated = both::<TranslatePinTpkToZpk>(&issuer, &ca(ACCOUNT));
    assert_eq!(translated, format!("0004{block}01"));
    for card in day_by_day(&issuer) {
        assert_eq!(both::<TranslatePinTpkToZpk>(&issuer, &ca(&card)), translated, "{card}");
        for (index, code) in [("1", "00"), ("2", "01")] {
            let ec = format!("EC{zpk}{pvk}{block}01{card}{index}{pvv}");
            assert_eq!(both::<VerifyPinZpkPvv>(&issuer, &ec), code, "{card}");
        }
        let da = format!("DA{tpk}{ibm}12{block}0104{card}{table}8282246310N0{offset}");
        assert_eq!(both::<VerifyPinTpkIbm>(&issuer, &da), "00", "{card}");
        let dg = format!("DG{pvk}{pin}{card}1");
        assert_eq!(both::<GeneratePvvOfLmkPin>(&issuer, &dg), format!("00{pvv}"), "{card}");
    }
    // Another card is another account.
    let other = token(&issuer, "4111111111111111", MANY, "");
    let ec = format!("EC{zpk}{pvk}{block}01P{MANY}{other};1{pvv}");
    assert_ne!(both::<VerifyPinZpkPvv>(&issuer, &ec), "00");
}

#[test]
fn a_format_of_its_own_length_of_account_takes_references_too() {
    let issuer = appliance();
    let zpk = key("72AN00N00", &"0123456789ABCDEF".repeat(2));
    let pin = done(&issuer.engine, format!("JA{ACCOUNT}04"));
    let zpk_8 = key("72TN00N00", "98519E45CBB9291F49EFAD4AFEFDDC79");
    let block = done(&issuer.engine, format!("JG{zpk_8}01{ACCOUNT}{pin}"));
    // To format 4, whose account is the whole PAN, and back.
    let there = |card: &str| format!("CC{zpk_8}{zpk}12{block}0148{card}");
    for card in references(&issuer) {
        let answer = done(&issuer.engine, there(&card));
        let made = answer.strip_prefix("04").unwrap().strip_suffix("48").unwrap();
        let back = done(&issuer.engine, format!("CC{zpk}{zpk_8}12{made}4801{card}"));
        assert_eq!(back, format!("04{block}01"), "{card}");
    }
}

#[test]
fn what_is_not_a_callers_own_stands_for_nothing() {
    let issuer = appliance();
    let cvk = key("C0TN00N00", "0123456789ABCDEFFEDCBA9876543210");
    let clear = "98519E45CBB9291F49EFAD4AFEFDDC79";
    let (zpk, tpk) = (key("72TN00N00", clear), key("71TN00N00", clear));
    let pvk = key("V2TN00N00", "0123456789ABCDEFFEDCBA9876543210");
    let ibm = key("V1TN00N00", "1123456789ABCDEFFEDCBA9876543210");
    let other = caller("other", &["OTH"]);
    let made = ask_as(&issuer.engine, &other, &format!("TA{CARD};401"));
    let token = made.strip_prefix("TB00").unwrap().strip_suffix(';').unwrap();
    let made = ask_as(&issuer.engine, &other, &format!("TG{CARD};EOTH;"));
    let (enciphered, _) = made.strip_prefix("TH00").unwrap().split_once(';').unwrap();
    for (card, refused) in [(format!("P401{token};"), "T3"), (format!("{enciphered};"), "12")] {
        let block = "0123456789ABCDEF";
        let messages = [
            format!("CW{cvk}{card}2812201"),
            format!("EC{zpk}{pvk}{block}01{card}11234"),
            format!("CA{tpk}{zpk}12{block}0101{card}"),
            format!("DA{tpk}{ibm}12{block}0104{card}01234567890123458282246310N01234FFFFFFFF"),
        ];
        for (at, message) in messages.iter().enumerate() {
            let compact = |caller: &Arc<Caller>| match at {
                0 => compact_as::<GenerateCvv>(&issuer.engine, caller, message),
                1 => compact_as::<VerifyPinZpkPvv>(&issuer.engine, caller, message),
                2 => compact_as::<TranslatePinTpkToZpk>(&issuer.engine, caller, message),
                _ => compact_as::<VerifyPinTpkIbm>(&issuer.engine, caller, message),
            };
            let own = ask_as(&issuer.engine, &other, message);
            assert_ne!(own.get(2..), Some(refused), "{message}");
            assert_eq!(compact(&other).get(..2), own.get(2..4));
            // The zone has to be given by its officers and by the configuration.
            for stranger in [caller("third", &["OTH"]), caller("fourth", &[])] {
                let answer = ask_as(&issuer.engine, &stranger, message);
                assert_eq!(answer.get(2..), Some(refused), "{message}");
                assert_eq!(compact(&stranger), refused);
            }
        }
    }
}

#[test]
fn a_reference_that_is_none_is_refused_with_its_code() {
    let issuer = appliance();
    let cvk = key("C0TN00N00", "0123456789ABCDEFFEDCBA9876543210");
    let short = token(&issuer, CARD, SHORT, "");
    let once = token(&issuer, CARD, ONCE, "");
    assert!(issuer.ask(format!("TCP{ONCE}{once};C")).starts_with("TD00"));
    issuer.day.pass(300);
    for (card, code) in [
        ("P998411111PJKSWE1112;".to_owned(), "T2"),
        ("P998411111PJKSWE111;".to_owned(), "T1"),
        ("P9984111;".to_owned(), "T1"),
        ("P998;".to_owned(), "T1"),
        ("P9x8411111PJKSWE1111;".to_owned(), "T3"),
        ("P997411111PJKSWE1111;".to_owned(), "T3"),
        (format!("P{ONCE}{once};"), "T4"),
        (format!("P{SHORT}{short};"), "T5"),
        (format!("EVIS:{};", "00".repeat(16)), "D1"),
        (format!("EVIS:{};", "00".repeat(15)), "D1"),
        ("EVIS:xx;".to_owned(), "D1"),
        (format!("EXYZ:{};", "00".repeat(16)), "12"),
        (format!("EENC:{};", "00".repeat(16)), "A8"),
        (format!("EWXYZ:{};", "00".repeat(16)), "21"),
        (format!("EVIS{};", "00".repeat(16)), "15"),
        ("C378282246310;".to_owned(), "00"),
        ("C3782822463;".to_owned(), "22"),
        ("C378282246310005".to_owned(), "15"),
    ] {
        let message = format!("CW{cvk}{card}2812201");
        let answer = issuer.ask(&message);
        assert_eq!(answer.get(2..4), Some(code), "{card}");
        for dialect in [Dialect::Host, Dialect::Compact] {
            if !["P9x8", "EVIS:xx", "EVIS0", "C378282246310005"]
                .iter()
                .any(|no| card.starts_with(no))
            {
                assert_eq!(issuer.ask_in(dialect, &message).get(2..4), Some(code), "{card}");
            }
        }
    }
}

/// What stands in a record: command, outcome, account as shown and its fingerprint, keys, zones.
type Seen = (String, String, Option<(String, [u8; 16])>, Vec<KeyName>, Vec<String>);

#[derive(Clone, Debug, Default)]
struct Sees(Arc<Mutex<Vec<Seen>>>);

impl Recorder for Sees {
    fn record(&self, records: &[Record<'_>]) -> Result<Kept, RecordFailed> {
        for record in records {
            let mentions = record.mentions;
            let account = mentions.account.as_ref();
            let account = account.and_then(|one| Some((one.shown.clone(), one.fingerprint?)));
            self.0.lock().map_err(|_| RecordFailed)?.push((
                String::from_utf8_lossy(&record.command).into_owned(),
                record.outcome.as_text(),
                account,
                mentions.keys.clone(),
                mentions.zones.clone(),
            ));
        }
        Ok(Kept::Now)
    }

    fn record_act(&self, _: &ActRecord<'_>) -> Result<(), RecordFailed> {
        Ok(())
    }

    /// No secret here: what it is made of has to be seen.
    fn fingerprint(&self, account: &[u8; 12]) -> Option<[u8; 16]> {
        [b"test", account.as_slice()].concat().try_into().ok()
    }
}

#[test]
fn the_record_has_the_account_and_no_card_number() {
    let sees = Sees::default();
    let issuer = Issuer::recorded_by(support::tokens::setup(), Box::new(sees.clone()));
    let cvk = key("C0TN00N00", "0123456789ABCDEFFEDCBA9876543210");
    for card in references(&issuer) {
        for message in [
            format!("CW{cvk}{card}2812201"),
            match card.as_bytes()[0] {
                b'P' => format!("TC{card}EVIS;"),
                b'E' => format!("TI{card}"),
                _ => format!("TG{card}EVIS;"),
            },
        ] {
            for dialect in [Dialect::Host, Dialect::Compact] {
                let answer = issuer.ask_in(dialect, &message);
                let (command, outcome, account, keys, zones) =
                    sees.0.lock().unwrap().last().unwrap().clone();
                assert_eq!(command, message[..2]);
                assert_eq!(Some(outcome.as_str()), answer.get(2..4));
                let used = card.starts_with(&format!("P{ONCE}")) && outcome == "T4";
                if !used {
                    let shown = ("378282*****0005".to_owned(), *b"test828224631000");
                    assert_eq!(account, Some(shown), "{message}");
                }
                let said = format!("{keys:?} {zones:?}");
                assert!(!said.contains(CARD), "{said}");
                match card.get(..4).unwrap() {
                    "EVIS" => {
                        assert!(zones.contains(&"VIS".to_owned()) && said.contains("label:zek"));
                    }
                    "P998" | "P009" => assert!(said.contains("label:tokens"), "{said}"),
                    _ => {}
                }
            }
        }
    }
}
