//! Requests of the commands of cards, with everything that a card has.

use super::appliance::{GCM, HMAC_CARD, SECOND, keys};
use super::material::{PAN, PIN, TABLE, Talk, VALIDATION_DATA};
use super::support::keys::{AES_LMK, take_key, unwrapped};
use payhsm_crypto::card::{CvvInput, CvvKey};

/// The PIN that the customer changes to.
const NEW_PIN: &str = "730261948573";
/// Who is on the tracks.
const NAME: &str = "QUIJANO/ALONSO";
/// What FF1 encrypts.
const FIELD: &str = "813452097665214";

/// The commands of cards: what is secret is not even in their answers.
pub(crate) const CODES: [&str; 25] = [
    "TA", "TC", "TE", "TG", "TI", "TK", "YA", "YC", "XA", "XC", "XE", "XG", "XI", "VA", "VC", "VE",
    "VG", "PM", "WA", "WC", "WE", "WG", "WI", "WK", "WM",
];

/// Those whose pages say that an answer may have a card number or a field in the clear.
pub(crate) const TELLING: [&str; 5] = ["TC", "TI", "XC", "XG", "YC"];

pub(crate) fn everything(all: &mut Talk<'_>) {
    for (label, _, clear) in keys() {
        all.mark_clear_key(label, &clear);
    }
    for (what, secret) in [
        ("PAN", PAN),
        ("PAN with dynamic CVV2s", SECOND),
        ("PAN with codes by HMAC", HMAC_CARD),
        ("PIN", PIN),
        ("new PIN", NEW_PIN),
        ("name", NAME),
        ("field", FIELD),
    ] {
        all.mark_clear(what, secret);
    }
    tokens(all);
    pins(all);
    numbers(all);
    values(all);
    dynamic_codes(all);
    contactless(all);
}

/// What comes before the next `;`, and what behind it.
fn part(text: &str) -> (&str, &str) {
    text.split_once(';').unwrap_or_else(|| panic!("{text}"))
}

/// A reference `E zone : hex ;` at the head of an answer, whole; its hex is a marker. And what is behind.
fn encrypted<'a>(all: &mut Talk<'_>, what: &str, answer: &'a str) -> (&'a str, &'a str) {
    let (reference, rest) = part(answer);
    let (zone, value) = reference.split_once(':').unwrap_or_else(|| panic!("{answer}"));
    assert!(zone.starts_with('E'), "{answer}");
    all.mark_key(what, value);
    (reference, rest)
}

/// The twelve digits of a card number that PIN blocks have.
fn account(pan: &str) -> &str {
    pan.get(pan.len() - 13..pan.len() - 1).unwrap()
}

/// The PIN in a block of format 0 under the key `zpk`; it is a marker, and the clear block too.
fn pin_in(all: &mut Talk<'_>, block: &str, pan: &str) -> String {
    all.mark_key("PIN block", block);
    let under_lmk = all.ask(format!("JEL03zpk{block}01{}", account(pan)));
    let pin = all.ask(format!("NG{}{under_lmk}", account(pan)));
    let pin = pin.trim_end_matches('F').to_owned();
    mark_pin(all, &pin, pan);
    pin
}

fn mark_pin(all: &mut Talk<'_>, digits: &str, pan: &str) {
    all.mark_clear("PIN of a card", digits);
    // Format 0: length and digits, XOR twelve digits of the card number.
    let digits = hex::decode(format!("0{:X}{digits:F<14}", digits.len())).unwrap();
    let account = hex::decode(format!("0000{}", account(pan))).unwrap();
    let clear: Vec<u8> = digits.iter().zip(account).map(|(left, right)| left ^ right).collect();
    all.mark_clear_key("clear PIN block", &hex::encode_upper(clear));
}

