//! Row 1. Decimalisation tables of the attacker's: Bond and Zielinski, UCAM-CL-TR-560, section 4.

use crate::bank::{
    Customer, Hsm, Inside, TABLE, add, alone, customers, error, named, sealed_table, subtract,
};
use crate::support::random::{Chance, long_tests};
use payhsm::settings::Profile;
use payhsm_keys::{Lmk, OpenTable};
use payhsm_protocol::field::LmkId;

/// EA: is the PIN in a block the one of this offset, by this table?
fn verifies(
    hsm: &mut dyn Hsm,
    victim: &Customer,
    block: &str,
    table: &str,
    offset: &str,
) -> Option<bool> {
    let (zpk, pvk, account) = (named("zpk"), named("ibm"), victim.account());
    let data = victim.validation();
    let answer =
        hsm.ask(&format!("EA{zpk}{pvk}12{block}0104{account}{table}{data}{offset}FFFFFFFF"));
    match error(&answer) {
        "00" => Some(true),
        "01" => Some(false),
        // A table that is refused, in either of two words.
        "25" | "15" => None,
        other => panic!("{other}"),
    }
}

fn table(entry: impl Fn(u8) -> u8) -> String {
    TABLE.iter().map(|digit| char::from(b'0' + entry(digit - b'0'))).collect()
}

/// The first scheme (4.1): which digits are in the natural PIN, by tables of zeros and ones; then every order of them.
fn naive(hsm: &mut dyn Hsm, victim: &Customer) -> Option<String> {
    let zeros = victim.typed("0000");
    let mut present = Vec::new();
    for digit in 0..10 {
        let only = table(|entry| u8::from(entry == digit));
        if !verifies(hsm, victim, &zeros, &only, "0000")? {
            present.push(digit);
        }
    }
    let orders = (0..10_000).map(|number| format!("{number:04}")).filter(|order| {
        let of_these = |byte: u8| present.contains(&(byte - b'0'));
        let all = present.iter().all(|digit| order.contains(char::from(b'0' + digit)));
        all && order.bytes().all(of_these)
    });
    let true_table = sealed_table();
    for natural in orders {
        let offset = subtract("0000", &natural);
        if verifies(hsm, victim, &zeros, &true_table, &offset)? {
            return Some(add(&natural, &victim.offset()));
        }
    }
    None
}

/// The last scheme: with nothing but the block and the offset of the customer. A table that turns one digit into the next moves
/// the natural PIN in the places of that digit; the offset that takes it back says which places those are.
fn adaptive(hsm: &mut dyn Hsm, victim: &Customer) -> Option<String> {
    let (block, offset) = (victim.tapped(), victim.offset());
    let mut natural = [None; 4];
    for digit in 0..10 {
        if natural.iter().all(Option::is_some) {
            break;
        }
        let moved = table(|entry| if entry == digit { (entry + 1) % 10 } else { entry });
        if verifies(hsm, victim, &block, &moved, offset.get(..4)?)? {
            continue;
        }
        let mut places: Vec<u8> = (1..16_u8).collect();
        places.sort_by_key(|places| places.count_ones());
        for set in places {
            let here = |place: usize| set >> place & 1 == 1;
            if (0..4).any(|place| here(place) && natural[place].is_some()) {
                continue;
            }
            let back: String = (0..4).map(|place| if here(place) { '1' } else { '0' }).collect();
            if verifies(hsm, victim, &block, &moved, &subtract(&offset, &back))? {
                (0..4).filter(|&place| here(place)).for_each(|place| natural[place] = Some(digit));
                break;
            }
        }
    }
    let natural: Option<String> =
        natural.into_iter().map(|digit| Some(char::from(b'0' + digit?))).collect();
    Some(add(&natural?, &offset))
}

type Attack = fn(&mut dyn Hsm, &Customer) -> Option<String>;
pub(crate) const ATTACKS: [Attack; 2] = [naive, adaptive];

