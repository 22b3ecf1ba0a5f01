//! The audit log as anybody may find it: entries, notes, proofs, keys.

use super::given::{Given, whatever};
use super::text::inputs;
use payhsm_audit::checkpoint::{self, Checkpoint};
use payhsm_audit::cosignature::{self, WitnessKey};
use payhsm_audit::hash::Hash;
use payhsm_audit::note::{Ed25519Signer, Note, Signer, VerifierKey};
use payhsm_audit::proof::{TlogProof, verify_consistency, verify_inclusion};
use payhsm_audit::record::{Act, Command, Entry, Event, Moment, Record};
use payhsm_audit::tile::{TileId, parse_bundle, put_entry};
use payhsm_audit::tree::{consistency_proof, inclusion_proof, root_of};
use payhsm_audit::verify::rotation;
use payhsm_audit::verify::{parse_time, rfc_3339};
use payhsm_audit::witness::{Request, SecretKey, folder};
use std::sync::OnceLock;

pub(super) const ORIGIN: &str = "test.example/log";

pub(super) fn signer() -> Ed25519Signer {
    Ed25519Signer::from_seed(ORIGIN, &[7; 32]).expect("a seed")
}

pub(super) fn key() -> &'static VerifierKey {
    static KEY: OnceLock<VerifierKey> = OnceLock::new();
    KEY.get_or_init(|| VerifierKey::new(ORIGIN, signer().public_key()).expect("a key"))
}

pub(super) fn witness() -> &'static WitnessKey {
    static KEY: OnceLock<WitnessKey> = OnceLock::new();
    KEY.get_or_init(|| {
        let signer = witness_signer();
        WitnessKey::new(signer.name(), signer.public_key()).expect("a key")
    })
}

fn witness_signer() -> Ed25519Signer {
    Ed25519Signer::from_seed("witness.example/w1", &[9; 32]).expect("a seed")
}

/// An entry, or a bundle of entries. What is read is written as it was: a record has one encoding.
pub fn entry(data: &[u8]) {
    if let Ok(entry) = Entry::take(data) {
        let mut again = Vec::new();
        entry.record.put(entry.index, entry.moment, &mut again);
        assert_eq!(again, data);
        assert_eq!(Entry::index_of(data), Ok(entry.index));
        assert_eq!(Entry::moment_of(data), Ok(entry.moment));
    }
    if let Ok(entries) = parse_bundle(data) {
        let mut again = Vec::new();
        entries.iter().for_each(|entry| put_entry(entry, &mut again).expect("an entry"));
        assert_eq!(again, data);
    }
    if let Ok(text) = std::str::from_utf8(data) {
        drop(rotation::check(text));
        if let Some(micros) = parse_time(text) {
            assert_eq!(parse_time(&rfc_3339(micros)), Some(micros));
        }
    }
}

