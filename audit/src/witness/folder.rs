//! The folder that logs and witnesses meet in: a mount, or one that is synchronised by whatever means.
//!
//! | file | written by | holds |
//! |---|---|---|
//! | `<log>@<witness>.checkpoint` | the log | a request: the body of `add-checkpoint` |
//! | `<log>@<witness>.cosigned` | the witness | the same checkpoint with the cosignature, or the size that it has seen |
//!
//! Names have `%` and two hex digits for what is not a letter, a digit, `-`, `_` or `.`. Every file has one writer, who
//! replaces it whole, so that nothing has to be taken away or locked.

use crate::checkpoint::number;
use crate::note::{MalformedNote, Note};
use rustix::fs::{Mode, OFlags, open};
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// The most bytes of a file in the folder that is read.
pub const MOST: u64 = 64 * 1024;

/// How the name of a request ends.
pub const REQUEST: &str = ".checkpoint";

/// What a witness has to say to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A note that it says it cosigned.
    Cosigned(Note),
    /// It has seen so many records, and wants the proof from there.
    Seen(u64),
}

impl Answer {
    /// Reads an answer.
    ///
    /// # Errors
    /// [`MalformedNote`] if it is neither a note nor a number in plain digits and a newline.
    pub fn parse(bytes: &[u8]) -> Result<Self, MalformedNote> {
        let line = std::str::from_utf8(bytes).ok().and_then(|text| text.strip_suffix('\n'));
        match line.and_then(number) {
            Some(size) => Ok(Self::Seen(size)),
            None => Note::parse(bytes).map(Self::Cosigned),
        }
    }
}

/// The name of the file that asks a witness to cosign a checkpoint of a log.
#[must_use]
pub fn request_file(log: &str, witness: &str) -> String {
    format!("{}@{}{REQUEST}", escaped(log), escaped(witness))
}

/// The name of the file that the witness answers with.
#[must_use]
pub fn answer_file(log: &str, witness: &str) -> String {
    format!("{}@{}.cosigned", escaped(log), escaped(witness))
}

fn escaped(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let each =
        |byte: u8| if plain(byte) { char::from(byte).into() } else { format!("%{byte:02X}") };
    name.bytes().map(each).collect()
}

/// The bytes of a file, if it is there. What is no file, or too long, is not read.
///
/// # Errors
/// What the system says, or that it is no such file.
pub fn read(path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
    // A pipe would be waited for.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = match open(path, flags, Mode::empty()) {
        Ok(file) => File::from(file),
        Err(rustix::io::Errno::NOENT) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("not a file"));
    }
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > most) {
        return Err(io::Error::other(format!("more than {most} bytes")));
    }
    Ok(Some(bytes))
}

/// Puts a file in place, whole or not at all; `durable` says whether it has to be there after a power cut.
///
/// # Errors
/// What the system says; the file before is then still there.
pub fn put(path: &Path, text: &str, durable: bool) -> io::Result<()> {
    let mut name = OsString::from(".");
    name.push(path.file_name().ok_or(io::ErrorKind::InvalidInput)?);
    name.push(".new");
    let new = path.with_file_name(name);
    // Left over from a write that was cut off, or put there by somebody.
    drop(fs::remove_file(&new));
    let written = OpenOptions::new().write(true).create_new(true).mode(0o644).open(&new);
    let written = written.and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        if durable { file.sync_all() } else { Ok(()) }
    });
    if let Err(error) = written.and_then(|()| fs::rename(&new, path)) {
        drop(fs::remove_file(&new));
        return Err(error);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if durable { File::open(folder.unwrap_or(Path::new(".")))?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::{answer_file, put, read, request_file};
    use std::os::unix::fs::symlink;

    #[test]
    fn names_are_told_apart() {
        let name = request_file("hsm-1.bank.example/audit", "w@.example/ü");
        assert_eq!(name, "hsm-1.bank.example%2Faudit@w%40.example%2F%C3%BC.checkpoint");
        assert_ne!(answer_file("a", "b@c"), answer_file("a@b", "c"));
        assert_eq!(answer_file("..", "."), "..@..cosigned");
    }

    #[test]
    fn what_is_no_file_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        assert_eq!(read(&path, 10).unwrap(), None);
        put(&path, "0123456789", true).unwrap();
        assert_eq!(read(&path, 10).unwrap().unwrap(), b"0123456789");
        assert!(read(&path, 9).is_err());
        assert!(read(folder.path(), 9).is_err(), "a folder");
        symlink(&path, folder.path().join("link")).unwrap();
        assert!(read(&folder.path().join("link"), 10).is_err());
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        assert!(read(&pipe, 10).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
    }
}
