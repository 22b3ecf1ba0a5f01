//! The files that others read: tiles, entry bundles, proof files.
#![cfg(test)]
#![expect(clippy::string_slice, reason = "a test stops where it fails")]

mod trees;

use payhsm_audit::checkpoint::Checkpoint;
use payhsm_audit::hash::Hash;
use payhsm_audit::note::{Ed25519Signer, Signer, VerifierKey};
use payhsm_audit::proof::{CheckError, MalformedProof, TlogProof};
use payhsm_audit::tile::{
    MalformedBundle, TileError, TileId, Tiles, TooLong, all_tiles, entries_path, parse_bundle,
    put_entry,
};
use payhsm_audit::tree::{Nodes, inclusion_proof, root, root_of};
use std::convert::Infallible;
use trees::{Files, leaves};

/// C2SP tlog-tiles, "Merkle Tree".
#[test]
fn published_paths() {
    let path = |level, index, width| TileId { level, index, width }.path();
    assert_eq!(path(0, 1_234_067, 256), "tile/0/x001/x234/067");
    assert_eq!(path(0, 1_234_067, 5), "tile/0/x001/x234/067.p/5");
    assert_eq!(path(1, 0, 255), "tile/1/000.p/255");
    assert_eq!(path(63, 999, 256), "tile/63/999");
    assert_eq!(path(2, 1000, 1), "tile/2/x001/000.p/1");
    assert_eq!(entries_path(1_234_067, 256), "tile/entries/x001/x234/067");
    assert_eq!(entries_path(0, 1), "tile/entries/000.p/1");
}

