use crate::support::keys::{
    AES_LMK, TDES_LMK, ZMK, check_value, done, made, sealed, take_key, unwrapped,
};
use crate::support::{ask, authorise, call, development, production, tampered};
use payhsm::settings::Profile;
use payhsm_protocol::command::a4_form_key::{Components, FormKey, FormedHeader};
use payhsm_protocol::field::{KeyField, KeyScheme, KeyType};
use payhsm_protocol::host::{Bare, Fields, Settings};

/// Another published key of the type of [`ZMK`].
const OTHER: &str = "U4C94ED3CBF0597C848000A85A55C2E54";

/// A component under the default LMK with a known value.
fn component(number: u8, clear: &str) -> String {
    sealed(&format!("P0TBc{number}E00"), clear)
}

const ONE: &str = "0123456789ABCDEFFEDCBA9876543210";
const TWO: &str = "1032547698BADCFE0F1E2D3C4B5A6978";
const THREE: &str = "89B07A3CDA1F5B26C4E56D9280F7A116";

fn xor(values: &[&str]) -> Vec<u8> {
    values.iter().map(|value| hex::decode(value).unwrap()).fold(Vec::new(), |sum, value| {
        if sum.is_empty() { value } else { sum.iter().zip(value).map(|(a, b)| a ^ b).collect() }
    })
}

fn with_odd_parity(key: &[u8]) -> String {
    let odd = |byte: &u8| (byte & 0xFE) | u8::from((byte & 0xFE).count_ones().is_multiple_of(2));
    hex::encode_upper(key.iter().map(odd).collect::<Vec<_>>())
}

#[test]
fn the_key_is_the_sum_of_the_components_in_odd_parity() {
    let engine = development();
    let all = [component(1, ONE), component(2, TWO), component(3, THREE)].concat();
    let two = [component(4, ONE), component(9, THREE)].concat();
    for (message, header, sum) in [
        (format!("A43FFFS{all}"), "S10096P0TB00E0002", xor(&[ONE, TWO, THREE])),
        (format!("A42FFFS{two}%02"), "S10096P0TB00E0002", xor(&[ONE, THREE])),
        (format!("A42FFFS{two}#0700"), "S10096P0TB07E0002", xor(&[ONE, THREE])),
        (format!("A42FFFS{two}%02#1201TS0CABCDEFGH"), "S10112P0TB12E0202TS", xor(&[ONE, THREE])),
    ] {
        let answer = done(&engine, &message);
        let (key, kcv) = take_key(&answer);
        assert!(key.starts_with(header), "{key}");
        assert_eq!(unwrapped(AES_LMK, key), with_odd_parity(&sum), "{message}");
        assert_eq!((kcv.len(), check_value(&engine, key)), (6, kcv.to_owned()));
    }
}

#[test]
fn nine_components_and_every_kind_of_key() {
    let engine = development();
    for (attributes, header, length) in [
        ("K0T2B__E00", "S10096K0TB00E0002", 32),
        ("52T3B__S00", "S1009652TB00S0002", 48),
        ("D0A1N__N00", "S10096D0AN00N0002", 32),
        ("K0A3E__S00", "S10128K0AE00S0002", 64),
    ] {
        let mut components = Vec::new();
        for number in 1..=9 {
            components.push(made(&engine, &attributes.replace("__", &format!("c{number}"))).0);
        }
        let clear: Vec<_> = components.iter().map(|one| unwrapped(AES_LMK, one)).collect();
        let sum = xor(&clear.iter().map(String::as_str).collect::<Vec<_>>());
        let answer = done(&engine, format!("A49FFFS{}", components.concat()));
        let (key, _) = take_key(&answer);
        assert!(key.starts_with(header), "{key}");
        let expected =
            if header.contains("A") { hex::encode_upper(&sum) } else { with_odd_parity(&sum) };
        let formed = unwrapped(AES_LMK, key);
        assert_eq!((formed.len(), formed), (length, expected));
    }
}

