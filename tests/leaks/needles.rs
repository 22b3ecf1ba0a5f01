//! What is searched for, and the search.

use super::derived;
use super::schedules;
use std::collections::BTreeMap;

/// Bytes that must not be found.
struct Needle {
    name: String,
    bytes: Vec<u8>,
    /// The key that it is a part of.
    of: usize,
}

/// What is searched for, with a name for each.
pub(crate) struct Needles {
    all: Vec<Needle>,
    /// How many keys.
    keys: usize,
    /// By their first two bytes; and whether there are any.
    by_head: Vec<Vec<usize>>,
    heads: Vec<bool>,
}

/// How often each was found.
pub(crate) type Hits = BTreeMap<String, usize>;

const PAGE: usize = 4096;

/// Fewer bytes than these are found by chance now and then; they count where there are more of the same key.
const STRONG: usize = 8;

impl Needles {
    pub(crate) fn new() -> Self {
        let (by_head, heads) = (vec![Vec::new(); 1 << 16], vec![false; 1 << 16]);
        Self { all: Vec::new(), keys: 0, by_head, heads }
    }

    pub(crate) fn count(&self) -> usize {
        self.all.len()
    }

    /// Text that would be found.
    pub(crate) fn text(&self) -> &str {
        let mut texts = self.all.iter().filter(|needle| needle.name.ends_with("HEX"));
        std::str::from_utf8(&texts.next().unwrap().bytes).unwrap()
    }

    fn add(&mut self, name: String, bytes: &[u8]) {
        let head = usize::from(u16::from_be_bytes([bytes[0], bytes[1]]));
        self.by_head[head].push(self.all.len());
        self.heads[head] = true;
        self.all.push(Needle { name, bytes: bytes.to_vec(), of: self.keys });
    }

    fn both_ways(&mut self, name: &str, bytes: &[u8]) {
        self.add(name.to_owned(), bytes);
        let backwards: Vec<u8> = bytes.iter().rev().copied().collect();
        self.add(format!("{name}, backwards"), &backwards);
    }

    fn piece(&mut self, name: &str, bytes: &[u8]) {
        self.both_ways(name, bytes);
        self.add(format!("{name}, HEX"), hex::encode_upper(bytes).as_bytes());
        self.add(format!("{name}, hex"), hex::encode(bytes).as_bytes());
    }

    /// Eight bytes or a few more: as they are, backwards, and as text.
    pub(crate) fn secret(&mut self, name: &str, bytes: &[u8]) {
        self.keys += 1;
        self.piece(name, bytes);
    }

    /// Its pieces of eight bytes, which every longer piece contains, and base64 of it at every offset.
    pub(crate) fn bytes(&mut self, name: &str, key: &[u8]) {
        self.keys += 1;
        for (at, piece) in key.as_chunks::<8>().0.iter().enumerate() {
            self.piece(&format!("{name}, part {at}"), piece);
        }
        for offset in 0..3 {
            let text = base64(&key[offset..]);
            self.add(format!("{name}, base64 from {offset}"), &text);
        }
    }

    /// The same, and with the bytes of each word of four turned round, as arithmetic on such words keeps them.
    pub(crate) fn words(&mut self, name: &str, key: &[u8]) {
        self.bytes(name, key);
        for (at, piece) in key.as_chunks::<8>().0.iter().enumerate() {
            let turned: [u8; 8] = std::array::from_fn(|at| piece[at ^ 3]);
            self.add(format!("{name}, part {at}, turned"), &turned);
        }
    }

    /// Bytes of which each has few values: pieces of sixteen, which chance does not make.
    pub(crate) fn long(&mut self, name: &str, bytes: &[u8]) {
        self.keys += 1;
        for (at, piece) in bytes.as_chunks::<16>().0.iter().enumerate() {
            self.both_ways(&format!("{name}, part {at}"), piece);
        }
    }