fn tokens(all: &mut Talk<'_>) {
    let token = all.ask(format!("TA{PAN};998"));
    let (token, _) = part(&token);
    all.mark("token", token);
    let kept = all.ask(format!("TA{PAN};001X1229S"));
    let (kept, _) = part(&kept);
    all.mark("token of the vault", kept);
    let answer = all.ask(format!("TCP998{token};EOV1;"));
    let (under_zek, _) = encrypted(all, "card number under the ZEK", &answer);
    let clear = all.ask_for_clear(format!("TCP998{token};C"));
    assert!(clear.starts_with(&format!("C{PAN};")));
    let answer = all.ask(format!("TEP998{token};C002"));
    all.mark("token of digits", part(&answer).0);
    let answer = all.ask(format!("TEP998{token};C001S"));
    all.mark("token of the vault", part(&answer).0);
    for message in [format!("TG{PAN};EOV1;"), format!("TG{under_zek};RGCM;")] {
        let answer = all.ask(message);
        encrypted(all, "card number under a ZEK", &answer);
    }
    assert_eq!(all.ask_for_clear(format!("TI{under_zek};")), format!("{PAN};"));
    for card in [PAN.to_owned(), format!("P998{token}"), format!("P001{kept}"), under_zek.into()] {
        let answer = all.ask(format!("TKL11fingerprint{card};F"));
        all.mark_key("fingerprint", answer.get(..64).unwrap());
    }
    let answer = all.ask(format!("TCP001{kept};ROV1;"));
    encrypted(all, "card number under the ZEK", &answer);
    all.refused(format!("TCP001{kept};ROV1;"), "T4");
    // A number by reference where a number always was.
    let cvv = all.ask(format!("CWL03cvkP998{token};2910000"));
    all.mark_short("CVV", &cvv);
    all.ask(format!("CYL03cvk{cvv}{under_zek};2910000"));

    let field = all.ask(format!("YAL06fields10{};{FIELD};", hex::encode_upper(PAN)));
    let (field, _) = part(&field);
    all.mark("field by FF1", field);
    let clear = all.ask_for_clear(format!("YCL06fields10{};{field};", hex::encode_upper(PAN)));
    assert_eq!(clear, format!("{FIELD};"));
}

/// A PIN in a block under the key `zpk`.
fn block_of(all: &mut Talk<'_>, pin: &str, pan: &str) -> String {
    let account = account(pan);
    let under_lmk = all.ask(format!("BA{pin}F{account}"));
    all.mark("PIN under the LMK", &under_lmk);
    let block = all.ask(format!("JGL03zpk01{account}{under_lmk}"));
    assert_eq!(pin_in(all, &block, pan), pin);
    block
}

/// The offset of a PIN of twelve digits by the key `ibm`.
fn offset_of(all: &mut Talk<'_>, pin: &str, pan: &str) -> String {
    let account = account(pan);
    let under_lmk = all.ask(format!("BA{pin}F{account}"));
    let offset = all.ask(format!("DEL03ibm{under_lmk}12{account}{TABLE}{VALIDATION_DATA}"));
    all.mark("offset", &offset);
    offset
}