/// The texts that logs, witnesses and auditors give each other: notes, checkpoints, keys, requests, answers, proofs. What is
/// read is written as it was.
pub fn note(data: &[u8]) {
    if let Ok(note) = Note::parse(data) {
        assert_eq!(note.to_string().as_bytes(), data);
        drop(note.verify(key()));
        drop(cosignature::verify(&note, witness()));
        let mut other = note.clone();
        drop(cosignature::merge(&mut other, &note, &[witness().clone()]));
    }
    drop(checkpoint::open(data, key()));
    if let Ok(folder::Answer::Seen(size)) = folder::Answer::parse(data) {
        assert_eq!(format!("{size}\n").as_bytes(), data);
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        assert_eq!(checkpoint.to_string(), text);
        // Signed, it is believed, whatever it says.
        if let Ok(note) = checkpoint.sign(&signer()) {
            let opened = checkpoint::open_from(&note, key(), &checkpoint.origin);
            assert_eq!(opened.as_ref(), Ok(&checkpoint));
        }
    }
    if let Ok(key) = VerifierKey::parse(text) {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(key) = WitnessKey::parse(text) {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(key) = SecretKey::parse(text) {
        assert_eq!(key.to_text(), text);
    }
    if let Ok(request) = Request::parse(text) {
        assert_eq!(request.to_string(), text);
    }
    if let Ok(proof) = TlogProof::parse(text) {
        assert_eq!(proof.to_string(), text);
        drop(proof.check(b"an entry", key()));
        drop(cosignature::verify(
            &Note { text: proof.checkpoint, signatures: Vec::new() },
            witness(),
        ));
    }
}

/// Proofs of trees: whatever sizes and hashes are named; and those of a tree that there is, which prove what they are made for
/// and nothing else.
pub fn proof(data: &[u8]) {
    let mut given = Given::new(data);
    let (index, old, new) = (given.long(), given.long(), given.long());
    let hashes: Vec<_> = (0..given.byte() % 70).map(|_| Hash(given.array())).collect();
    let any = |at: usize| hashes.get(at).copied().unwrap_or(Hash([0; 32]));
    whatever(verify_inclusion(any(0), index, new, &hashes, any(1)));
    whatever(verify_consistency(old, any(0), new, any(1), &hashes));
    whatever(TileId::in_tree(given.byte(), index, new));

    let leaves: Vec<_> =
        (0..1 + given.below(600)).map(|n| Hash::of_leaf(&n.to_be_bytes())).collect();
    let size = u64::try_from(leaves.len()).expect("a size");
    let nodes = |level: u8, index: u64| {
        let from = usize::try_from(index << level).expect("a place");
        Ok::<_, ()>(root_of(&leaves[from..from + (1 << level)]))
    };
    let place = u64::from(given.short()) % size;
    let leaf = leaves[usize::try_from(place).expect("a place")];
    let root = root_of(&leaves);
    let path = inclusion_proof(place, size, &nodes).expect("a proof");
    assert!(verify_inclusion(leaf, place, size, &path, root).is_ok());
    let text = TlogProof {
        extra: given.flag().then(|| place.to_be_bytes().to_vec()),
        index: place,
        path: path.clone(),
        checkpoint: Checkpoint { origin: ORIGIN.to_owned(), size, root, extensions: Vec::new() }
            .sign(&signer())
            .expect("a checkpoint"),
    };
    let text = TlogProof::parse(&text.to_string()).expect("what was written can be read");
    assert!(text.check_leaf(leaf, key()).is_ok());
    let old = 1 + u64::from(given.short()) % size;
    let before = root_of(&leaves[..usize::try_from(old).expect("a size")]);
    let grown = consistency_proof(old, size, &nodes).expect("a proof");
    assert!(verify_consistency(old, before, size, root, &grown).is_ok());
    let other = u64::from(given.short()) % size;
    if other != place {
        assert!(verify_inclusion(leaf, other, size, &path, root).is_err());
    }
    let mut wrong = path;
    if !wrong.is_empty() {
        let at = given.below(wrong.len());
        wrong[at].0[given.below(32)] ^= 1 + given.byte() % 255;
        assert!(verify_inclusion(leaf, place, size, &wrong, root).is_err());
    }
}

fn records() -> Vec<Record> {
    vec![
        Record::Event(Event { name: "start".to_owned(), detail: "0.1.0".to_owned() }),
        Record::Command(Command {
            peer: "127.0.0.1:40000".to_owned(),
            caller: "api".to_owned(),
            code: *b"CA",
            outcome: *b"00",
            lmk: Some(2),
            keys: vec!["label:tpk".to_owned(), "kcv:A1B2C3".to_owned()],
            zones: vec!["VIS".to_owned()],
            account: Some("********3936".to_owned()),
            fingerprint: Some([7; 16]),
        }),
        Record::Act(Act {
            officers: vec!["alice".to_owned(), "bob".to_owned()],
            act: "set-zone".to_owned(),
            about: "VIS".to_owned(),
            outcome: "done".to_owned(),
            said: "The zone VIS was made.".to_owned(),
        }),
    ]
}

pub(super) fn entries(count: usize) -> Vec<Vec<u8>> {
    let records = records();
    (0_u64..)
        .zip(records.iter().cycle().take(count))
        .map(|(index, record)| {
            let mut bytes = Vec::new();
            let moment = Moment { wall: 1_700_000_000_000_000 + index, monotonic: index };
            record.put(index, moment, &mut bytes);
            bytes
        })
        .collect()
}

/// Seeds of [`entry`].
#[must_use]
pub fn entry_seeds() -> Vec<Vec<u8>> {
    let entries = entries(3);
    let mut bundle = Vec::new();
    entries.iter().for_each(|entry| put_entry(entry, &mut bundle).expect("an entry"));
    let mut seeds = entries;
    seeds.push(bundle);
    seeds.extend(inputs(&["2026-11-22", "2026-11-22T10:20:30.123456Z"]));
    let before = VerifierKey::new(ORIGIN, signer().public_key()).expect("a key");
    seeds.push(format!("{before} {before} AAAA AAAA").into_bytes());
    seeds
}

/// Seeds of [`note`].
#[must_use]
pub fn note_seeds() -> Vec<Vec<u8>> {
    let root = root_of(&[Hash::of_leaf(b"an entry")]);
    let checkpoint =
        Checkpoint { origin: ORIGIN.to_owned(), size: 1, root, extensions: Vec::new() };
    let note = checkpoint.sign(&signer()).expect("a checkpoint");
    let mut cosigned = Note::parse(&note).expect("a note");
    cosignature::cosign(&mut cosigned, &witness_signer(), 1_700_000_000).expect("a cosignature");
    let request = Request { old: 1, proof: vec![root, root], checkpoint: note.clone() };
    let proof = TlogProof {
        extra: Some(b"an entry".to_vec()),
        index: 0,
        path: vec![root],
        checkpoint: note.clone(),
    };
    let with_line = Checkpoint { extensions: vec!["more".to_owned()], ..checkpoint };
    // The seed of the pair is the 32 bytes 09, as everybody can see.
    let secret = format!(
        "PRIVATE+KEY+witness.example/w1+{:08x}+BAkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJ",
        witness().id()
    );
    vec![
        note.into_bytes(),
        cosigned.to_string().into_bytes(),
        with_line.to_string().into_bytes(),
        request.to_string().into_bytes(),
        proof.to_string().into_bytes(),
        key().to_string().into_bytes(),
        witness().to_string().into_bytes(),
        secret.into_bytes(),
        b"1234\n".to_vec(),
    ]
}

/// Seeds of [`proof`].
#[must_use]
pub fn proof_seeds() -> Vec<Vec<u8>> {
    let head = [0_u64, 3, 7].map(u64::to_be_bytes).concat();
    vec![
        [&head, &[2][..], &[1; 64], &[0, 0, 200, 0, 9, 0, 0, 50, 0, 3, 0, 1, 0, 2, 0]].concat(),
        head,
    ]
}
