use crate::support::cards::{Issuer, Setup};
use crate::support::keys::sealed;
use crate::support::pin_life::{product, refuses_in_both};
use crate::support::tokens::{ask_as, both, caller};
use crate::support::values::{BUREAU, CARD, CARD_KEY, ISSUE, appliance, setup, tdes};
use crate::support::{ask, development, dynamic, production};
use payhsm::settings::Profile;
use payhsm_protocol::command::xg_issue_card::IssueCard;
use std::collections::BTreeSet;

/// The first card numbers of BIN 411111 under the key (published).
const FIRST: &str = "4111119923378778";
const SECOND: &str = "4111110082181871";

const TERMS: &str = "0123456789012345P4111111111111111";

/// A new card with all that there is.
const XG: &str = "XGNL07issuing411111;16T9982912201E6;3130L04card231L04card330L04cardRL04pvvsV11TL06bureauL04card1DOE/JANE;";

/// What an answer has, piece by piece.
struct Pieces<'a>(&'a str);

impl<'a> Pieces<'a> {
    fn of(answer: &'a str) -> Self {
        Self(answer.strip_prefix("XH00").unwrap_or_else(|| panic!("{answer}")))
    }

    fn up_to(&mut self, end: char) -> &'a str {
        let (piece, rest) = self.0.split_once(end).unwrap();
        self.0 = rest;
        piece
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (piece, rest) = self.0.split_at(length);
        self.0 = rest;
        piece
    }
}

fn text(hex: &str) -> String {
    String::from_utf8(hex::decode(hex).unwrap()).unwrap()
}

#[test]
fn a_card_in_one_step_is_the_card_of_its_single_commands() {
    let issuer = appliance();
    let answer = issuer.ask(XG);
    let mut pieces = Pieces::of(&answer);
    assert_eq!(pieces.up_to(';'), "411111******8778");
    let token = pieces.up_to(';');
    assert_eq!(issuer.ask(format!("TA{FIRST};998")), format!("TB00{};", &token[4..]));
    let batch = pieces.take(32);
    for (kind, order, code) in [("13", "2912", "201"), ("23", "1229", "000"), ("33", "2912", "999")]
    {
        let value = pieces.up_to(';');
        let verify = format!("XIL04card3{value};{FIRST};{order}{code}");
        assert_eq!(issuer.ask(verify), "XJ00", "{kind}");
    }
    let reference = pieces.take(6);
    let (method, pvv) = reference.split_at(2);
    assert_eq!(method, "V1");
    let (format, block) = (pieces.take(2), pieces.take(16));
    assert_eq!(format, "01");
    // The appliance keeps the reference, and the block has its PIN.
    let wa = format!("WANP2E6L04pvvs{block}01{token};");
    assert_eq!(issuer.ask(&wa), "WB00");
    let ec = format!("ECNP2E6L04pvvs{block}01{}1{pvv}", &FIRST[3..15]);
    assert_eq!(issuer.ask(ec), "ED00");
    let (first, second) = (pieces.up_to(';'), pieces.up_to(';'));
    assert_eq!((first.len(), second.len(), pieces.0), (160, 80, ""));
    let cvv = &issuer.ask(format!("CWL04card{FIRST};2912201"))[4..];
    if let (Some(first), Some(second)) = (cbc(first), cbc(second)) {
        let data = format!("29122011{pvv}{cvv}?");
        assert_eq!(text(&first).trim_end(), format!("%B{FIRST}^DOE/JANE^{data}"));
        assert_eq!(text(&second).trim_end(), format!(";{FIRST}={data}"));
    }
    // If the answer is lost, the number is not.
    let again = issuer.ask(format!("XC{batch}L07issuing00000001T998"));
    assert_eq!(again, format!("XD000000100001001{token};"));
}

/// CBC from an IV of zeros, by ECB of openssl.
fn cbc(hex: &str) -> Option<String> {
    let clear = hex::decode(tdes(BUREAU, hex)?).unwrap();
    let before = [vec![0; 8], hex::decode(hex).unwrap()].concat();
    Some(hex::encode(clear.iter().zip(before).map(|(one, other)| one ^ other).collect::<Vec<_>>()))
}

#[test]
fn both_dialects_say_the_same_of_a_card_that_is_given() {
    let issuer = appliance();
    // E1, a derived PIN and tracks without an IV: nothing in it is by chance.
    let message = format!(
        "XGG{CARD};B998EE6;2912101E1;2130L04card330L04cardDL07offsetsO204{TERMS}1TL06bureauL04card1DOE/JANE;"
    );
    let given = both::<IssueCard>(&issuer, &message);
    let mut pieces = Pieces(given.strip_prefix("00").unwrap());
    assert_eq!(pieces.up_to(';'), "411111******1111");
    assert_eq!(pieces.up_to(';'), "P998411111PJKSWE1111");
    assert!(pieces.up_to(';').starts_with("EE6:"));
    let exported = issuer.ask(format!("XEE1;{CARD};29121012130L04card330L04card"));
    assert_eq!(format!("XF00{};{};", pieces.up_to(';'), pieces.up_to(';')), exported);
    assert_eq!(pieces.take(16), "O2040000FFFFFFFF");
    let pin = pieces.take(18);
    let xe = format!("XEE6;{CARD};29121010PL07offsets{TERMS}O040000FFFFFFFF");
    assert_eq!(issuer.ask(xe), format!("XF00{pin}"));
    assert_eq!(issuer.ask(format!("WANP2E6L07offsets{}01{CARD};O{TERMS}", &pin[2..])), "WB00");
    assert_eq!((pieces.up_to(';').len(), pieces.up_to(';').len(), pieces.0), (160, 80, ""));
}

