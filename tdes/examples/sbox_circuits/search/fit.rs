//! Which gates over given nodes have a wanted truth table, as far as it matters.

use core::ops::Deref;

use super::{
    circuit::{AND, AND_NOT, Gate, Kind, NOT, OR, XOR},
    random::Random,
};

/// What a node has to be: `ones` where 1, `zeros` where 0; elsewhere it does not matter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Goal {
    pub(crate) ones: u64,
    pub(crate) zeros: u64,
}

impl Goal {
    pub(crate) fn new(value: u64, care: u64) -> Self {
        Self { ones: value & care, zeros: !value & care }
    }

    pub(crate) fn is_met(self, value: u64) -> bool {
        value & self.ones == self.ones && value & self.zeros == 0
    }

    pub(crate) fn inverse(self) -> Self {
        Self { ones: self.zeros, zeros: self.ones }
    }

    pub(crate) fn only(self, care: u64) -> Self {
        Self { ones: self.ones & care, zeros: self.zeros & care }
    }

    /// Of `self ^ value`.
    pub(crate) fn xor(self, value: u64) -> Self {
        Self {
            ones: (self.ones & !value) | (self.zeros & value),
            zeros: (self.zeros & !value) | (self.ones & value),
        }
    }
}

/// A node that may be used, and its truth table.
pub(crate) type Node = (u8, u64);

/// A few of something, without the heap.
pub(crate) struct Few<T, const N: usize>([T; N], usize);

type List = Few<Node, 128>;
pub(crate) type Plans = Few<(Plan, Goal), 5>;

impl<T: Copy, const N: usize> Few<T, N> {
    fn new(filler: T) -> Self {
        Self([filler; N], 0)
    }

    fn push(&mut self, item: T) {
        self.0[self.1] = item;
        self.1 += 1;
    }
}

impl<T, const N: usize> Deref for Few<T, N> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0[..self.1]
    }
}

pub(crate) fn existing(nodes: &[Node], goal: Goal, random: &mut Random) -> Option<u8> {
    let mut found = None;
    let mut count = 0;
    for &(node, value) in nodes {
        if goal.is_met(value) {
            count += 1;
            if random.one_in(count) {
                found = Some(node);
            }
        }
    }
    found
}

/// A single gate that meets the goal, and is not `but`: the first found, so that the order of the nodes decides.
pub(crate) fn gate(
    kind: Kind,
    nodes: &[Node],
    goal: Goal,
    but: Option<Gate>,
    random: &mut Random,
) -> Option<Gate> {
    match kind {
        Kind::Two => pair(nodes, goal, but),
        Kind::Three => triple(nodes, goal, but, random),
    }
}

fn pair(nodes: &[Node], goal: Goal, but: Option<Gate>) -> Option<Gate> {
    let Goal { ones, zeros } = goal;
    let care = ones | zeros;
    let new = |gate: Gate| Some(gate).filter(|gate| !but.is_some_and(|but| but.same(*gate)));
    let mut found = None;
    let inverse = goal.inverse();
    // Candidates for the sides of AND, OR and AND NOT: few, and so the pairs of them.
    let (mut above, mut below, mut apart) =
        (List::new((0, 0)), List::new((0, 0)), List::new((0, 0)));
    for &(a, x) in nodes {
        if x & ones == ones {
            above.push((a, x & zeros));
        } else if x & ones == 0 {
            apart.push((a, x & zeros));
            if inverse.is_met(x) {
                found = found.or(new(Gate::not(a)));
            }
        }
        if x & zeros == 0 {
            below.push((a, x & ones));
        }
    }
    for (i, &(a, x)) in above.iter().enumerate() {
        for &(b, y) in &above[i + 1..] {
            if x & y == 0 {
                found = found.or(new(Gate::two(AND, a, b)));
            }
        }
        for &(b, y) in apart.iter() {
            if x & !y == 0 {
                found = found.or(new(Gate::two(AND_NOT, a, b)));
            }
        }
    }
    for (i, &(a, x)) in below.iter().enumerate() {
        for &(b, y) in &below[i + 1..] {
            if x | y == ones {
                found = found.or(new(Gate::two(OR, a, b)));
            }
        }
    }
    if found.is_some() {
        return found;
    }
    for (i, &(a, x)) in nodes.iter().enumerate() {
        let rest = (x & care) ^ ones;
        for &(b, y) in &nodes[i + 1..] {
            if y & care == rest {
                let gate = new(Gate::two(XOR, a, b));
                if gate.is_some() {
                    return gate;
                }
            }
        }
    }
    None
}