fn pins(all: &mut Talk<'_>) {
    let (old, new) = (block_of(all, PIN, PAN), block_of(all, NEW_PIN, PAN));
    let offset = offset_of(all, PIN, PAN);
    let account = account(PAN);
    let under_lmk = all.ask(format!("BA{PIN}F{account}"));
    let pvv = all.ask(format!("DGL03pvv{under_lmk}{account}1"));
    all.mark_short("PVV", &pvv);
    all.ask(format!("WM{PAN};V1{pvv}B"));
    all.ask(format!("WAL03zpkL03pvv{old}01{PAN};W"));
    all.refused(format!("WAL03zpkL03pvv{new}01{PAN};W"), "N1");
    all.ask(format!("WC{PAN};"));
    all.ask(format!("WE{PAN};BF"));
    all.refused(format!("WAL03zpkL03pvv{old}01{PAN};"), "N2");
    all.ask(format!("WE{PAN};U"));
    all.ask(format!("WGL03zpkL03pvv{old}{new}01{PAN};W"));
    all.ask(format!("WAL03zpkL03pvv{new}01{PAN};A"));
    // The same by offset.
    let ibm = format!("{TABLE}{VALIDATION_DATA}");
    all.ask(format!("WIL03zpkL03ibm{new}01{PAN};O112{ibm}C"));
    all.ask(format!("WGL03zpkL03ibm{new}{old}01{PAN};O{ibm}W"));
    all.ask(format!("WM{PAN};O112{offset}"));
    all.ask(format!("WAL03zpkL03ibm{old}01{PAN};O{ibm}"));
    for (pvk, terms) in [("pvv", "V1".to_owned()), ("ibm", format!("O112{ibm}"))] {
        let answer = all.ask(format!("WKL03zpkL03{pvk}01{PAN};{terms}B"));
        let (block, reference) = answer.split_at(16);
        pin_in(all, block, PAN);
        // A PVV of a random PIN is four digits that may be those of a time or a length.
        if let Some(offset) = reference.strip_prefix("O112") {
            all.mark("offset", offset);
        }
    }
}

fn numbers(all: &mut Talk<'_>) {
    let batch = all.ask("XAL07issuing573918;1600020");
    let answer = all.ask_for_clear(format!("XC{batch}L07issuingN003C"));
    let mut rest = answer.get(13..).unwrap();
    let mut drawn = Vec::new();
    while !rest.is_empty() {
        let (card, after) = part(rest);
        drawn.push(card.strip_prefix('C').unwrap().to_owned());
        rest = after;
    }
    assert_eq!(drawn.len(), 3);
    for card in &drawn {
        all.mark_clear("drawn card number", card);
    }
    let answer = all.ask(format!("XC{batch}L07issuing00000001B998EOV1;"));
    let (token, rest) = part(answer.get(13..).unwrap());
    all.mark("token", token.strip_prefix("P998").unwrap());
    encrypted(all, "drawn card number under the ZEK", rest);

    let values = "3150L03cvk250L03cvk350L03cvk";
    let pin = format!("RL03ibmO112{TABLE}{VALIDATION_DATA}1");
    let card = "NL07issuing573918;16";
    let answer = all.ask_for_clear(format!("XG{card}C2912201OV1;{values}{pin}"));
    let (_masked, rest) = part(&answer);
    let (number, rest) = part(rest);
    let number = number.strip_prefix('C').unwrap().to_owned();
    all.mark_clear("issued card number", &number);
    // Its batch.
    let mut rest = rest.get(32..).unwrap();
    for (what, service_code) in [("CVV", "201"), ("CVV2", "000"), ("iCVV", "999")] {
        all.mark_short(what, &code(&number, service_code));
        (_, rest) = encrypted(all, what, rest);
    }
    let (offset, rest) = rest.strip_prefix("O112").unwrap().split_at(12);
    all.mark("offset", offset);
    pin_in(all, rest.strip_prefix("01").unwrap(), &number);

    // A number of the batch, and a card that is issued again, without a clear number in the answer.
    all.ask(format!("XGBL07issuing{batch}T9982912201OV1;{values}N"));
    let tracks = format!("TL03etkL03cvk0{NAME};");
    let answer = all.ask(format!("XGG{PAN};T9982912201OV1;0RL03pvvV11{tracks}"));
    let (_, reference) = answer.split_once(";V1").unwrap();
    // Behind its PVV.
    let (_, rest) = reference.split_at(4);
    let (block, tracks) = rest.strip_prefix("01").unwrap().split_at(16);
    pin_in(all, block, PAN);
    let (first, rest) = part(tracks);
    all.mark_key("track 1", first);
    all.mark_key("track 2", part(rest).0);
}

