//! What officers do on an ordinary day, as a person does it: keys typed, the screen looked at, a real daemon behind it.

use crate::appliance::Appliance;
use crate::person::PASSPHRASE;
use payhsm_console::daemon::Daemon;
use payhsm_protocol::officer::{Act, Answer};
use std::fs;

/// Picks a purpose, an algorithm, whether it leaves; no slot.
fn key<'a>(label: &'a str, numbers: [&'a str; 3]) -> [(&'a str, &'a str); 5] {
    let [purpose, algorithm, leaves] = numbers;
    [
        ("Label of the key:", label),
        ("Number:", purpose),
        ("Number:", algorithm),
        ("Number:", leaves),
        ("Slot for the host language [none]:", "\r"),
    ]
}

#[test]
fn keys_are_exported_disabled_and_destroyed() {
    let appliance = Appliance::at_work();
    let (mut screen, at) = appliance.two();
    let make = [("Number:", "2\r"), ("Number:", "2\r")];
    // ZMKs: AES-256 and double-length TDES; PIN keys: one that leaves, one that does not.
    let mut steps = Vec::new();
    for (label, numbers) in [
        ("strong-zmk\r", ["1\r", "1\r", "1\r"]),
        ("weak-zmk\r", ["1\r", "5\r", "1\r"]),
        ("leaves\r", ["2\r", "1\r", "2\r"]),
        ("stays\r", ["2\r", "1\r", "1\r"]),
    ] {
        steps.extend(make.into_iter().chain(key(label, numbers)));
        steps.push(("Check value ", ""));
    }
    // Keys are listed by label: leaves, stays, strong-zmk, weak-zmk.
    let export = [("Number:", "2\r"), ("Number:", "5\r")];
    let zmk = "Label of the ZMK that it leaves under:";
    steps.extend(export);
    steps.extend([
        ("Number:", "1\r"),
        (zmk, "strong-zmk\r"),
        ("The key block, for the partner:", ""),
    ]);
    steps.push(("Key leaves was exported under strong-zmk.", ""));
    for (number, under, told) in [
        ("2\r", "strong-zmk\r", "made so that it never leaves"),
        ("1\r", "weak-zmk\r", "stronger than the ZMK"),
        ("1\r", "stays\r", "has another usage than is needed here"),
        ("1\r", "none\r", "There is no key `none`"),
    ] {
        steps.extend(export);
        steps.extend([("Number:", number), (zmk, under), (told, "")]);
    }
    let switch = [("Number:", "2\r"), ("Number:", "6\r"), ("Number:", "1\r")];
    steps.extend(switch);
    steps.extend([("Disable leaves? (y/n):", "y\r"), ("The key leaves is disabled.", "")]);
    steps.extend(export);
    steps.extend([("leaves: check value", ""), ("DISABLED", ""), ("Number:", "1\r")]);
    steps.extend([(zmk, "strong-zmk\r"), ("The key `leaves` is disabled.", "")]);
    steps.extend(switch);
    steps.extend([("Enable leaves? (y/n):", "y\r"), ("The key leaves may be used again.", "")]);
    steps.extend([("Number:", "2\r"), ("Number:", "7\r"), ("Number:", "2\r")]);
    steps.extend([("To destroy it, type stays:", "stays\r"), ("The key stays is destroyed.", "")]);
    steps.push(("Number:", "q\r"));
    screen.walk(at, &steps);
    assert!(screen.ended().success());
}

