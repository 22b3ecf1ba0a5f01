//! `archive`: old records go into another folder, where `verify --archive` looks for them.
//!
//! Full tiles and bundles never change again, so they can lie anywhere. The log keeps the tiles above the lowest: they are a
//! part in 32,000 of it, and enough to prove that it only grew.

use super::Stop;
use super::args::{Archive, LogArgs};
use super::reader::{Log, leaf};
use crate::hash::{HASH_BYTES, Hash};
use crate::tile::{TileId, WIDTH, entries_path, parse_bundle};
use crate::tree::root_of;
use crate::verify::range::{Leaves, range_proof, range_root};
use crate::verify::{Folders, Source};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// `archive`.
pub(super) fn run(task: &Archive, out: &mut dyn Write) -> Result<(), Stop> {
    let log = Log::open(&LogArgs { folder: task.folder.clone(), archive: Some(task.to.clone()) })?;
    let size = log.size();
    if task.before > size {
        return Err(Stop::Unable(format!(
            "the checkpoint covers {size} records, fewer than {}",
            task.before
        )));
    }
    let bundles = task.before / WIDTH;
    if bundles == 0 {
        return Err(Stop::Unable(format!("there is no full bundle before record {}", task.before)));
    }
    if is_same(&task.folder, &task.to) {
        return Err(Stop::unable("log and archive are one folder"));
    }
    let end = bundles * WIDTH;
    let tiles: Vec<_> = full_tiles(end).collect();
    for tile in &tiles {
        copy(&log, &task.to, &tile.path())?;
        if tile.level == 0 {
            copy(&log, &task.to, &entries_path(tile.index, tile.width))?;
        }
    }
    // What it rests on: the copy can be checked without the log as far as this goes.
    copy_note(&task.to, &log.note)?;
    check(&log, &task.to, end)?;
    sync(&task.to)?;
    let mut removed = 0;
    if task.remove {
        for tile in tiles.iter().filter(|tile| tile.level == 0) {
            for path in [tile.path(), entries_path(tile.index, tile.width)] {
                match fs::remove_file(task.folder.join(path)) {
                    Ok(()) => removed += 1,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
    }
    let to = task.to.display();
    writeln!(out, "{to}: records 0 to {} are there, and are those of the checkpoint", end - 1)?;
    if task.remove {
        writeln!(out, "{removed} files were taken out of {}", task.folder.display())?;
    } else {
        writeln!(out, "nothing was taken out of {} (--remove does)", task.folder.display())?;
    }
    Ok(())
}

/// The tiles, level by level, that stand for records before `end` alone.
fn full_tiles(end: u64) -> impl Iterator<Item = TileId> {
    (0..8).flat_map(move |level| {
        let tiles = end / WIDTH.saturating_pow(u32::from(level) + 1);
        (0..tiles).map(move |index| TileId { level, index, width: FULL })
    })
}

fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Copies a file, unless the archive has it already.
fn copy(log: &Log, to: &Path, path: &str) -> Result<(), Stop> {
    let target = to.join(path);
    if target.exists() {
        return Ok(());
    }
    let bytes = log.source.read(path)?.ok_or_else(|| Stop::Bad(format!("{path} is not there")))?;
    put(&target, &bytes)
}

fn copy_note(to: &Path, note: &str) -> Result<(), Stop> {
    put(&to.join("checkpoint"), note.as_bytes())
}

/// Whole or not at all.
fn put(target: &Path, bytes: &[u8]) -> Result<(), Stop> {
    let mut new = target.as_os_str().to_owned();
    new.push(".new");
    let new = Path::new(&new);
    let written = target.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| {
        let mut file = File::create(new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(new, target)
    });
    written.map_err(|error| Stop::file(target, &error))
}

/// Folders are durable too before anything is taken out of the log.
fn sync(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync(&entry.path())?;
        }
    }
    File::open(folder)?.sync_all()
}

/// Reads the copy, and holds its records to the root of the checkpoint.
fn check(log: &Log, to: &Path, end: u64) -> Result<(), Stop> {
    let archive = Folders::new(to.to_owned(), None);
    let read = |path: String| -> Result<Vec<u8>, Stop> {
        let bytes = archive
            .read(&path)?
            .ok_or_else(|| Stop::Bad(format!("{} is not there", to.join(&path).display())))?;
        Ok(bytes.into_owned())
    };
    let wrong = |path: &str| {
        Stop::Bad(format!(
            "{} is not as it was signed; nothing was taken out",
            to.join(path).display()
        ))
    };
    let mut roots = Vec::new();
    for number in 0..end / WIDTH {
        let path = entries_path(number, FULL);
        let bundle = read(path.clone())?;
        let leaves: Vec<_> =
            parse_bundle(&bundle).map_err(|_| wrong(&path))?.into_iter().map(leaf).collect();
        let tile = TileId { level: 0, index: number, width: FULL };
        if leaves.len() != usize::from(FULL) || hashes(&read(tile.path())?) != leaves {
            return Err(wrong(&path));
        }
        roots.push(root_of(&leaves));
    }
    // Tiles above are held to the records; the records to the checkpoint, as leaves of 256 records each.
    let mut row = roots.clone();
    for level in 1.. {
        let mut above = Vec::new();
        for (index, hashes_there) in (0..).zip(row.chunks_exact(usize::from(FULL))) {
            let tile = TileId { level, index, width: FULL };
            if hashes(&read(tile.path())?) != hashes_there {
                return Err(wrong(&tile.path()));
            }
            above.push(root_of(hashes_there));
        }
        if above.is_empty() {
            break;
        }
        row = above;
    }
    let place = Leaves { start: 0, end, size: log.size() };
    let nodes = log.nodes(log.size());
    let proof = range_proof(place, &nodes).map_err(|error| Stop::Bad(error.to_string()))?;
    let leaves = leaves_of(&archive, end)?;
    if range_root(place, &leaves, &proof) == Some(log.checkpoint.root) {
        Ok(())
    } else {
        Err(Stop::Bad("the records do not fit the checkpoint; nothing was taken out; verify says what is wrong".to_owned()))
    }
}

const FULL: u16 = 256;

fn leaves_of(archive: &Folders, end: u64) -> Result<Vec<Hash>, Stop> {
    let mut leaves = Vec::new();
    for index in 0..end / WIDTH {
        let bytes = archive.read(&TileId { level: 0, index, width: FULL }.path())?;
        leaves.extend(hashes(&bytes.unwrap_or_default()));
    }
    Ok(leaves)
}

fn hashes(bytes: &[u8]) -> Vec<Hash> {
    bytes.as_chunks::<HASH_BYTES>().0.iter().copied().map(Hash).collect()
}
