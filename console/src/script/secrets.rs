//! Secrets by file descriptor: each is the next line of one.

use crate::{Leave, Secret};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::File;
use std::io::Read;
use zeroize::Zeroizing;

/// The longest line, bytes.
const LONGEST: usize = 1024;

/// The descriptors that were read from so far. They are opened once, since several secrets may come from one.
#[derive(Debug, Default)]
pub struct Descriptors(BTreeMap<u32, File>);

impl Descriptors {
    /// The next line of a descriptor, without its end; read byte by byte, so that nothing behind it is taken.
    ///
    /// # Errors
    /// [`Leave::Refused`].
    pub fn line(&mut self, descriptor: u32) -> Result<Secret, Leave> {
        let wrong = |why: &str| Leave::Refused(format!("File descriptor {descriptor} {why}."));
        let file = match self.0.entry(descriptor) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                new.insert(open(descriptor).ok_or_else(|| wrong("is not open for reading"))?)
            }
        };
        let mut line = Secret::new(Vec::with_capacity(LONGEST));
        let mut byte = Zeroizing::new([0; 1]);
        loop {
            let read = file.read(byte.as_mut_slice()).map_err(|_| wrong("cannot be read"))?;
            let [letter] = *byte;
            match letter {
                _ if read == 0 && line.is_empty() => return Err(wrong("has no line left")),
                _ if read == 0 => break,
                b'\n' => break,
                _ if line.len() == LONGEST => return Err(wrong("has too long a line")),
                _ => line.push(letter),
            }
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Ok(line)
    }

    /// Whether a descriptor can be read from; nothing is read.
    #[must_use]
    pub fn is_open(descriptor: u32) -> bool {
        open(descriptor).is_some()
    }
}

fn open(descriptor: u32) -> Option<File> {
    File::open(format!("/dev/fd/{descriptor}")).ok()
}
