//! A witness: what it cosigns, and what it must never cosign (C2SP tlog-witness).
#![cfg(test)]

use payhsm_audit::checkpoint::Checkpoint;
use payhsm_audit::cosignature::{self, WitnessKey};
use payhsm_audit::hash::Hash;
use payhsm_audit::note::{Ed25519Signer, Note, Signer as _, VerifierKey};
use payhsm_audit::tile::all_tiles;
use payhsm_audit::tree::root_of;
use payhsm_audit::verify::Source;
use payhsm_audit::witness::{
    MalformedRequest, Refusal, Request, SecretKey, Seen, State, StateError, consider, root_at,
};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

const LOG: &str = "hsm-1.bank.example/audit";
const NOW: u64 = 1_795_329_612;

/// The files of a tree.
struct Tree {
    leaves: Vec<Hash>,
    files: BTreeMap<String, Vec<u8>>,
}

impl Tree {
    fn new(leaves: Vec<Hash>) -> Self {
        let size = u64::try_from(leaves.len()).unwrap();
        let mut files = BTreeMap::new();
        for tile in all_tiles(size) {
            let below = 256_usize.pow(u32::from(tile.level));
            let first = usize::try_from(tile.index).unwrap() * 256;
            let hash = |at: usize| root_of(&leaves[at * below..(at + 1) * below]).0;
            let hashes = first..first + usize::from(tile.width);
            files.insert(tile.path(), hashes.flat_map(hash).collect());
        }
        Self { leaves, files }
    }

    /// So many records; `kind` makes others of them, from the one with this number on.
    fn of(size: u32, other_from: u32) -> Self {
        let leaf = |at: u32| {
            Hash::of_leaf(&[&at.to_be_bytes()[..], &[u8::from(at >= other_from)]].concat())
        };
        Self::new((0..size).map(leaf).collect())
    }

    fn note(&self, signer: &Ed25519Signer, size: usize) -> String {
        let root = root_of(&self.leaves[..size]);
        let (origin, size) = (signer.name().to_owned(), size as u64);
        Checkpoint { origin, size, root, extensions: Vec::new() }.sign(signer).unwrap()
    }

    fn request(&self, signer: &Ed25519Signer, old: u64) -> String {
        let note = self.note(signer, self.leaves.len());
        Request::make(self, &note, old).unwrap().to_string()
    }
}

impl Source for Tree {
    fn read(&self, path: &str) -> io::Result<Option<Cow<'_, [u8]>>> {
        Ok(self.files.get(path).map(|bytes| Cow::Borrowed(bytes.as_slice())))
    }

    fn widths(&self, _: &str) -> io::Result<Vec<u16>> {
        Ok(Vec::new())
    }
}

fn log_signer() -> Ed25519Signer {
    Ed25519Signer::from_seed(LOG, &[1; 32]).unwrap()
}

fn key_of(signer: &Ed25519Signer) -> VerifierKey {
    VerifierKey::new(signer.name(), signer.public_key()).unwrap()
}

struct Witness {
    key: SecretKey,
    folder: tempfile::TempDir,
}