#[test]
fn cards_of_a_batch_come_one_after_the_other() {
    let issuer = appliance();
    let batch = issuer.ask("XAL07issuing411111;1600002");
    let batch = batch.strip_prefix("XB00").unwrap();
    let message = format!("XGBL07issuing{batch}C2912201;0N");
    assert_eq!(issuer.ask(&message), format!("XH00411111******8778;C{FIRST};"));
    assert_eq!(both::<IssueCard>(&issuer, &message.replace(batch, &"0".repeat(32))), "C5");
    assert_eq!(issuer.ask(&message), format!("XH00411111******1871;C{SECOND};"));
    assert_eq!(both::<IssueCard>(&issuer, &message), "C4");
    let new = issuer.ask("XGNL07issuing411111;16C2912201;0N");
    assert!(new.starts_with("XH00411111******"), "{new}");
    assert!(!new.contains(FIRST) && !new.contains(SECOND), "{new}");
}

#[test]
fn many_at_a_time_are_other_cards() {
    let issuer = appliance();
    let cards: Vec<String> = std::thread::scope(|scope| {
        let asks = (0..8).map(|_| {
            scope.spawn(|| {
                let one = || {
                    let answer = issuer.ask("XGNL07issuing411111;16C2912201;0RL04pvvsV10");
                    Pieces::of(&answer).0[17..].split_once(';').unwrap().0.to_owned()
                };
                (0..20).map(|_| one()).collect::<Vec<_>>()
            })
        });
        let asks: Vec<_> = asks.collect();
        asks.into_iter().flat_map(|ask| ask.join().unwrap()).collect()
    });
    assert_eq!(cards.iter().collect::<BTreeSet<_>>().len(), 160);
}

#[test]
fn a_card_that_is_issued_again() {
    let issuer = Issuer::new(setup().and(dynamic::setup(dynamic::policy())));
    let first = issuer.ask(format!("XGG{CARD};T9982912101E6;0RL04pvvsV11"));
    let block = &first[first.len() - 16..];
    let wa = |block: &str| issuer.ask(format!("WANP2E6L04pvvs{block}01{CARD};"));
    assert_eq!(wa(block), "WB00");
    // A wrong PIN, and a dynamic CVV2 that is alive.
    let zeros = "0000000000000000";
    assert_ne!(wa(zeros), "WB00");
    assert_eq!(issuer.ask(format!("VE{CARD};1")), "VF00");
    let made = issuer.ask(dynamic::generate(CARD));
    assert!(made.starts_with("VB00"), "{made}");
    let alive = issuer.ask(format!("VG{CARD};"));
    // Without a PIN: the one that it has stays, and is on the tracks.
    let again = issuer.ask(format!("XGG{CARD};T9983012101;0NTL06bureauL04card1DOE/JANE;"));
    assert_eq!(wa(block), "WB00");
    let pvv = &first[first.len() - 22..first.len() - 18];
    let mut pieces = Pieces::of(&again);
    let (_, _, first_track) = (pieces.up_to(';'), pieces.up_to(';'), pieces.up_to(';'));
    if let Some(track) = cbc(first_track) {
        let track = text(&track);
        assert!(track.contains(&format!("^30121011{pvv}")), "{track}");
    }
    // Its dynamic CVV2 is withdrawn; that it has them stays.
    let withdrawn = issuer.ask(format!("VG{CARD};"));
    assert_ne!(withdrawn, alive);
    assert_eq!(issuer.ask(format!("VE{CARD};1")), "VFVD");
    // With a PIN: the old one is wrong, and no try counts against the new one.
    let other = issuer.ask(format!("XGG{CARD};T9983012101E6;0RL04pvvsV11"));
    assert_eq!(wa(&other[other.len() - 16..]), "WB00");
    if wa(block) == "WB00" {
        // One PIN of ten thousand is the same again.
        assert_eq!(other[other.len() - 22..other.len() - 18], *pvv);
    }
}

