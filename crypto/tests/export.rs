//! Exported values against those of an independent reference, and everything that is none.

#![cfg(test)]

use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::export::{
    Chaining, LONGEST_VALUE, Layout, NotAValue, Profile, RANDOM, ValueError, pan,
};
use std::collections::HashSet;

const PAN: &[u8] = b"4111111111111111";
const PAN_19: &[u8] = b"4000000000000000006";
const CHAININGS: [Chaining; 3] = [Chaining::Ecb, Chaining::CbcZeroIv, Chaining::CbcRandomIv];

/// A double-length TDES key with check value 2DAF03.
fn tdes() -> BlockKey {
    BlockKey::tdes(&hex::decode("C1D0F8FB4958670DBA40AB1F3752EF0D").unwrap()).unwrap()
}

fn aes_bytes() -> [u8; 32] {
    std::array::from_fn(|at| u8::try_from(at).unwrap())
}

fn aes() -> BlockKey {
    BlockKey::aes(&aes_bytes()).unwrap()
}

/// 10, 11, … 4F.
fn random() -> [u8; RANDOM] {
    std::array::from_fn(|at| u8::try_from(at + 0x10).unwrap())
}

fn made(key: &BlockKey, layout: Layout, chaining: Chaining, digits: &[u8]) -> String {
    let profile = Profile { layout, chaining };
    hex::encode_upper(profile.seal(key, digits, Some(PAN), &random()).unwrap())
}

fn opened(
    key: &BlockKey,
    profile: Profile,
    sealed: &[u8],
    pan: &[u8],
    length: usize,
) -> Result<Vec<u8>, NotAValue> {
    let mut to = vec![b'?'; length];
    let result = profile.open(key, sealed, Some(pan), &mut to);
    assert!(result.is_ok() || to.iter().all(|byte| *byte == b'?'), "changed and refused");
    result.map(|()| to)
}

#[test]
fn values_that_others_compute_too() {
    use Chaining::{CbcRandomIv, CbcZeroIv, Ecb};
    use Layout::{E1, E2, E3, E4, E5, E6, E7};
    let (tdes, aes) = (&tdes(), &aes());
    for (key, layout, chaining, digits, expected) in [
        (tdes, E1, Ecb, &b"123"[..], "EAC3ECDF448F11E9"),
        (tdes, E2, Ecb, b"123", "8C479647C1B59EC8"),
        (tdes, E3, Ecb, b"123", "031140C297ABE51E"),
        (tdes, E4, Ecb, b"123", "D65F1745E359C47D"),
        (tdes, E5, Ecb, b"123", "9CC51D1150F69B32"),
        (tdes, E5, CbcZeroIv, b"123", "9CC51D1150F69B32"),
        (tdes, E7, Ecb, b"123", "4953EA69D73624E1"),
        (tdes, E6, Ecb, b"123", "00D8AE858E5D1E31"),
        (tdes, E6, CbcRandomIv, b"123", "48494A4B4C4D4E4FB56DBE031FB8890A"),
        (tdes, E6, CbcZeroIv, PAN_19, "068077BA71EE3D172EC1B86E80370F2C"),
        (tdes, E1, CbcZeroIv, PAN, "246CE232B38AFEEB"),
        (tdes, E3, Ecb, PAN, "6559A9AA6632E6E31A46E819BCEF6FE0"),
        (tdes, E3, CbcZeroIv, PAN, "6559A9AA6632E6E315244D5096C10F29"),
        (tdes, E4, CbcZeroIv, PAN_19, "FE57FF58E002342920304ABC8F945AEF4F657AF6367FF489"),
        (tdes, E7, CbcZeroIv, PAN_19, "5871EF973D5C3EF36500307299D493AF"),
        (
            aes,
            E6,
            CbcRandomIv,
            b"123",
            "404142434445464748494A4B4C4D4E4FF97A4EAB4972230AB95CC04ED98CA8BE",
        ),
        (aes, E5, Ecb, b"123", "DC4CF6896B0554A03805E1A793ABF7AE"),
    ] {
        assert_eq!(made(key, layout, chaining, digits), expected, "{layout:?} {chaining:?}");
        let sealed = hex::decode(expected).unwrap();
        let profile = Profile { layout, chaining };
        assert_eq!(opened(key, profile, &sealed, PAN, digits.len()).as_deref(), Ok(digits));
        for place in 0..digits.len() {
            let mut other = digits.to_vec();
            other[place] = b'0' + (other[place] - b'0' + 1) % 10;
            assert_ne!(made(key, layout, chaining, &other), expected);
        }
    }
}

