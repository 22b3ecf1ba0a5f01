//! Where the files of a log are read: a folder, and the folder of its archive.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::PathBuf;

/// The most bytes of a file that is read: a bundle of the longest entries.
const MOST: u64 = 256 * (2 + 0xFFFF) + 1;

/// The files of a log.
pub trait Source: Sync {
    /// A file by its path in the log, such as `tile/0/000`; `None` if it is not there.
    ///
    /// # Errors
    /// Whatever keeps it from being read.
    fn read(&self, path: &str) -> io::Result<Option<Cow<'_, [u8]>>>;

    /// How wide the partial files are that lie in a folder such as `tile/0/000.p`.
    ///
    /// # Errors
    /// Whatever keeps it from being read.
    fn widths(&self, folder: &str) -> io::Result<Vec<u16>>;
}

/// The folder of a log; what is not there is looked for in its archive.
#[derive(Clone, Debug)]
pub struct Folders(Vec<PathBuf>);

impl Folders {
    /// Looks in the log first.
    #[must_use]
    pub fn new(log: PathBuf, archive: Option<PathBuf>) -> Self {
        Self(std::iter::once(log).chain(archive).collect())
    }
}

impl Source for Folders {
    fn read(&self, path: &str) -> io::Result<Option<Cow<'_, [u8]>>> {
        for folder in &self.0 {
            if let Some(bytes) = read(&folder.join(path))? {
                return Ok(Some(Cow::Owned(bytes)));
            }
        }
        Ok(None)
    }

    fn widths(&self, folder: &str) -> io::Result<Vec<u16>> {
        let mut widths = Vec::new();
        for log in &self.0 {
            match fs::read_dir(log.join(folder)) {
                Ok(files) => {
                    for file in files {
                        let name = file?.file_name();
                        widths.extend(name.to_str().and_then(|name| name.parse::<u16>().ok()));
                    }
                }
                Err(error) if is_absent(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(widths)
    }
}

/// The bytes of a file, if it is there. Anything but a file, such as a pipe, would be waited for.
fn read(path: &std::path::Path) -> io::Result<Option<Vec<u8>>> {
    let named =
        |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    let about = match fs::metadata(path) {
        Ok(about) => about,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(named(error)),
    };
    if !about.is_file() {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(about.len().min(MOST)).unwrap_or_default());
    let file = File::open(path).map_err(named)?;
    file.take(MOST).read_to_end(&mut bytes).map_err(named)?;
    Ok(Some(bytes))
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// A file that is `width` wide in the tree that is looked at, or wider where the log has grown since.
pub(crate) struct Found<'a> {
    pub(crate) bytes: Cow<'a, [u8]>,
    /// Whether it is as wide as in this tree.
    pub(crate) exact: bool,
}

/// Finds a tile or a bundle; `path` names it at a width.
pub(crate) fn find<'a>(
    source: &'a dyn Source,
    width: u16,
    path: impl Fn(u16) -> String,
) -> io::Result<Option<Found<'a>>> {
    if let Some(bytes) = source.read(&path(width))? {
        return Ok(Some(Found { bytes, exact: true }));
    }
    if width >= FULL {
        return Ok(None);
    }
    // Every checkpoint has partial files of its own, which go when they are full or old.
    let folder = format!("{}.p", path(FULL));
    let mut wider = source.widths(&folder)?;
    wider.retain(|found| (width..FULL).contains(found));
    wider.sort_unstable();
    for width in std::iter::once(FULL).chain(wider) {
        if let Some(bytes) = source.read(&path(width))? {
            return Ok(Some(Found { bytes, exact: false }));
        }
    }
    Ok(None)
}

const FULL: u16 = 256;
