//! Row 12. Clear PINs and clear keys in answers (PCI PIN 29-4.2).

use crate::bank::{Customer, Hsm, Inside, KEYS, alone, customers, error, named, sealed_table};
use crate::messages;
use crate::support::authorise;
use crate::support::random::{Chance, long_tests};
use payhsm::Engine;
use payhsm::settings::Profile;
use payhsm_crypto::pin::Layout;

/// A customer whose PIN has twelve digits, which do not turn up in an answer by chance.
fn victim() -> Customer {
    let customer = customers(120, 1).remove(0);
    Customer { pin: "739184620517".to_owned(), ..customer }
}

/// Whether an answer has the PIN or a key in it: its digits as they are, in packed form, or written out in hex.
fn betrays(answer: &str, victim: &Customer) -> bool {
    let bytes: Vec<u8> =
        answer.chars().filter_map(|one| u8::try_from(u32::from(one)).ok()).collect();
    let text = hex::encode_upper(&bytes);
    let pin = &victim.pin;
    let printed = hex::encode_upper(pin);
    let keys = KEYS.iter().any(|(_, _, key)| {
        let halves = [key.get(..16).unwrap(), key.get(16..).unwrap()];
        halves.iter().any(|half| answer.contains(half) || text.contains(half))
    });
    keys || answer.contains(pin)
        || answer.contains(&printed)
        || text.contains(pin)
        || text.contains(&printed)
}

/// Messages that a caller of the profile may send, by chance: PIN blocks of every format to wherever they may go, keys to
/// wherever they may, and their like.
fn messages_by_chance(chance: &mut Chance, victim: &Customer) -> String {
    let [zpk, zpk2, aes, pvv, ibm, cvk, dek, zmk] =
        ["zpk", "zpk2", "aes", "pvv", "ibm", "cvk", "dek", "zmk"].map(named);
    let (format, layout) = *chance.pick(&[
        ("01", Layout::Iso0),
        ("47", Layout::Iso3),
        ("05", Layout::Iso1),
        ("48", Layout::Iso4),
    ]);
    let source = if format == "48" { "aes" } else { "zpk" };
    let block = victim.tapped_as(layout, source);
    let source = named(source);
    let to = *chance.pick(&["01", "47", "05", "48", "03", "34"]);
    let target = if to == "48" { &aes } else { &zpk2 };
    let account = if [format, to].contains(&"48") {
        format!("{};", victim.pan)
    } else {
        victim.account().to_owned()
    };
    let alone =
        if format == "48" { format!("{};", victim.pan) } else { victim.account().to_owned() };
    let (table, data, pan) = (sealed_table(), victim.validation(), &victim.pan);
    let any = chance.pick(&KEYS).0;
    let key = named(any);
    let wrapped = crate::support::keys::sealed(chance.pick(&KEYS).1, chance.pick(&KEYS).2);
    match chance.below(16) {
        0..=3 => format!("CC{source}{target}12{block}{format}{to}{account}"),
        4 => format!("EC{source}{pvv}{block}{format}{alone}11234"),
        5 => format!("EA{source}{ibm}12{block}{format}12{alone}{table}{data}123456789012"),
        6 => format!("BKFFF{source}{ibm}{block}{format}12{alone}{table}{data}"),
        7 => format!("FWFFF{source}{pvv}{block}{format}{alone}1"),
        8 => format!("JE{source}{block}{format}{alone}"),
        9 => format!("CW{cvk}{pan};2812201"),
        10 => format!("A8FFF{zmk}{wrapped}{}", chance.pick(&["R", "S", "X", "U", "Z"])),
        11 => format!("BUFF1{wrapped}"),
        // The block and the key as if they were data, by whichever key.
        12 => format!("M20011FFF{key}0010{}", block.get(..16).unwrap()),
        13 => format!("M00011FFF{dek}0010{}", block.get(..16).unwrap()),
        14 => format!("NG{}{}", victim.account(), "J00000000000000000000000000000000"),
        _ => format!("DUFFF{zpk}{ibm}{block}{format}12{alone}{table}{data}123456789012{block}"),
    }
}

fn fully_authorised(profile: Profile) -> Engine {
    let engine = alone(profile);
    authorise(&engine, &["export.*.host", "import.*.host", "generate.*.host", "component.*.host"]);
    authorise(&engine, &["migrate.*.host", "command.*.host", "pin.*.host"]);
    engine
}

#[test]
fn no_command_of_a_profile_gives_a_clear_pin() {
    for profile in [Profile::Issuer, Profile::Acquirer] {
        // Officers of an appliance may even have authorised it.
        for engine in [alone(profile), fully_authorised(profile)] {
            for code in ["BA", "NG", "B0"] {
                let answer = Inside(&engine).ask(&messages::of(code));
                assert_eq!((error(&answer), answer.len()), ("68", 4), "{profile:?} {code}");
            }
        }
    }
}

#[test]
fn no_answer_has_a_pin_or_a_key_in_it() {
    let victim = victim();
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let engine = fully_authorised(profile);
        let (mut chance, mut done) = (Chance::new(12), 0);
        for _ in 0..1_000 * long_tests() {
            let message = messages_by_chance(&mut chance, &victim);
            let answer = Inside(&engine).ask(&message);
            assert!(!betrays(&answer, &victim), "{profile:?}: {message}: {answer}");
            done += usize::from(["00", "01"].contains(&error(&answer)));
        }
        // Otherwise they were not valid.
        assert!(done > 250 * long_tests(), "{profile:?}: {done}");
        for (_, message) in messages::all() {
            let answer = Inside(&engine).ask(&message);
            assert!(!betrays(&answer, &victim), "{message}: {answer}");
        }
    }
}

#[test]
fn what_betrays_is_seen() {
    let victim = victim();
    for answer in
        ["NH00739184620517", "NH00373339313834363230353137", "A90012C6FC7499CC90AC728E6C1E335FC987"]
    {
        assert!(betrays(answer, &victim), "{answer}");
    }
    assert!(betrays("NH00\x73\u{91}\u{84}\x62\x05\x17", &victim));
    assert!(!betrays("NH00739184620518", &victim));
}

/// JE and NG: with the profile's defence off, an insider with whom two officers side reads every PIN.
#[cfg(debug_assertions)]
#[test]
fn without_profiles_a_pin_is_read_in_the_clear() {
    let engine = fully_authorised(Profile::Issuer);
    let victim = victim();
    let mut hsm = Inside(&engine);
    let read = |hsm: &mut Inside<'_>| {
        let answer =
            hsm.ask(&format!("JE{}{}01{}", named("zpk"), victim.tapped(), victim.account()));
        assert_eq!(error(&answer), "00");
        hsm.ask(&format!("NG{}{}", victim.account(), answer.get(4..).unwrap()))
    };
    assert_eq!(read(&mut hsm), "NH68");
    let _off = payhsm_keys::Defence::Profiles.off();
    assert!(betrays(&read(&mut hsm), &victim));
}
