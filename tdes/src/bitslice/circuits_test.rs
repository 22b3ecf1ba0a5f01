//! Both files of circuits against the tables of FIPS 46-3, all 64 inputs of an S-box at once.

use super::word::Word;
use crate::fips;

/// A bit for each of the 64 inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Table(u64);

impl Word for Table {
    fn xor(self, other: Self) -> Self {
        Self(self.0 ^ other.0)
    }

    fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn and_not(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    fn not(self) -> Self {
        Self(!self.0)
    }
}

#[cfg(target_arch = "x86_64")]
impl super::word::Ternary for Table {
    fn ternary<const TABLE: i32>(self, b: Self, c: Self) -> Self {
        let bit = |word: Self, at: usize| (word.0 >> at) & 1;
        table(|at| {
            let row = (bit(self, at) << 2) | (bit(b, at) << 1) | bit(c, at);
            (TABLE >> row) & 1 == 1
        })
    }
}

fn table(bit: impl Fn(usize) -> bool) -> Table {
    Table((0..64).map(|at| u64::from(bit(at)) << at).sum())
}

type Circuit = fn([Table; 6]) -> [Table; 4];

macro_rules! circuits {
    ($file:ident) => {{
        use super::$file::{s1, s2, s3, s4, s5, s6, s7, s8};
        [s1::<Table>, s2, s3, s4, s5, s6, s7, s8]
    }};
}

fn files() -> Vec<(&'static str, [Circuit; 8])> {
    vec![
        ("gates", circuits!(gates)),
        #[cfg(target_arch = "x86_64")]
        ("ternary", circuits!(ternary)),
    ]
}

fn inputs() -> [Table; 6] {
    core::array::from_fn(|bit| table(|at| (at >> (5 - bit)) & 1 == 1))
}

fn wanted(which: usize) -> [Table; 4] {
    core::array::from_fn(|bit| table(|at| fips::sbox_bit(which, at, bit) == 1))
}

#[test]
fn circuits_are_the_tables() {
    for (name, circuits) in files() {
        for (which, circuit) in circuits.iter().enumerate() {
            assert_eq!(circuit(inputs()), wanted(which), "S{} of {name}", which + 1);
        }
    }
}

/// The comparison sees every bit of every table, and knows the S-boxes and the order of the inputs apart.
#[test]
fn other_tables_are_not_the_circuits() {
    for (_, circuits) in files() {
        for (which, circuit) in circuits.iter().enumerate() {
            let found = circuit(inputs());
            for changed in 0..256 {
                let mut tampered = wanted(which);
                tampered[changed / 64].0 ^= 1 << (changed % 64);
                assert_ne!(found, tampered);
            }
            for other in (0..8).filter(|&other| other != which) {
                assert_ne!(found, wanted(other));
            }
            for bit in 0..5 {
                let mut swapped = inputs();
                swapped.swap(bit, bit + 1);
                assert_ne!(circuit(swapped), wanted(which));
            }
        }
    }
}