/// ut-codec-payshield, docs/examples.js: the answer but for its random padding.
#[test]
fn published_components() {
    let engine = development();
    let one = "S0007252TBc1E0001C9ED3207A1A79BCA1CAB8C05FEC9429E2232067D1F9E908F15E9DCA7";
    let two = "S0007252TBc2E000125276E9C8BC0FA0F70109274FAB9647EF89A189C019465182A345009";
    let answer = done(&engine, format!("A42FFFS{one}{two}%01#0000"));
    let (key, kcv) = take_key(&answer);
    assert!(key.starts_with("S0007252TB00E0001"), "{key}");
    assert_eq!(unwrapped(TDES_LMK, key), "DA38FD20EF58401658047AEF106DF42F");
    assert_eq!(kcv, "2AE082");
    for other in tampered(two, 17..two.len()) {
        assert_eq!(ask(&engine, format!("A42FFFS{one}{other}%01#0000")), "A5A4", "{other}");
    }
}

#[test]
fn cryptograms_of_one_type() {
    let engine = development();
    let answer = done(&engine, format!("A42000U{ZMK}{OTHER}%00"));
    let (whole, kcv) = take_key(&answer);
    assert_eq!(done(&engine, format!("BUFF1{whole};000;001%00")), kcv);
    // What is added twice falls away: of the three, any two make the third.
    for (first, second, third) in [(ZMK, whole, OTHER), (whole, OTHER, ZMK)] {
        let answer = done(&engine, format!("A42000U{first}{second}%00"));
        assert_eq!(take_key(&answer).0, third);
    }
    for other in tampered(ZMK, 1..33) {
        assert_ne!(ask(&engine, format!("A42000U{other}{OTHER}%00")), format!("A500{answer}"));
    }
}

#[test]
fn each_refusal() {
    let engine = development();
    let (one, two) = (component(1, ONE), component(2, TWO));
    let with = |attributes: &str, clear| sealed(attributes, clear);
    let twice = with_odd_parity(&xor(&[ONE, "0101010101010101010101010101010F"]));
    let flipped = with_odd_parity(&xor(&[ONE, TWO]));
    let long = format!("{TWO}{}", &THREE[..16]);
    let sum = hex::encode(xor(&[ONE, TWO]));
    let zeros = with("D0ANc3N00", &sum);
    let (aes_one, aes_two) = (with("D0ANc1N00", ONE), with("D0ANc2N00", TWO));
    for (fields, error) in [
        (format!("0FFFS{one}{two}"), "03"),
        (format!("1FFFS{one}"), "03"),
        (format!("?FFFS{one}{two}"), "03"),
        (format!("2FFFS{one}"), "15"),
        (format!("2FFFS{one}{two}{}", component(3, THREE)), "15"),
        (format!("2FFFU{one}{two}"), "26"),
        (format!("2FFFR{one}{two}"), "26"),
        (format!("2FFF?{one}{two}"), "26"),
        (format!("2001S{one}{two}"), "28"),
        (format!("2FFFU{ZMK}{OTHER}%00"), "28"),
        (format!("2001U{ZMK}{OTHER}%00"), "10"),
        (format!("2000U{ZMK}{ZMK}%00"), "11"),
        (format!("2000S{ZMK}{OTHER}%00"), "26"),
        (format!("2000T{ZMK}{OTHER}%00"), "27"),
        (format!("2000U{ZMK}{OTHER}%00#0000"), "15"),
        (format!("2FFFS{one}{two}%07"), "13"),
        (format!("2FFFS{one}{two}%01"), "A4"),
        // What is no component, or the same one twice.
        (format!("2FFFS{one}{}", with("P0TB00E00", TWO)), "A9"),
        (format!("2FFFS{}{two}", with("P0TB01E00", ONE)), "A9"),
        (format!("2FFFS{one}{}", with("P0TBc0E00", TWO)), "A9"),
        (format!("2FFFS{one}{}", with("P0TBc1E00", TWO)), "A9"),
        (format!("2FFFS{one}{}", with("P0TBd2E00", TWO)), "A9"),
        (format!("2FFFS{one}{one}"), "A9"),
        (format!("2FFFS{one}{}", with("71TBc2E00", TWO)), "A6"),
        (format!("2FFFS{one}{}", with("P0ABc2E00", TWO)), "A7"),
        (format!("2FFFS{one}{}", with("P0TBc2E00", &long)), "A7"),
        (format!("2FFFS{one}{}", with("P0TDc2E00", TWO)), "A8"),
        (format!("2FFFS{one}{}", with("P0TBc2N00", TWO)), "AA"),
        (format!("2FFFS{one}{}", made(&engine, "P0T2Bc2E01TS0CABCDEFGH").0), "AB"),
        (format!("2FFFS{one}{two}#c100"), "A9"),
        (format!("2FFFS{one}{two}#0x00"), "A9"),
        (format!("2FFFS{one}{two}#00"), "AB"),
        // Equal but for parity; a weak part; equal parts; zeros.
        (format!("2FFFS{one}{}", component(2, ONE)), "11"),
        (format!("2FFFS{one}{}", component(2, "0022446688AACCEEFFDDBB9977553311")), "11"),
        (format!("2FFFS{one}{}", component(2, &twice)), "11"),
        (format!("3FFFS{one}{two}{}", component(3, &flipped)), "11"),
        (format!("2FFFS{one}{}", component(2, "1032547698BADCFEEFCDAB8967452301")), "75"),
        (format!("3FFFS{aes_one}{aes_two}{zeros}"), "11"),
        (format!("2FFFS{aes_one}{}", with("D0ANc2N00", ONE)), "11"),
    ] {
        assert_eq!(ask(&engine, format!("A4{fields}")), format!("A5{error}"), "{fields}");
    }
    for other in tampered(&two, 1..two.len()) {
        let answer = ask(&engine, format!("A42FFFS{one}{other}"));
        assert_ne!(&answer[..4], "A500", "{other}");
    }
}

