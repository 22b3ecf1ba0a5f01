//! Two traces side by side.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;

use super::{REGISTERS, Step};
use crate::code::{Code, Instruction, Operand};

/// How two runs differ.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// They took different instructions, first after this one.
    pub path: Option<String>,
    /// Instructions that read or wrote different addresses, or divided different numbers.
    pub addresses: BTreeSet<String>,
    /// General registers that held different values, at whatever time: not wrong, but the less the better.
    pub registers: BTreeSet<&'static str>,
    /// Whether results of arithmetic were told by the flags.
    pub flags: bool,
}

impl Difference {
    /// Whether instructions and addresses were the same.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.path.is_none() && self.addresses.is_empty()
    }

    /// How the traces `one` and `other` of `program` differ.
    #[must_use]
    pub fn between(one: &[Step], other: &[Step], program: &Program) -> Self {
        compare(one, other, program)
    }

    /// Both together.
    pub fn add(&mut self, other: Self) {
        self.path = self.path.take().or(other.path);
        self.addresses.extend(other.addresses);
        self.registers.extend(other.registers);
        self.flags |= other.flags;
    }
}

/// The machine code of this process: the program, and the libraries that it runs.
#[derive(Debug)]
pub struct Program(Vec<Mapped>);

/// A file in memory, read when a difference first leads there.
#[derive(Debug)]
struct Mapped {
    start: u64,
    end: u64,
    /// Where the file begins.
    base: u64,
    path: PathBuf,
    code: OnceCell<Code>,
}

impl Program {
    /// What this process has in memory now.
    ///
    /// # Errors
    /// `/proc` cannot be read.
    pub fn of_this_process() -> io::Result<Self> {
        let maps = std::fs::read_to_string("/proc/self/maps")?;
        let mut bases = BTreeMap::new();
        let mut files = Vec::new();
        for line in maps.lines() {
            let fields: Vec<&str> = line.split_ascii_whitespace().collect();
            let [range, rights, .., path] = fields.as_slice() else { continue };
            let Some((start, end)) = range.split_once('-').filter(|_| path.starts_with('/')) else {
                continue;
            };
            let number = |text| u64::from_str_radix(text, 16).map_err(io::Error::other);
            let (start, end) = (number(start)?, number(end)?);
            // The first piece of a file is its beginning.
            let base = *bases.entry((*path).to_owned()).or_insert(start);
            if rights.contains('x') {
                files.push(Mapped { start, end, base, path: path.into(), code: OnceCell::new() });
            }
        }
        Ok(Self(files))
    }

    fn at(&self, address: u64) -> Option<&Instruction> {
        let file = self.0.iter().find(|file| (file.start..file.end).contains(&address))?;
        // Without objdump nothing is found, and then every difference counts.
        let code = file.code.get_or_init(|| Code::of(&file.path).unwrap_or_default());
        code.at(address.wrapping_sub(file.base))
    }
}

fn compare(one: &[Step], other: &[Step], program: &Program) -> Difference {
    let mut found = Difference::default();
    let mut last = "the beginning".to_owned();
    for (one, other) in one.iter().zip(other) {
        if one.at != other.at {
            found.path = Some(last);
            return found;
        }
        if one == other {
            continue;
        }
        let instruction = program.at(one.at);
        found.flags |= one.flags != other.flags;
        for ((name, one), other) in REGISTERS.iter().zip(one.registers).zip(other.registers) {
            if one != other {
                found.registers.insert(name);
            }
        }
        last = instruction.map_or_else(
            || "code that cannot be read".to_owned(),
            |it| format!("{}: {} {}", it.function, it.mnemonic, it.operands),
        );
        let same = |name: &str| {
            let one = value(&one.registers, name);
            one.is_some() && one == value(&other.registers, name)
        };
        let leaks = instruction.is_none_or(|it| {
            let moved = |memory: Operand<'_>| {
                let [one, other] = [one, other].map(|step| address(step, &memory));
                one.is_none() || one != other
            };
            let divided = it.divides() && !["rax", "rdx", divisor(it)].into_iter().all(same);
            divided || !same("rsp") || it.memory().into_iter().any(moved)
        });
        if leaks {
            found.addresses.insert(last.clone());
        }
    }
    if one.len() != other.len() {
        found.path = Some(last);
    }
    found
}

/// What the registers add to an address; `None` if one of them is none of ours.
fn address(step: &Step, memory: &Operand<'_>) -> Option<u64> {
    let part = |name: Option<&str>| name.map_or(Some(0), |name| value(&step.registers, name));
    let index = part(memory.index)?.wrapping_mul(memory.scale);
    Some(part(memory.base)?.wrapping_add(index))
}

/// The register that `it` divides by, by its full name. In memory it is no register, and counts as different.
fn divisor(it: &Instruction) -> &'static str {
    let named = it.operands.trim_start_matches(['%', 'e', 'r']).trim_end_matches(['d', 'w', 'b']);
    let full = |name: &&str| name.trim_start_matches('r') == named;
    REGISTERS.into_iter().find(full).unwrap_or("")
}

fn value(registers: &[u64; 16], name: &str) -> Option<u64> {
    REGISTERS.iter().zip(registers).find(|(ours, _)| **ours == name).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::divisor;
    use crate::code::Instruction;
    use crate::steps::record;

    #[test]
    fn divisors_have_full_names() {
        for (operands, full) in [("%esi", "rsi"), ("%r8d", "r8"), ("%rbx", "rbx"), ("(%rax)", "")] {
            let (function, mnemonic) = ("f".into(), "div".to_owned());
            let it = Instruction { function, mnemonic, operands: operands.to_owned() };
            assert_eq!(divisor(&it), full);
        }
    }

    #[test]
    fn steps_are_counted_and_limited() {
        let mut sum = 0_u64;
        let steps = record(100_000, &mut || sum = core::hint::black_box(sum).wrapping_add(1));
        assert!((2..10_000).contains(&steps.unwrap().len()));
        assert_eq!(sum, 1);
        let mut many = || (0..1_000).for_each(|i| sum ^= core::hint::black_box(i));
        assert!(record(100, &mut many).is_err());
        assert_eq!(sum, 1 ^ (0..1_000).fold(0, |all, i| all ^ i));
    }
}
