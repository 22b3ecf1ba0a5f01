//! Another implementation of the same standards, `tlog_tiles` and `signed_note`, and ours: each checks what the other makes.
#![cfg(test)]

mod trees;

use payhsm_audit::checkpoint::{self, Checkpoint};
use payhsm_audit::hash::Hash;
use payhsm_audit::note::{Ed25519Signer, Note, Signer as _, VerifierKey};
use payhsm_audit::proof::{verify_consistency, verify_inclusion};
use payhsm_audit::tile::{TileId, Tiles, all_tiles};
use payhsm_audit::tree::{consistency_proof, inclusion_proof, root, root_of};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use signed_note::{StandardSigner, StandardVerifier, VerifierList};
use std::cell::Cell;
use tlog_tiles::{
    HashReader as _, Tile, TileHashReader, TileReader, check_record, check_tree, prove_record,
    prove_tree, tree_hash,
};
use trees::{Files, leaves};

/// Sizes at which something begins or ends.
const SIZES: [u64; 12] = [1, 2, 3, 255, 256, 257, 511, 1000, 65_535, 65_536, 65_537, 70_000];

fn theirs(hash: Hash) -> tlog_tiles::Hash {
    tlog_tiles::Hash(hash.0)
}

fn ours(hashes: &[tlog_tiles::Hash]) -> Vec<Hash> {
    hashes.iter().map(|hash| Hash(hash.0)).collect()
}

fn their_proof(hashes: &[Hash]) -> Vec<tlog_tiles::Hash> {
    hashes.iter().copied().map(theirs).collect()
}

/// Our files, for their reader.
struct OurFiles<'a> {
    files: &'a Files,
    saved: Cell<usize>,
}

fn id(tile: &Tile) -> TileId {
    let width = u16::try_from(tile.width()).unwrap();
    TileId { level: tile.level(), index: tile.level_index(), width }
}

impl TileReader for OurFiles<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let cut = |tile: &Tile| {
            // Theirs have the height in the path, as the checksum database of Go has.
            assert_eq!(tile.path().replacen("tile/8/", "tile/", 1), id(tile).path());
            let Ok(mut bytes) = self.files.read(id(tile));
            bytes.truncate(id(tile).bytes());
            bytes
        };
        Ok(tiles.iter().map(cut).collect())
    }

    fn save_tiles(&self, tiles: &[Tile], _: &[Vec<u8>]) {
        // Called when the tiles make the root that was asked for.
        self.saved.set(self.saved.get() + tiles.len());
    }
}

#[test]
fn trees_tiles_and_proofs() {
    let leaves = leaves(70_000);
    let files = Files::of(&leaves);
    for size in SIZES {
        let of_size = &leaves[..usize::try_from(size).unwrap()];
        let our_root = root_of(of_size);
        let reader = OurFiles { files: &files, saved: Cell::new(0) };
        let their_nodes = TileHashReader::new(size, theirs(our_root), &reader);
        let our_nodes = Tiles::new(size, |tile| files.read(tile));
        assert_eq!(root(size, &our_nodes), Ok(our_root));
        assert_eq!(tree_hash(size, &their_nodes).unwrap(), theirs(our_root));

        let mut tiles: Vec<_> = Tile::new_tiles(8, 0, size).iter().map(id).collect();
        tiles.sort();
        let mut all: Vec<_> = all_tiles(size).collect();
        all.sort();
        assert_eq!(all, tiles);

        for other in SIZES.into_iter().filter(|other| *other <= size) {
            let (index, old) = (other - 1, other);
            let leaf = of_size[usize::try_from(index).unwrap()];
            let proof = inclusion_proof(index, size, &our_nodes).unwrap();
            let same = prove_record(size, index, &their_nodes).unwrap();
            assert_eq!(proof, ours(&same));
            let check =
                |leaf| check_record(&their_proof(&proof), size, theirs(our_root), index, leaf);
            check(theirs(leaf)).unwrap();
            assert!(check(theirs(our_root)).is_err() || size == 1);
            verify_inclusion(leaf, index, size, &ours(&same), our_root).unwrap();

            let old_root = root_of(&of_size[..usize::try_from(old).unwrap()]);
            let proof = consistency_proof(old, size, &our_nodes).unwrap();
            let same = prove_tree(size, old, &their_nodes).unwrap();
            assert_eq!(proof, ours(&same));
            let check =
                |old_root| check_tree(&their_proof(&proof), size, theirs(our_root), old, old_root);
            check(theirs(old_root)).unwrap();
            assert!(check(theirs(Hash::of_nothing())).is_err());
            verify_consistency(old, old_root, size, our_root, &ours(&same)).unwrap();
        }
        assert!(reader.saved.get() > 0);
    }
}

