//! Components and shares: published check values first, then every refusal.
#![cfg(test)]

mod common;

use common::{AES_LMK, Repeatable, random};
use payhsm_keys::ceremony::components::{ComponentRefused, Forming};
use payhsm_keys::ceremony::shares::{Combining, SHARE, Share, ShareRefused, split};
use payhsm_keys::{KeyRefused, KeyRules, LmkSecret};
use payhsm_protocol::field::{CheckValue, Exportability, KeyAttributes, LmkId};
use payhsm_protocol::officer::Quorum;
use proptest::prelude::*;

const STRICT: &KeyRules = &KeyRules::PRODUCTION;

fn attributes(algorithm: &[u8; 2]) -> KeyAttributes {
    KeyAttributes {
        usage: *b"P0",
        algorithm: Some(*algorithm),
        mode_of_use: b'B',
        version: *b"00",
        exportability: Exportability::None,
        optional_blocks: Vec::new(),
    }
}

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

fn value(text: &str) -> CheckValue {
    CheckValue(bytes(text))
}

/// Enters components and keeps them; the last answer is the check value of the whole.
fn form(forming: &mut Forming, components: &[&str]) -> Result<CheckValue, ComponentRefused> {
    for component in components {
        forming.enter(&bytes(component))?;
        forming.keep()?;
    }
    forming.finish()
}

fn key(algorithm: &[u8; 2], components: &[&str]) -> Result<CheckValue, ComponentRefused> {
    let count = u8::try_from(components.len()).unwrap_or(u8::MAX);
    form(&mut Forming::key(&attributes(algorithm), count, STRICT)?, components)
}

#[test]
fn components_and_the_whole_have_the_published_check_values() {
    // The key B580830EE6617031795119FDC2DA0258 with KCV 00B11B, odd parity put right, from three components.
    let (one, two) = ("0123456789ABCDEFFEDCBA9876543210", "98519E45CBB9291F49EFAD4AFEFDDC79");
    let mut forming = Forming::key(&attributes(b"T2"), 3, STRICT).unwrap();
    assert_eq!(forming.enter(&bytes(one)).unwrap(), value("08D7B4"));
    forming.keep().unwrap();
    forming.enter(&bytes(two)).unwrap();
    forming.keep().unwrap();
    // The third is whatever makes the key of the other two.
    let whole = bytes("B580830EE6617031795119FDC2DA0258");
    let third: Vec<u8> =
        whole.iter().zip(bytes(one)).zip(bytes(two)).map(|((a, b), c)| a ^ b ^ c).collect();
    let third: Vec<u8> =
        third.iter().map(|byte| byte ^ u8::from(byte.count_ones().is_multiple_of(2))).collect();
    forming.enter(&third).unwrap();
    forming.keep().unwrap();
    assert_eq!(forming.finish().unwrap(), value("00B11B"));
    let key = forming.into_key().unwrap();
    assert_eq!((key.check_value().unwrap(), key.length()), (value("00B11B"), 16));

    // AES: CMAC over a block of zeros.
    let mut forming = Forming::key(&attributes(b"A1"), 2, STRICT).unwrap();
    let entered = forming.enter(&bytes("00112233445566778899AABBCCDDEEFF"));
    assert_eq!(entered.unwrap(), value("53E107"));
}

#[test]
fn an_lmk_of_three_components_is_the_published_one() {
    let (one, two) = ([0x11u8; 32].map(|byte| byte ^ 3), [0x2Eu8; 32]);
    let third: Vec<u8> =
        bytes(AES_LMK).iter().zip(one).zip(two).map(|((a, b), c)| a ^ b ^ c).collect();
    let mut forming = Forming::lmk(3).unwrap();
    for component in [&one[..], &two, &third] {
        let own = LmkSecret::copy_of(component);
        let entered = forming.enter(component).unwrap();
        // As NC answers it for an LMK.
        if let Ok(own) = own {
            assert_eq!(entered, own.check_value().unwrap());
        }
        forming.keep().unwrap();
    }
    assert_eq!(forming.finish().unwrap(), value("9D04A00000000000"));
    assert_eq!(forming.into_lmk().unwrap().check_value().unwrap(), value("9D04A00000000000"));
}

