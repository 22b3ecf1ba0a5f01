//! The machine code of a program, as `objdump` of binutils reads it.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

/// One instruction, in the notation of AT&T: sources first, destination last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// The function it stands in.
    pub function: Arc<str>,
    /// What it does; prefixes such as `rep` are left out.
    pub mnemonic: String,
    /// With what.
    pub operands: String,
}

/// The instructions of a program by their address in the file.
#[derive(Debug, Default)]
pub struct Code(BTreeMap<u64, Instruction>);

impl Code {
    /// Reads the program at `path`.
    ///
    /// # Errors
    /// There is no `objdump`, or it fails.
    pub fn of(path: &Path) -> io::Result<Self> {
        let out = Command::new("objdump")
            .args(["--disassemble", "--demangle", "--no-show-raw-insn", "--wide"])
            .arg(path)
            .output()?;
        if !out.status.success() {
            return Err(io::Error::other("objdump failed"));
        }
        Ok(Self::parse(&String::from_utf8_lossy(&out.stdout)))
    }

    fn parse(text: &str) -> Self {
        let mut function: Arc<str> = Arc::from("");
        let mut code = BTreeMap::new();
        for line in text.lines() {
            if let Some((_, name)) = line.strip_suffix(">:").and_then(|line| line.split_once(" <"))
            {
                function = Arc::from(name);
            } else if let Some((at, instruction)) = line.split_once(":\t")
                && let Ok(at) = u64::from_str_radix(at.trim_start(), 16)
            {
                let instruction = instruction.split(" #").next().unwrap_or_default();
                let mut words = instruction.split_ascii_whitespace();
                let prefixes = ["rep", "repz", "repnz", "lock", "bnd", "notrack", "data16", "cs"];
                let mnemonic = words.find(|word| !prefixes.contains(word)).unwrap_or_default();
                let mnemonic = mnemonic.trim_start_matches("{evex}").to_owned();
                let operands = words.collect::<Vec<_>>().join(" ");
                code.insert(
                    at,
                    Instruction { function: Arc::clone(&function), mnemonic, operands },
                );
            }
        }
        Self(code)
    }

    /// The instruction at an address of the file.
    #[must_use]
    pub fn at(&self, address: u64) -> Option<&Instruction> {
        self.0.get(&address)
    }

    /// All instructions, in order of their addresses.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &Instruction)> {
        self.0.iter().map(|(at, instruction)| (*at, instruction))
    }

    /// The functions whose name, without type parameters, satisfies `is`, and their instructions.
    pub fn functions(&self, is: impl Fn(&str) -> bool) -> BTreeMap<&str, Vec<&Instruction>> {
        let mut found = BTreeMap::<&str, Vec<&Instruction>>::new();
        for instruction in self.0.values().filter(|instruction| is(&instruction.function)) {
            found.entry(&instruction.function).or_default().push(instruction);
        }
        found
    }
}

/// An address in memory as an instruction forms it: `displacement(base, index, scale)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operand<'i> {
    /// Register added, if any.
    pub base: Option<&'i str>,
    /// Register multiplied and added, if any; a vector register in gathers and scatters.
    pub index: Option<&'i str>,
    /// By how much `index` is multiplied.
    pub scale: u64,
}

impl Instruction {
    /// The parts of the addresses that this instruction reads or writes, or jumps through.
    #[must_use]
    pub fn memory(&self) -> Vec<Operand<'_>> {
        // These look like memory, but only compute, or do nothing.
        if self.mnemonic.starts_with("lea") || self.mnemonic.starts_with("nop") {
            return Vec::new();
        }
        let parts = self.operands.split('(').skip(1).filter_map(|rest| rest.split(')').next());
        parts
            .map(|part| {
                let mut fields = part.split(',');
                let mut register = || {
                    fields
                        .next()
                        .and_then(|field| field.strip_prefix('%'))
                        .filter(|name| *name != "rip")
                };
                let (base, index) = (register(), register());
                let scale = fields.next().and_then(|scale| scale.parse().ok()).unwrap_or(1);
                Operand { base, index, scale }
            })
            .collect()
    }

    /// Whether it divides: its time depends on what is divided.
    #[must_use]
    pub fn divides(&self) -> bool {
        self.mnemonic.starts_with("div") || self.mnemonic.starts_with("idiv")
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, Operand};

    #[test]
    fn objdump_is_read() {
        let code = Code::parse(
            "0000000000001130 <a::b>:\n    1130:\tmov    0x8(%rax,%rcx,4),%rdx\n    \
             1134:\trep stos %al,%es:(%rdi)\n    1136:\tlea    0x0(%rip),%rax        # 2000 <x>\n\n\
             0000000000001140 <c>:\n    1140:\tvmovdqu64 0x40(%rsi),%zmm1{%k1}{z}\n",
        );
        let first = code.at(0x1130).unwrap();
        assert_eq!((&*first.function, first.mnemonic.as_str()), ("a::b", "mov"));
        let (base, index) = (Some("rax"), Some("rcx"));
        assert_eq!(first.memory(), [Operand { base, index, scale: 4 }]);
        let second = code.at(0x1134).unwrap();
        assert_eq!(second.mnemonic, "stos");
        assert_eq!(second.memory(), [Operand { base: Some("rdi"), index: None, scale: 1 }]);
        assert!(code.at(0x1136).unwrap().memory().is_empty());
        let last = code.at(0x1140).unwrap();
        assert_eq!((&*last.function, last.memory().len()), ("c", 1));
        assert_eq!(code.functions(|name| name == "a::b").values().map(Vec::len).sum::<usize>(), 3);
    }
}