/// Five digits by the key `cvk`, for 2912.
fn code(pan: &str, service_code: &str) -> String {
    let (_, _, clear) = keys().into_iter().find(|(label, ..)| *label == "cvk").unwrap();
    let key = CvvKey::new(&hex::decode(clear).unwrap()).unwrap();
    let service_code = service_code.as_bytes().try_into().unwrap();
    let input = CvvInput::new(pan.as_bytes(), b"2912", service_code).unwrap();
    String::from_utf8(key.code(&input, 5).unwrap().digits().to_vec()).unwrap()
}

fn values(all: &mut Talk<'_>) {
    let offset = offset_of(all, PIN, PAN);
    for zone in ["OV1", GCM, "LEG"] {
        let pin = match zone {
            "OV1" => format!("PL03ibm{TABLE}{VALIDATION_DATA}O12{offset}"),
            _ => String::new(),
        };
        let values = "3150L03cvk250L03cvk350L03cvk";
        let answer = all.ask(format!("XE{zone};{PAN};2912201{values}{pin}"));
        let mut rest = answer.as_str();
        for service_code in ["201", "000", "999"] {
            let (value, after) = encrypted(all, "value for a zone", rest);
            let code = code(PAN, service_code);
            all.mark_short("CVV", &code);
            all.ask(format!("XIL03cvk5{value};{PAN};2912{service_code}"));
            all.ask(format!("XIL03cvk5{code};{PAN};2912{service_code}"));
            rest = after;
        }
        if let Some(block) = rest.strip_prefix("01") {
            assert_eq!(pin_in(all, block, PAN), PIN);
        }
    }
    all.refused(format!("XIL03cvk5{};{PAN};2912201", code(PAN, "000")), "V1");
}

fn dynamic_codes(all: &mut Talk<'_>) {
    for (key, card) in [("L04dcvk", SECOND), ("L04hmac", HMAC_CARD)] {
        let answer = all.ask(format!("VA{key}{card};291201;"));
        let value = answer.get(26..).unwrap().strip_prefix('C').unwrap();
        let (clear, _) = part(value);
        assert_eq!(clear.len(), 4);
        all.mark_short("dynamic CVV2", clear);
        all.ask(format!("VC{key}{card};291201{clear};SHOP 42;"));
        all.refused(format!("VC{key}{card};291201{clear};SHOP 42;"), "V4");
        for zone in ["OV1", GCM] {
            let answer = all.ask(format!("VA{key}{card};291201{zone};;L03cvk2912"));
            let (value, _) = encrypted(all, "dynamic CVV2 for a zone", answer.get(26..).unwrap());
            all.ask(format!("VC{key}{card};291201{value};;;L03cvk2912"));
        }
        all.ask(format!("VG{card};"));
        all.ask(format!("VE{card};0"));
        all.ask(format!("VE{card};1"));
    }
}

/// The published examples of docs/protocol/PM.md.
fn contactless(all: &mut Talk<'_>) {
    let visa = "S10096E0TX00N00024323799F724746846895F0263D5919F617E6DC1001FE175384F9B1BADBA73098633E8E34E109247D";
    let mastercard = "S10096E6TX00N000249D1CA120C6C2CA9F5DF8B9898F78E92ED92A8A0155DFD01D4D001EF6777B5348AE7693C8B6286BC";
    let pan = "1234567890123456";
    all.mark_clear("PAN of a contactless card", pan);
    for key in [visa, mastercard] {
        all.mark_clear_key("master key of contactless cards", &unwrapped(AES_LMK, take_key(key).0));
    }
    all.ask(format!("PM00{visa}A{pan};1310226003210422"));
    all.refused(format!("PM00{visa}A{pan};1310226003210423"), "01");
    all.ask(format!("PM12{mastercard}A{pan};00000CD76000027101000039464"));
    let token = all.ask(format!("TA{PAN};998"));
    all.refused(format!("PM00{visa}AP998{};1310226003210422", part(&token).0), "01");
    all.mark_short("dCVV", "422");
    all.mark_short("CVC3", "39464");
}
