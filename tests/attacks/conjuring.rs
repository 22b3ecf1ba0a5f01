//! Row 7. Keys out of nothing: random and changed key blocks, until one is taken (Bond, "Attacks on cryptoprocessor transaction
//! sets", 2001).

use crate::bank::{Hsm, Inside, KEYS, alone, customers, error, named};
use crate::support::keys::sealed;
use crate::support::random::{Chance, long_tests};
use crate::support::{ask_on, host_settings, test_inventory};
use crate::timing::{DIFFERENT, MESSAGES, welch};
use payhsm::Engine;
use payhsm::lifecycle::{Lifecycle, State};
use payhsm::record::LogOnly;
use payhsm::settings::{Profile, Settings};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A block as an attacker makes it up: a header that is in order, and a body by chance.
fn invented(chance: &mut Chance) -> String {
    let header = chance.pick(&[
        "10096P0TB00E0002",
        "10096P0TN00N0000",
        "10096K0TB00S0002",
        "10096D0TB00E0002",
    ]);
    format!("S{header}{}", hex::encode_upper(chance.bytes(40)))
}

/// A good block with one to four bits of its body, or one character of its header, changed.
fn changed(chance: &mut Chance, good: &str) -> String {
    let mut text = good.as_bytes().to_vec();
    if chance.below(8) == 0 {
        // Usage, algorithm, mode of use, version, exportability, LMK.
        let (at, to) = *chance.pick(&[
            (6, b'D'),
            (6, b'K'),
            (7, b'1'),
            (8, b'D'),
            (9, b'N'),
            (9, b'D'),
            (11, b'1'),
            (12, b'S'),
            (12, b'N'),
            (16, b'3'),
        ]);
        text[at] = to;
        return String::from_utf8(text).unwrap();
    }
    let mut body = hex::decode(&text[17..]).unwrap();
    for _ in 0..=chance.below(4) {
        let at = chance.below(body.len());
        body[at] ^= 1 << chance.below(8);
    }
    let header = std::str::from_utf8(&text[..17]).unwrap();
    let changed = format!("{header}{}", hex::encode_upper(body));
    // Two changes may have undone each other.
    if changed == good { invented(chance) } else { changed }
}

fn good() -> String {
    let (_, attributes, clear) = KEYS[0];
    sealed(attributes, clear)
}

/// The attacker's program: asks for the check value of each, and for a translation by it; the codes that it got.
fn codes(
    hsm: &mut dyn Hsm,
    mut next: impl FnMut() -> String,
    count: usize,
) -> BTreeMap<String, usize> {
    let victim = customers(70, 1).remove(0);
    let (zpk, block, account) = (named("zpk2"), victim.tapped(), victim.account());
    let mut codes = BTreeMap::new();
    for number in 0..count {
        let key = next();
        let message = if number % 2 == 0 {
            format!("BUFF1{key}")
        } else {
            format!("CC{key}{zpk}12{block}0101{account}")
        };
        *codes.entry(error(&hsm.ask(&message)).to_owned()).or_default() += 1;
    }
    codes
}

fn only_refused(hsm: &mut dyn Hsm, count: usize) {
    let (good, mut chance) = (good(), Chance::new(7));
    for kind in [true, false] {
        let next = || if kind { invented(&mut chance) } else { changed(&mut chance, &good) };
        assert_eq!(codes(hsm, next, count), BTreeMap::from([("A4".to_owned(), count)]));
    }
}

#[test]
fn of_invented_and_changed_blocks_none_is_taken() {
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let engine = alone(profile);
        // The block itself is good.
        assert_eq!(codes(&mut Inside(&engine), good, 2), BTreeMap::from([("00".to_owned(), 2)]));
        only_refused(&mut Inside(&engine), 5_000 * long_tests());
    }
}

/// A million of each, as the bar has it: about ten minutes.
#[test]
#[ignore = "long; cargo test --release --test attacks -- --ignored a_million_blocks"]
fn of_a_million_blocks_of_each_kind_none_is_taken() {
    only_refused(&mut Inside(&alone(Profile::Issuer)), 1_000_000);
}

/// Why a block is refused takes no different time: about two minutes.
#[test]
#[ignore = "long; cargo test --release --test attacks -- --ignored --test-threads=1 why_a_block_is_refused"]
fn why_a_block_is_refused_is_not_to_be_seen_in_its_time() {
    let engine = alone(Profile::Issuer);
    let (good, mut chance) = (good(), Chance::new(71));
    // Headers of both are the same; one has a body by chance, the other a good one but for a bit of the MAC.
    let header = good.get(..17).unwrap();
    let clear = KEYS[0].2;
    let invented = |_| format!("BUFF1{header}{}", hex::encode_upper(chance.bytes(40)));
    let invented: Vec<_> = (0..MESSAGES).map(invented).collect();
    let changed = |number: u64| {
        let key = format!("{number:016X}{}", clear.get(16..).unwrap());
        let mut block = sealed("P0TB00E00", &key).into_bytes();
        let last = block.last_mut().unwrap();
        *last = if *last == b'0' { b'1' } else { b'0' };
        format!("BUFF1{}", String::from_utf8(block).unwrap())
    };
    let changed: Vec<_> = (1..=MESSAGES).map(changed).collect();
    let t = welch(&engine, 100 * long_tests(), &[invented, changed]);
    assert!(t < DIFFERENT, "{t}");
}

#[cfg(debug_assertions)]
#[test]
fn with_telling_codes_an_attacker_sees_how_far_he_got() {
    let engine = alone(Profile::Issuer);
    let _off = payhsm_keys::Defence::OneCode.off();
    // Good blocks for something else are told from bad ones.
    let others = KEYS.map(|(_, attributes, clear)| sealed(attributes, clear));
    let mut others = others.iter().cycle().cloned();
    let codes = codes(&mut Inside(&engine), || others.next().unwrap(), 2 * KEYS.len());
    assert!(codes.len() > 2, "{codes:?}");
}

/// The scheme that key blocks have taken the place of, as an appliance has it whose officers switched it on: nothing but parity
/// tells a key from noise.
#[test]
fn without_key_blocks_one_in_two_hundred_and_fifty_six_is_a_key() {
    let settings = Settings { profile: Profile::Issuer, legacy: Settings::development().legacy };
    let lifecycle = Lifecycle::new(State::Operational);
    let lmks = Some(Arc::new(test_inventory()));
    let engine = Engine::new(lmks, lifecycle, settings, host_settings(), Box::new(LogOnly));
    let mut chance = Chance::new(72);
    let mut conjured = |settings: &Engine| {
        let taken = |_: &usize| {
            let key = hex::encode_upper(chance.bytes(8));
            error(&ask_on(settings, Some(0), format!("BU020{key}"))) == "00"
        };
        (0..4_000).filter(taken).count()
    };
    let taken = conjured(&engine);
    // 16 are to be expected; fewer than 3, or more than 40, once in 10,000 runs.
    assert!((3..40).contains(&taken), "{taken}");
    let settings = Settings {
        profile: Profile::Issuer,
        ..Settings { legacy: payhsm::settings::Legacy::default(), ..settings }
    };
    let lmks = Some(Arc::new(test_inventory()));
    let strict = Engine::new(
        lmks,
        Lifecycle::new(State::Operational),
        settings,
        host_settings(),
        Box::new(LogOnly),
    );
    assert_eq!(conjured(&strict), 0);
}
