//! The disk, as far as the log knows it: so that tests can let it fail.

use rustix::fs::{FlockOperation, fdatasync, flock, fsync, syncfs};
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

/// A file of fixed length that is written to in place.
pub trait Segment: Send + fmt::Debug {
    /// Writes all of `bytes` at `offset`.
    ///
    /// # Errors
    /// What the disk says.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Returns when everything that was written is durable. After an error it must not be asked again: the system has
    /// forgotten by then what it could not write.
    ///
    /// # Errors
    /// What the disk says.
    fn sync(&self) -> io::Result<()>;
}

/// What the log asks of a disk.
pub trait Disk: Send + Sync + fmt::Debug {
    /// Makes a new segment of `length` zero bytes, durably.
    ///
    /// # Errors
    /// What the disk says, as for a file that is there already.
    fn create(&self, path: &Path, length: u64) -> io::Result<Box<dyn Segment>>;

    /// Gives a segment of `length` bytes that is needed no more another name, durably; what was written to it stays in it.
    ///
    /// # Errors
    /// What the disk says, as for a file that is there already; [`io::ErrorKind::InvalidInput`] for a segment of another
    /// length, which keeps its name.
    fn reuse(&self, old: &Path, new: &Path, length: u64) -> io::Result<Box<dyn Segment>>;

    /// Opens a segment that is there.
    ///
    /// # Errors
    /// What the disk says.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Segment>>;

    /// Puts a file in place, whole or not at all; `durable` says whether it has to be there after a power cut.
    ///
    /// # Errors
    /// What the disk says.
    fn put(&self, path: &Path, bytes: &[u8], durable: bool) -> io::Result<()>;

    /// Returns when every file below `folder` is durable.
    ///
    /// # Errors
    /// What the disk says.
    fn sync_all(&self, folder: &Path) -> io::Result<()>;

    /// Takes a file out.
    ///
    /// # Errors
    /// What the disk says.
    fn remove(&self, path: &Path) -> io::Result<()>;
}

/// The disk that there is.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealDisk;

#[derive(Debug)]
struct RealSegment(File);

impl Segment for RealSegment {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.0.write_all_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        // The file has its length and its blocks: there is nothing but data to be written.
        Ok(fdatasync(&self.0)?)
    }
}

/// Zeros are written so many at a time.
const ZEROS: usize = 1024 * 1024;

impl Disk for RealDisk {
    fn create(&self, path: &Path, length: u64) -> io::Result<Box<dyn Segment>> {
        let file = options().create_new(true).open(path)?;
        let made = zero(&file, length)
            .and_then(|()| Ok(fsync(&file)?))
            .and_then(|()| sync_folder(path.parent().unwrap_or(path)));
        if let Err(error) = made {
            // A segment that is not whole takes up space that others need.
            drop(fs::remove_file(path));
            return Err(error);
        }
        Ok(Box::new(RealSegment(file)))
    }

    fn reuse(&self, old: &Path, new: &Path, length: u64) -> io::Result<Box<dyn Segment>> {
        let file = options().open(old)?;
        if file.metadata()?.len() != length {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        // Who writes to the journal may have made a file of that name meanwhile: a rename would take it away.
        fs::hard_link(old, new)?;
        let only_new = fs::remove_file(old).and_then(|()| sync_folder(new.parent().unwrap_or(new)));
        if let Err(error) = only_new {
            drop(fs::remove_file(new));
            return Err(error);
        }
        Ok(Box::new(RealSegment(file)))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Segment>> {
        Ok(Box::new(RealSegment(options().open(path)?)))
    }

    fn put(&self, path: &Path, bytes: &[u8], durable: bool) -> io::Result<()> {
        let folder = path.parent().unwrap_or(path);
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        let new = folder.join(name);
        let written = write_new(&new, bytes, durable).or_else(|error| {
            if error.kind() != io::ErrorKind::NotFound {
                return Err(error);
            }
            fs::create_dir_all(folder)?;
            write_new(&new, bytes, durable)
        });
        let put = written.and_then(|()| fs::rename(&new, path));
        if let Err(error) = put {
            drop(fs::remove_file(&new));
            return Err(error);
        }
        if durable { sync_folder(folder) } else { Ok(()) }
    }

    fn sync_all(&self, folder: &Path) -> io::Result<()> {
        Ok(syncfs(File::open(folder)?)?)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(0o640);
    options
}

fn zero(file: &File, length: u64) -> io::Result<()> {
    let zeros = vec![0; ZEROS];
    let mut at = 0;
    while at < length {
        let now = zeros.len().min(usize::try_from(length - at).unwrap_or(ZEROS));
        file.write_all_at(zeros.get(..now).unwrap_or(&zeros), at)?;
        at += u64::try_from(now).unwrap_or(length);
    }
    Ok(())
}

fn write_new(path: &Path, bytes: &[u8], durable: bool) -> io::Result<()> {
    let mut file = options().create(true).truncate(true).open(path)?;
    file.write_all(bytes)?;
    if durable { Ok(fsync(&file)?) } else { Ok(()) }
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    Ok(fsync(File::open(folder)?)?)
}

/// Claims a folder for this process; the claim ends with the file.
pub(super) fn claim(folder: &Path) -> io::Result<Option<File>> {
    let file = options().create(true).truncate(false).open(folder.join("lock"))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(file)),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
