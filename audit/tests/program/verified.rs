//! What the check of a whole log finds.

use crate::made::{BEGUN, Made, day, encoded, event, key, note, signer};
use payhsm_audit::cosignature::{WitnessKey, cosign};
use payhsm_audit::hash::Hash;
use payhsm_audit::note::{Ed25519Signer, Note, Signer};
use payhsm_audit::record::{Moment, Record, event};
use payhsm_audit::tree::root_of;
use payhsm_audit::verify::{Given, Job, Kind, Source, Verdict, rotation, verify};

pub(crate) fn checked_with(
    source: &dyn Source,
    seed: u8,
    checkpoints: &[Given],
    witnesses: &[WitnessKey],
) -> Verdict {
    let key = key(seed);
    verify(&Job { source, key: &key, checkpoints, witnesses, threads: 1, progress: &|_| () })
        .unwrap()
}

pub(crate) fn checked(source: &dyn Source) -> Verdict {
    checked_with(source, 1, &[], &[])
}

pub(crate) fn given(name: &str, note: &str) -> Given {
    Given { name: name.to_owned(), note: note.as_bytes().to_vec() }
}

fn first(verdict: &Verdict) -> (Option<u64>, Kind) {
    let fault = verdict.first_fault().unwrap_or_else(|| panic!("nothing was found"));
    (fault.record, fault.kind)
}

#[test]
fn logs_of_every_size_are_good() {
    let records = day(66_000);
    let entries = encoded(&records);
    for size in [0, 1, 2, 255, 256, 257, 511, 512, 700, 65_535, 65_536, 65_537, 65_800, 66_000] {
        let made = Made::of(&entries[..size], 1);
        let verdict = checked(&made);
        assert!(verdict.good, "{size}: {:?} {:?}", verdict.faults, verdict.unusable);
        assert_eq!((verdict.size, verdict.code()), (size as u64, 0));
        assert!(
            verdict.said.starts_with(&format!("verified up to size {size} by the checkpoint of ")),
            "{}",
            verdict.said
        );
        assert!(verdict.said.ends_with("; nothing is known after"));
        // And not by another key.
        let other = checked_with(&made, 2, &[], &[]);
        assert_eq!((first(&other), other.code()), ((None, Kind::Checkpoint), 1), "{size}");
    }
}

#[test]
fn a_log_that_has_grown_since_its_checkpoint_is_good() {
    let entries = encoded(&day(1000));
    for (old, new) in [(700, 710), (700, 1000), (512, 600), (1, 300)] {
        let mut made = Made::of(&entries[..new], 1);
        let leaves: Vec<_> = entries[..old].iter().map(|entry| Hash::of_leaf(entry)).collect();
        let checkpoint = note(old as u64, root_of(&leaves), 1);
        made.files.insert("checkpoint".to_owned(), checkpoint.into_bytes());
        let verdict = checked(&made);
        assert!(verdict.good && verdict.size == old as u64, "{old} {new}: {:?}", verdict.faults);
    }
}

#[test]
fn a_checkpoint_of_more_records_than_there_can_be_is_looked_at_quickly() {
    let mut made = Made::of(&encoded(&day(300)), 1);
    for size in [301, 1 << 40, u64::MAX - 1, u64::MAX] {
        let note = note(size, Hash::of_nothing(), 1);
        made.files.insert("checkpoint".to_owned(), note.into_bytes());
        let verdict = checked(&made);
        assert_eq!(first(&verdict), (Some(256), Kind::Missing), "{:?}", verdict.faults);
    }
}

#[test]
fn earlier_checkpoints_are_held_to() {
    let entries = encoded(&day(700));
    let made = Made::of(&entries, 1);
    let older: Vec<_> = [0, 1, 255, 256, 300, 512, 699, 700]
        .map(|size| given(&size.to_string(), &Made::of(&entries[..size], 1).checkpoint()))
        .into();
    let verdict = checked_with(&made, 1, &older, &[]);
    assert!(verdict.good, "{:?} {:?}", verdict.faults, verdict.unusable);
    assert!(verdict.checkpoints.iter().all(|held| held.fits) && verdict.checkpoints.len() == 8);
    // Another history, signed by the log's own key all the same.
    let mut other = day(700);
    other[5].0 = event("x", "y");
    let forged = Made::of(&encoded(&other), 1);
    assert!(checked(&forged).good, "the log alone cannot tell");
    let verdict = checked_with(&forged, 1, &older[4..5], &[]);
    assert_eq!(first(&verdict), (None, Kind::Inconsistent), "{:?}", verdict.faults);
    // Shorter than it was.
    let cut = Made::of(&entries[..300], 1);
    let verdict = checked_with(&cut, 1, &older[6..], &[]);
    assert_eq!((first(&verdict), verdict.faults.len()), ((None, Kind::Truncated), 2));
    // What the log's key did not sign is no evidence, and is said.
    let leaves: Vec<_> = entries[..9].iter().map(|entry| Hash::of_leaf(entry)).collect();
    let strange = given("strange", &note(9, root_of(&leaves), 3));
    let verdict = checked_with(&made, 1, &[strange, given("none", "x")], &[]);
    assert_eq!((verdict.code(), verdict.unusable.len(), verdict.good), (2, 2, false));
}