#[test]
fn there_and_back_for_every_layout_and_length() {
    for key in [tdes(), aes()] {
        for (layout, chaining) in
            Layout::ALL.into_iter().flat_map(|layout| CHAININGS.map(|chaining| (layout, chaining)))
        {
            let profile = Profile { layout, chaining };
            for length in 1..=LONGEST_VALUE {
                for digits in [vec![b'0'; length], vec![b'9'; length]] {
                    let sealed = profile.seal(&key, &digits, Some(PAN), &random()).unwrap();
                    assert!(sealed.len().is_multiple_of(key.block_len()));
                    let read = opened(&key, profile, &sealed, PAN, length);
                    assert_eq!(read.as_deref(), Ok(digits.as_slice()), "{profile:?} {length}");
                    let one_less = opened(&key, profile, &sealed, PAN, length - 1);
                    let one_more = opened(&key, profile, &sealed, PAN, length + 1);
                    // Zeros in front of a value cannot be told from zeros of it; nothing else is left open.
                    let right = matches!(layout, Layout::E2 | Layout::E4);
                    if !right {
                        assert_eq!((one_less, one_more), (Err(NotAValue), Err(NotAValue)));
                    } else if digits[0] != b'0' {
                        assert_eq!(one_less, Err(NotAValue));
                    }
                }
            }
        }
    }
}

/// Ciphertexts of every text that differs in a nibble from a good one: what is not of the layout is refused.
#[test]
fn whatever_is_not_of_the_layout_is_refused() {
    let key = tdes();
    for layout in Layout::ALL {
        let profile = Profile { layout, chaining: Chaining::Ecb };
        let mut text = profile.seal(&key, b"123", Some(PAN), &random()).unwrap();
        key.ecb_decrypt(&mut text).unwrap();
        let mut accepted = HashSet::new();
        for place in 0..16 {
            for value in 1..16u8 {
                let mut other = text.clone();
                other[place / 2] ^= value << (4 * (1 - place % 2));
                key.ecb_encrypt(&mut other).unwrap();
                let read = opened(&key, profile, &other, PAN, 3);
                if layout == Layout::E6 && place >= 5 {
                    assert_eq!(read.as_deref(), Ok(&b"123"[..]), "the fill is random");
                } else if let Ok(digits) = read {
                    assert_ne!(digits, b"123", "{layout:?}, nibble {place}");
                    assert!(accepted.insert(digits), "{layout:?}, nibble {place}");
                }
            }
        }
        // Three digits of nine others each.
        assert_eq!(accepted.len(), 27, "{layout:?}");
    }
}

/// E6 takes whatever fill there is.
#[test]
fn the_fill_is_random_and_makes_every_ciphertext_another() {
    let profile = Profile { layout: Layout::E6, chaining: Chaining::Ecb };
    let sealed = |byte| profile.seal(&tdes(), b"123", None, &[byte; RANDOM]).unwrap();
    let all: HashSet<_> = (0..=255).map(sealed).collect();
    assert_eq!(all.len(), 256);
    for sealed in all {
        assert_eq!(opened(&tdes(), profile, &sealed, PAN, 3).as_deref(), Ok(&b"123"[..]));
    }
}

/// What the table of the module says of the others.
#[test]
fn a_thousand_ciphertexts_are_all_that_there_are() {
    for layout in Layout::ALL {
        let codes = (0..1_000).map(|code| format!("{code:03}"));
        let all: HashSet<_> =
            codes.map(|code| made(&tdes(), layout, Chaining::CbcZeroIv, code.as_bytes())).collect();
        assert_eq!(all.len(), 1_000);
        let again = Profile { layout, chaining: Chaining::CbcZeroIv };
        let other = again.seal(&tdes(), b"123", Some(PAN_19), &[0xEE; RANDOM]).unwrap();
        assert_eq!(all.contains(&hex::encode_upper(other)), layout.is_legacy());
    }
}

#[test]
fn a_value_bound_to_a_card_is_none_of_another() {
    let profile = Profile { layout: Layout::E7, chaining: Chaining::CbcRandomIv };
    let sealed = profile.seal(&tdes(), b"123", Some(PAN), &random()).unwrap();
    assert_eq!(opened(&tdes(), profile, &sealed, PAN, 3).as_deref(), Ok(&b"123"[..]));
    for place in 3..15 {
        let mut other = PAN.to_vec();
        other[place] ^= 1;
        assert_eq!(opened(&tdes(), profile, &sealed, &other, 3), Err(NotAValue));
    }
    for pan in [None, Some(&b"411111111111"[..]), Some(b"41111111111111112222")] {
        assert_eq!(profile.seal(&tdes(), b"123", pan, &random()), Err(ValueError));
        assert_eq!(profile.open(&tdes(), &sealed, pan, &mut [0; 3]), Err(NotAValue));
    }
}

