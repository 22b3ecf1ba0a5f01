//! Row 5. Check lengths, truncated and chosen offsets: a PIN in parts, or by trying all offsets (Clulow, 2003).

use crate::bank::{
    Customer, Hsm, Inside, add, customers, error, named, remembering, sealed_table, subtract,
};
use crate::counted::Counted;
use payhsm::settings::Profile;
use payhsm_crypto::pin::Layout;

/// EA or DA, with so many digits checked, of an offset.
fn verify(
    hsm: &mut dyn Hsm,
    command: &str,
    victim: &Customer,
    check_length: usize,
    offset: &str,
) -> String {
    let key = if command == "DA" { "tpk" } else { "zpk" };
    let (block, account, data) =
        (victim.tapped_as(Layout::Iso0, key), victim.account(), victim.validation());
    let (key, pvk, table) = (named(key), named("ibm"), sealed_table());
    let answer = hsm.ask(&format!(
        "{command}{key}{pvk}12{block}01{check_length:02}{account}{table}{data}{offset:F<12}"
    ));
    error(&answer).to_owned()
}

/// A PIN of six digits: whoever may check four of them has ten thousand guesses in place of a million.
fn victim(seed: u64) -> Customer {
    let [mut victim, tail] = customers(seed, 2).try_into().unwrap_or_else(|_| panic!());
    victim.pin.push_str(tail.pin.get(..2).unwrap());
    victim
}

#[test]
fn fewer_than_four_digits_are_never_checked() {
    let issuer = remembering(Profile::Issuer);
    let mut hsm = Inside(&issuer.engine);
    let victim = victim(50);
    for command in ["EA", "DA"] {
        for check_length in (0..100).filter(|length| !(4..=12).contains(length)) {
            let code = verify(&mut hsm, command, &victim, check_length, &victim.offset());
            assert_eq!(code, "15", "{command} {check_length}");
        }
        // An offset of fewer digits than are checked.
        assert_eq!(verify(&mut hsm, command, &victim, 8, "123456"), "15");
        assert_eq!(verify(&mut hsm, command, &victim, 6, &victim.offset()), "00");
        assert_eq!(verify(&mut hsm, command, &victim, 4, &victim.offset()), "00");
    }
    assert_eq!(Inside(&remembering(Profile::Acquirer).engine).ask("EA"), "EB68");
}

/// The attacker's program knows the natural PIN, as somebody in the bank does, and tries PINs by the offsets they would have:
/// four digits at first, then the whole. Gives the PIN if it was told.
fn sweep(hsm: &mut dyn Hsm, victim: &Customer, natural: &str) -> Option<String> {
    let offset_of = |pin: &str| subtract(pin, natural);
    let commands = ["EA", "DA"].into_iter().cycle();
    let head = (0..10_000).map(|pin| format!("{pin:04}")).zip(commands);
    let (head, _) = head
        .take_while(|(pin, _)| pin != "9999")
        .find(|(pin, command)| verify(hsm, command, victim, 4, &offset_of(pin)) == "00")?;
    let whole = (0..100).map(|tail| format!("{head}{tail:02}"));
    whole.into_iter().find(|pin| verify(hsm, "EA", victim, 6, &offset_of(pin)) == "00")
}

fn natural(victim: &Customer) -> String {
    let natural = subtract(&victim.pin, &victim.offset());
    assert_eq!(add(&natural, &victim.offset()), victim.pin);
    natural
}

#[test]
fn trying_offsets_ends_after_five() {
    let issuer = remembering(Profile::Issuer);
    let victim = victim(51);
    let mut hsm = Counted::new(Inside(&issuer.engine));
    assert_eq!(sweep(&mut hsm, &victim, &natural(&victim)), None);
    assert_eq!((hsm.with(&["01"]), hsm.with(&["00"])), (5, 0));
    assert_eq!(hsm.with(&["72"]), hsm.calls() - 5);
    // Nor is the right one told any more, today.
    assert_eq!(verify(&mut hsm, "EA", &victim, 6, &victim.offset()), "72");
    issuer.day.pass(25 * 3_600);
    assert_eq!(verify(&mut hsm, "EA", &victim, 6, &victim.offset()), "00");
}

#[cfg(debug_assertions)]
#[test]
fn without_limits_a_long_pin_is_found_in_its_parts() {
    let issuer = remembering(Profile::Issuer);
    let victim = victim(52);
    let _off = payhsm_keys::Defence::Limits.off();
    let mut hsm = Counted::new(Inside(&issuer.engine));
    assert_eq!(sweep(&mut hsm, &victim, &natural(&victim)), Some(victim.pin.clone()));
    assert!(hsm.calls() <= 10_100, "{}", hsm.calls());
}