#[test]
fn time_goes_forward_unless_a_record_says_why_not() {
    let log = |records: &[(Record, Moment)]| checked(&Made::of(&encoded(records), 1));
    for at in [20, 255, 256, 299] {
        let mut records = day(300);
        records[at].1.wall = BEGUN - 1;
        let verdict = log(&records);
        assert_eq!(first(&verdict), (Some(at as u64), Kind::Time), "{:?}", verdict.faults);
        records[at].0 = event(event::CLOCK, "-20 s");
        assert!(log(&records).good, "a clock-step");
        records[at].1.monotonic = 0;
        assert_eq!(
            first(&log(&records)),
            (Some(at as u64), Kind::Time),
            "but not for the other clock"
        );
        records[at].0 = event(event::START, "0.1.0");
        assert!(log(&records).good, "a start");
        records[at].0 = event(event::STOP, "");
        assert_eq!(first(&log(&records)), (Some(at as u64), Kind::Time));
    }
}

#[test]
fn changes_of_the_key_are_followed() {
    let change =
        |old: u8, new: u8| Record::Event(rotation::make(&signer(old), &signer(new)).unwrap());
    let mut records = day(600);
    records[100].0 = change(1, 2);
    records[400].0 = change(2, 3);
    let entries = encoded(&records);
    let made = Made::of(&entries, 3);
    for seed in [1, 2, 3] {
        let verdict = checked_with(&made, seed, &[], &[]);
        assert!(verdict.good && verdict.key_changes.len() == 2, "{seed}: {:?}", verdict.faults);
        assert_eq!(verdict.signed_by, Some(key(3).to_string()));
    }
    assert_eq!(checked_with(&made, 4, &[], &[]).code(), 1);
    // Each checkpoint by the key of its time.
    let by = |size: usize, seed| given("old", &Made::of(&entries[..size], seed).checkpoint());
    for (size, seed, code) in
        [(100, 1, 0), (101, 2, 0), (101, 1, 2), (100, 2, 2), (400, 2, 0), (401, 3, 0), (401, 2, 2)]
    {
        assert_eq!(checked_with(&made, 1, &[by(size, seed)], &[]).code(), code, "{size} {seed}");
    }
    // A key that was put aside signs no more.
    assert_eq!(first(&checked_with(&Made::of(&entries, 2), 1, &[], &[])), (None, Kind::Checkpoint));
    // A change that does not follow, and one that only one key signed.
    records[400].0 = change(1, 3);
    let verdict = checked(&Made::of(&encoded(&records), 3));
    assert_eq!(first(&verdict), (Some(400), Kind::KeyChange));
    let Record::Event(mut half) = change(2, 3) else { panic!() };
    half.detail.replace_range(half.detail.len() - 10..half.detail.len() - 9, "!");
    records[400].0 = Record::Event(half);
    assert_eq!(first(&checked(&Made::of(&encoded(&records), 3))), (Some(400), Kind::KeyChange));
}

#[test]
fn witnesses_have_to_have_signed() {
    let entries = encoded(&day(300));
    let mut made = Made::of(&entries, 1);
    let witness = Ed25519Signer::from_seed("w.example/one", &[9; 32]).unwrap();
    let witness_key = WitnessKey::new("w.example/one", witness.public_key()).unwrap();
    let missing = checked_with(&made, 1, &[], std::slice::from_ref(&witness_key));
    assert_eq!((first(&missing), missing.code()), ((None, Kind::Witness), 1));
    let mut old = Note::parse(Made::of(&entries[..200], 1).checkpoint()).unwrap();
    cosign(&mut old, &witness, 1_795_333_300).unwrap();
    let old = given("old", &old.to_string());
    let verdict =
        checked_with(&made, 1, std::slice::from_ref(&old), std::slice::from_ref(&witness_key));
    assert!(verdict.good && verdict.witnesses[0].size == 200, "{:?}", verdict.faults);
    assert!(
        !verdict.said.contains("2026-11-22T07:41:40Z"),
        "it saw another size: {}",
        verdict.said
    );
    let mut note = Note::parse(made.checkpoint()).unwrap();
    cosign(&mut note, &witness, 1_795_333_400).unwrap();
    made.files.insert("checkpoint".to_owned(), note.to_string().into_bytes());
    let verdict = checked_with(&made, 1, &[old], std::slice::from_ref(&witness_key));
    assert!(verdict.good && verdict.witnesses[0].size == 300);
    let said =
        "verified up to size 300 by the checkpoint of 2026-11-22T07:43:20Z; nothing is known after";
    assert_eq!(verdict.said, said);
    note.signatures.last_mut().unwrap().bytes[20] ^= 1;
    made.files.insert("checkpoint".to_owned(), note.to_string().into_bytes());
    assert_eq!(checked_with(&made, 1, &[], &[witness_key]).code(), 1);
}
