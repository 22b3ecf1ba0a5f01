//! The static CVV2, where VC is told how it is computed.

use super::OTHER_CARD;
use crate::support::both::BOTH;
use crate::support::dynamic::{
    CARD, STATIC, issuer, next, other_than, policy, static_cvv2, verify,
};
use payhsm::engine::Dialect;
use payhsm_issuing::dcvv2::Policy;

fn with_static(card: &str, value: &str) -> String {
    format!("{}{STATIC}", verify(card, value))
}

#[test]
fn the_static_value_where_dynamic_ones_alone_are_good() {
    let fixed = static_cvv2(CARD, 3);
    let wrong = other_than(&[&fixed, "829", "378"]);
    for dialect in BOTH {
        let issuer = issuer(policy());
        let ask = |message: &str| issuer.ask_in(dialect, message);
        assert_eq!(ask(&with_static(CARD, &fixed)), "VDV2", "nothing is in force yet");
        next(&issuer, dialect, CARD);
        assert_eq!(ask(&verify(CARD, &fixed)), "VDV1", "nobody said how it is computed");
        assert_eq!(ask(&with_static(CARD, &fixed)), "VDV6");
        assert_eq!(ask(&with_static(CARD, &wrong)), "VDV1");
        // All of them were tries.
        assert_eq!(ask(&with_static(CARD, "829")), "VDV5");
        assert_eq!(ask(&with_static(CARD, &fixed)), "VDV6", "told whatever the dynamic one is");
        next(&issuer, dialect, CARD);
        assert_eq!(ask(&with_static(CARD, "378")), "VD00D");
    }
}

#[test]
fn the_static_value_is_not_found_by_asking() {
    let fixed = static_cvv2(CARD, 3);
    for (dialect, fallback) in [(Dialect::Host, false), (Dialect::Compact, true)] {
        let issuer = issuer(Policy { fallback, ..policy() });
        next(&issuer, dialect, CARD);
        let mut verdicts = 0;
        for guess in (0..1000).map(|guess| format!("{guess:03}")) {
            if [fixed.as_str(), "829"].contains(&guess.as_str()) {
                continue;
            }
            match issuer.ask_in(dialect, &with_static(CARD, &guess)).as_str() {
                "VDV1" | "VDV5" => verdicts += 1,
                "VD72" => break,
                other => panic!("{other}"),
            }
        }
        assert_eq!(verdicts, 5);
        let issuer = issuer.restarted();
        assert_eq!(issuer.ask_in(dialect, &with_static(CARD, &fixed)), "VD72");
        // The dynamic one is another matter, and so is another card.
        assert_eq!(next(&issuer, dialect, CARD), "378");
        assert_eq!(issuer.ask_in(dialect, &with_static(CARD, "378")), "VD00D");
        assert_eq!(issuer.ask_in(dialect, &with_static(OTHER_CARD, "378")), "VDV2");
        issuer.day.pass(90_000);
        let good = if fallback { "VD00S" } else { "VDV6" };
        assert_eq!(issuer.ask_in(dialect, &with_static(CARD, &fixed)), good, "a day later");
    }
}

#[test]
fn the_static_value_as_a_fallback() {
    let fixed = static_cvv2(CARD, 3);
    for dialect in BOTH {
        let issuer = issuer(Policy { fallback: true, ..policy() });
        let ask = |message: &str| issuer.ask_in(dialect, message);
        next(&issuer, dialect, CARD);
        assert_eq!(ask(&verify(CARD, &fixed)), "VDV1", "nobody said how it is computed");
        for _ in 0..9 {
            assert_eq!(ask(&with_static(CARD, &fixed)), "VD00S", "as often as it likes");
        }
        assert_eq!(ask(&with_static(CARD, "829")), "VD00D");
        assert_eq!(ask(&with_static(CARD, "829")), "VDV4");
        assert_eq!(ask(&with_static(CARD, &fixed)), "VD00S");
    }
}
