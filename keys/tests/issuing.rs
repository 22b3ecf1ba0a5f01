//! What an issuer's keys do, by the values of an independent reference.

#![cfg(test)]

mod common;

use common::*;
use payhsm_keys::usage::*;
use payhsm_keys::{
    CardKeyOption, CardOf, CardRange, ExportChaining, ExportProfile, ExportRefused, FpeError, Key,
    Layout, OperationRefused, PanForm, RangeError, RsaPublicKey, TokenError, TokenScheme, Value,
    dynamic_n, export_jwe,
};
use payhsm_protocol::field::{Expiry, Pan, ServiceCode};

const PAN: &str = "4111111111111111";

fn vectors(name: &str) -> Vec<serde_json::Value> {
    let path = format!("{}/tests/vectors/issuing.json", env!("CARGO_MANIFEST_DIR"));
    let all: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let listed = all[name].as_array().unwrap().clone();
    assert!(!listed.is_empty());
    listed
}

fn pan(digits: &str) -> Pan {
    Pan(digits.as_bytes().to_vec())
}

fn array<const N: usize>(text: &str) -> [u8; N] {
    text.as_bytes().try_into().unwrap()
}

/// A known key with a usage, in mode N.
fn key<U: Usage>(usage: &[u8; 2], algorithm: u8, key: &str) -> Key<U> {
    known_key(Says(*usage, algorithm, b'N', b'E'), key)
}

#[test]
fn tokens_there_and_back() {
    for (list, text) in [("pan_token_alnum", "PT-A"), ("pan_token_num9", "PT-9")] {
        for vector in vectors(list) {
            let scheme = match (text, vector["keep_left"].as_u64()) {
                ("PT-A", Some(6)) => TokenScheme::PtA6,
                ("PT-A", Some(8)) => TokenScheme::PtA8,
                ("PT-9", None) => TokenScheme::Pt9,
                other => panic!("{other:?}"),
            };
            let domain = u16::try_from(vector["domain"].as_u64().unwrap()).unwrap();
            let key: Key<TokenKey> = key(b"92", b'A', common::text(&vector, "key"));
            let (number, token) = (common::text(&vector, "pan"), common::text(&vector, "token"));
            assert_eq!(key.token(scheme, domain, &pan(number)).unwrap(), token.as_bytes());
            assert_eq!(key.card_number(scheme, domain, token.as_bytes()), Ok(pan(number)));
            // Another domain has others.
            assert_ne!(key.token(scheme, domain + 1, &pan(number)).unwrap(), token.as_bytes());
            assert_ne!(key.card_number(scheme, domain + 1, token.as_bytes()), Ok(pan(number)));
        }
    }
    let key: Key<TokenKey> = key(b"92", b'A', AES_KEY);
    let refused = |scheme, number: &str| key.token(scheme, 1, &pan(number)).unwrap_err();
    assert_eq!(refused(TokenScheme::PtA6, "4111111111111112"), TokenError::Number);
    assert_eq!(refused(TokenScheme::PtA8, "30569309025904"), TokenError::Scheme);
    let malformed = key.card_number(TokenScheme::Pt9, 1, b"8426967072581111");
    assert_eq!(malformed, Err(TokenError::Malformed));
    let invalid = key.card_number(TokenScheme::PtA6, 1, b"411111ZZZZZZ1111");
    assert_eq!(invalid, Err(TokenError::Invalid));
}

#[test]
fn card_numbers_and_their_fingerprints() {
    for vector in vectors("pan_issue") {
        let key: Key<IssueKey> = key(b"93", b'A', text(&vector, "key"));
        let length = usize::try_from(vector["len"].as_u64().unwrap()).unwrap();
        let range = CardRange::new(text(&vector, "bin").as_bytes(), length).unwrap();
        let counter = vector["counter"].as_u64().unwrap();
        assert_eq!(key.card_number(&range, counter), Ok(pan(text(&vector, "pan"))));
        assert_ne!(key.card_number(&range, counter + 1), Ok(pan(text(&vector, "pan"))));
        assert_eq!(key.card_number(&range, range.capacity()), Err(RangeError::Exhausted));
    }
    // HMAC-SHA-256 of the digits, by another implementation.
    let key: Key<FingerprintKey> = key(b"94", b'A', &hex::encode((0..32).collect::<Vec<u8>>()));
    let fingerprint = |number| hex::encode(key.fingerprint(&pan(number)));
    assert_eq!(
        fingerprint(PAN),
        "0622241201382a45912fb22828b3f7db5153cf2072722a73ded22623ea79abc9"
    );
    assert_ne!(fingerprint("4111111111111112"), fingerprint(PAN));
}

