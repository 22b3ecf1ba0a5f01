//! Signed notes and checkpoints: published vectors, and everything that is not one.
#![cfg(test)]
#![expect(clippy::string_slice, reason = "a test stops where it fails")]

mod published;

use payhsm_audit::checkpoint::{Checkpoint, MalformedCheckpoint, OpenError, open, open_from};
use payhsm_audit::hash::Hash;
use payhsm_audit::note::{
    Ed25519Signer, KeyError, MalformedNote, NotSigned, Note, SignError, Signer, VerifierKey,
    sign_note,
};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use published::{cases, text};
use serde_json::Value;

fn key_of(signer: &dyn Signer) -> VerifierKey {
    VerifierKey::new(signer.name(), signer.public_key()).unwrap()
}

fn log() -> Ed25519Signer {
    Ed25519Signer::from_seed("example.com/hsm-1", &[7; 32]).unwrap()
}

fn checkpoint() -> Checkpoint {
    let root = Hash::of_leaf(b"record");
    Checkpoint { origin: log().name().to_owned(), size: 1, root, extensions: Vec::new() }
}

/// Every text with one character changed into another that may stand there.
fn misprints(text: &str) -> impl Iterator<Item = String> {
    text.char_indices().map(|(at, old)| {
        let new = if old == 'A' { 'B' } else { 'A' };
        format!("{}{new}{}", &text[..at], &text[at + old.len_utf8()..])
    })
}

fn derives(inputs: &Value, expected: &Value) {
    let secret = text(inputs, "skey");
    let parts: Vec<_> = secret.splitn(5, '+').collect();
    let seed = STANDARD.decode(parts[4]).unwrap();
    let signer = Ed25519Signer::from_seed(parts[2], seed[1..].try_into().unwrap()).unwrap();
    let key = key_of(&signer);
    assert_eq!(key.to_string(), text(expected, "vkey"));
    assert_eq!(VerifierKey::parse(text(expected, "vkey")), Ok(key));
    for misprint in misprints(text(expected, "vkey")) {
        assert!(VerifierKey::parse(&misprint).is_err(), "{misprint}");
    }
}

fn reads_body(inputs: &Value, expected: &Value) {
    let body = text(inputs, "body");
    let read = Checkpoint::parse(body);
    if expected.get("error").is_some() {
        assert!(read.is_err(), "{body}");
        return;
    }
    // The published roots are texts; a root is a SHA-256 hash, so these are refused, and good ones in their place not.
    assert_eq!(read, Err(MalformedCheckpoint::Root));
    let hash = Hash::of_leaf(text(expected, "root_hash_hex").as_bytes());
    let old = STANDARD.encode(hex::decode(text(expected, "root_hash_hex")).unwrap());
    let body = body.replace(&old, &hash.to_base64());
    let read = Checkpoint::parse(&body).unwrap();
    assert_eq!((read.origin.as_str(), read.root), (text(expected, "origin"), hash));
    assert_eq!(Some(read.size), expected["size"].as_u64());
    assert_eq!(read.extensions, text(expected, "extension_lines").lines().collect::<Vec<_>>());
    assert_eq!(read.to_string(), body);
}

fn reads_note(inputs: &Value, expected: &Value) {
    let note = Note::parse(text(inputs, "note")).unwrap();
    assert_eq!(note.to_string(), text(inputs, "note"));
    let read = Checkpoint::parse(&note.text).unwrap();
    assert_eq!(read.origin, text(expected, "origin"));
    assert_eq!(Some(read.size), expected["size"].as_u64());
    assert_eq!(hex::encode_upper(read.root.0), text(expected, "root_hash"));
    assert_eq!(note.signatures[0].name, text(expected, "signature_key_name"));
    assert_eq!(format!("{:08x}", note.signatures[0].id), text(expected, "signature_key_id"));
}

