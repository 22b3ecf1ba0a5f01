//! A circuit of gates over six inputs, every node with its truth table: one bit for each of the 64 inputs.

use crate::fips;

/// Nodes 0 to 5 are the inputs, first input bit first; gate `i` is node `6 + i`.
pub(crate) const INPUTS: usize = 6;

/// Which gates a circuit may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// XOR, AND, OR, AND NOT and NOT.
    Two,
    /// Any function of three.
    Three,
}

/// `table` as `vpternlog` takes it: the bit at `a << 2 | b << 1 | c` is the output.
/// Inputs the table does not look at repeat an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gate {
    pub(crate) table: u8,
    pub(crate) from: [u8; 3],
}

pub(crate) const XOR: u8 = 0x3c;
pub(crate) const AND: u8 = 0xc0;
pub(crate) const OR: u8 = 0xfc;
pub(crate) const AND_NOT: u8 = 0x30;
pub(crate) const NOT: u8 = 0x0f;

impl Gate {
    pub(crate) fn two(table: u8, a: u8, b: u8) -> Self {
        Self { table, from: [a, b, a] }
    }

    pub(crate) fn not(a: u8) -> Self {
        Self { table: NOT, from: [a, a, a] }
    }

    pub(crate) fn value(self, values: &[u64]) -> u64 {
        let [a, b, c] = self.from.map(|node| values[usize::from(node)]);
        match self.table {
            XOR => a ^ b,
            AND => a & b,
            OR => a | b,
            AND_NOT => a & !b,
            NOT => !a,
            table => {
                let half = |t: u8| {
                    let pick = |bit: u8| if t >> bit & 1 == 1 { !0 } else { 0_u64 };
                    let low = (pick(0) & !c) | (pick(1) & c);
                    let high = (pick(2) & !c) | (pick(3) & c);
                    (low & !b) | (high & b)
                };
                (half(table) & !a) | (half(table >> 4) & a)
            }
        }
    }

    /// The nodes it looks at, each once.
    pub(crate) fn inputs(self) -> impl Iterator<Item = usize> {
        let [a, b, c] = self.from;
        [Some(a), (b != a).then_some(b), (c != a && c != b).then_some(c)]
            .into_iter()
            .flatten()
            .map(usize::from)
    }

    /// Whether both do the same; a permutation of inputs is seen for gates of two only.
    pub(crate) fn same(self, other: Self) -> bool {
        let ([a, b, _], swapped) = (self.from, Self::two(self.table, self.from[1], self.from[0]));
        self == other || (self.table != AND_NOT && a != b && swapped == other)
    }

    /// Without the inputs that make no difference.
    pub(crate) fn reduced(self) -> Self {
        let Self { table: t, from: [a, b, c] } = self;
        let on_a = (t >> 4 ^ t) & 0x0f != 0;
        let on_b = (t >> 2 ^ t) & 0x33 != 0;
        let on_c = (t >> 1 ^ t) & 0x55 != 0;
        // The four outputs for two inputs that remain, both at their places in the table.
        let pair = |x, y, at: [u8; 4]| {
            let mut table = 0;
            for (i, at) in at.into_iter().enumerate() {
                table |= (t >> at & 1) * (3 << (2 * i));
            }
            Self::two(table, x, y)
        };
        match (on_a, on_b, on_c) {
            (true, true, true) => self,
            (true, true, false) => Self::two(t, a, b),
            (true, false, true) => pair(a, c, [0, 1, 4, 5]),
            (false, true, true) => pair(b, c, [0, 1, 2, 3]),
            (true, false, false) => Self { table: t, from: [a; 3] },
            (false, true, false) => {
                Self { table: ((t & 1) * 0x0f) | ((t >> 2 & 1) * 0xf0), from: [b; 3] }
            }
            (false, false, true) => {
                Self { table: ((t & 1) * 0x0f) | ((t >> 1 & 1) * 0xf0), from: [c; 3] }
            }
            (false, false, false) => Self { table: t, from: [a; 3] },
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Circuit {
    pub(crate) gates: Vec<Gate>,
    pub(crate) values: Vec<u64>,
    pub(crate) outputs: [u8; 4],
}

impl Circuit {
    pub(crate) fn inputs() -> Self {
        let value =
            |bit: usize| (0..64).map(|at: usize| ((at >> (5 - bit) & 1) as u64) << at).sum();
        Self { gates: Vec::new(), values: (0..INPUTS).map(value).collect(), outputs: [0; 4] }
    }

    pub(crate) fn push(&mut self, gate: Gate) -> u8 {
        let value = gate.value(&self.values);
        self.gates.push(gate);
        self.values.push(value);
        (self.values.len() - 1) as u8
    }

    pub(crate) fn undo_to(&mut self, gates: usize) {
        self.gates.truncate(gates);
        self.values.truncate(gates + INPUTS);
    }

    /// Whether this is S-box `which`.
    pub(crate) fn is_box(&self, which: usize) -> bool {
        (0..4).all(|bit| self.values[usize::from(self.outputs[bit])] == wanted(which, bit))
    }

    /// Gates in an order in which each comes after those it needs; those that no output needs are dropped.
    pub(crate) fn sorted(&self) -> Self {
        let mut sorted = Self {
            gates: Vec::with_capacity(self.gates.len() + 1),
            values: Vec::with_capacity(self.values.len() + 1),
            outputs: [0; 4],
        };
        sorted.values.extend_from_slice(&self.values[..INPUTS]);
        let mut places = [u8::MAX; 256];
        for (place, node) in places.iter_mut().zip(0..INPUTS as u8) {
            *place = node;
        }
        sorted.outputs = self.outputs.map(|node| self.place(node, &mut sorted, &mut places));
        sorted
    }

    fn place(&self, node: u8, sorted: &mut Self, places: &mut [u8; 256]) -> u8 {
        let known = places[usize::from(node)];
        if known != u8::MAX {
            return known;
        }
        let gate = self.gates[usize::from(node) - INPUTS];
        let from = gate.from.map(|node| self.place(node, sorted, places));
        let place = sorted.push(Gate { from, ..gate });
        places[usize::from(node)] = place;
        place
    }
}

/// The truth table of an output bit.
pub(crate) fn wanted(which: usize, bit: usize) -> u64 {
    (0..64).map(|at| u64::from(fips::sbox_bit(which, at, bit)) << at).sum()
}