#[test]
fn tracks_of_every_kind() {
    let issuer = appliance();
    let tracks = |rest: &str| {
        let answer = issuer.ask(format!("XGG{CARD};T9982912101;0N{rest}"));
        let mut pieces = Pieces::of(&answer);
        let (_, _) = (pieces.up_to(';'), pieces.up_to(';'));
        (pieces.up_to(';').to_owned(), pieces.up_to(';').to_owned())
    };
    // No PIN: the stripe says so.
    let (first, second) = tracks("TL06bureauL04card0DOE/JANE;");
    if let (Some(first), Some(second)) = (tdes(BUREAU, &first), tdes(BUREAU, &second)) {
        assert_eq!(text(&first).trim_end(), "%B4111111111111111^DOE/JANE^291210100000216?");
        assert_eq!(text(&second).trim_end(), ";4111111111111111=291210100000216?");
    }
    let (first, second) = tracks("TL06bureauL04card2DOE/JANE;");
    assert_eq!((first.len(), second.len()), (176, 96));
    assert_ne!((first, second), tracks("TL06bureauL04card2DOE/JANE;"));
    let (first, second) = tracks("TL10bureau-aesL04card1DOE/JANE;");
    assert_eq!((first.len(), second.len()), (160, 96));
    // Offset and card number have to fit on track 2: 1 + 19 + 1 + 7 + 1 + 10 + 3 + 1 are 43.
    let long = format!(
        "XGG4000000000000000006;T9982912101;0DL07offsetsO110{TERMS}0TL06bureauL04card1DOE/JANE;"
    );
    assert_eq!(both::<IssueCard>(&issuer, &long), "80");
}

#[test]
fn refusals() {
    let issuer = appliance();
    refuses_in_both::<IssueCard>(
        &issuer,
        XG,
        &[
            ("XGN", "XGX", "15"),
            ("L07issuing", "L06tokens", "A6"),
            ("L07issuing", "L04none", "12"),
            ("411111;16", "411111;12", "C1"),
            ("411111;16", "41111;16", "15"),
            ("411111;16", "4111111111;16", "T6"),
            ("411111;16T998", "411111;13T998", "T6"),
            ("T998", "T999", "T3"),
            ("T998", "ENOK;", "12"),
            ("2912201", "2913201", "15"),
            ("2912201", "2900201", "15"),
            ("E6;", "NO;", "12"),
            ("E6;", "OTH;", "12"),
            ("E6;", "X1;", "XL"),
            ("E6;", ";", "15"),
            ("3130L04card", "3430L04card", "15"),
            ("130L04card", "130L06bureau", "A6"),
            ("RL04pvvs", "DL04pvvs", "15"),
            ("RL04pvvs", "XL04pvvs", "15"),
            ("RL04pvvs", "RL07offsets", "A6"),
            ("V11", "VX1", "15"),
            ("V11", "V12", "15"),
            ("TL06bureau", "TL07partner", "A6"),
            ("L04card1DOE", "L04card3DOE", "15"),
            ("DOE/JANE", "DOE^JANE", "15"),
            ("DOE/JANE", "D", "15"),
        ],
    );
    // Nothing of this took a number, nor gave the card a PIN.
    assert!(issuer.ask(XG).starts_with("XH00411111******8778;"));
    assert_eq!(issuer.ask(format!("XEE6;{SECOND};29121010PL07offsets{TERMS}R")), "XFN3");
    refuses_in_both::<IssueCard>(
        &issuer,
        &format!("XGG{CARD};T9982912201E6;0DL07offsetsO104{TERMS}0"),
        &[(CARD, "4111111111111112", "C3"), ("O104", "O103", "15"), (TERMS, "", "15")],
    );
}

#[test]
fn a_random_pin_is_as_the_product_wants_it() {
    let six = payhsm_issuing::product::Product { pin_length: 6, ..product(&["4"], 3) };
    let issuer = Issuer::new(Setup { products: vec![six], ..setup() });
    let with = |check: &str| {
        let terms = format!("XGG{CARD};T9982912101E6;0RL07offsetsO1{check}{TERMS}1");
        issuer.ask(terms)
    };
    let answer = with("06");
    let mut pieces = Pieces::of(&answer);
    let (_, _) = (pieces.up_to(';'), pieces.up_to(';'));
    let reference = pieces.take(16);
    assert!(reference.starts_with("O106") && reference.ends_with("FFFFFF"), "{reference}");
    assert!(reference[4..10].bytes().all(|byte| byte.is_ascii_digit()), "{reference}");
    assert_eq!(with("07"), "XH81");
}

#[test]
fn an_issuer_has_it_and_gives_nothing_in_clear() {
    let issuer = Issuer::new(Setup { profile: Some(Profile::Issuer), ..setup() });
    let (issuing, card) = (sealed("93AC00N00", ISSUE), sealed("C0TC00N00", CARD_KEY));
    let message = format!("XGN{issuing}411111;16T9982912201E6;1130{card}N");
    let api = caller("plain", &["E6"]);
    let answer = ask_as(&issuer.engine, &api, &message);
    assert!(answer.starts_with("XH00411111******8778;P998411111"), "{answer}");
    let clear = message.replace("T998", "C");
    assert_eq!(ask_as(&issuer.engine, &api, &clear), "XH17");
    assert_eq!(ask_as(&issuer.engine, &caller("other", &["E6"]), &message), "XH12");
    assert_eq!(ask(&production(Profile::Acquirer), &message), "XH68");
    let none = format!("XGN{issuing}411111;16C2912201;0N");
    assert_eq!(ask(&development(), none), "XHS0");
}
