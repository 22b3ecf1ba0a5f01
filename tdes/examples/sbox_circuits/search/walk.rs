//! Makes a circuit smaller by replacing a gate at a time.
//!
//! A gate matters only on those of the 64 inputs on which its inverse would change an output. Whatever agrees with it
//! there may stand in its place: another node (one gate less), another gate (none less, but the circuit is a different
//! one, from which the next step may find something), or two gates, which pays if what only the old one needed goes.

use super::{
    circuit::{Circuit, Gate, INPUTS, Kind},
    fit::{self, Goal, Node},
    grow::Growth,
    random::Random,
};

/// What was found to work.
struct Pace {
    /// How many gates above the best the walk may go.
    above: usize,
    /// How rarely a step up is taken.
    up: usize,
    /// How rarely a gate is taken out with all that only it needs: a thousand times the work of another step.
    regrow: usize,
}

impl Pace {
    const fn of(kind: Kind) -> Self {
        match kind {
            Kind::Two => Self { above: 3, up: 30, regrow: 1000 },
            Kind::Three => Self { above: 8, up: 100, regrow: 100 },
        }
    }
}

/// More than there are ways to split.
const ALL: usize = 12;

pub(crate) fn walk(kind: Kind, start: Circuit, steps: u64, random: &mut Random) -> Circuit {
    let pace = Pace::of(kind);
    let mut best = start.clone();
    let mut now = start;
    for _ in 0..steps {
        let Some(next) = step(kind, &pace, &now, random) else { continue };
        let size = next.gates.len();
        let up = size > now.gates.len();
        if up && (size > best.gates.len() + pace.above || !random.one_in(pace.up)) {
            continue;
        }
        now = next;
        if size < best.gates.len() {
            best = now.clone();
        }
    }
    best
}

/// A different circuit of the same outputs, or none if the random choice led nowhere.
fn step(kind: Kind, pace: &Pace, now: &Circuit, random: &mut Random) -> Option<Circuit> {
    let at = random.below(now.gates.len());
    let node = (at + INPUTS) as u8;
    let (care, mut nodes) = surroundings(now, at);
    let goal = Goal::new(now.values[usize::from(node)], care);
    if random.one_in(pace.regrow) {
        return regrow(kind, now, at, care, random);
    }
    let mut next = now.clone();
    if let Some(other) = fit::existing(&nodes, goal, random) {
        let change = |from: &mut u8| {
            if *from == node {
                *from = other;
            }
        };
        next.gates.iter_mut().flat_map(|gate| &mut gate.from).for_each(change);
        next.outputs.iter_mut().for_each(change);
        return Some(next.sorted());
    }
    random.shuffle(&mut nodes);
    let old = now.gates[at];
    if random.one_in(2) {
        next.gates[at] = fit::gate(kind, &nodes, goal, Some(old), random)?;
    } else {
        let plans = fit::plans(kind, nodes[0], nodes[random.below(nodes.len())], goal, random);
        let &(plan, rest) = plans.get(random.below(plans.len().max(1)))?;
        let inner = next.push(fit::gate(kind, &nodes, rest, None, random)?);
        let value = next.values[usize::from(inner)];
        next.gates[at] = plan.gate(inner, value, random);
    }
    Some(next.sorted())
}

/// On which inputs a gate matters, and the nodes that do not depend on it.
fn surroundings(now: &Circuit, at: usize) -> (u64, Vec<Node>) {
    let mut values = now.values.clone();
    let mut depends = 1_u128 << (at + INPUTS);
    values[at + INPUTS] = !values[at + INPUTS];
    for (gate, node) in now.gates.iter().zip(INPUTS..).skip(at + 1) {
        if gate.from.iter().any(|&from| depends >> from & 1 == 1) {
            depends |= 1 << node;
            values[node] = gate.value(&values);
        }
    }
    let change = |&output: &u8| values[usize::from(output)] ^ now.values[usize::from(output)];
    let care = now.outputs.iter().map(change).fold(0, |all, one| all | one);
    let free = |node: &usize| depends >> node & 1 == 0;
    let nodes = (0..now.values.len()).filter(free).map(|node| (node as u8, now.values[node]));
    (care, nodes.collect())
}

/// Takes a gate out, with all that only it needs, and grows it again, not larger.
fn regrow(kind: Kind, now: &Circuit, at: usize, care: u64, random: &mut Random) -> Option<Circuit> {
    let node = at + INPUTS;
    let mut uses = vec![0; now.values.len()];
    now.gates.iter().for_each(|gate| gate.inputs().for_each(|node| uses[node] += 1));
    now.outputs.iter().for_each(|&node| uses[usize::from(node)] += 1);
    // Gone: the gate and what only it needs; later: what needs it.
    let mut gone = vec![false; now.values.len()];
    let mut later = vec![false; now.values.len()];
    gone[node] = true;
    let mut room = 0;
    for i in (INPUTS..=node).rev() {
        gone[i] |= uses[i] == 0;
        if gone[i] {
            room += 1;
            now.gates[i - INPUTS].inputs().for_each(|node| uses[node] -= 1);
        }
    }
    if room < 3 {
        return None;
    }
    for i in node + 1..now.values.len() {
        later[i] = now.gates[i - INPUTS].inputs().any(|from| from == node || later[from]);
    }
    let mut next = Circuit::inputs();
    let mut places: Vec<u8> = (0..=u8::MAX).collect();
    let add = |next: &mut Circuit, places: &mut Vec<u8>, which: &dyn Fn(usize) -> bool| {
        for i in (INPUTS..now.values.len()).filter(|&i| which(i)) {
            let gate = now.gates[i - INPUTS];
            let gate = Gate { from: gate.from.map(|node| places[usize::from(node)]), ..gate };
            places[i] = next.push(gate);
        }
    };
    add(&mut next, &mut places, &|i| !gone[i] && !later[i]);
    let goal = Goal::new(now.values[node], care);
    places[node] = Growth { kind, widths: &[ALL; 7] }.node(&mut next, goal, 0x3f, room, random)?;
    add(&mut next, &mut places, &|i| later[i]);
    next.outputs = now.outputs.map(|node| places[usize::from(node)]);
    Some(next.sorted())
}
