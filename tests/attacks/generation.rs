//! Row 4. Commands that make a value of a PIN, as readers of PINs (Berkman and Ostrovsky, 2006; Clulow, 2003).

use crate::bank::{
    Customer, Hsm, Inside, add, alone, customers, error, named, remembering, sealed_table, subtract,
};
use payhsm::settings::Profile;

const VICTIMS: usize = 1_000;

/// What every attack here needs: a card of one's own, whose PIN is known and whose offset is on it. The natural PIN of its
/// validation data is the difference, and an offset by that data is a PIN.
struct Own(Customer);

impl Own {
    fn natural(&self) -> String {
        subtract(&self.0.pin, &self.0.offset())
    }

    /// The PIN whose offset by the data of this card was answered.
    fn read(&self, answer: &str) -> Option<String> {
        let offset = answer.get(4..8).filter(|_| error(answer) == "00")?;
        Some(add(&self.natural(), offset))
    }
}

/// BK with the PIN block of the victim and the validation data of the own card: one call.
fn offset_of_block(hsm: &mut dyn Hsm, own: &Own, victim: &Customer) -> Option<String> {
    let (zpk, pvk, block, account) =
        (named("zpk"), named("ibm"), victim.tapped(), victim.account());
    let (table, data) = (sealed_table(), own.0.validated());
    own.read(&hsm.ask(&format!("BKFFF{zpk}{pvk}{block}0104{account}{table}P{data}")))
}

/// JE, and DE with what it answers: two calls.
fn offset_under_lmk(hsm: &mut dyn Hsm, own: &Own, victim: &Customer) -> Option<String> {
    let (zpk, pvk, block, account) =
        (named("zpk"), named("ibm"), victim.tapped(), victim.account());
    let answer = hsm.ask(&format!("JE{zpk}{block}01{account}"));
    // Whoever is refused tries the next command with a PIN that he has from elsewhere.
    let pin = answer
        .get(4..)
        .filter(|_| error(&answer) == "00")
        .unwrap_or("M00000000000000000000000000000000");
    let (table, data) = (sealed_table(), own.0.validated());
    own.read(&hsm.ask(&format!("DE{pvk}{pin}04{account}{table}P{data}")))
}

/// EE: an encrypted PIN of one's choice for any account, and JG makes a block of it; equal blocks are equal PINs. The attacker
/// is lucky and has the right one among a hundred.
fn book_of_derived(hsm: &mut dyn Hsm, own: &Own, victim: &Customer) -> Option<String> {
    let (zpk, pvk, account) = (named("zpk"), named("ibm"), victim.account());
    let (table, data) = (sealed_table(), own.0.validated());
    let offset = subtract(&victim.pin, &own.natural());
    let answer = hsm.ask(&format!("EE{pvk}{offset}FFFFFFFF04{account}{table}P{data}"));
    let pin = answer.get(4..).filter(|_| error(&answer) == "00")?;
    let answer = hsm.ask(&format!("JG{zpk}01{account}{pin}"));
    (answer.get(4..) == Some(&*victim.tapped())).then(|| add(&own.natural(), &offset))
}

/// DU with the own PIN as the current one, and the block of the victim as the new one: its digits come out under the own
/// account, two of them changed, which can be undone.
fn change_to_anothers(hsm: &mut dyn Hsm, own: &Own, victim: &Customer) -> Option<String> {
    let (zpk, pvk, table) = (named("zpk"), named("ibm"), sealed_table());
    let (account, data, offset) = (own.0.account(), own.0.validation(), own.0.offset());
    let (mine, theirs) = (own.0.tapped(), victim.tapped());
    let answer =
        hsm.ask(&format!("DUFFF{zpk}{pvk}{mine}0104{account}{table}{data}{offset}{theirs}"));
    let changed = own.read(&answer)?;
    let over = format!("00{}", account.get(..2)?);
    let under = format!("00{}", victim.account().get(..2)?);
    let digits = changed.bytes().zip(over.bytes()).zip(under.bytes());
    let digits = digits.map(|((digit, a), b)| digit ^ a ^ b);
    String::from_utf8(digits.collect()).ok()
}

type Attack = fn(&mut dyn Hsm, &Own, &Customer) -> Option<String>;
const BY_VALUES: [Attack; 3] = [offset_of_block, offset_under_lmk, book_of_derived];

fn recovered(hsm: &mut dyn Hsm, attack: Attack, victims: &[Customer]) -> usize {
    let own = Own(customers(40, 1).remove(0));
    let found = |victim: &&Customer| attack(hsm, &own, victim).as_ref() == Some(&victim.pin);
    victims.iter().filter(found).count()
}

/// PINs that all of these attacks find.
pub(crate) fn all_recovered(hsm: &mut dyn Hsm, victims: &[Customer]) -> usize {
    let attacks = BY_VALUES.into_iter().chain([change_to_anothers as Attack]);
    attacks.map(|attack| recovered(hsm, attack, victims)).sum()
}

#[test]
fn of_a_thousand_pins_none_is_found() {
    let victims = customers(41, VICTIMS);
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let engine = alone(profile);
        assert_eq!(all_recovered(&mut Inside(&engine), &victims), 0, "{profile:?}");
        let issuer = remembering(profile);
        assert_eq!(all_recovered(&mut Inside(&issuer.engine), &victims[..50]), 0, "{profile:?}");
    }
}

#[test]
fn what_makes_values_of_pins_waits_for_officers() {
    for code in ["BK", "DE", "DG", "EE", "FW", "JC", "JE"] {
        let message = crate::messages::of(code);
        assert_eq!(error(&Inside(&alone(Profile::Acquirer)).ask(&message)), "68", "{code}");
        let engine = alone(Profile::Issuer);
        assert_eq!(error(&Inside(&engine).ask(&message)), "17", "{code}");
        crate::support::authorise(&engine, &[&format!("command.{code}.host")]);
        assert_ne!(error(&Inside(&engine).ask(&message)), "17", "{code}");
    }
}

#[cfg(debug_assertions)]
#[test]
fn without_officers_every_pin_is_found_in_a_call_or_two() {
    let victims = customers(42, 100);
    let engine = alone(Profile::Issuer);
    let _off = payhsm_keys::Defence::Officers.off();
    for attack in BY_VALUES {
        assert_eq!(recovered(&mut Inside(&engine), attack, &victims), victims.len());
    }
}

#[cfg(debug_assertions)]
#[test]
fn without_the_fill_of_the_account_a_change_reads_the_pin_of_another() {
    let victims = customers(43, 200);
    let engine = alone(Profile::Issuer);
    let _off = payhsm_keys::Defence::FillOfAccount.off();
    // Only where both changed digits are digits; a tenth is far below that, and a thousand times more than guessing.
    let found = recovered(&mut Inside(&engine), change_to_anothers, &victims);
    assert!(found > victims.len() / 10, "{found}");
}