/// PINs that the attacker has in the end: where the attack gives none, one guess.
pub(crate) fn recovered(hsm: &mut dyn Hsm, attack: Attack, victims: &[Customer]) -> usize {
    let mut chance = Chance::new(2003);
    let found = |victim: &&Customer| {
        let guess = format!("{:04}", chance.below(10_000));
        attack(hsm, victim).unwrap_or(guess) == victim.pin
    };
    victims.iter().filter(found).count()
}

#[test]
fn tables_of_the_attackers_find_no_more_pins_than_guessing() {
    let victims = customers(560, 1_000 * long_tests());
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let engine = alone(profile);
        for attack in ATTACKS {
            let recovered = match profile {
                // The command is not there.
                Profile::Acquirer => {
                    assert_eq!(Inside(&engine).ask("EA"), "EB68");
                    continue;
                }
                Profile::Issuer | Profile::Development => {
                    recovered(&mut Inside(&engine), attack, &victims)
                }
            };
            // Guessing finds one in ten thousand; nine among these by chance once in a million runs.
            assert!(recovered < 9, "{recovered} of {}", victims.len());
        }
    }
}

#[cfg(debug_assertions)]
#[test]
fn without_sealed_tables_every_pin_is_found_in_a_handful_of_calls() {
    use crate::counted::Counted;
    use payhsm_keys::Defence;

    let engine = alone(Profile::Issuer);
    let victims = customers(561, 100);
    for (attack, most) in ATTACKS.into_iter().zip([40, 24]) {
        let _off = Defence::SealedTables.off();
        let mut hsm = Counted::new(Inside(&engine));
        assert_eq!(recovered(&mut hsm, attack, &victims), victims.len());
        // The report needs fewer; these programs are no better than they need be.
        let average = hsm.calls() / victims.len();
        assert!(average <= most, "{average} calls for a PIN");
    }
}

#[cfg(debug_assertions)]
#[test]
fn a_refused_table_uses_no_key() {
    use payhsm_keys::ciphers_used;

    let engine = alone(Profile::Issuer);
    let victim = customers(562, 1).remove(0);
    let used = |table: &str| {
        let before = ciphers_used();
        let verdict = verifies(
            &mut Inside(&engine),
            &victim,
            &victim.tapped(),
            table,
            &subtract(&victim.offset(), "0000"),
        );
        (verdict, ciphers_used() - before)
    };
    for table in ["0000000000000001", "0123456789012345", "L00000000000000000000000000000000"] {
        assert_eq!(used(table), (None, 0), "{table}");
    }
    let (verdict, ciphers) = used(&sealed_table());
    assert!(verdict == Some(true) && ciphers >= 2, "{verdict:?}, {ciphers}");
}

#[test]
fn no_table_that_gives_pins_away_gets_under_an_lmk() {
    let lmk = Lmk::public_test_aes_key_block(LmkId(0)).unwrap();
    let mut chance = Chance::new(84);
    let mut refused = 0;
    for _ in 0..2_000 * long_tests() {
        // Of few digits or of many, so that both sides of the rule are met.
        let digits = 1 + chance.below(10);
        let table: Vec<u8> =
            (0..16).map(|_| b'0' + u8::try_from(chance.below(digits)).unwrap()).collect();
        let times = |digit: u8| table.iter().filter(|&&entry| entry == digit).count();
        let counts: Vec<usize> = (b'0'..=b'9').map(times).filter(|&times| times > 0).collect();
        let keeps_the_rule = counts.len() >= 8 && counts.iter().all(|&times| times <= 4);
        let sealed = lmk.seal_table(&OpenTable::from_digits(&table).unwrap());
        assert_eq!(sealed.is_ok(), keeps_the_rule, "{}", table.escape_ascii());
        refused += usize::from(!keeps_the_rule);
    }
    assert!(refused > 100 && refused < 2_000 * long_tests() - 100, "{refused}");
}