#[test]
fn nobody_believes_a_changed_tile() {
    // 512 leaves and not 1000: where the tree is no perfect one, version 0.2.0 of theirs leaves tiles inside it unchecked
    // (it counts subtrees where it should count tiles).
    let leaves = leaves(512);
    let root = root_of(&leaves);
    let mut files = Files::of(&leaves);
    files.0.get_mut("tile/0/001").unwrap()[100] ^= 1;
    let reader = OurFiles { files: &files, saved: Cell::new(0) };
    let nodes = TileHashReader::new(512, theirs(root), &reader);
    let leaf = tlog_tiles::stored_hash_index(0, 300);
    assert!(nodes.read_hashes(&[leaf]).is_err());
    assert_eq!(reader.saved.get(), 0);
    let nodes = Tiles::new(512, |tile| files.read(tile));
    let proof = inclusion_proof(300, 512, &nodes).unwrap();
    assert!(verify_inclusion(leaves[300], 300, 512, &proof, root).is_err());
}

const NAME: &str = "example.com/hsm-1";
const SEED: [u8; 32] = [7; 32];

fn our_signer() -> (Ed25519Signer, VerifierKey) {
    let signer = Ed25519Signer::from_seed(NAME, &SEED).unwrap();
    let key = VerifierKey::new(NAME, signer.public_key()).unwrap();
    (signer, key)
}

fn example(extensions: &[&str]) -> Checkpoint {
    Checkpoint {
        origin: NAME.to_owned(),
        size: 70_000,
        root: root_of(&leaves(7)),
        extensions: extensions.iter().map(|&line| line.to_owned()).collect(),
    }
}

#[test]
fn they_open_our_checkpoints() {
    let (signer, key) = our_signer();
    let known = VerifierList::new(vec![Box::new(StandardVerifier::new(&key.to_string()).unwrap())]);
    for checkpoint in [example(&[]), example(&["one", "two"])] {
        let note = checkpoint.sign(&signer).unwrap();
        let read = signed_note::Note::from_bytes(note.as_bytes()).unwrap();
        let (verified, unverified) = read.verify(&known).unwrap();
        assert_eq!((verified.len(), unverified.len()), (1, 0));
        assert_eq!((verified[0].name(), verified[0].id()), (key.name(), key.id()));
        let body = tlog_tiles::Checkpoint::from_bytes(read.text()).unwrap();
        assert_eq!((body.origin(), body.size()), (NAME, 70_000));
        assert_eq!(*body.hash(), theirs(checkpoint.root));
        assert_eq!(body.extension().lines().collect::<Vec<_>>(), checkpoint.extensions);
        let changed = note.replace("70000", "70001");
        let changed = signed_note::Note::from_bytes(changed.as_bytes()).unwrap();
        assert!(changed.verify(&known).is_err());
    }
}

#[test]
fn we_open_their_checkpoints() {
    let (_, key) = our_signer();
    let secret = STANDARD.encode([&[1], SEED.as_slice()].concat());
    let signer =
        StandardSigner::new(&format!("PRIVATE+KEY+{NAME}+{:08x}+{secret}", key.id())).unwrap();
    for checkpoint in [example(&[]), example(&["one", "two"])] {
        let extension: String =
            checkpoint.extensions.iter().map(|line| format!("{line}\n")).collect();
        let body = tlog_tiles::Checkpoint::new(NAME, 70_000, theirs(checkpoint.root), &extension);
        let text = body.unwrap().to_bytes();
        let mut note = signed_note::Note::new(&text, &[]).unwrap();
        note.add_sigs(&[&signer]).unwrap();
        let bytes = note.to_bytes();
        assert_eq!(checkpoint::open(&bytes, &key), Ok(checkpoint.clone()));
        // Ed25519 has one signature for a key and a text, so the notes are the same.
        assert_eq!(Note::parse(&bytes).unwrap().to_string().as_bytes(), bytes);
        assert_eq!(checkpoint.sign(&our_signer().0).unwrap().as_bytes(), bytes);
    }
}