#[test]
fn card_verification_values_of_every_kind() {
    let digits = |code: payhsm_keys::CardCode| String::from_utf8(code.digits().to_vec()).unwrap();
    for vector in vectors("cvv") {
        let key: Key<Cvk> = key(b"C0", b'T', text(&vector, "cvk"));
        let number = pan(text(&vector, "pan"));
        let expiry = Expiry(array(text(&vector, "expiry_yymm")));
        let service_code = ServiceCode(array(text(&vector, "service_code")));
        let code = |length| key.cvv_of(&number, expiry, service_code, length);
        assert_eq!(digits(code(3).unwrap()), text(&vector, "digits3"));
        assert_eq!(digits(code(5).unwrap()), text(&vector, "digits5"));
        assert!(code(4).unwrap().is(&text(&vector, "digits5").as_bytes()[..4]));
        for wrong in [2, 6] {
            assert_eq!(code(wrong).unwrap_err(), OperationRefused::Input);
        }
    }
    for vector in vectors("dcvv2_cvv7") {
        let key: Key<Dcvk> = key(b"90", b'T', text(&vector, "dcvk"));
        let n = u32::try_from(vector["n"].as_u64().unwrap()).unwrap();
        let code = |length| key.dynamic_cvv2(&pan(text(&vector, "pan")), n, length);
        assert_eq!(digits(code(3).unwrap()), text(&vector, "digits3"));
        assert_eq!(digits(code(4).unwrap()), text(&vector, "digits4"));
        assert_eq!(code(5).unwrap_err(), OperationRefused::Input);
    }
    for vector in vectors("dcvv2_hmac") {
        let key: Key<DcvkHmac> = key(b"91", b'A', text(&vector, "key"));
        let (number, expiry) =
            (pan(text(&vector, "pan")), Expiry(array(text(&vector, "expiry_yymm"))));
        let counter = vector["counter"].as_u64().unwrap();
        let code = |counter| {
            key.dynamic_cvv2(&number, expiry, array(text(&vector, "psn")), counter, 4).unwrap()
        };
        assert!(code(counter).is(text(&vector, "digits4").as_bytes()));
        assert!(!code(counter + 1).is(text(&vector, "digits4").as_bytes()));
    }
    assert_eq!(dynamic_n(1_767_225_600, 60), Some(3_156_480));
}

#[test]
fn values_of_contactless_cards() {
    let option = |vector: &serde_json::Value| match text(vector, "option") {
        "A" => CardKeyOption::A,
        _ => CardKeyOption::B,
    };
    for vector in vectors("visa_contactless_dcvv") {
        // The published master key has equal halves but for parity; only rules for tests take it.
        let key: Key<MkAc> = key(b"E0", b'T', text(&vector, "imk"));
        let number = pan(text(&vector, "pan"));
        let card = CardOf { option: option(&vector), pan: &number, sequence: *b"00" };
        let expiry = Expiry(array(text(&vector, "expiry")));
        let service_code = ServiceCode(array(text(&vector, "service_code")));
        let counter: [u8; 2] = unhex(text(&vector, "atc")).try_into().unwrap();
        let code = |counter| key.dcvv(&card, expiry, service_code, counter).unwrap();
        assert!(code(counter).is(text(&vector, "dcvv").as_bytes()), "{vector}");
        let same = (0..100).filter(|n| code([0, *n]).is(text(&vector, "dcvv").as_bytes())).count();
        assert!(same < 5);
    }
    let with_track = vectors("mastercard_cvc3").into_iter();
    for vector in with_track.filter(|vector| vector.get("track2").is_some()) {
        let key: Key<MkCvc3> = key(b"E6", b'T', text(&vector, "imk"));
        let number = pan(text(&vector, "pan"));
        let sequence = array(text(&vector, "psn"));
        let card = CardOf { option: option(&vector), pan: &number, sequence };
        let track = unhex(text(&vector, "track2"));
        let unpredictable: [u8; 4] = unhex(text(&vector, "un")).try_into().unwrap();
        let counter: [u8; 2] = unhex(text(&vector, "atc")).try_into().unwrap();
        let code = |track: &[u8]| key.cvc3(&card, track, unpredictable, counter, 5).unwrap();
        assert!(code(&track).is(text(&vector, "cvc3_5").as_bytes()));
        assert!(!code(&track[1..]).is(text(&vector, "cvc3_5").as_bytes()));
        let refused = key.cvc3(&card, &track, unpredictable, counter, 6);
        assert_eq!(refused.unwrap_err(), OperationRefused::Input);
    }
}

