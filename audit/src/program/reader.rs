//! Records and hashes of a log, as they are: what they are worth, a check says.

use super::Stop;
use super::args::LogArgs;
use crate::checkpoint::Checkpoint;
use crate::hash::Hash;
use crate::note::Note;
use crate::record::Entry;
use crate::tile::{TileId, Tiles, WIDTH, entries_path};
use crate::tree::Nodes;
use crate::verify::{CHECKPOINT, Folders, Given, Source as _, find, take_entry};

/// A log that is read.
#[derive(Debug)]
pub(super) struct Log {
    pub(super) source: Folders,
    /// The signed note.
    pub(super) note: String,
    /// What it says.
    pub(super) checkpoint: Checkpoint,
}

impl Log {
    pub(super) fn open(args: &LogArgs) -> Result<Self, Stop> {
        let source = Folders::new(args.folder.clone(), args.archive.clone());
        let at = args.folder.display();
        let note = source.read(CHECKPOINT)?;
        let note = note.ok_or_else(|| {
            Stop::Unable(format!("{at} has no checkpoint: it is no log, or nothing was signed yet"))
        })?;
        let note = String::from_utf8(note.into_owned()).unwrap_or_default();
        let checkpoint =
            read_note(&note).map_err(|why| Stop::Bad(format!("the checkpoint of {at}: {why}")))?;
        Ok(Self { source, note, checkpoint })
    }

    pub(super) fn size(&self) -> u64 {
        self.checkpoint.size
    }

    /// Goes over records, until told to stop.
    pub(super) fn each(
        &self,
        (from, end): (u64, u64),
        mut see: impl FnMut(u64, &[u8]) -> Result<bool, Stop>,
    ) -> Result<(), Stop> {
        for number in from / WIDTH..end.div_ceil(WIDTH) {
            let width = TileId::in_tree(0, number, self.size()).map_or(0, |tile| tile.width);
            let path = |width| entries_path(number, width);
            let found = find(&self.source, width, path)?;
            let found = found.ok_or_else(|| {
                Stop::Bad(format!(
                    "{} is not there (if it is in an archive, name the archive)",
                    path(width)
                ))
            })?;
            let mut rest: &[u8] = &found.bytes;
            let first = number * WIDTH;
            for index in first..end.min(first + u64::from(width)) {
                let short =
                    || Stop::Bad(format!("record {index}: {} ends before its end", path(width)));
                let (entry, behind) = take_entry(rest).ok_or_else(short)?;
                rest = behind;
                if index >= from && !see(index, entry)? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Goes over records, decoded.
    pub(super) fn each_entry(
        &self,
        range: (u64, u64),
        mut see: impl FnMut(Entry) -> Result<bool, Stop>,
    ) -> Result<(), Stop> {
        self.each(range, |index, bytes| see(decoded(index, bytes).map_err(Stop::Bad)?))
    }

    /// The hashes of the tree of the first `size` records.
    pub(super) fn nodes(&self, size: u64) -> impl Nodes<Error: std::fmt::Display> + '_ {
        Tiles::new(size, move |tile: TileId| {
            let path = |width| TileId { width, ..tile }.path();
            match find(&self.source, tile.width, path) {
                Ok(Some(found)) => Ok(found.bytes.into_owned()),
                Ok(None) => Err(format!("{} is not there", tile.path())),
                Err(error) => Err(error.to_string()),
            }
        })
    }

    /// The checkpoint of so many records: the log's own, or one of those from elsewhere.
    pub(super) fn checkpoint_of(
        &self,
        size: Option<u64>,
        given: &[Given],
    ) -> Result<(String, Checkpoint), Stop> {
        let size = size.unwrap_or_else(|| self.size());
        let mut sizes = vec![self.size().to_string()];
        if size == self.size() {
            return Ok((self.note.clone(), self.checkpoint.clone()));
        }
        for one in given {
            let note = String::from_utf8(one.note.clone()).unwrap_or_default();
            let checkpoint =
                read_note(&note).map_err(|why| Stop::Unable(format!("{}: {why}", one.name)))?;
            if checkpoint.size == size {
                return Ok((note, checkpoint));
            }
            sizes.push(checkpoint.size.to_string());
        }
        let sizes = sizes.join(", ");
        Err(Stop::Unable(format!(
            "there is no checkpoint of {size} records at hand, but of {sizes}; one from elsewhere is given with --checkpoint"
        )))
    }
}

/// What a signed note says; who signed it is not looked at.
pub(super) fn read_note(note: &str) -> Result<Checkpoint, String> {
    let note = Note::parse(note).map_err(|error| format!("no signed note: {error}"))?;
    Checkpoint::parse(&note.text).map_err(|error| error.to_string())
}

/// The record that has to be this one.
pub(super) fn decoded(index: u64, bytes: &[u8]) -> Result<Entry, String> {
    let entry =
        Entry::take(bytes).map_err(|_| format!("record {index}: its bytes are no record"))?;
    if entry.index == index {
        Ok(entry)
    } else {
        Err(format!("record {index}: record {} stands in its place", entry.index))
    }
}

/// The hash of a record.
pub(super) fn leaf(bytes: &[u8]) -> Hash {
    Hash::of_leaf(bytes)
}
