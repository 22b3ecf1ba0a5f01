//! Row 10. Verification as an oracle: all PINs of one account, one PIN of all accounts, and the same for CVVs.

use crate::bank::{
    Customer, Hsm, Inside, KEYS, customers, error, named, remembering, sealed_table,
};
use crate::counted::Counted;
use crate::support::cards::{Issuer, Setup};
use crate::support::random::long_tests;
use payhsm::cards::Guard;
use payhsm::settings::Profile;
use payhsm_crypto::pin::Layout;
use payhsm_issuing::limit::{Limits, Rates};

/// Wrong PINs, and wrong values of a card, that anybody is told of in 24 hours.
pub(crate) const K: usize = 5;

/// Every command that says whether a PIN is that of an account, with a PIN that the attacker has typed.
pub(crate) fn guess(hsm: &mut dyn Hsm, command: &str, victim: &Customer, pin: &str) -> bool {
    let [zpk, tpk, pvv, ibm] = ["zpk", "tpk", "pvv", "ibm"].map(named);
    let (account, value) = (victim.account(), victim.pvv());
    let block = victim.typed(pin);
    let at_terminal = victim.typed_as(pin, Layout::Iso0, "tpk");
    let message = match command {
        "EC" => format!("EC{zpk}{pvv}{block}01{account}1{value}"),
        "DC" => format!("DC{tpk}{pvv}{at_terminal}01{account}1{value}"),
        "CU" => format!("CUFFF{zpk}{pvv}{block}01{account}1{value}{block}"),
        "EA" | "DU" => {
            let (table, data, offset) = (sealed_table(), victim.validation(), victim.offset());
            if command == "EA" {
                format!("EA{zpk}{ibm}12{block}0104{account}{table}{data}{offset}")
            } else {
                format!("DUFFF{zpk}{ibm}{block}0104{account}{table}{data}{offset}{block}")
            }
        }
        other => panic!("{other}"),
    };
    error(&hsm.ask(&message)) == "00"
}

/// What an issuer has for it. BC and BE compare with PINs under the LMK, which no caller of his can choose.
const COMMANDS: [&str; 5] = ["EC", "DC", "CU", "EA", "DU"];

/// The attacker's program: all PINs, by the commands in turn.
pub(crate) fn all_pins(
    hsm: &mut dyn Hsm,
    commands: &[&str],
    victim: &Customer,
    pins: usize,
) -> Option<String> {
    let pins = (0..pins).map(|number| format!("{:04}", (number * 7_919) % 10_000));
    pins.zip(commands.iter().cycle())
        .find(|(pin, command)| guess(hsm, command, victim, pin))
        .map(|(pin, _)| pin)
}

/// The same for the CVV, of one thousand.
pub(crate) fn all_cvvs(hsm: &mut dyn Hsm, victim: &Customer) -> Option<String> {
    let (cvk, pan) = (named("cvk"), &victim.pan);
    let cvvs = (0..1_000).map(|cvv| format!("{cvv:03}"));
    cvvs.into_iter().find(|cvv| error(&hsm.ask(&format!("CY{cvk}{cvv}{pan};2812201"))) == "00")
}

fn verdicts<H: Hsm>(hsm: &Counted<H>) -> usize {
    hsm.with(&["00", "01"])
}

#[test]
fn of_ten_thousand_pins_of_an_account_five_get_an_answer() {
    let issuer = remembering(Profile::Issuer);
    for (number, victim) in (0_u64..).zip(customers(100, 2)) {
        let mut hsm = Counted::new(Inside(&issuer.engine));
        let commands = if number == 0 { &COMMANDS[..] } else { &COMMANDS[..1] };
        assert_eq!(all_pins(&mut hsm, commands, &victim, 1_000 * long_tests()), None);
        assert_eq!((verdicts(&hsm), hsm.calls()), (K, 1_000 * long_tests()));
        let mut hsm = Counted::new(Inside(&issuer.engine));
        assert_eq!(all_cvvs(&mut hsm, &victim), None);
        assert_eq!((verdicts(&hsm), hsm.calls()), (K, 1_000));
        // Nobody else has to pay for it.
        let others = customers(101, 1);
        assert!(guess(&mut Inside(&issuer.engine), "EC", &others[0], &others[0].pin));
    }
    let acquirer = remembering(Profile::Acquirer);
    for code in COMMANDS.into_iter().chain(["CY", "WA", "XI", "VC"]) {
        assert_eq!(error(&Inside(&acquirer.engine).ask(code)), "68", "{code}");
    }
}

