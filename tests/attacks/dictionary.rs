//! Row 6. A book of encrypted PINs: equal blocks are equal PINs (Clulow, 2003).

use crate::bank::{Customer, Hsm, Inside, alone, customers, error, named};
use crate::support::random::long_tests;
use payhsm::settings::Profile;
use payhsm_crypto::pin::Layout;
use std::collections::BTreeSet;

/// CC from one format to another for this customer: the new block.
fn translated(
    hsm: &mut dyn Hsm,
    customer: &Customer,
    block: &str,
    (from, to): (&str, &str),
) -> String {
    let key = |format, key| named(if format == "48" { "aes" } else { key });
    let (source, destination) = (key(from, "zpk"), key(to, "zpk2"));
    let account = match (from, to) {
        ("48", _) | (_, "48") => format!("{};", customer.pan),
        _ => customer.account().to_owned(),
    };
    let answer = hsm.ask(&format!("CC{source}{destination}12{block}{from}{to}{account}"));
    assert_eq!(error(&answer), "00", "{from} to {to}");
    answer.get(6..).unwrap().to_owned()
}

/// Translations that end in a format with random fill.
const FILLED: [(&str, &str, Layout); 3] =
    [("01", "47", Layout::Iso0), ("01", "48", Layout::Iso0), ("05", "05", Layout::Iso1)];

#[test]
fn no_block_with_random_fill_comes_twice() {
    let customer = customers(60, 1).remove(0);
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let engine = alone(profile);
        let mut hsm = Inside(&engine);
        for (from, to, layout) in FILLED {
            let block = customer.tapped_as(layout, "zpk");
            // Format 3 has 9 nibbles of six values behind four digits: of these many none is twice, but once in 1,000 runs.
            let count = if to == "47" { 100 } else { 2_000 * long_tests() };
            let blocks: BTreeSet<_> =
                (0..count).map(|_| translated(&mut hsm, &customer, &block, (from, to))).collect();
            assert_eq!(blocks.len(), count, "{profile:?}: {from} to {to}");
        }
    }
}

/// A hundred thousand, as the bar has it: about a minute.
#[test]
#[ignore = "long; cargo test --release --test attacks -- --ignored a_hundred_thousand_blocks"]
fn a_hundred_thousand_blocks_of_format_4_are_all_different() {
    let customer = customers(60, 1).remove(0);
    let engine = alone(Profile::Acquirer);
    let block = customer.tapped();
    let translated = |_| translated(&mut Inside(&engine), &customer, &block, ("01", "48"));
    assert_eq!((0..100_000).map(translated).collect::<BTreeSet<_>>().len(), 100_000);
}

/// The attacker's program: PINs typed for the card of the victim, translated as the tapped block was, and compared.
fn found(hsm: &mut dyn Hsm, victim: &Customer, to: &str) -> Option<String> {
    let tapped = translated(hsm, victim, &victim.tapped(), ("01", to));
    let typed = (0..10_000).step_by(97).map(|pin| format!("{pin:04}")).chain([victim.pin.clone()]);
    typed.into_iter().find(|pin| translated(hsm, victim, &victim.typed(pin), ("01", to)) == tapped)
}

#[test]
fn a_book_of_blocks_with_random_fill_has_no_pin() {
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let engine = alone(profile);
        for victim in customers(61, 3) {
            for to in ["47", "48"] {
                assert_eq!(found(&mut Inside(&engine), &victim, to), None, "{to}");
            }
        }
        // Nor is there a command that fills the book without anybody's typing.
        assert_eq!(error(&Inside(&engine).ask(&crate::messages::of("BA"))), "68");
    }
}

#[cfg(debug_assertions)]
#[test]
fn without_random_fill_the_book_has_every_pin() {
    let engine = alone(Profile::Acquirer);
    let _off = payhsm_keys::Defence::RandomFill.off();
    for victim in customers(62, 3) {
        for to in ["47", "48"] {
            assert_eq!(found(&mut Inside(&engine), &victim, to), Some(victim.pin.clone()), "{to}");
        }
    }
}