#[test]
fn what_is_wrong_with_components_is_said() {
    let good = "0123456789ABCDEFFEDCBA9876543210";
    let count = |least| Some(ComponentRefused::Count { least });
    assert_eq!(Forming::lmk(2).err(), count(3));
    assert_eq!(Forming::lmk(10).err(), count(3));
    assert_eq!(Forming::key(&attributes(b"T2"), 1, STRICT).err(), count(2));
    let single = Forming::key(&attributes(b"D1"), 2, STRICT).err();
    assert_eq!(single, Some(ComponentRefused::Key(KeyRefused::Length)));
    let odd = Forming::key(&attributes(b"X9"), 2, STRICT).err();
    assert_eq!(odd, Some(ComponentRefused::Key(KeyRefused::Algorithm)));

    let refused = |algorithm, components: &[&str]| key(algorithm, components).unwrap_err();
    let length = ComponentRefused::Length { expected: 24, found: 16 };
    assert_eq!(refused(b"T3", &[good, good]), length);
    let even = "0023456789ABCDEFFEDCBA9876543210";
    assert_eq!(refused(b"T2", &[even, good]), ComponentRefused::Parity);
    assert_eq!(refused(b"T2", &[&"01".repeat(16), good]), ComponentRefused::Zero);
    assert_eq!(refused(b"A1", &[&"00".repeat(16), good]), ComponentRefused::Zero);
    assert_eq!(refused(b"T2", &[good, good]), ComponentRefused::Repeated);
    assert_eq!(refused(b"A1", &[good, good]), ComponentRefused::Repeated);

    let mut forming = Forming::key(&attributes(b"A1"), 2, STRICT).unwrap();
    assert_eq!(forming.keep(), Err(ComponentRefused::None));
    assert_eq!(forming.drop_entered(), Err(ComponentRefused::None));
    forming.enter(&bytes(good)).unwrap();
    assert_eq!(forming.enter(&bytes(good)), Err(ComponentRefused::Undecided));
    assert_eq!(forming.finish(), Err(ComponentRefused::Undecided));
    // Mistyped, and entered again: that is no repetition.
    forming.drop_entered().unwrap();
    forming.enter(&bytes(good)).unwrap();
    forming.keep().unwrap();
    assert_eq!(forming.finish(), Err(ComponentRefused::Missing { have: 1, of: 2 }));
    forming.enter(&[7; 16]).unwrap();
    forming.keep().unwrap();
    assert_eq!(forming.enter(&[9; 16]), Err(ComponentRefused::Complete));
    assert_eq!(forming.into_lmk().err(), Some(ComponentRefused::Purpose));
}

#[test]
fn components_that_make_no_good_key_are_refused_in_every_parity() {
    // Halves of a weak and of a semi-weak key, each hidden under a mask and its complement in two components.
    for weak in [
        "0101010101010101",
        "FEFEFEFEFEFEFEFE",
        "1F1F1F1F0E0E0E0E",
        "01FE01FE01FE01FE",
        "E0FEE0FEF1FEF1FE",
    ] {
        let mask = bytes("0123456789ABCDEF1032547698BADCFE");
        let mut whole = bytes(weak);
        whole.extend(bytes("98519E45CBB9291F"));
        let other: Vec<u8> = whole.iter().zip(&mask).map(|(a, b)| a ^ b).collect();
        // Components have odd parity, so their sum has even parity: that of the weak key turned over.
        let other: Vec<u8> =
            other.iter().map(|byte| byte ^ u8::from(byte.count_ones().is_multiple_of(2))).collect();
        let refused = key(b"T2", &[&hex::encode(mask), &hex::encode(other)]);
        assert_eq!(refused, Err(ComponentRefused::Weak), "{weak}");
    }
    let half = "98519E45CBB9291F";
    let refused = key(b"T2", &["0123456789ABCDEF0123456789ABCDEF", &half.repeat(2)]);
    assert_eq!(refused, Err(ComponentRefused::EqualParts));
    // Three that cancel out.
    let (one, two) = ("00112233445566778899AABBCCDDEEFF", "0123456789ABCDEFFEDCBA9876543210");
    let third: Vec<u8> = bytes(one).iter().zip(bytes(two)).map(|(a, b)| a ^ b).collect();
    let refused = key(b"A1", &[one, two, &hex::encode(third)]);
    assert_eq!(refused, Err(ComponentRefused::Weak));
}

fn lmk() -> LmkSecret {
    LmkSecret::copy_of(&bytes(AES_LMK)).unwrap()
}

fn shares(needed: u8, of: u8, random: &mut Repeatable) -> Vec<Share> {
    split(&lmk(), LmkId(3), Quorum { needed, of }, random).unwrap()
}

fn combine<'a>(shares: impl IntoIterator<Item = &'a [u8]>) -> Result<CheckValue, ShareRefused> {
    let mut combining = Combining::new();
    for share in shares {
        combining.add(share)?;
    }
    combining.combine()?.check_value().map_err(|_| ShareRefused::Internal)
}