fn triple(nodes: &[Node], goal: Goal, but: Option<Gate>, random: &mut Random) -> Option<Gate> {
    // Two inputs with different goals have to differ in one of the three nodes. Asked of each input and the ones that
    // follow it at two distances, this rules out nearly all triples at once.
    let far = |by: u32| {
        let Goal { ones, zeros } = goal;
        (ones & zeros.rotate_right(by)) | (zeros & ones.rotate_right(by))
    };
    let mut distances = [1, 2, 4, 8, 16, 32];
    distances.sort_by_key(|&by| far(by).count_zeros());
    let [d, e, ..] = distances;
    let mut same = Few::<[u64; 2], 128>::new([0; 2]);
    for &(_, x) in nodes {
        same.push([!(x ^ x.rotate_right(d)), !(x ^ x.rotate_right(e))]);
    }
    let goals = [far(d), far(e)];
    for i in 0..nodes.len() {
        for j in i + 1..nodes.len() {
            let left: [u64; 2] = core::array::from_fn(|n| goals[n] & same[i][n] & same[j][n]);
            for (k, [x, y]) in (j + 1..).zip(&same[j + 1..]) {
                if (left[0] & x) | (left[1] & y) != 0 {
                    continue;
                }
                let gate = three([nodes[i], nodes[j], nodes[k]], goal, random);
                if gate.is_some_and(|gate| !but.is_some_and(|but| but.same(gate))) {
                    return gate;
                }
            }
        }
    }
    None
}

/// The gate over three nodes that meets the goal, if there is one.
fn three(nodes: [Node; 3], goal: Goal, random: &mut Random) -> Option<Gate> {
    let [(a, x), (b, y), (c, z)] = nodes;
    for half in [goal.only(!x), goal.only(x)] {
        for cell in [half.only(!y), half.only(y)] {
            let mixed = |cell: Goal| cell.ones != 0 && cell.zeros != 0;
            if mixed(cell.only(!z)) || mixed(cell.only(z)) {
                return None;
            }
        }
    }
    Some(Gate { table: table(goal, [x, y, z], random), from: [a, b, c] }.reduced())
}

/// Of a gate that meets the goal; where it does not matter, anything.
pub(crate) fn table(goal: Goal, [x, y, z]: [u64; 3], random: &mut Random) -> u8 {
    let mut table = random.next() as u8;
    for bit in 0..8_u8 {
        let side = |value: u64, place: u8| if bit >> place & 1 == 1 { value } else { !value };
        let cell = goal.only(side(x, 2) & side(y, 1) & side(z, 0));
        if cell.ones != 0 {
            table |= 1 << bit;
        } else if cell.zeros != 0 {
            table &= !(1 << bit);
        }
    }
    table
}

/// How a gate meets its goal with a node that is not there yet: that node's goal, and the gate once it is there.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Plan {
    /// Table, the other input, and whether the new node is the first.
    Two(u8, u8, bool),
    /// The other inputs and the goal of the whole.
    Three([Node; 2], Goal),
}

impl Plan {
    pub(crate) fn gate(self, node: u8, value: u64, random: &mut Random) -> Gate {
        match self {
            Self::Two(NOT, ..) => Gate::not(node),
            Self::Two(table, other, true) => Gate::two(table, node, other),
            Self::Two(table, other, false) => Gate::two(table, other, node),
            Self::Three([(b, y), (c, z)], goal) => {
                Gate { table: table(goal, [value, y, z], random), from: [node, b, c] }.reduced()
            }
        }
    }
}

/// Such plans with one node (two nodes, for gates of three) as the other input; none if there is no way.
pub(crate) fn plans(
    kind: Kind,
    (a, x): Node,
    (b, y): Node,
    goal: Goal,
    random: &mut Random,
) -> Plans {
    let mut plans = Plans::new((Plan::Two(XOR, a, true), goal.xor(x)));
    match kind {
        Kind::Two => {
            let Goal { ones, zeros } = goal;
            plans.push((Plan::Two(XOR, a, true), goal.xor(x)));
            if x & ones == ones {
                plans.push((Plan::Two(AND, a, true), goal.only(x)));
                plans.push((Plan::Two(AND_NOT, a, false), goal.only(x).inverse()));
            } else if x & ones == 0 {
                plans.push((Plan::Two(AND_NOT, a, true), goal.only(!x)));
            }
            if x & zeros == 0 {
                plans.push((Plan::Two(OR, a, true), goal.only(!x)));
            }
        }
        Kind::Three => {
            let mut rest = Goal { ones: 0, zeros: 0 };
            for cell in [!x & !y, !x & y, x & !y, x & y] {
                let cell = goal.only(cell);
                if cell.ones != 0 && cell.zeros != 0 {
                    // The outer gate can invert the new node in each cell as it likes.
                    let cell = if random.one_in(2) { cell } else { cell.inverse() };
                    rest.ones |= cell.ones;
                    rest.zeros |= cell.zeros;
                }
            }
            if rest.ones | rest.zeros != 0 {
                plans.push((Plan::Three([(a, x), (b, y)], goal), rest));
            }
        }
    }
    plans
}