const ZEK: &str = "C1D0F8FB4958670DBA40AB1F3752EF0D";

#[test]
fn values_for_a_zone() {
    let key: Key<Zek> = key(b"D0", b'T', ZEK);
    let profile = ExportProfile { layout: Layout::E1, chaining: ExportChaining::Ecb };
    let sealed = key.export_value(profile, b"123", None, &mut random()).unwrap();
    assert_eq!(hex::encode_upper(&sealed), "EAC3ECDF448F11E9");
    let mut digits = [0; 3];
    key.read_value(profile, &sealed, None, &mut digits).unwrap();
    assert_eq!(&digits, b"123");
    for layout in Layout::ALL {
        let profile = ExportProfile { layout, chaining: ExportChaining::CbcRandomIv };
        let random = &mut random();
        let number = pan(PAN);
        let first = key.export_value(profile, b"829", Some(&number), random).unwrap();
        let second = key.export_value(profile, b"829", Some(&number), random).unwrap();
        assert_ne!(first, second, "the IV is drawn");
        for sealed in [first, second] {
            let mut digits = [0; 3];
            key.read_value(profile, &sealed, Some(&number), &mut digits).unwrap();
            assert_eq!(&digits, b"829");
            let other = known_key::<Zek>(Says(*b"22", b'T', b'B', b'E'), TDES_KEY);
            let refused = other.read_value(profile, &sealed, Some(&number), &mut digits);
            assert_eq!(refused, Err(ExportRefused::Decryption));
        }
    }
    let refused = key.export_value(profile, b"12A", None, &mut random());
    assert_eq!(refused, Err(ExportRefused::Value));
}

#[test]
fn card_numbers_for_a_zone() {
    let key: Key<Zek> = key(b"D0", b'T', ZEK);
    let number = pan(PAN);
    let short = key.export_pan(PanForm::Short, &number, &mut random()).unwrap();
    assert_eq!(hex::encode_upper(&short), "246CE232B38AFEEB0EDFD0A7EEFD3865");
    let random = &mut random();
    let first = key.export_pan(PanForm::WithIv, &number, random).unwrap();
    let second = key.export_pan(PanForm::WithIv, &number, random).unwrap();
    assert_ne!(first, second);
    assert_eq!((short.len(), first.len()), (16, 24));
    for sealed in [short, first, second] {
        assert_eq!(key.read_pan(&sealed), Ok(pan(PAN)));
        let mut other = sealed.clone();
        other[0] ^= 1;
        assert_ne!(key.read_pan(&other), Ok(pan(PAN)));
        assert_eq!(key.read_pan(&sealed[1..]), Err(ExportRefused::Decryption));
    }
    let refused = key.export_pan(PanForm::Short, &pan("4111111111111112"), random);
    assert_eq!(refused, Err(ExportRefused::Value));
}