/// C2SP tlog-tiles, "Partial Tiles".
#[test]
fn published_sizes() {
    let tiles: Vec<_> = all_tiles(70_000).collect();
    let count = |level, full| {
        tiles.iter().filter(|tile| tile.level == level && tile.is_full() == full).count()
    };
    let partial = |level| TileId::in_tree(level, count(level, true) as u64, 70_000).unwrap().width;
    assert_eq!((count(0, true), count(0, false), partial(0)), (273, 1, 112));
    assert_eq!((count(1, true), count(1, false), partial(1)), (1, 1, 17));
    assert_eq!((count(2, true), count(2, false), partial(2)), (0, 1, 1));
    assert_eq!(tiles.len(), 277);
    let paths = |size| all_tiles(size).map(|tile| tile.path()).collect::<Vec<_>>();
    assert_eq!(paths(256), ["tile/0/000", "tile/1/000.p/1"]);
    assert_eq!(paths(257), ["tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]);
    assert_eq!((paths(0).len(), paths(1)), (0, vec!["tile/0/000.p/1".to_owned()]));
    let last = TileId { level: 7, index: 0, width: 255 };
    assert_eq!(TileId::in_tree(7, 0, u64::MAX), Some(last));
    assert_eq!(TileId::in_tree(8, 0, u64::MAX), None);
    assert_eq!(TileId::in_tree(0, u64::MAX, u64::MAX), None);
}

#[test]
fn a_tile_of_another_length_is_refused() {
    let leaves = leaves(300);
    let files = Files::of(&leaves);
    let wide = Tiles::new(270, |tile| files.read(tile));
    assert_eq!(root(270, &wide), Ok(root_of(&leaves[..270])));
    assert_eq!(wide.node(8, 1), Err(TileError::NoSuchNode { level: 8, index: 1 }));
    assert_eq!(wide.node(0, 270), Err(TileError::NoSuchNode { level: 0, index: 270 }));
    assert_eq!(wide.node(200, 0), Err(TileError::NoSuchNode { level: 200, index: 0 }));
    for bytes in [0, 31, 32 * 13, 32 * 14 + 1, 32 * 257] {
        let short = Tiles::new(270, |_| Ok::<_, Infallible>(vec![0; bytes]));
        assert!(matches!(short.node(0, 260), Err(TileError::WrongLength { .. })), "{bytes}");
    }
}

#[test]
fn an_entry_bundle() {
    let mut bundle = Vec::new();
    put_entry(b"one", &mut bundle).unwrap();
    put_entry(b"", &mut bundle).unwrap();
    assert_eq!(bundle, b"\0\x03one\0\0");
    put_entry(&[7; 0xFFFF], &mut bundle).unwrap();
    assert_eq!(put_entry(&[7; 0x1_0000], &mut bundle), Err(TooLong));
    assert_eq!(parse_bundle(&bundle), Ok(vec![b"one".as_slice(), b"", &[7; 0xFFFF]]));
    for (cut, entry) in [(1, 0), (2, 0), (4, 0), (6, 1), (8, 2), (bundle.len() - 1, 2)] {
        assert_eq!(parse_bundle(&bundle[..cut]), Err(MalformedBundle::Cut(entry)), "{cut}");
    }
    assert_eq!(parse_bundle(&[]), Ok(Vec::new()));
    assert_eq!(parse_bundle(&[0; 512]).unwrap().len(), 256);
    assert_eq!(parse_bundle(&[0; 514]), Err(MalformedBundle::TooMany));
}

fn proof_of(index: u64, size: u64) -> (TlogProof, VerifierKey) {
    let leaves = leaves(size);
    let files = Files::of(&leaves);
    let nodes = Tiles::new(size, |tile| files.read(tile));
    let log = Ed25519Signer::from_seed("log.example", &[1; 32]).unwrap();
    let (origin, root) = (log.name().to_owned(), root_of(&leaves));
    let checkpoint = Checkpoint { origin, size, root, extensions: Vec::new() };
    let proof = TlogProof {
        extra: Some(index.to_be_bytes().to_vec()),
        index,
        path: inclusion_proof(index, size, &nodes).unwrap(),
        checkpoint: checkpoint.sign(&log).unwrap(),
    };
    (proof, VerifierKey::new(log.name(), log.public_key()).unwrap())
}

/// C2SP tlog-proof, "Format".
#[test]
fn a_proof_file() {
    let (proof, key) = proof_of(5, 7);
    let text = proof.to_string();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[..3], ["c2sp.org/tlog-proof@v1", "extra AAAAAAAAAAU=", "index 5"]);
    assert_eq!(lines[3], proof.path[0].to_base64());
    assert_eq!(lines[6..9], ["", "log.example", "7"]);
    assert!(text.ends_with(&format!("\n\n{}", proof.checkpoint)));
    assert_eq!(TlogProof::parse(&text).as_ref(), Ok(&proof));
    let entry = 5_u64.to_be_bytes();
    assert_eq!(proof.check(&entry, &key).unwrap().size, 7);
    assert!(proof.check_leaf(Hash::of_leaf(&entry), &key).is_ok());

    let unproven = Err(CheckError::Unproven { index: 5, size: 7 });
    assert_eq!(proof.check(&6_u64.to_be_bytes(), &key), unproven);
    // One character of the proof or the checkpoint changed; nothing vouches for the extra data.
    let extra = text.find("extra ").unwrap()..text.find("index").unwrap();
    for (at, old) in text.char_indices().filter(|(at, _)| !extra.contains(at)) {
        let new = if old == 'A' { 'B' } else { 'A' };
        let text = format!("{}{new}{}", &text[..at], &text[at + old.len_utf8()..]);
        let read = TlogProof::parse(&text);
        assert!(read.is_err() || read.unwrap().check(&entry, &key).is_err(), "{text}");
    }
    let (single, key) = proof_of(0, 1);
    let single = TlogProof { extra: None, ..single };
    let text = single.to_string();
    assert!(text.starts_with("c2sp.org/tlog-proof@v1\nindex 0\n\nlog.example\n1\n"));
    assert!(TlogProof::parse(&text).unwrap().check(&0_u64.to_be_bytes(), &key).is_ok());
}

#[test]
fn what_is_no_proof_file() {
    use MalformedProof as No;
    let first = "c2sp.org/tlog-proof@v1\n";
    let hash = Hash::of_nothing().to_base64();
    for (text, reason) in [
        ("c2sp.org/tlog-proof@v2\nindex 0\n\na".to_owned(), No::FirstLine),
        ("c2sp.org/tlog-proof@v1".to_owned(), No::FirstLine),
        (format!("{first}index 0\n"), No::NoCheckpoint),
        (format!("{first}index 0\n\n"), No::NoCheckpoint),
        (format!("{first}extra \nindex 0\n\na"), No::Extra),
        (format!("{first}extra !\nindex 0\n\na"), No::Extra),
        (format!("{first}extra AA==\nextra AA==\nindex 0\n\na"), No::Index),
        (format!("{first}{hash}\n\na"), No::Index),
        (format!("{first}index 00\n\na"), No::Index),
        (format!("{first}index -1\n\na"), No::Index),
        (format!("{first}index 0\n{hash}\nindex 1\n\na"), No::Path(2)),
        (format!("{first}index 0\n{hash}\r\n\na"), No::Path(1)),
        (format!("{first}index 0{}\n\na", format!("\n{hash}").repeat(65)), No::TooLong),
    ] {
        assert_eq!(TlogProof::parse(&text), Err(reason), "{text}");
    }
}
