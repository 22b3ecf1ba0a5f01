//! Whole logs as an auditor finds them.

use super::given::{Given, whatever};
use super::logs::{ORIGIN, entries, key, signer, witness};
use payhsm_audit::checkpoint::Checkpoint;
use payhsm_audit::hash::Hash;
use payhsm_audit::note::Note;
use payhsm_audit::tile::{TileId, Tiles, all_tiles, entries_path, put_entry};
use payhsm_audit::tree::{inclusion_proof, root_of};
use payhsm_audit::verify::{Given as Brought, Job, Source, verify};
use payhsm_audit::witness::Request;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::sync::OnceLock;

/// The files of a log, in memory.
#[derive(Clone, Debug, Default)]
struct Files(BTreeMap<String, Vec<u8>>);

impl Source for Files {
    fn read(&self, path: &str) -> io::Result<Option<Cow<'_, [u8]>>> {
        Ok(self.0.get(path).map(|bytes| Cow::Borrowed(bytes.as_slice())))
    }

    fn widths(&self, folder: &str) -> io::Result<Vec<u16>> {
        let names = self.0.keys().filter_map(|path| path.strip_prefix(folder)?.strip_prefix('/'));
        Ok(names.filter_map(|name| name.parse().ok()).collect())
    }
}

/// A log of these entries: checkpoint, bundles and tiles.
fn log(entries: &[Vec<u8>]) -> Files {
    let leaves: Vec<_> = entries.iter().map(|entry| Hash::of_leaf(entry)).collect();
    let size = u64::try_from(leaves.len()).expect("a size");
    let mut files = Files::default();
    for tile in all_tiles(size) {
        let hash = |place: u64| {
            let level = 8 * u32::from(tile.level);
            let from = usize::try_from(place << level).expect("a place");
            root_of(&leaves[from..from + (1 << level)]).0
        };
        let first = tile.index * 256;
        let hashes = (first..first + u64::from(tile.width)).flat_map(hash).collect();
        files.0.insert(tile.path(), hashes);
        if tile.level == 0 {
            let mut bundle = Vec::new();
            let first = usize::try_from(first).expect("a place");
            for entry in &entries[first..first + usize::from(tile.width)] {
                put_entry(entry, &mut bundle).expect("an entry");
            }
            files.0.insert(entries_path(tile.index, tile.width), bundle);
        }
    }
    let root = root_of(&leaves);
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size, root, extensions: Vec::new() };
    let note = checkpoint.sign(&signer()).expect("a checkpoint");
    files.0.insert("checkpoint".to_owned(), note.into_bytes());
    files
}

fn good(files: &Files, checkpoints: &[Brought]) -> bool {
    let job = Job {
        source: files,
        key: key(),
        checkpoints,
        witnesses: std::slice::from_ref(witness()),
        threads: 1,
        progress: &|_| {},
    };
    verify(&job).expect("files that can be read").faults.is_empty()
}

/// A whole log: one that was kept well and then changed, or one that the signing key itself lies about: a checkpoint of any size
/// and root over files of any bytes. A change of an entry, a hash or the checkpoint is found.
pub fn whole_log(data: &[u8]) {
    let mut given = Given::new(data);
    let honest = given.flag();
    if honest {
        static LOGS: OnceLock<Vec<Files>> = OnceLock::new();
        let logs = LOGS.get_or_init(|| [3, 1, 255, 256, 300].map(|n| log(&entries(n))).into());
        let original = given.pick(logs);
        let mut files = original.clone();
        for _ in 0..1 + given.byte() % 3 {
            let at = given.below(files.0.len());
            let Some((_, bytes)) = files.0.iter_mut().nth(at) else { continue };
            let place = given.below(bytes.len().max(1));
            match given.byte() % 4 {
                0 => bytes.truncate(place),
                1 => drop(bytes.splice(place..place, given.counted().iter().copied())),
                _ => {
                    let change = 1 + given.byte() % 255;
                    bytes.get_mut(place).into_iter().for_each(|byte| *byte ^= change);
                }
            }
        }
        if good(&files, &[]) {
            for (path, bytes) in &files.0 {
                // A line of somebody else under the checkpoint is nobody's business.
                let text = |bytes: &[u8]| Note::parse(bytes).map(|note| note.text);
                let same = path == "checkpoint" && text(bytes) == text(&original.0[path]);
                assert!(same || *bytes == original.0[path], "a change of {path} was not found");
            }
        }
    } else {
        let mut files = Files::default();
        let size = if given.flag() { given.long() } else { u64::from(given.short() % 600) };
        let root = Hash(given.array());
        let checkpoint =
            Checkpoint { origin: ORIGIN.to_owned(), size, root, extensions: Vec::new() };
        let note = checkpoint.sign(&signer()).expect("a checkpoint").into_bytes();
        let brought = Brought { name: "brought".to_owned(), note: given.counted().to_vec() };
        files.0.insert("checkpoint".to_owned(), note);
        let tiles: Vec<_> = all_tiles(size.min(100_000)).take(64).collect();
        while !given.is_empty() && !tiles.is_empty() {
            let tile = given.pick(&tiles);
            let path = match given.byte() % 3 {
                0 => tile.path(),
                1 => entries_path(tile.index, tile.width),
                _ => entries_path(u64::from(given.byte()), u16::from(given.byte()) + 1),
            };
            let bytes = match given.byte() % 3 {
                0 => given.counted().to_vec(),
                1 => given.array::<32>().repeat(usize::from(tile.width)),
                _ => {
                    let mut bundle = Vec::new();
                    for entry in entries(usize::from(tile.width).min(300)) {
                        put_entry(&entry, &mut bundle).expect("an entry");
                    }
                    bundle
                }
            };
            files.0.insert(path, bytes);
        }
        whatever(good(&files, &[brought]));
        let read = |tile: TileId| {
            files.read(&tile.path()).map(|bytes| bytes.unwrap_or_default().into_owned())
        };
        drop(inclusion_proof(size / 2, size, &Tiles::new(size, read)));
        drop(Request::make(&files, &String::from_utf8_lossy(&files.0["checkpoint"]), size / 3));
    }
}

/// Seeds of [`whole_log`].
#[must_use]
pub fn whole_log_seeds() -> Vec<Vec<u8>> {
    let lying = [&[0, 0, 1, 44][..], &[3; 32], &[0, 0, 1, 2, 1, 0, 0, 0, 1]].concat();
    vec![
        vec![1, 0, 0, 0, 0, 0, 5, 2, 7],
        vec![1, 4, 1, 0, 2, 0, 9, 0, 0, 1, 0, 3, 1, 2, 9, 9],
        lying,
    ]
}