#[test]
fn right_pins_count_for_nothing_and_wrong_ones_for_a_day() {
    let issuer = remembering(Profile::Issuer);
    let victim = customers(102, 1).remove(0);
    let wrong = if victim.pin == "0000" { "0001" } else { "0000" };
    let mut hsm = Inside(&issuer.engine);
    for _ in 0..K {
        for command in COMMANDS {
            assert!(guess(&mut hsm, command, &victim, &victim.pin));
        }
        assert!(!guess(&mut hsm, "EC", &victim, wrong));
    }
    assert!(!guess(&mut hsm, "EC", &victim, &victim.pin));
    let issuer = issuer.restarted();
    assert!(!guess(&mut Inside(&issuer.engine), "EC", &victim, &victim.pin));
    issuer.day.pass(25 * 3_600);
    assert!(guess(&mut Inside(&issuer.engine), "EC", &victim, &victim.pin));
}

/// An account that is sent in place of the one of the block, with another digit where the PIN ends: PIN and offset stay what
/// they are, and whoever counts by account begins anew.
fn evade(hsm: &mut dyn Hsm, victim: &Customer) -> Option<String> {
    let (zpk, ibm, table, data) = (named("zpk"), named("ibm"), sealed_table(), victim.validated());
    let natural = crate::bank::subtract(&victim.pin, &victim.offset());
    (0..10_000).map(|number| format!("{:04}", (number * 7_919) % 10_000)).zip(0_u32..).find_map(
        |(pin, number)| {
            let mut account = victim.account().as_bytes().to_vec();
            let at = usize::try_from(2 + number / 10 % 10).unwrap();
            account[at] = b'0' + u8::try_from(number % 10).unwrap();
            let account = String::from_utf8(account).unwrap();
            // The whole block of validation data, of a different length of zeros: another customer's would do.
            let offset = crate::bank::subtract(&pin, &natural);
            let block = victim.tapped();
            let answer = hsm
                .ask(&format!("EA{zpk}{ibm}12{block}0104{account}{table}P{data}{offset}FFFFFFFF"));
            (error(&answer) == "00").then_some(pin)
        },
    )
}

#[test]
fn another_account_is_no_way_round() {
    let issuer = remembering(Profile::Issuer);
    let victim = customers(103, 1).remove(0);
    let mut hsm = Counted::new(Inside(&issuer.engine));
    assert_eq!(evade(&mut hsm, &victim), None);
    assert!(verdicts(&hsm) <= K, "{}", verdicts(&hsm));
}

fn sweep_accounts(issuer: &Issuer, victims: &[Customer]) -> (usize, usize) {
    let mut hsm = Counted::new(Inside(&issuer.engine));
    let found = victims.iter().filter(|victim| guess(&mut hsm, "EC", victim, "1234")).count();
    (found, verdicts(&hsm))
}

#[test]
fn one_pin_for_all_accounts_comes_to_an_end() {
    // What the configuration has where nothing is said.
    let failures = Rates { minute: Some(100), hour: Some(1_000), day: None };
    let limits = Limits { failures, ..Limits::default() };
    let setup = Setup {
        profile: Some(Profile::Issuer),
        keys: KEYS.to_vec(),
        guard: Guard { caller: limits, key: limits },
        ..Setup::default()
    };
    let issuer = Issuer::new(setup);
    let victims = customers(104, 1_000 * long_tests());
    let right = victims.iter().filter(|victim| victim.pin == "1234").count();
    let (found, verdicts) = sweep_accounts(&issuer, &victims);
    assert!(found <= right && verdicts <= 100 + right, "{found}, {verdicts}");
}

#[cfg(debug_assertions)]
#[test]
fn without_limits_every_pin_and_every_cvv_is_found() {
    let issuer = remembering(Profile::Issuer);
    let victim = customers(105, 1).remove(0);
    let _off = payhsm_keys::Defence::Limits.off();
    let mut hsm = Inside(&issuer.engine);
    assert_eq!(all_pins(&mut hsm, &COMMANDS, &victim, 10_000), Some(victim.pin.clone()));
    let cvv = all_cvvs(&mut hsm, &victim).unwrap();
    assert_eq!(hsm.ask(&format!("CY{}{cvv}{};2812201", named("cvk"), victim.pan)), "CZ00");
}