#[test]
fn production_has_one_code_for_a_bad_component_and_wants_leave() {
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let engine = production(profile);
        engine.activities().revoke_all();
        let (one, two) = (component(1, ONE), component(2, TWO));
        let message = format!("A42FFFS{one}{two}%02");
        assert_eq!(ask(&engine, &message), "A517");
        authorise(&engine, &["component.72.host", "generate.*.host", "import.*.host"]);
        assert_eq!(ask(&engine, &message), "A517");
        authorise(&engine, &["component.P0.host"]);
        assert!(ask(&engine, &message).starts_with("A500S10096P0TB00E0002"));
        // The first may be what is authorised, the others have to be as it.
        for other in [
            sealed("72TBc2E00", TWO),
            sealed("P0TDc2E00", TWO),
            component(2, ONE),
            tampered(&two, 60..61).remove(0),
        ] {
            assert_eq!(ask(&engine, format!("A42FFFS{one}{other}%02")), "A5A4", "{other}");
        }
        let key = sealed("P0TB00E00", TWO);
        assert_eq!(ask(&engine, format!("A42FFFS{one}{key}%02")), "A5A9");
    }
}

#[test]
fn compact() {
    let engine = development();
    let components: Vec<_> =
        ["P0T2Bc1E00", "P0T2Bc2E00"].map(|attributes| field(&made(&engine, attributes).0)).into();
    let mut request = FormKey {
        key_type: KeyType::KEY_BLOCK,
        scheme: KeyScheme::Thales,
        components: Components(components.clone()),
        header: Some(FormedHeader { version: *b"03", optional_blocks: Vec::new() }),
    };
    let (error, reply) = call(&engine, None, &request);
    assert_eq!((error.as_str(), reply.unwrap().check_value.0.len()), ("00", 3));
    request.header = Some(FormedHeader { version: *b"c3", optional_blocks: Vec::new() });
    assert_eq!(call(&engine, None, &request).0, "A9");
    request.header = None;
    let five_times = [components.as_slice(); 5].concat();
    for components in [Vec::new(), components[..1].to_vec(), five_times] {
        request.components = Components(components);
        assert_eq!(call(&engine, None, &request).0, "03");
    }
}

/// A key block of the host dialect as a field.
fn field(text: &str) -> KeyField {
    let settings = Settings::default();
    Fields::new(text.as_bytes(), &settings).key(Bare::Single).unwrap()
}

#[test]
fn a_component_serves_as_nothing_else() {
    let part = component(1, ONE);
    let key = sealed("P0TB00E00", ONE);
    let message = |key: &str| format!("CC{key}{key}120123456789ABCDEF0101850103093936");
    assert_eq!(&ask(&development(), message(&key))[..4], "CD20");
    // The MAC, usage and mode are good; that it is a part of a key is what is wrong.
    assert_eq!(ask(&development(), message(&part)), "CDA6");
    assert_eq!(ask(&production(Profile::Acquirer), message(&part)), "CDA4");
}
