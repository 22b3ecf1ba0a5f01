//! A zone and its keys, from components on.

use crate::person::{ALICE, BOB, PASSPHRASE, lines, place, run};
use payhsm_console::terminal::WIDTH;

#[test]
fn a_zone_is_led_through_from_its_components() {
    let (folder, fake) = place("operational");
    let first = "0123 4567 89AB CDEF FEDC BA98 7654 3210";
    let typed = lines(&[
        &[("Number", "3"), ("Number", "2")],
        &ALICE,
        &BOB,
        &[
            ("Name of the zone", "visa"),
            ("Name of the zone", "vis"),
            // The ZMK, from components.
            ("Number", "1"),
            ("Label", ""),
            ("Number", "5"),
            ("Number", "1"),
            ("Slot", "00A"),
            ("How many components", ""),
            ("Component 1", "0123 4567 89AB CDEF 0123 4567 89AB CD"),
            ("Component 1", "00000000000000000000000000000000"),
            ("Component 1", first),
            ("As on your sheet?", "n"),
            ("Component 1", first),
            ("As on your sheet?", "y"),
            ("Component 2", "11112222333344445555666677778888"),
            ("As on your sheet?", "y"),
            // The ZPK, imported.
            ("Number", "2"),
            ("Label", "vis-zpk"),
            ("Number", "5"),
            ("Number", "2"),
            ("Slot", ""),
            ("Label of the ZMK", "vis-zmk"),
            ("Key block", "B0096P0TE00N0000"),
            // No ZEK.
            ("Number", "5"),
            ("Export profile", "E9"),
            ("Export profile", ""),
            ("Callers", "switch-1 switch-2"),
            ("Keep the zone so?", "y"),
            ("Number", "q"),
        ],
    ]);
    let (seen, ended) = run(&folder, &fake, &typed);
    assert_eq!(ended, Ok(()));
    for part in [
        "This takes two officers.",
        "1 of 2 officers present: alice; one more has to log in.",
        "A zone has 1 to 3 letters or digits.",
        "That is 30 digits; a double-length TDES component has 32.",
        "Not done: a component of nothing but zeros.",
        "It does not count. Again:",
        "RECORD: keys of a zone",
        "check value of component 1:",
        "check value of vis-zmk:",
    ] {
        assert!(seen.contains(part), "{part}\n{seen}");
    }
    fake.with(|state| {
        assert_eq!(state.kept.len(), 2);
        assert_eq!(state.kept[0].first(), Some(&0x01));
        let zone = &state.zones[0];
        assert_eq!((zone.zmk.as_deref(), zone.zpk.as_deref()), (Some("vis-zmk"), Some("vis-zpk")));
        assert_eq!((zone.zek.as_deref(), zone.export_profile.as_str()), (None, "E6"));
        assert_eq!(state.keys[0].slot, Some(10));
    });
    // No digit of a component is on the screen or in the record.
    let record = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let record = record.filter(|path| path.to_string_lossy().ends_with(".record.txt"));
    let texts: Vec<_> = record.map(|path| std::fs::read_to_string(path).unwrap()).collect();
    assert!(!texts.is_empty());
    for text in texts.iter().chain([&seen]) {
        for secret in ["0123 4567", "FEDCBA98", "11112222", PASSPHRASE] {
            assert!(!text.contains(secret), "{secret}");
        }
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH + 1));
    }
}

#[test]
fn going_back_in_the_middle_of_components_forgets_them() {
    let (folder, fake) = place("operational");
    let typed = lines(&[
        &[("Number", "2"), ("Number", "3")],
        &ALICE,
        &BOB,
        &[
            ("Label", "a-key"),
            ("Number", "10"),
            ("Number", "2"),
            ("Number", "1"),
            ("Slot", ""),
            ("How many components", "2"),
            ("Component 1", "0123456789ABCDEFFEDCBA9876543210"),
            ("As on your sheet?", "b"),
            ("Number", "q"),
        ],
    ]);
    let (seen, ended) = run(&folder, &fake, &typed);
    assert_eq!(ended, Ok(()));
    assert!(seen.contains("What was entered so far is forgotten."), "{seen}");
    fake.with(|state| assert!(state.kept.is_empty() && state.keys.is_empty()));
}
