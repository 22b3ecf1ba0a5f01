//! What is searched for, and the search.

use super::schedules;
use std::collections::BTreeMap;

/// Bytes that must not be found, with a name for each.
pub(crate) struct Needles {
    all: Vec<(String, Vec<u8>)>,
    /// By their first two bytes.
    by_head: Vec<Vec<usize>>,
}

/// How often each was found.
pub(crate) type Hits = BTreeMap<String, usize>;

impl Needles {
    pub(crate) fn new() -> Self {
        Self { all: Vec::new(), by_head: vec![Vec::new(); 1 << 16] }
    }

    pub(crate) fn count(&self) -> usize {
        self.all.len()
    }

    fn add(&mut self, name: String, bytes: &[u8]) {
        let head = usize::from(u16::from_be_bytes([bytes[0], bytes[1]]));
        self.by_head[head].push(self.all.len());
        self.all.push((name, bytes.to_vec()));
    }

    fn both_ways(&mut self, name: &str, bytes: &[u8]) {
        self.add(name.to_owned(), bytes);
        let backwards: Vec<u8> = bytes.iter().rev().copied().collect();
        self.add(format!("{name}, backwards"), &backwards);
    }

    /// Eight bytes or a few more: as they are, backwards, and as text.
    pub(crate) fn secret(&mut self, name: &str, bytes: &[u8]) {
        self.both_ways(name, bytes);
        self.add(format!("{name}, HEX"), hex::encode_upper(bytes).as_bytes());
        self.add(format!("{name}, hex"), hex::encode(bytes).as_bytes());
    }

    /// A key: its pieces of eight bytes, which every longer piece contains, and base64 of it at every offset.
    fn key(&mut self, name: &str, key: &[u8]) {
        for (at, piece) in key.as_chunks::<8>().0.iter().enumerate() {
            self.secret(&format!("{name}, part {at}"), piece);
        }
        for offset in 0..3 {
            let text = base64(&key[offset..]);
            self.add(format!("{name}, base64 from {offset}"), &text);
        }
    }

    /// A TDES key and the round keys of its parts: packed, and six bits a byte.
    pub(crate) fn tdes(&mut self, name: &str, key: &[u8]) {
        self.key(name, key);
        for (part, des) in key.as_chunks::<8>().0.iter().enumerate() {
            for (round, bits) in schedules::des(*des).into_iter().enumerate() {
                let name = format!("{name}, round key {part}/{round}");
                self.both_ways(&name, &bits.to_be_bytes()[2..]);
                let sixes: [u8; 8] =
                    std::array::from_fn(|at| u8::try_from(bits >> (42 - 6 * at) & 63).unwrap());
                self.both_ways(&format!("{name}, sixes"), &sixes);
            }
        }
    }

    /// An AES key and its round keys: in order, and with the bytes of each word turned round.
    pub(crate) fn aes(&mut self, name: &str, key: &[u8]) {
        self.key(name, key);
        for (round, bytes) in schedules::aes(key).iter().enumerate().skip(key.len() / 16) {
            for (half, bytes) in bytes.as_chunks::<8>().0.iter().enumerate() {
                let name = format!("{name}, round key {round}/{half}");
                self.both_ways(&name, bytes);
                let turned: [u8; 8] = std::array::from_fn(|at| bytes[at ^ 3]);
                self.add(format!("{name}, turned"), &turned);
            }
        }
    }

    /// Counts what is found in `bytes`.
    pub(crate) fn search(&self, place: &str, bytes: &[u8], hits: &mut Hits) {
        for (at, head) in bytes.windows(2).enumerate() {
            for &needle in &self.by_head[usize::from(head[0]) << 8 | usize::from(head[1])] {
                let (name, needle) = &self.all[needle];
                if bytes[at..].starts_with(needle) {
                    *hits.entry(format!("{name} in {place}")).or_default() += 1;
                }
            }
        }
    }
}

/// The whole groups of three bytes, as text.
fn base64(bytes: &[u8]) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let groups = bytes.as_chunks::<3>().0.iter();
    let letters = groups.flat_map(|&[one, two, three]| {
        let bits = u32::from_be_bytes([0, one, two, three]);
        [18, 12, 6, 0].map(|by| LETTERS[usize::try_from(bits >> by & 63).unwrap()])
    });
    letters.collect()
}

#[test]
fn what_is_there_is_found() {
    let key: Vec<u8> = (100..124).collect();
    let mut needles = Needles::new();
    needles.tdes("key", &key);
    needles.aes("aes", &key[..16]);
    for text in
        [key.clone(), hex::encode(&key).into_bytes(), base64(&key[1..]), key[8..16].to_vec()]
    {
        let mut hits = Hits::new();
        needles.search("here", &[b"before", text.as_slice(), b"after"].concat(), &mut hits);
        assert!(!hits.is_empty());
        hits.clear();
        needles.search("here", &text[..7], &mut hits);
        assert!(hits.is_empty(), "{hits:?}");
    }
}
