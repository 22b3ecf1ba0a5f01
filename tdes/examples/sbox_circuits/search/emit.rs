//! A circuit as Rust.

use core::fmt::Write as _;

use super::{
    circuit::{AND, AND_NOT, Circuit, Gate, INPUTS, Kind, NOT, OR, XOR},
    random::Random,
};

/// What goes before the arguments.
pub(crate) const COMMAND: &str = "cargo run --release -p payhsm-tdes --example sbox_circuits --";

/// Orders tried for the one with the fewest values alive at once.
const ORDERS: usize = 4000;

/// The file of eight circuits; `arguments` make it again.
pub(crate) fn file(kind: Kind, circuits: &[Circuit], arguments: &str) -> String {
    let sizes: Vec<String> = circuits.iter().map(|c| c.gates.len().to_string()).collect();
    let sum: usize = circuits.iter().map(|c| c.gates.len()).sum();
    let (title, traits, bound) = match kind {
        Kind::Two => ("two-input gates", "Word", "Word"),
        Kind::Three => ("three-input gates", "Ternary", "Ternary"),
    };
    let mut text = format!(
        "//! The S-boxes as circuits of {title}. Made by a program, not to be edited:\n//!\n"
    );
    text +=
        &format!("//! {COMMAND} {arguments}\n//!\n//! Gates: {} = {sum}.\n\n", sizes.join(" + "));
    text += &format!("use super::word::{traits};\n");
    for (circuit, number) in circuits.iter().zip(1..) {
        function(&mut text, circuit, number, bound);
    }
    text
}

fn function(text: &mut String, circuit: &Circuit, number: usize, bound: &str) {
    let (order, alive) = schedule(circuit);
    let mut names: Vec<String> = (1..=circuit.values.len()).map(|n| format!("a{n}")).collect();
    for (at, n) in order.iter().zip(1..) {
        names[at + INPUTS] = format!("x{n}");
    }
    let gates = circuit.gates.len();
    *text += &format!("\n/// {gates} gates, at most {alive} values alive.\n#[inline(always)]\n");
    *text += &format!("pub(super) fn s{number}<W: {bound}>(a: [W; 6]) -> [W; 4] {{\n");
    *text += "    let [a1, a2, a3, a4, a5, a6] = a;\n";
    for at in order {
        let to = &names[at + INPUTS];
        let _infallible =
            writeln!(text, "    let {to} = {};", expression(circuit.gates[at], &names));
    }
    let outputs = circuit.outputs.map(|node| names[usize::from(node)].clone());
    *text += &format!("    [{}]\n}}\n", outputs.join(", "));
}

fn expression(gate: Gate, names: &[String]) -> String {
    let [a, b, c] = gate.from.map(|node| &names[usize::from(node)]);
    match gate.table {
        XOR => format!("{a}.xor({b})"),
        AND => format!("{a}.and({b})"),
        OR => format!("{a}.or({b})"),
        AND_NOT => format!("{a}.and_not({b})"),
        NOT => format!("{a}.not()"),
        0x0c => format!("{b}.and_not({a})"),
        table => format!("{a}.ternary::<0x{table:02x}>({b}, {c})"),
    }
}

/// An order of the gates, and how many values are alive at most: next the gate that is the last to need most of its
/// inputs, else one at random; the best of many such orders.
fn schedule(circuit: &Circuit) -> (Vec<usize>, usize) {
    let mut random = Random::new(1);
    let mut best = (Vec::new(), usize::MAX);
    for _ in 0..ORDERS {
        let order = one_order(circuit, &mut random);
        if order.1 < best.1 {
            best = order;
        }
    }
    best
}

fn one_order(circuit: &Circuit, random: &mut Random) -> (Vec<usize>, usize) {
    let inputs: Vec<Vec<usize>> =
        circuit.gates.iter().map(|gate| gate.inputs().collect()).collect();
    let mut uses = vec![0_usize; circuit.values.len()];
    inputs.iter().flatten().for_each(|&node| uses[node] += 1);
    circuit.outputs.iter().for_each(|&node| uses[usize::from(node)] += 1);
    let mut ready: Vec<bool> = (0..circuit.values.len()).map(|node| node < INPUTS).collect();
    let (mut order, mut alive, mut most) = (Vec::new(), INPUTS, INPUTS);
    while order.len() < circuit.gates.len() {
        let open = |at: &usize| !ready[at + INPUTS] && inputs[*at].iter().all(|&node| ready[node]);
        let ends = |at: usize| inputs[at].iter().filter(|&&node| uses[node] == 1).count();
        let mut choice = (0, 0);
        for at in (0..circuit.gates.len()).filter(open) {
            // Sometimes against the rule, or all orders would be much the same.
            let score = 1 + 16 * ends(at) as u64 + random.next() % 24;
            choice = choice.max((score, at));
        }
        let at = choice.1;
        alive = alive + 1 - ends(at);
        most = most.max(alive);
        inputs[at].iter().for_each(|&node| uses[node] -= 1);
        ready[at + INPUTS] = true;
        order.push(at);
    }
    (order, most)
}