#[test]
fn components_that_are_wrong_are_told_and_entered_again() {
    let appliance = Appliance::at_work();
    let (mut screen, at) = appliance.two();
    let begin = [("Number:", "2\r"), ("Number:", "3\r")];
    let mut steps: Vec<_> = begin.into_iter().chain(key("zmk\r", ["1\r", "5\r", "1\r"])).collect();
    let (first, second) = ("Component 1: (not shown)", "Component 2: (not shown)");
    let sheet = "As on your sheet? (y/n):";
    steps.extend([
        ("How many components [2]:", "?\r"),
        ("nobody sees two of them", ""),
        ("How many components [2]:", "1\r"),
        ("Type a number from 2 to 9.", ""),
        ("How many components [2]:", "\r"),
        (first, "0123456789ABCDEF\r"),
        ("That is 16 digits; a double-length TDES component has 32.", ""),
        (first, "0123456789ABCDEFFEDCBA987654321G\r"),
        ("The character at place 32 is no hexadecimal digit", ""),
        (first, "0123456789ABCDEFFEDCBA9876543211\r"),
        ("The component has wrong parity", ""),
        (first, "01010101010101010101010101010101\r"),
        ("The component is all zeros", ""),
        (first, "0123456789ABCDEFFEDCBA9876543210\r"),
        ("Check value 08D7B4", ""),
        // It is another one that stands on the sheet.
        (sheet, "n\r"),
        ("It does not count. Again:", ""),
        (first, "0123456789ABCDEFFEDCBA9876543210\r"),
        (sheet, "y\r"),
        (second, "0123456789ABCDEFFEDCBA9876543210\r"),
        ("The component is equal to one before", ""),
        // Every byte of the sum is FF, which is a weak key.
        (second, "FEDCBA98765432100123456789ABCDEF\r"),
        (sheet, "y\r"),
        ("What was entered so far is forgotten.", ""),
        ("The components make a weak key", ""),
        ("Number:", "2\r"),
        ("Number:", "1\r"),
        ("There are no keys yet.", ""),
        ("Number:", "q\r"),
    ]);
    screen.walk(at, &steps);
    assert!(screen.ended().success());
}

#[test]
fn a_table_and_a_zone_hold_their_keys_until_they_are_removed() {
    let appliance = Appliance::at_work();
    let (mut screen, at) = appliance.two();
    let mut steps = vec![("Number:", "2\r"), ("Number:", "2\r")];
    // PVK, IBM 3624; double length.
    steps.extend(key("pvk\r", ["9\r", "2\r", "1\r"]));
    let destroy =
        [("Number:", "2\r"), ("Number:", "7\r"), ("Number:", "1\r"), ("type pvk:", "pvk\r")];
    steps.extend([
        ("Number:", "4\r"),
        ("Number:", "1\r"),
        ("There are no tables yet.", ""),
        ("Number:", "4\r"),
        ("Number:", "2\r"),
        ("Label of the PVK that it is for:", "pvk\r"),
        ("Table [0123456789012345]:", "0000000000000001\r"),
        ("at least eight different digits", ""),
        ("Table [0123456789012345]:", "\r"),
        ("The decimalisation table of pvk is kept", ""),
        ("Number:", "4\r"),
        ("Number:", "1\r"),
        ("pvk: bound to check value ", ""),
    ]);
    steps.extend(destroy);
    steps.extend([
        ("The key `pvk` is needed by its decimalisation table.", ""),
        ("Number:", "4\r"),
        ("Number:", "3\r"),
        ("Number:", "1\r"),
        ("Remove the table of pvk? (y/n):", "y\r"),
        ("The decimalisation table of pvk is removed.", ""),
    ]);
    steps.extend(destroy);
    steps.push(("The key pvk is destroyed.", ""));
    // A zone with a ZMK alone, made on the way.
    steps.extend([("Number:", "3\r"), ("Number:", "2\r"), ("Name of the zone:", "vis\r")]);
    steps.extend([("Number:", "2\r"), ("Label of the key [vis-zmk]:", "\r"), ("Number:", "1\r")]);
    steps.extend([
        ("Number:", "1\r"),
        ("Slot", "\r"),
        ("The ZPK of the zone", ""),
        ("Number:", "5\r"),
    ]);
    steps.extend([
        ("The ZEK of the zone", ""),
        ("Number:", "5\r"),
        ("Export profile [E6]:", "\r"),
        ("Callers that may use it [none]:", "switch api-tier\r"),
        ("Keep the zone so? (y/n):", "y\r"),
        ("The zone VIS is set.", ""),
        ("Number:", "3\r"),
        ("Number:", "1\r"),
        ("used by switch, api-tier", ""),
        ("Number:", "2\r"),
        ("Number:", "7\r"),
        ("Number:", "1\r"),
        ("type vis-zmk:", "vis-zmk\r"),
        ("The key `vis-zmk` is needed by zone VIS.", ""),
        ("Number:", "3\r"),
        ("Number:", "3\r"),
        ("Number:", "1\r"),
        ("Remove VIS? (y/n):", "y\r"),
        ("The zone VIS is removed.", ""),
        ("Number:", "q\r"),
    ]);
    screen.walk(at, &steps);
    assert!(screen.ended().success());
}

