//! The machine code that ships: which instructions it has, and that two secrets take the same ones to the same
//! addresses, step by step on this processor. This reaches the AVX-512 kernels, which valgrind does not know. See
//! docs/side-channels.md.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
#![expect(clippy::unwrap_used, reason = "tests stop at what they do not expect")]

use std::process::{Command, Output};

use payhsm_taint::code::{Code, Instruction};
use payhsm_taint::program::{installed, release_example};
use payhsm_tdes::{Kernel, KernelName};

/// What the example ends with when paths or addresses differ.
const FOUND: i32 = 99;

/// Addresses in vector registers, time that depends on operands (also where microcode does it), floating point.
const NEVER: [&str; 14] = [
    "gather", "scatter", "compress", "expand", "pdep", "pext", "xlat", "sqrt", "divs", "divp",
    "muls", "mulp", "cvt", "rcp",
];

/// From vector registers to general ones, to flags or to masks: where a secret could become an address or a branch.
fn leaves_vectors(it: &Instruction) -> bool {
    let to = it.operands.rsplit(',').next().unwrap_or_default();
    let general = to.starts_with("%r") || to.starts_with("%e");
    let moves = ["movd", "movq", "vmovd", "vmovq"].contains(&it.mnemonic.as_str())
        && it.operands.contains("mm")
        && general;
    let tells = ["pextr", "movmsk", "ptest", "vtestp", "comis", "kortest", "ktest"];
    let compares =
        ["vpcmp", "vptestm", "vptestnm", "vpmov"].iter().any(|name| it.mnemonic.starts_with(name))
            && to.starts_with("%k");
    moves || compares || tells.iter().any(|name| it.mnemonic.contains(name))
}

fn floats_or_gathers(it: &Instruction) -> bool {
    NEVER.iter().any(|name| it.mnemonic.contains(name))
}

fn shown(it: &Instruction) -> String {
    format!("{}: {} {}", it.function, it.mnemonic, it.operands)
}

/// The functions of a module of the crate, and how many instructions they have.
fn of_module<'c>(code: &'c Code, module: &str) -> Vec<&'c Instruction> {
    let start = format!("payhsm_tdes::{module}::");
    let functions = code.functions(|name| name.starts_with(&start));
    assert!(
        functions.keys().any(|name| name.contains("::all")),
        "{module}: {:?}",
        functions.keys()
    );
    functions.into_values().flatten().collect()
}

#[test]
fn no_instruction_takes_addresses_or_branches_from_vectors() {
    if !installed("objdump", "instructions of the kernels").unwrap() {
        return;
    }
    let program = release_example(env!("CARGO"), "payhsm-tdes", "ctgrind").unwrap();
    let code = Code::of(&program).unwrap();
    for module in ["scalar", "avx2", "vbmi", "bitslice"] {
        let instructions = of_module(&code, module);
        assert!(instructions.len() > 500, "{module} has {} instructions", instructions.len());
        let wrong: Vec<_> =
            instructions.iter().filter(|it| floats_or_gathers(it)).map(|it| shown(it)).collect();
        assert!(wrong.is_empty(), "{module}: {wrong:#?}");
        // Where secrets are at home in general registers (scalar), or where the compiler tests lengths of keys in
        // vectors and counts by division (bitslice), the steps below and valgrind have to judge.
        let strict = ["avx2", "vbmi"].contains(&module);
        let wrong: Vec<_> =
            instructions.iter().filter(|it| leaves_vectors(it)).map(|it| shown(it)).collect();
        assert!(!strict || wrong.is_empty(), "{module}: {wrong:#?}");
        let divides = instructions.iter().filter(|it| it.divides()).count();
        assert!(module == "bitslice" || divides == 0, "{module} divides {divides} times");
    }
    // The rules do find such instructions where there are some.
    let elsewhere = |rule: fn(&Instruction) -> bool| code.iter().filter(|(_, it)| rule(it)).count();
    assert!(elsewhere(leaves_vectors) > 10);
    assert!(elsewhere(Instruction::divides) > 0);
    let gather = Instruction {
        function: "f".into(),
        mnemonic: "vpgatherdd".to_owned(),
        operands: "(%rax,%zmm1,4),%zmm2{%k1}".to_owned(),
    };
    assert!(floats_or_gathers(&gather));
}

/// The example in single steps, or nothing without objdump, which it needs to read instructions.
fn steps(subject: &str) -> Option<Output> {
    if !installed("objdump", &format!("{subject} in steps")).unwrap() {
        return None;
    }
    let program = release_example(env!("CARGO"), "payhsm-tdes", "ctgrind").unwrap();
    Some(Command::new(program).args(["steps", subject]).output().unwrap())
}

/// Secrets make no difference to what `kernels` do. One test for half of them, so that they share two processors.
fn same_steps(kernels: &[KernelName]) {
    for kernel in kernels.iter().filter(|kernel| Kernel::with(**kernel).is_some()) {
        let Some(out) = steps(kernel.as_str()) else { return };
        let report = String::from_utf8_lossy(&out.stdout);
        assert_eq!(out.status.code(), Some(0), "{report}{}", String::from_utf8_lossy(&out.stderr));
        assert!(report.contains("instructions in all"), "{report}");
    }
}

#[test]
fn single_block_and_table_kernels_take_the_same_steps() {
    same_steps(&[KernelName::Scalar, KernelName::Avx2, KernelName::Vbmi]);
}

#[test]
fn bitslice_kernels_take_the_same_steps() {
    same_steps(&[KernelName::Bitslice64, KernelName::Bitslice256, KernelName::Bitslice512]);
}

#[test]
fn table_code_goes_to_other_addresses() {
    let Some(out) = steps("des") else { return };
    let report = String::from_utf8_lossy(&out.stdout);
    assert_eq!(out.status.code(), Some(FOUND), "{report}");
    assert!(report.contains("des::utils::round: movzbl"), "{report}");
}

#[test]
fn an_early_exit_takes_other_steps() {
    let Some(out) = steps("early-exit") else { return };
    let report = String::from_utf8_lossy(&out.stdout);
    assert_eq!(out.status.code(), Some(FOUND), "{report}");
    assert!(report.contains("paths part after: Some"), "{report}");
}