#[test]
fn what_cannot_be_exported_or_read() {
    for layout in Layout::ALL {
        for chaining in CHAININGS {
            let profile = Profile { layout, chaining };
            for bad in [&b""[..], b"12A", b"12 ", &[b'1'; LONGEST_VALUE + 1]] {
                assert_eq!(profile.seal(&tdes(), bad, Some(PAN), &random()), Err(ValueError));
            }
            let sealed = profile.seal(&tdes(), b"123", Some(PAN), &random()).unwrap();
            for length in (0..40).filter(|length| *length != sealed.len()) {
                let other = vec![0; length];
                assert_eq!(opened(&tdes(), profile, &other, PAN, 3), Err(NotAValue));
            }
            assert_eq!(opened(&aes(), profile, &sealed, PAN, 3), Err(NotAValue));
        }
        assert_eq!(Layout::from_name(layout.name()), Some(layout));
    }
    for name in ["", "E0", "E8", "e1", "E1 "] {
        assert_eq!(Layout::from_name(name), None);
    }
}

const IV: [u8; pan::IV] = [0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7];

fn open_pan(key: &BlockKey, sealed: &[u8]) -> Result<Vec<u8>, NotAValue> {
    let mut digits = [b'?'; 19];
    let opened = pan::open(key, sealed, &mut digits);
    assert!(opened.is_ok() || digits == [b'?'; 19], "changed and refused");
    opened.map(|length| digits[..length].to_vec())
}

#[test]
fn card_numbers_under_a_key() {
    for (key, iv, expected) in [
        (tdes(), None, "246CE232B38AFEEB0EDFD0A7EEFD3865"),
        (tdes(), Some(&IV), "A0A1A2A3A4A5A6A7F29575CDCC41573DF1995B92183112B4"),
        (aes(), None, "A28A55330FF32841C8EE1F9634B4259A"),
        (aes(), Some(&IV), "A0A1A2A3A4A5A6A7D235C46202E6E7AAE9169C5F64DFFB62"),
    ] {
        assert_eq!(hex::encode_upper(pan::seal(&key, PAN, iv).unwrap()), expected);
        let sealed = hex::decode(expected).unwrap();
        assert_eq!(open_pan(&key, &sealed).as_deref(), Ok(PAN));
        for bit in 0..8 * sealed.len() {
            let mut other = sealed.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(open_pan(&key, &other).as_deref(), Ok(PAN), "bit {bit}");
        }
        for length in (0..60).filter(|length| *length != 16 && *length != 24) {
            assert_eq!(open_pan(&key, &vec![0x5A; length]), Err(NotAValue));
        }
    }
}

#[test]
fn card_numbers_of_every_length_and_none_that_is_wrong() {
    let key = tdes();
    for length in 12..=20 {
        let mut digits = vec![b'4'; length - 1];
        digits.push(payhsm_crypto::card::check_digit(&digits));
        let sealed = pan::seal(&key, &digits, Some(&IV));
        if (13..=19).contains(&length) {
            assert_eq!(open_pan(&key, &sealed.unwrap()), Ok(digits.clone()));
            digits[3] = b'5';
        }
        assert_eq!(pan::seal(&key, &digits, None), Err(ValueError));
    }
    assert_eq!(pan::seal(&key, b"411111111111111A", None), Err(ValueError));
    // Texts that a holder of the key can make and that are no numbers: letters, too few, digits behind the fill, a wrong digit.
    for bad in [
        "4111111111111111FFFFFFFFFFFFFFF1",
        "4111111111111111FFFFFFFFFFFFFFFE",
        "41111111111111A1FFFFFFFFFFFFFFFF",
        "4111111111111112FFFFFFFFFFFFFFFF",
        "411111111111F1111FFFFFFFFFFFFFFF",
        "F4111111111111111FFFFFFFFFFFFFFF",
        "411111111116FFFFFFFFFFFFFFFFFFFF",
        "40000000000000000006FFFFFFFFFFFF",
        "00000000000000000000000000000000",
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
    ] {
        let mut text = hex::decode(bad).unwrap();
        key.cbc_encrypt(&mut [0; 8], &mut text).unwrap();
        assert_eq!(open_pan(&key, &text), Err(NotAValue), "{bad}");
    }
}