#[test]
fn shares_say_what_they_are_and_come_together() {
    let shares = shares(2, 3, &mut random());
    assert_eq!(shares.iter().map(Share::index).collect::<Vec<_>>(), [1, 2, 3]);
    let first = shares[0].bytes();
    assert_eq!(
        (first.len(), &first[..2], &first[10..15]),
        (SHARE, &[1, 3][..], &[1, 2, 0x9D, 0x04, 0xA0][..])
    );
    let mut combining = Combining::new();
    assert_eq!((combining.have(), combining.needed(), combining.lmk()), (0, None, None));
    assert_eq!(combining.combine().unwrap_err(), ShareRefused::TooFew { have: 0, needed: 2 });
    assert_eq!(combining.add(shares[2].bytes()), Ok((1, 2)));
    assert_eq!(combining.combine().unwrap_err(), ShareRefused::TooFew { have: 1, needed: 2 });
    assert_eq!(combining.add(first), Ok((2, 2)));
    assert_eq!((combining.needed(), combining.lmk()), (Some(2), Some(LmkId(3))));
    assert_eq!(combining.combine().unwrap().check_value(), lmk().check_value());
    // One more than needed does no harm.
    assert_eq!(combining.add(shares[1].bytes()), Ok((3, 2)));
    assert!(combining.combine().is_ok());
    assert_eq!(format!("{shares:?} {combining:?}").matches("9B71").count(), 0);
}

#[test]
fn shares_that_do_not_go_together_are_refused_and_the_others_stay() {
    let random = &mut random();
    let (one, other) = (shares(2, 3, random), shares(2, 3, random));
    let mut combining = Combining::new();
    combining.add(one[0].bytes()).unwrap();
    assert_eq!(combining.add(one[0].bytes()), Err(ShareRefused::SameShare(1)));
    assert_eq!(combining.add(other[1].bytes()), Err(ShareRefused::OtherSet));
    let of_other = split(&lmk(), LmkId(4), Quorum { needed: 2, of: 2 }, random).unwrap();
    let expected = ShareRefused::OtherLmk { found: LmkId(4), expected: LmkId(3) };
    assert_eq!(combining.add(of_other[0].bytes()), Err(expected));
    assert_eq!(combining.add(&one[1].bytes()[..SHARE - 1]), Err(ShareRefused::Damaged));
    assert_eq!(combining.add(b""), Err(ShareRefused::Damaged));
    for bit in 0..8 * SHARE {
        let mut changed = one[1].bytes().to_vec();
        changed[bit / 8] ^= 1 << (bit % 8);
        let expected =
            if bit < 8 { ShareRefused::Version(changed[0]) } else { ShareRefused::Damaged };
        assert_eq!(combining.add(&changed), Err(expected), "bit {bit}");
    }
    combining.add(one[1].bytes()).unwrap();
    assert!(combining.combine().is_ok());
}

#[test]
fn a_share_made_up_with_a_good_check_gives_no_lmk() {
    let shares = shares(2, 3, &mut random());
    let mut forged = shares[0].bytes().to_vec();
    forged[20] ^= 1;
    let digest = ring::digest::digest(&ring::digest::SHA256, &forged[..47]);
    forged[47..].copy_from_slice(&digest.as_ref()[..8]);
    let refused = combine([forged.as_slice(), shares[1].bytes()]);
    assert_eq!(refused, Err(ShareRefused::CheckValue));
}

#[test]
fn quorums_are_two_to_nine() {
    for (needed, of) in [(1, 3), (0, 0), (4, 3), (2, 10), (10, 10)] {
        let refused = split(&lmk(), LmkId(0), Quorum { needed, of }, &mut random());
        assert_eq!(refused.err(), Some(ShareRefused::Quorum), "{needed} of {of}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_of_them_in_any_order(
        needed in 2..=9u8,
        more in 0..=7u8,
        order in Just((0..9usize).collect::<Vec<_>>()).prop_shuffle(),
        seed in 1..u64::MAX,
    ) {
        let of = (needed + more).min(9);
        let shares = shares(needed, of, &mut Repeatable(seed));
        let order: Vec<_> = order.into_iter().filter(|place| *place < usize::from(of)).collect();
        let some = order.iter().take(needed.into()).map(|place| shares[*place].bytes());
        prop_assert_eq!(combine(some), Ok(value("9D04A00000000000")));
        let fewer = order.iter().skip(1).take(usize::from(needed) - 1).map(|place| shares[*place].bytes());
        prop_assert_eq!(combine(fewer), Err(ShareRefused::TooFew { have: needed - 1, needed }));
    }
}