    /// A TDES key and the round keys of its parts: packed, and six bits a byte. Decryption takes the same ones.
    pub(crate) fn tdes(&mut self, name: &str, key: &[u8]) {
        self.bytes(name, key);
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

    /// An AES key and its round keys, of both directions.
    pub(crate) fn aes(&mut self, name: &str, key: &[u8]) {
        self.bytes(name, key);
        let rounds = schedules::aes(key);
        let middle = &rounds[1..rounds.len() - 1];
        let inverse: Vec<_> = middle.iter().map(schedules::inverse_mixed).collect();
        self.rounds(&format!("{name}, round key"), &rounds[key.len() / 16..]);
        self.rounds(&format!("{name}, inverse round key"), &inverse);
    }

    /// Round keys: in order, and with the bytes of each word turned round.
    fn rounds(&mut self, name: &str, rounds: &[[u8; 16]]) {
        for (round, bytes) in rounds.iter().enumerate() {
            for (half, bytes) in bytes.as_chunks::<8>().0.iter().enumerate() {
                let name = format!("{name} {round}/{half}");
                self.both_ways(&name, bytes);
                let turned: [u8; 8] = std::array::from_fn(|at| bytes[at ^ 3]);
                self.add(format!("{name}, turned"), &turned);
            }
        }
    }

    /// A key that wraps others, and all that is derived of it.
    pub(crate) fn wrapping_aes(&mut self, name: &str, key: &[u8]) {
        self.aes(name, key);
        for (what, derived) in derived::of_aes(key) {
            self.aes(&format!("{name}, {what}"), &derived);
        }
    }

    /// The same with TDES.
    pub(crate) fn wrapping_tdes(&mut self, name: &str, key: &[u8]) {
        self.tdes(name, key);
        for (what, derived) in derived::of_tdes(key) {
            self.tdes(&format!("{name}, {what}"), &derived);
        }
    }

    /// Counts what is found in `bytes`.
    pub(crate) fn search(&self, place: &str, bytes: &[u8], hits: &mut Hits) {
        let mut found = Vec::<usize>::new();
        for (number, page) in bytes.chunks(PAGE).enumerate() {
            // Most of a core file is zeros, and no needle begins with as many.
            if *page == [0; PAGE][..page.len()] {
                continue;
            }
            let start = number * PAGE;
            let after = bytes.get(start + PAGE).copied().unwrap_or(0);
            let next = page.iter().skip(1).chain(std::iter::once(&after));
            for (at, (one, two)) in page.iter().zip(next).enumerate() {
                let head = usize::from(*one) << 8 | usize::from(*two);
                if !self.heads[head] {
                    continue;
                }
                let rest = &bytes[start + at..];
                let here = self.by_head[head].iter();
                found.extend(here.filter(|needle| rest.starts_with(&self.all[**needle].bytes)));
            }
        }
        let mut of = BTreeMap::<usize, usize>::new();
        found.iter().for_each(|needle| *of.entry(self.all[*needle].of).or_default() += 1);
        for needle in found {
            let needle = &self.all[needle];
            if needle.bytes.len() >= STRONG || of[&needle.of] > 1 {
                *hits.entry(format!("{} in {place}", needle.name)).or_default() += 1;
            }
        }
    }
}

/// The whole groups of three bytes, as text.
pub(crate) fn base64(bytes: &[u8]) -> Vec<u8> {
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
    needles.wrapping_aes("aes", &key[..16]);
    let inverse = schedules::inverse_mixed(&schedules::aes(&key[..16])[3]);
    let round = schedules::des(key[8..16].try_into().unwrap());
    let round: Vec<u8> = round.into_iter().flat_map(u64::to_be_bytes).collect();
    for text in [
        key.clone(),
        hex::encode(&key).into_bytes(),
        base64(&key[1..]),
        key[8..16].to_vec(),
        inverse.to_vec(),
        derived::of_aes(&key[..16])[0].1.clone(),
        round.clone(),
    ] {
        // Also where a page ends.
        for before in [6, PAGE - 1, PAGE - 3] {
            let mut hits = Hits::new();
            let all = [&vec![b'.'; before][..], text.as_slice(), b"after"].concat();
            needles.search("here", &all, &mut hits);
            assert!(!hits.is_empty());
            hits.clear();
            needles.search("here", &text[..7], &mut hits);
            assert!(hits.is_empty(), "{hits:?}");
        }
    }
    // Six bytes of one round key alone are chance.
    let mut hits = Hits::new();
    needles.search("here", &round[2..8], &mut hits);
    assert!(hits.is_empty(), "{hits:?}");
}
