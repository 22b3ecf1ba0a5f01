//! A first circuit, from nothing: as Kwan does it ("Reducing the gate count of bitslice DES", 2000).
//!
//! An output is looked for among the nodes there are; then as one gate over them; then as two; and failing that it is
//! split by an input bit into two halves, of which either matters on 32 inputs only, and these again. The smallest of
//! some splits is kept. The order of all that is tried is random.

use super::{
    circuit::{AND, Circuit, Gate, Kind, OR, XOR, wanted},
    fit::{self, Goal, Node, Plan},
    random::Random,
};

/// Pairs of nodes tried for the outer one of two gates of three inputs, while not all 64 inputs matter.
const PLANS: usize = 400;

pub(crate) fn grow(
    kind: Kind,
    which: usize,
    widths: &[usize],
    limit: usize,
    random: &mut Random,
) -> Option<Circuit> {
    let mut circuit = Circuit::inputs();
    let mut order = [0, 1, 2, 3];
    random.shuffle(&mut order);
    for bit in order {
        let goal = Goal::new(wanted(which, bit), !0);
        let room = limit.checked_sub(circuit.gates.len())?;
        circuit.outputs[bit] =
            Growth { kind, widths }.node(&mut circuit, goal, 0x3f, room, random)?;
    }
    Some(circuit)
}

/// `widths`: how many ways of splitting are tried, by how many inputs are left to split by.
pub(crate) struct Growth<'a> {
    pub(crate) kind: Kind,
    pub(crate) widths: &'a [usize],
}

impl Growth<'_> {
    /// A node that meets the goal, with at most `room` new gates.
    pub(crate) fn node(
        &self,
        circuit: &mut Circuit,
        goal: Goal,
        inputs: u8,
        room: usize,
        random: &mut Random,
    ) -> Option<u8> {
        let mut nodes: Vec<Node> = (0..).zip(circuit.values.iter().copied()).collect();
        random.shuffle(&mut nodes);
        if let Some(node) = fit::existing(&nodes, goal, random) {
            return Some(node);
        }
        if room == 0 {
            return None;
        }
        if let Some(gate) = fit::gate(self.kind, &nodes, goal, None, random) {
            return Some(circuit.push(gate));
        }
        if room == 1 {
            return None;
        }
        if let Some(node) = self.two_gates(circuit, goal, &nodes, inputs, random) {
            return Some(node);
        }
        self.split(circuit, goal, inputs, room, random)
    }

    fn two_gates(
        &self,
        circuit: &mut Circuit,
        goal: Goal,
        nodes: &[Node],
        inputs: u8,
        random: &mut Random,
    ) -> Option<u8> {
        let count = match self.kind {
            Kind::Two => nodes.len(),
            Kind::Three if inputs.count_ones() < 6 => PLANS,
            Kind::Three => 0,
        };
        for i in 0..count {
            let (a, b) = match self.kind {
                Kind::Two => (nodes[i], nodes[i]),
                Kind::Three => (nodes[random.below(nodes.len())], nodes[random.below(nodes.len())]),
            };
            for &(plan, rest) in fit::plans(self.kind, a, b, goal, random).iter() {
                if let Some(gate) = fit::gate(self.kind, nodes, rest, None, random) {
                    let inner = circuit.push(gate);
                    let value = circuit.values[usize::from(inner)];
                    return Some(circuit.push(plan.gate(inner, value, random)));
                }
            }
        }
        None
    }

    /// The smallest of some splits.
    fn split(
        &self,
        circuit: &mut Circuit,
        goal: Goal,
        inputs: u8,
        mut room: usize,
        random: &mut Random,
    ) -> Option<u8> {
        let mut ways: Vec<(u8, bool)> = (0..6)
            .filter(|by| inputs >> by & 1 == 1)
            .flat_map(|by| [(by, false), (by, true)])
            .collect();
        random.shuffle(&mut ways);
        let start = circuit.gates.len();
        let mut best: Option<(u8, Vec<Gate>)> = None;
        for (by, way) in ways.into_iter().take(self.widths[inputs.count_ones() as usize]) {
            let found = self.one_split(circuit, goal, inputs, (by, way), room, random);
            if let Some(node) = found {
                let added = circuit.gates.len() - start;
                best = Some((node, circuit.gates[start..].to_vec()));
                room = added.saturating_sub(1);
            }
            circuit.undo_to(start);
            if room < 3 {
                // One or two gates have been looked for.
                break;
            }
        }
        let (node, gates) = best?;
        for gate in gates {
            circuit.push(gate);
        }
        Some(node)
    }

    fn one_split(
        &self,
        circuit: &mut Circuit,
        goal: Goal,
        inputs: u8,
        (by, way): (u8, bool),
        room: usize,
        random: &mut Random,
    ) -> Option<u8> {
        let start = circuit.gates.len();
        let left =
            |circuit: &Circuit, own: usize| (room + start).checked_sub(circuit.gates.len() + own);
        let inputs = inputs & !(1 << by);
        let x = circuit.values[usize::from(by)];
        match self.kind {
            Kind::Two => {
                // first ^ (by & second), or first ^ (by | second) with the sides changed over
                let (table, side) = if way { (AND, x) } else { (OR, !x) };
                let goals = if way { goal } else { goal.inverse() };
                let room = left(circuit, 2)?;
                let first = self.node(circuit, goals.only(!side), inputs, room, random)?;
                let rest = goal.xor(circuit.values[usize::from(first)]).only(side);
                let room = left(circuit, 2)?;
                let second = self.node(circuit, rest, inputs, room, random)?;
                let masked = circuit.push(Gate::two(table, by, second));
                Some(circuit.push(Gate::two(XOR, first, masked)))
            }
            Kind::Three => {
                let side = if way { x } else { !x };
                let room = left(circuit, 1)?;
                let first = self.node(circuit, goal.only(side), inputs, room, random)?;
                let room = left(circuit, 1)?;
                let second = self.node(circuit, goal.only(!side), inputs, room, random)?;
                let value = |node: u8| (node, circuit.values[usize::from(node)]);
                let gate = Plan::Three([value(first), value(second)], goal).gate(by, x, random);
                Some(circuit.push(gate))
            }
        }
    }
}