impl Witness {
    fn new() -> Self {
        let key = SecretKey::generate("witness.example/w1").unwrap();
        Self { key, folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("seen")
    }

    fn open(&self) -> State {
        self.try_open(&self.file()).unwrap()
    }

    fn try_open(&self, file: &Path) -> Result<State, StateError> {
        let signer = self.key.signer();
        State::open(
            file,
            signer.unwrap_or_else(|error| panic!("{error}")),
            vec![key_of(&log_signer())],
        )
    }

    fn public(&self) -> &WitnessKey {
        self.key.public()
    }
}

/// Whether a line cosigns the checkpoint of a request.
fn cosigns(request: &str, line: &str, key: &WitnessKey) -> bool {
    let note = Request::parse(request).unwrap().checkpoint + line;
    cosignature::verify(&Note::parse(note).unwrap(), key).is_ok_and(|time| time == NOW)
}

#[test]
fn a_log_that_grows_is_cosigned() {
    let (witness, log) = (Witness::new(), log_signer());
    let mut state = witness.open();
    let mut old = 0;
    for size in [1, 2, 3, 255, 256, 257, 300, 70_000, 70_000] {
        let tree = Tree::of(size, u32::MAX);
        let request = tree.request(&log, old);
        let line = consider(&request, NOW, &mut state).unwrap();
        assert!(cosigns(&request, &line, witness.public()), "{size}");
        old = u64::from(size);
        assert_eq!(state.seen(LOG), Some(Seen { size: old, root: root_of(&tree.leaves) }));
        for part in [1, old / 2, old] {
            let begin = &tree.leaves[..usize::try_from(part).unwrap()];
            assert_eq!(root_at(&tree, part, old).unwrap(), root_of(begin));
        }
    }
    // What it has seen is there after a start.
    drop(state);
    assert_eq!(witness.open().seen(LOG).unwrap().size, 70_000);
}

#[test]
fn nothing_smaller_and_nothing_else_is_ever_cosigned() {
    let (witness, log) = (Witness::new(), log_signer());
    let mut state = witness.open();
    let honest = Tree::of(300, u32::MAX);
    let first = honest.request(&log, 0);
    consider(&first, NOW, &mut state).unwrap();
    let seen = state.seen(LOG);
    let refused = |request: &str, state: &mut State| {
        let refusal = consider(request, NOW, state).unwrap_err();
        assert_eq!(state.seen(LOG), seen);
        refusal
    };

    // Rollback: fewer records, whatever the request says that was seen.
    let shorter = Tree::of(200, u32::MAX);
    for old in [0, 100, 200] {
        let request = shorter.request(&log, old);
        assert!(matches!(refused(&request, &mut state), Refusal::Conflict { seen: 300, .. }));
    }
    let lie = shorter.request(&log, 200).replacen("old 200", "old 300", 1);
    assert!(matches!(refused(&lie, &mut state), Refusal::Shrunk { old: 300, new: 200 }));

    // Split view: other records, as many or more.
    let split = Tree::of(300, 299).request(&log, 300);
    let refusal = refused(&split, &mut state);
    assert!(matches!(refusal, Refusal::SplitView { size: 300, .. }) && refusal.status() == 409);
    let other = Tree::of(400, 299).request(&log, 300);
    assert!(matches!(refused(&other, &mut state), Refusal::Unproven { old: 300, new: 400 }));

    // Wrong proof: each hash changed, left out or doubled; or none.
    let tree = Tree::of(400, u32::MAX);
    let good = Request::make(&tree, &tree.note(&log, 400), 300).unwrap();
    for at in 0..good.proof.len() {
        let mut bad = good.clone();
        bad.proof[at].0[0] ^= 1;
        assert_eq!(refused(&bad.to_string(), &mut state).status(), 422);
        bad.proof.remove(at);
        assert_eq!(refused(&bad.to_string(), &mut state).status(), 422);
        bad.proof.insert(at, good.proof[at]);
        bad.proof.push(good.proof[at]);
        assert_eq!(refused(&bad.to_string(), &mut state).status(), 422);
    }
    let from_nothing = tree.request(&log, 0).replacen("old 0", "old 300", 1);
    assert_eq!(refused(&from_nothing, &mut state).status(), 422);

    // Replay of what was cosigned: where the log is now, it can be said again; behind that it cannot.
    let again = honest.request(&log, 300);
    let line = consider(&again, NOW, &mut state).unwrap();
    assert!(cosigns(&again, &line, witness.public()));
    consider(&good.to_string(), NOW, &mut state).unwrap();
    for replayed in [&first, &again, &good.to_string()] {
        let refusal = consider(replayed, NOW, &mut state).unwrap_err();
        assert!(matches!(refusal, Refusal::Conflict { seen: 400, .. }), "{refusal}");
    }
}

#[test]
fn others_are_not_listened_to() {
    let witness = Witness::new();
    let mut state = witness.open();
    let tree = Tree::of(10, u32::MAX);
    let stranger = Ed25519Signer::from_seed("other.example/log", &[1; 32]).unwrap();
    let thief = Ed25519Signer::from_seed(LOG, &[2; 32]).unwrap();
    let refusal = consider(&tree.request(&stranger, 0), NOW, &mut state).unwrap_err();
    assert!(matches!(refusal, Refusal::UnknownLog(_)) && refusal.status() == 404);
    let refusal = consider(&tree.request(&thief, 0), NOW, &mut state).unwrap_err();
    assert!(matches!(refusal, Refusal::NotSigned(_)) && refusal.status() == 403);
    let request = tree.request(&log_signer(), 0);
    let changed = request.replacen("\n10\n", "\n11\n", 1);
    assert_eq!(consider(&changed, NOW, &mut state).unwrap_err().status(), 403);
    // A second key of the log may have signed, too.
    let mut note = Note::parse(tree.note(&thief, 10)).unwrap();
    note.sign(&log_signer()).unwrap();
    let request = Request { old: 0, proof: Vec::new(), checkpoint: note.to_string() };
    let extra = Request { proof: vec![tree.leaves[0]], ..request.clone() };
    assert_eq!(consider(&extra.to_string(), NOW, &mut state).unwrap_err().status(), 422);
    let line = consider(&request.to_string(), NOW, &mut state).unwrap();
    assert!(cosigns(&request.to_string(), &line, witness.public()));
}

#[test]
fn requests_are_read_strictly() {
    let request = Tree::of(300, u32::MAX).request(&log_signer(), 7);
    let read = Request::parse(&request).unwrap();
    assert_eq!((read.old, read.to_string()), (7, request.clone()));
    let hash = Hash::of_nothing().to_base64();
    for (bad, why) in [
        (request.replacen("old 7", "old 07", 1), MalformedRequest::Old),
        (request.replacen("old 7", "Old 7", 1), MalformedRequest::Old),
        (request.replacen("old 7\n", "old 7\r\n", 1), MalformedRequest::Old),
        (request.replacen("old 7\n", "old 7\nAA==\n", 1), MalformedRequest::Proof(1)),
        (
            format!("old 7\n{}\n{request}", format!("{hash}\n").repeat(64)),
            MalformedRequest::TooMany,
        ),
        ("old 7\n".to_owned(), MalformedRequest::NoCheckpoint),
        (format!("{request}{}", "x".repeat(70_000)), MalformedRequest::TooLong),
    ] {
        assert_eq!(Request::parse(&bad), Err(why), "{bad:.40}");
    }
    let witness = Witness::new();
    let state = &mut witness.open();
    for bad in ["", "old 0\n\nx", "old 0\n\na\nb\nc\n\n\u{2014} a AAAAAAA=\n"] {
        assert_eq!(consider(bad, NOW, state).unwrap_err().status(), 400, "{bad}");
    }
}

#[test]
fn nothing_is_signed_that_could_not_be_remembered() {
    let witness = Witness::new();
    let mut state = witness.open();
    let request = Tree::of(10, u32::MAX).request(&log_signer(), 0);
    // A folder in the way of the file that is written first.
    let way = witness.folder.path().join(".seen.new");
    fs::create_dir(&way).unwrap();
    let refusal = consider(&request, NOW, &mut state).unwrap_err();
    assert!(matches!(refusal, Refusal::State(_)), "{refusal}");
    assert_eq!(state.seen(LOG), None);
    fs::remove_dir(&way).unwrap();
    consider(&request, NOW, &mut state).unwrap();
    let text = fs::read_to_string(witness.file()).unwrap();
    assert!(text.contains("\n10 ") && text.ends_with(&format!(" {LOG}\n")), "{text}");

    assert!(matches!(witness.try_open(&witness.file()), Err(StateError::InUse(_))));
    drop(state);
    let twice = format!("{text}{}\n", text.lines().last().unwrap());
    let (cut, longer) = (text.trim_end(), format!("{text}x\n"));
    for bad in ["", "other\n", cut, &longer, &twice] {
        fs::write(witness.file(), bad).unwrap();
        let refused = witness.try_open(&witness.file());
        assert!(matches!(refused, Err(StateError::Malformed { .. })), "{bad:?}");
    }
}
