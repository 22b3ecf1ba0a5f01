//! Files that are written whole or not at all, and that nobody but their owner can read.

use crate::OfficerError;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The longest file that is read, bytes.
const LONGEST: u64 = 1024 * 1024;

/// Writes a new file, mode 0600: a temporary file beside it, flushed, then given its name.
///
/// # Errors
/// [`OfficerError::Exists`] if there is one already; [`OfficerError::Write`].
pub fn write_new(path: &Path, text: &str) -> Result<(), OfficerError> {
    let wrong = |source| OfficerError::Write { path: path.to_owned(), source };
    let temporary = write_beside(path, text).map_err(wrong)?;
    // A link, unlike a rename, does not replace.
    let linked = match fs::hard_link(&temporary, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(OfficerError::Exists(path.to_owned()))
        }
        // Sticks with FAT know no links; there a look has to do.
        Err(_) if path.exists() => Err(OfficerError::Exists(path.to_owned())),
        Err(_) => fs::rename(&temporary, path).map_err(wrong),
        Ok(()) => Ok(()),
    };
    drop(fs::remove_file(&temporary));
    linked?;
    flush_folder(path).map_err(wrong)
}

/// Replaces a file, mode 0600: the old one stays until the new one is on the disk.
///
/// # Errors
/// [`OfficerError::Write`]; the old file is then still there.
pub fn replace(path: &Path, text: &str) -> Result<(), OfficerError> {
    let wrong = |source| OfficerError::Write { path: path.to_owned(), source };
    let temporary = write_beside(path, text).map_err(wrong)?;
    fs::rename(&temporary, path).map_err(|source| {
        drop(fs::remove_file(&temporary));
        wrong(source)
    })?;
    flush_folder(path).map_err(wrong)
}

/// Reads a text file of bearable length.
///
/// # Errors
/// [`OfficerError::Read`]; [`OfficerError::Damaged`] if it is too long or no text.
pub fn read(path: &Path) -> Result<String, OfficerError> {
    let wrong = |source| OfficerError::Read { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    File::open(path).map_err(wrong)?.take(LONGEST + 1).read_to_end(&mut bytes).map_err(wrong)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LONGEST) {
        return Err(OfficerError::Damaged);
    }
    String::from_utf8(bytes).map_err(|_| OfficerError::Damaged)
}

fn write_beside(path: &Path, text: &str) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(".new");
    let temporary = path.with_file_name(hidden);
    // Left over from a write that was cut off.
    drop(fs::remove_file(&temporary));
    let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary);
    let written = written.and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    if let Err(error) = written {
        drop(fs::remove_file(&temporary));
        return Err(error);
    }
    Ok(temporary)
}

fn flush_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
