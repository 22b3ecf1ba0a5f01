//! Cosignatures: a published one, and what witnesses of a log of ours do.
#![cfg(test)]

use payhsm_audit::checkpoint::{Checkpoint, open};
use payhsm_audit::cosignature::{
    CosignError, MergeError, NotCosigned, WitnessKey, cosign, merge, verify,
};
use payhsm_audit::hash::Hash;
use payhsm_audit::note::{Ed25519Signer, KeyError, Note, Signer, VerifierKey};

/// A checkpoint of a public log for certificates, as it was served on 2026-05-23: signed by the log with two keys, the
/// first of another algorithm, and cosigned by witnesses. Both keys are the published ones.
const PUBLISHED: &str = "arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

\u{2014} arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
\u{2014} arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
\u{2014} transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
\u{2014} remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
";
const LOG: &str =
    "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f";
const WITNESS: &str = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";

fn witness(seed: u8) -> (Ed25519Signer, WitnessKey) {
    let signer = Ed25519Signer::from_seed(&format!("w{seed}.example"), &[seed; 32]).unwrap();
    let key = WitnessKey::new(signer.name(), signer.public_key()).unwrap();
    (signer, key)
}

fn note(size: u64) -> Note {
    let log = Ed25519Signer::from_seed("log.example", &[1; 32]).unwrap();
    let (origin, root) = (log.name().to_owned(), Hash::of_leaf(b"record"));
    let checkpoint = Checkpoint { origin, size, root, extensions: Vec::new() };
    Note::parse(checkpoint.sign(&log).unwrap()).unwrap()
}

#[test]
fn a_published_cosignature() {
    let key = WitnessKey::parse(WITNESS).unwrap();
    assert_eq!(key.to_string(), WITNESS);
    assert_eq!((key.name(), key.id()), ("remora.n621.de", 0xda77_ade7));
    let published = Note::parse(PUBLISHED).unwrap();
    assert_eq!(published.to_string(), PUBLISHED);
    assert_eq!(verify(&published, &key), Ok(0x6a12_2120));
    assert_eq!(open(PUBLISHED, &VerifierKey::parse(LOG).unwrap()).unwrap().size, 1_432_088_532);

    let bad = Err(NotCosigned::BadSignature(WITNESS.to_owned()));
    let changed = published.text.replace("1432088532", "1432088533");
    assert_eq!(verify(&Note { text: changed, ..published.clone() }, &key), bad);
    let at = published.signatures.iter().position(|line| line.name == key.name()).unwrap();
    for byte in 0..published.signatures[at].bytes.len() {
        // Time and signature alike.
        let mut changed = published.clone();
        changed.signatures[at].bytes[byte] ^= 1;
        assert_eq!(verify(&changed, &key), bad, "{byte}");
    }
    let mut gone = published;
    gone.signatures.remove(at);
    assert_eq!(verify(&gone, &key), Err(NotCosigned::NoSignature(WITNESS.to_owned())));
    for digit in ["da77ade8", "DA77ADE7", "da77ade"] {
        assert!(WitnessKey::parse(&WITNESS.replace("da77ade7", digit)).is_err());
    }
    assert_eq!(WitnessKey::parse(LOG), Err(KeyError::Algorithm { found: 1, expected: 4 }));
    // A published key of the checks of transparency-dev/formats, of algorithm 1.
    let other = "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6";
    assert_eq!(VerifierKey::parse(other).unwrap().to_string(), other);
}

#[test]
fn what_a_witness_signs() {
    let (signer, key) = witness(2);
    let mut cosigned = note(5);
    cosign(&mut cosigned, &signer, 1_679_315_147).unwrap();
    let line = &cosigned.signatures[1].bytes;
    let message = format!("cosignature/v1\ntime 1679315147\n{}", cosigned.text);
    assert_eq!(line[..8], 1_679_315_147_u64.to_be_bytes());
    assert_eq!(line[8..], signer.sign(message.as_bytes()).unwrap());
    assert_eq!(verify(&cosigned, &key), Ok(1_679_315_147));
    // Later, in place of the first.
    cosign(&mut cosigned, &signer, 1_679_315_148).unwrap();
    assert_eq!((verify(&cosigned, &key), cosigned.signatures.len()), (Ok(1_679_315_148), 2));
    assert_eq!(cosign(&mut cosigned, &signer, 1 << 63), Err(CosignError::Time));
    let mut letter = Note::unsigned("Dear witness,\n").unwrap();
    assert!(matches!(cosign(&mut letter, &signer, 1), Err(CosignError::Checkpoint(_))));
    // The same key pair as that of a log is another key.
    let as_log = VerifierKey::new(key.name(), signer.public_key()).unwrap();
    assert!(as_log.id() != key.id() && cosigned.verify(&as_log).is_err());
}

#[test]
fn cosignatures_of_one_checkpoint_come_together() {
    let ((first, first_key), (second, second_key)) = (witness(2), witness(3));
    let keys = [first_key.clone(), second_key.clone()];
    let (mut ours, mut theirs, mut newer) = (note(5), note(5), note(5));
    cosign(&mut ours, &first, 10).unwrap();
    cosign(&mut theirs, &second, 20).unwrap();
    cosign(&mut newer, &first, 30).unwrap();

    assert_eq!(merge(&mut ours, &theirs, &keys[..1]), Ok(0));
    assert_eq!(merge(&mut ours, &theirs, &keys), Ok(1));
    assert_eq!((verify(&ours, &first_key), verify(&ours, &second_key)), (Ok(10), Ok(20)));
    assert_eq!(merge(&mut ours, &theirs, &keys), Ok(0));
    let older = ours.clone();
    assert_eq!(merge(&mut ours, &newer, &keys), Ok(1));
    assert_eq!((verify(&ours, &first_key), ours.signatures.len()), (Ok(30), 3));
    assert_eq!(merge(&mut ours, &older, &keys), Ok(0));

    let before = ours.clone();
    let mut other = note(6);
    cosign(&mut other, &second, 40).unwrap();
    assert_eq!(merge(&mut ours, &other, &keys), Err(MergeError::OtherCheckpoint));
    let mut spoilt = newer;
    cosign(&mut spoilt, &second, 50).unwrap();
    spoilt.signatures[2].bytes[9] ^= 1;
    assert!(matches!(merge(&mut ours, &spoilt, &keys), Err(MergeError::NotCosigned(_))));
    assert_eq!(ours, before);
}
