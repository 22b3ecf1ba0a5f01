//! What a process holds: its writable memory, read from outside.
//!
//! A reader outside leaves nothing of its own in what it reads, and need not know in which form a secret is kept: two
//! secrets that leave different memory behind have left something of themselves ([`leftovers`]).

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// The writable memory of a process at one moment.
pub struct Snapshot(Vec<Region>);

struct Region {
    name: String,
    start: u64,
    bytes: Vec<u8>,
}

/// A word of memory that tells something, and what it holds.
#[derive(Clone, PartialEq, Eq)]
pub struct Place {
    /// The region as the system names it (`[stack]`, `[heap]`, a file), or nothing.
    pub region: String,
    /// Bytes from the end of the region, as stacks grow down.
    pub before_end: u64,
    /// What is there.
    pub bytes: [u8; 8],
}

impl Place {
    /// Whether it is the same word of memory, whatever it holds.
    #[must_use]
    pub fn is_at(&self, other: &Self) -> bool {
        (&self.region, self.before_end) == (&other.region, other.before_end)
    }
}

impl core::fmt::Debug for Place {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} end - {}: {:02x?}", self.region, self.before_end, self.bytes)
    }
}

impl core::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Snapshot({} bytes)", self.len())
    }
}

impl Snapshot {
    /// Reads the writable memory of process `id` as soon as it waits for something: a child of ours, or one that we may
    /// trace.
    ///
    /// # Errors
    /// Whatever the system says when there is no such process or it is not ours to read.
    pub fn of(id: u32) -> io::Result<Self> {
        while !waits(id)? {
            std::thread::yield_now();
        }
        let memory = File::open(format!("/proc/{id}/mem"))?;
        let maps = std::fs::read_to_string(format!("/proc/{id}/maps"))?;
        let regions = maps.lines().filter_map(writable);
        regions.map(|(name, start, len)| read(&memory, name, start, len)).collect()
    }

    /// Bytes in all.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.iter().map(|region| region.bytes.len()).sum()
    }

    /// Whether nothing could be read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every place where one of `needles` stands, at any alignment.
    #[must_use]
    pub fn find(&self, needles: &[[u8; 8]]) -> Vec<Place> {
        // Most places are told by their first two bytes.
        let mut begins = vec![false; 1 << 16];
        for [first, second, ..] in needles {
            if let Some(begin) = begins.get_mut(usize::from(u16::from_le_bytes([*first, *second])))
            {
                *begin = true;
            }
        }
        let hit = |window: &[u8; 8]| {
            let [first, second, ..] = window;
            let begin = usize::from(u16::from_le_bytes([*first, *second]));
            begins.get(begin) == Some(&true) && needles.contains(window)
        };
        let found = |region: &Region| {
            let hits = region.bytes.array_windows().enumerate().filter(|(_, window)| hit(window));
            hits.map(|(at, window)| region.place(at, *window)).collect::<Vec<_>>()
        };
        self.0.iter().flat_map(found).collect()
    }

    /// The words of the region that begins at `start`.
    fn words(&self, start: u64) -> &[[u8; 8]] {
        let region = self.0.iter().find(|region| region.start == start);
        region.map_or(&[], |region| region.bytes.as_chunks().0)
    }
}

impl Region {
    fn place(&self, at: usize, bytes: [u8; 8]) -> Place {
        let before_end = self.bytes.len().saturating_sub(at).try_into().unwrap_or(u64::MAX);
        Place { region: self.name.clone(), before_end, bytes }
    }
}

impl FromIterator<Region> for Snapshot {
    fn from_iter<I: IntoIterator<Item = Region>>(regions: I) -> Self {
        Self(regions.into_iter().collect())
    }
}

/// Snapshots taken after work with one secret, twice, and after the same work with another, twice: the words that come
/// back with their secret. The secrets have to be taken in turn, so that what counts or grows does not look like that.
#[must_use]
pub fn leftovers(one: [&Snapshot; 2], other: [&Snapshot; 2]) -> Vec<Place> {
    let ([one, one_again], [other, other_again]) = (one, other);
    let mut found = Vec::new();
    for region in &one.0 {
        let [again, other, other_again] =
            [one_again, other, other_again].map(|snapshot| snapshot.words(region.start));
        let words = region.bytes.as_chunks().0.iter().zip(again).zip(other.iter().zip(other_again));
        for (at, ((one, one_again), (other, other_again))) in words.enumerate() {
            if one == one_again && other == other_again && one != other {
                found.push(region.place(at.saturating_mul(8), *one));
            }
        }
    }
    found
}

/// Whether process `id` is asleep: its state stands behind its name in brackets.
fn waits(id: u32) -> io::Result<bool> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
    Ok(stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('S')))
}

/// Name, start and length of a line of `maps`, if the process may write there.
fn writable(line: &str) -> Option<(String, u64, usize)> {
    let mut fields = line.split_ascii_whitespace();
    let (start, end) = fields.next()?.split_once('-')?;
    fields.next()?.starts_with("rw").then_some(())?;
    let name = fields.nth(3).unwrap_or_default().to_owned();
    let number = |text| u64::from_str_radix(text, 16).ok();
    let (start, end) = (number(start)?, number(end)?);
    Some((name, start, end.checked_sub(start)?.try_into().ok()?))
}

fn read(memory: &File, name: String, start: u64, len: usize) -> io::Result<Region> {
    let mut bytes = vec![0; len];
    memory.read_exact_at(&mut bytes, start)?;
    Ok(Region { name, start, bytes })
}

#[cfg(test)]
mod tests {
    use super::{Region, Snapshot, leftovers, writable};

    fn snapshot(words: [u64; 4]) -> Snapshot {
        let bytes = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        Snapshot(vec![Region { name: "[stack]".to_owned(), start: 0x1000, bytes }])
    }

    #[test]
    fn a_secret_is_told_from_a_counter() {
        let one = [&snapshot([5, 1, 0x1111, 9]), &snapshot([5, 3, 0x1111, 9])];
        let other = [&snapshot([5, 2, 0x2222, 9]), &snapshot([5, 4, 0x2222, 9])];
        let found = leftovers(one, other);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].before_end, found[0].bytes), (16, 0x1111_u64.to_le_bytes()));
        assert!(leftovers(one, one).is_empty());
    }

    #[test]
    fn needles_are_found_at_any_alignment() {
        let snapshot = snapshot([0x0011_2233_4455_6677, 0x8899_aabb_ccdd_eeff, 0, 0]);
        assert_eq!(
            snapshot.find(&[[1; 8], [0x55, 0x44, 0x33, 0x22, 0x11, 0x00, 0xff, 0xee]]).len(),
            1
        );
        assert!(snapshot.find(&[[1; 8]]).is_empty());
    }

    #[test]
    fn maps_are_read() {
        let line = "7ffd1000-7ffd3000 rw-p 00000000 00:00 0                          [stack]";
        assert_eq!(writable(line), Some(("[stack]".to_owned(), 0x7ffd_1000, 0x2000)));
        assert_eq!(writable("1000-2000 r-xp 00000000 00:00 0 /bin/true"), None);
    }
}