#[test]
fn an_officer_leaves_and_the_house_is_kept() {
    let appliance = Appliance::at_work();
    let (mut screen, at) = appliance.two();
    let at = screen.walk(
        at,
        &[
            ("Number:", "6\r"),
            ("Number:", "1\r"),
            ("carol: signs with the key ", ""),
            ("holds a share of LMK 00", ""),
            ("Number:", "6\r"),
            ("Number:", "3\r"),
            ("Number:", "3\r"),
            ("This officer holds a share of an LMK", ""),
            ("Remove carol? (y/n):", "?\r"),
            ("It takes effect at once.", ""),
            ("Remove carol? (y/n):", "y\r"),
            ("carol is no officer any more.", ""),
            // One of the two that are left cannot go.
            ("Number:", "6\r"),
            ("Number:", "3\r"),
            ("Number:", "2\r"),
            ("Remove bob? (y/n):", "y\r"),
            ("Two officers have to stay", ""),
            ("Number:", "9\r"),
            ("The configuration was read again.", ""),
            ("Number:", "8\r"),
            ("Name of the backup [store-", "monday\r"),
            ("The store was copied to backup/monday", ""),
            ("Number:", "8\r"),
            ("Name of the backup [store-", "monday\r"),
            ("already", ""),
            ("Number:", "10\r"),
            ("Seal it? (y/n):", "n\r"),
            ("2 officers present", ""),
            ("Number:", "10\r"),
            ("Programs get no answers while the appliance is sealed.", ""),
            ("Seal it? (y/n):", "y\r"),
            ("The appliance is sealed; its LMKs are forgotten.", ""),
            ("is sealed: shares of its LMK are needed", ""),
            ("Number:", "q\r"),
        ],
    );
    assert!(screen.ended().success());
    assert!(screen.shown().get(at..).unwrap_or_default().contains("RECORD"), "{}", screen.shown());
    for name in ["monday", "monday.officers.toml", "monday.lmk.toml"] {
        assert!(appliance.path("state/backup").join(name).is_file(), "{name}");
    }
}

#[test]
fn the_ninth_console_is_told_why_it_gets_no_answer() {
    let appliance = Appliance::new();
    let mut open = Vec::new();
    while open.len() < 8 {
        // The one that looked whether the daemon is there may not be gone yet.
        let mut daemon = Daemon::connect(&appliance.path("officers.sock")).unwrap();
        if matches!(daemon.ask(&Act::Status).unwrap(), Answer::Status(_)) {
            open.push(daemon);
        }
    }
    let mut screen = appliance.console();
    screen.wait("ight consoles are connected to this appliance already", 0);
    assert_eq!(screen.ended().code(), Some(1));
    drop(open);
}

#[test]
fn a_credential_made_by_holders_starts_a_daemon_unattended() {
    let appliance = Appliance::at_work();
    let credentials = tempfile::tempdir().unwrap();
    let steps = r#"
        { do = "log-in", officer = "alice" },
        { do = "log-in", officer = "carol" },
        { do = "credential", shares = ["lmk-00-1-of-3-alice.share", "lmk-00-3-of-3-carol.share"], fd = 6 },"#;
    let pipe = format!("6> >(cat > {}/lmk)", credentials.path().display());
    let (done, said) = appliance.try_script(steps, &pipe);
    assert!(done, "{said}");
    assert!(said.contains("alice and carol write a credential"), "{said}");
    assert!(said.contains("These shares make the LMK 00 that is in force"), "{said}");
    // Two shares of 55 bytes; the other end of the pipe may be a moment later.
    let file = credentials.path().join("lmk");
    let start = std::time::Instant::now();
    while fs::metadata(&file).map_or(0, |found| found.len()) != 110 {
        assert!(start.elapsed().as_secs() < 30);
        std::thread::park_timeout(std::time::Duration::from_millis(5));
    }
    // One share alone makes none, and neither does a file.
    let one = r#"{ do = "log-in", officer = "alice" }, { do = "log-in", officer = "bob" },
        { do = "credential", shares = ["lmk-00-1-of-3-alice.share"], fd = 6 },"#;
    let (done, said) = appliance.try_script(one, "6> >(cat > two)");
    assert!(!done && said.contains("It takes more shares than these."), "{said}");
    let (done, said) = appliance.try_script(one, "6> two");
    assert!(!done && said.contains("it is a file"), "{said}");

    let folder = appliance.stop();
    let appliance = Appliance::unattended(folder, credentials.path());
    let mut screen = appliance.console();
    let at = screen.wait("State      at work", 0);
    screen.answer("Number:", at, "q\r");
    assert!(screen.ended().success());
    let log = fs::read_to_string(appliance.path("log")).unwrap();
    assert!(log.contains("unsealed without officers"), "{log}");
    assert!(!log.contains(PASSPHRASE));
}