fn opens(inputs: &Value, expected: &Value) {
    let key = VerifierKey::parse(text(inputs, "vkey")).unwrap();
    let (note, origin) = (text(inputs, "note"), text(inputs, "origin"));
    let opened = open_from(note, &key, origin);
    // Its log has another name than its key.
    assert!(matches!(open(note, &key), Err(OpenError::Origin { .. })));
    if expected["valid"] == false {
        assert!(matches!(opened, Err(OpenError::Origin { .. })), "{opened:?}");
        return;
    }
    let opened = opened.unwrap();
    assert_eq!(Some(opened.size), expected["size"].as_u64());
    assert_eq!(hex::encode_upper(opened.root.0), text(expected, "root_hash"));
    for misprint in misprints(note) {
        assert!(open_from(&misprint, &key, origin).is_err(), "{misprint}");
    }
}

fn verifies(inputs: &Value, expected: &Value) {
    let key = VerifierKey::parse(text(inputs, "vkey")).unwrap();
    let good = |note: &str| Note::parse(note).is_ok_and(|note| note.verify(&key).is_ok());
    let note = text(inputs, "note");
    assert_eq!(expected["valid"].as_bool(), Some(good(note)), "{note}");
    if good(note) {
        let (signed, _) = note.split_once("\n\n").unwrap();
        let own = note.rfind(&format!("\u{2014} {} ", key.name())).unwrap();
        for (at, misprint) in note.char_indices().map(|(at, _)| at).zip(misprints(note)) {
            // Another's line may say what it wants, as long as it is one.
            assert!((signed.len() + 2..own).contains(&at) || !good(&misprint), "{misprint}");
        }
    }
}

#[test]
fn published_vectors() {
    let cases = cases("checkpoints");
    for case in &cases {
        let (inputs, expected) = (&case["inputs"], &case["expected"]);
        match text(inputs, "op") {
            "derive_vkey_from_skey" => derives(inputs, expected),
            "parse_checkpoint" => reads_note(inputs, expected),
            "parse_checkpoint_body" => reads_body(inputs, expected),
            "verify_checkpoint" => opens(inputs, expected),
            "verify_signed_note" => verifies(inputs, expected),
            other => panic!("{other}"),
        }
    }
    assert_eq!(cases.len(), 14);
}

#[test]
fn the_example_of_the_signed_note_standard() {
    let note = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\n\
        ed è subito sera.\n\n\u{2014} quasimodo.example/salvatore \
        NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";
    let read = Note::parse(note).unwrap();
    assert!(read.text.ends_with("sole:\n\ned è subito sera.\n"));
    assert_eq!(read.signatures[0].name, "quasimodo.example/salvatore");
    assert_eq!((read.signatures[0].id, read.signatures[0].bytes.len()), (0x367b_a04b, 64));
    assert_eq!(read.to_string(), note);
}

#[test]
fn what_is_signed_opens_and_nothing_else() {
    let (signer, key) = (log(), key_of(&log()));
    let mut signed = checkpoint();
    signed.extensions.push("of test".to_owned());
    let note = signed.sign(&signer).unwrap();
    assert_eq!(open(&note, &key), Ok(signed.clone()));
    for misprint in misprints(&note) {
        assert!(open(&misprint, &key).is_err(), "{misprint}");
    }
    for cut in 0..note.len() {
        assert!(open(&note.as_bytes()[..cut], &key).is_err(), "{cut}");
    }
    // Another key of the same name is another key.
    let other = Ed25519Signer::from_seed(signer.name(), &[8; 32]).unwrap();
    assert!(matches!(
        open(&note, &key_of(&other)),
        Err(OpenError::NotSigned(NotSigned::NoSignature(_)))
    ));
    // The log of another name, with the same key.
    signed.origin = "example.com/hsm-2".to_owned();
    assert!(matches!(open(signed.sign(&signer).unwrap(), &key), Err(OpenError::Origin { .. })));
    let letter = sign_note("Dear auditor,\n", &signer).unwrap();
    assert_eq!(open(letter, &key), Err(MalformedCheckpoint::Lines.into()));
}