#[test]
fn values_in_gcm_and_as_tokens() {
    let key: Key<Zek> = key(b"D0", b'A', AES_KEY);
    let (random, to) = (&mut random(), &mut Value::new([0; 512]));
    let first = key.export_gcm(b"CVV2", b"829", random).unwrap();
    assert_ne!(key.export_gcm(b"CVV2", b"829", random).unwrap(), first);
    let length = key.read_gcm(b"CVV2", &first, to).unwrap();
    assert_eq!((&to[..length], first.len()), (&b"829"[..], 12 + 3 + 16));
    assert_eq!(key.read_gcm(b"CVV", &first, to), Err(ExportRefused::Decryption));
    // Two-key TDES has as many bytes as AES-128, which is not enough either.
    for other in [self::key::<Zek>(b"D0", b'T', ZEK), self::key(b"D0", b'A', ZEK)] {
        assert_eq!(other.export_gcm(b"CVV2", b"829", random), Err(ExportRefused::Key));
        assert_eq!(other.read_gcm(b"CVV2", &first, to), Err(ExportRefused::Key));
    }
    let path = format!("{}/../crypto/tests/vectors/jwe.json", env!("CARGO_MANIFEST_DIR"));
    let all: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let recipient = RsaPublicKey::from_pem(text(&all["tokens"][0], "pem")).unwrap();
    let token = |random: &mut Repeatable| export_jwe(&recipient, "kid-1", b"829", random).unwrap();
    let (first, second) = (token(random), token(random));
    // Header, key, nonce, value, tag: all but the header are drawn or follow from what is.
    let parts = |token: &str| token.split('.').map(str::to_owned).collect::<Vec<_>>();
    let (first, second) = (parts(&first), parts(&second));
    assert_eq!((first.len(), &first[0]), (5, &second[0]));
    assert!((1..5).all(|part| first[part] != second[part]));
    assert_eq!(export_jwe(&recipient, "", b"829", random), Err(ExportRefused::Value));
}

#[test]
fn tracks_for_the_bureau() {
    let (track, chaining) = (b"4111111111111111=29121010000000000000", ExportChaining::CbcZeroIv);
    let etk: Key<Etk> = key(b"95", b'T', ZEK);
    let sealed = etk.encrypt_track(chaining, track, 40, &mut random()).unwrap();
    // The same bytes under a key that can also decrypt.
    let zek: Key<Zek> = key(b"D0", b'T', ZEK);
    let mut clear = sealed;
    zek.decrypt(payhsm_keys::DataMode::Cbc, &mut [0; 8], &mut clear).unwrap();
    assert_eq!(clear, [&track[..], b"   "].concat());
    let with_iv = etk.encrypt_track(ExportChaining::CbcRandomIv, track, 40, &mut random()).unwrap();
    let (iv, blocks) = with_iv.split_at(8);
    let mut clear = blocks.to_vec();
    zek.decrypt(payhsm_keys::DataMode::Cbc, &mut iv.to_vec(), &mut clear).unwrap();
    assert_eq!(clear, [&track[..], b"   "].concat());
    let ecb = etk.encrypt_track(ExportChaining::Ecb, track, 80, &mut random()).unwrap();
    assert_eq!(ecb.len(), 80);
    let refused = |track: &[u8], length| {
        etk.encrypt_track(chaining, track, length, &mut random()).unwrap_err()
    };
    assert_eq!(refused(track, 32), OperationRefused::DataLength);
    assert_eq!(refused(track, 41), OperationRefused::DataLength);
    assert_eq!(refused(track, 520), OperationRefused::DataLength);
    assert_eq!(refused(b"", 40), OperationRefused::Input);
    assert_eq!(refused(b"4111\n", 40), OperationRefused::Input);
}

#[test]
fn other_fields_by_ff1() {
    for vector in vectors("ff1") {
        let key: Key<Ff1Key> = key(b"96", b'A', text(&vector, "key"));
        let radix = u8::try_from(vector["radix"].as_u64().unwrap()).unwrap();
        let tweak = unhex(text(&vector, "tweak"));
        let (clear, secret) =
            (text(&vector, "pt").to_uppercase(), text(&vector, "ct").to_uppercase());
        let mut made = clear.as_bytes().to_vec();
        key.encrypt_text(radix, &tweak, &mut made).unwrap();
        assert_eq!(made, secret.as_bytes());
        key.decrypt_text(radix, &tweak, &mut made).unwrap();
        assert_eq!(made, clear.as_bytes());
        key.decrypt_text(radix, b"another", &mut made).unwrap();
        assert_ne!(made, clear.as_bytes());
        assert_eq!(key.encrypt_text(radix, b"", &mut [b'0'; 3]), Err(FpeError::TooShort));
        assert_eq!(key.encrypt_text(radix, b"", &mut [b'*'; 8]), Err(FpeError::Text));
    }
}