#[test]
fn old_and_new_key_of_a_log_sign_one_checkpoint() {
    let (old, new) = (log(), Ed25519Signer::from_seed(log().name(), &[9; 32]).unwrap());
    let mut note = Note::parse(checkpoint().sign(&old).unwrap()).unwrap();
    note.sign(&new).unwrap();
    note.sign(&new).unwrap();
    assert_eq!(note.signatures.len(), 2);
    for signer in [&old, &new] {
        assert_eq!(open(note.to_string(), &key_of(signer)), Ok(checkpoint()));
    }
    // A bad line of a known key spoils the note, even beside a good one.
    let mut bad = note.signatures[1].clone();
    bad.bytes[0] ^= 1;
    note.signatures.push(bad);
    assert!(note.verify(&key_of(&old)).is_ok());
    assert!(matches!(note.verify(&key_of(&new)), Err(NotSigned::BadSignature(_))));
}

#[test]
fn what_is_no_note() {
    use MalformedNote as No;
    let line = "\u{2014} a AAAAAAA=\n";
    for (note, reason) in [
        (format!("text\n\n{line}\r"), No::ControlCharacter),
        (format!("te\txt\n\n{line}"), No::ControlCharacter),
        (format!("text\n{line}"), No::NoSignatures),
        ("text\n\n".to_owned(), No::NoSignatures),
        (String::new(), No::NoSignatures),
        ("text\n\n- a AAAAAAA=\n".to_owned(), No::Line(1)),
        (format!("text\n\n{line}\u{2014} a AAAAAA==\n"), No::Line(2)),
        (format!("text\n\n{line}\u{2014} a AAAAAAA\n"), No::Line(2)),
        (format!("text\n\n{line}\u{2014} a AAAAAAB=\n"), No::Line(2)),
        ("text\n\n\u{2014} a+b AAAAAAA=\n".to_owned(), No::Line(1)),
        ("text\n\n\u{2014}  AAAAAAA=\n".to_owned(), No::Line(1)),
        ("text\n\n\u{2014} a\u{a0}b AAAAAAA=\n".to_owned(), No::Line(1)),
        (format!("text\n\n{}", line.trim_end()), No::Line(1)),
        (format!("text\n\n{}", line.repeat(101)), No::TooMany),
        (format!("{}\n\n{line}", "a".repeat(1_000_000)), No::TooLong),
    ] {
        assert_eq!(Note::parse(&note), Err(reason), "{}", &note[..note.len().min(99)]);
    }
    assert_eq!(Note::parse(b"\xff\n\n\xe2\x80\x94 a AAAAAAA=\n"), Err(No::NotUtf8));
    assert_eq!(Note::parse(format!("text\n\n{}", line.repeat(100))).unwrap().signatures.len(), 100);
}

#[test]
fn what_is_no_checkpoint() {
    use MalformedCheckpoint as No;
    let root = Hash::of_nothing().to_base64();
    for (text, reason) in [
        (format!("log\n1\n{root}"), No::Lines),
        ("log\n1\n".to_owned(), No::Lines),
        (format!("\n1\n{root}\n"), No::Origin),
        (format!("log\n01\n{root}\n"), No::Size),
        (format!("log\n+1\n{root}\n"), No::Size),
        (format!("log\n18446744073709551616\n{root}\n"), No::Size),
        (format!("log\n1\n{}\n", root.trim_end_matches('=')), No::Root),
        (format!("log\n1\n{root}\n\n"), No::Extension),
    ] {
        assert_eq!(Checkpoint::parse(&text), Err(reason), "{text}");
    }
    assert_eq!(Checkpoint::parse(&format!("log\n{}\n{root}\n", u64::MAX)).unwrap().size, u64::MAX);
    for origin in ["", "a\nb", "a\tb"] {
        let no = Checkpoint { origin: origin.to_owned(), ..checkpoint() };
        assert!(matches!(no.sign(&log()), Err(SignError::Text(_))), "{origin:?}");
    }
    assert_eq!(VerifierKey::new("a b", [0; 32]), Err(KeyError::Name));
    let witness = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";
    assert_eq!(VerifierKey::parse(witness), Err(KeyError::Algorithm { found: 4, expected: 1 }));
}
