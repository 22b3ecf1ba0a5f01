//! No branch and no address comes from a key or a block: valgrind's memcheck over every call of every kernel, with the
//! secrets marked as memory that nobody has written. See docs/side-channels.md.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests stop at what they do not expect")]

use std::process::{Command, Output};

use payhsm_taint::program::{installed, release_example, skipped};
use payhsm_tdes::{Kernel, KernelName};

/// What valgrind is told to end with when it has something to report.
const FOUND: i32 = 99;
/// What the example ends with when the kernel cannot run.
const CANNOT_RUN: i32 = 3;

/// The example under valgrind, or nothing where there is no valgrind.
fn valgrind(options: &[&str], mode: &str, subject: &str) -> Option<Output> {
    if !installed("valgrind", &format!("{subject} {mode}")).unwrap() {
        return None;
    }
    let program = release_example(env!("CARGO"), "payhsm-tdes", "ctgrind").unwrap();
    let mut command = Command::new("valgrind");
    command.args(["--quiet", "--error-exitcode=99"]).args(options).arg(program);
    Some(command.args([mode, subject]).output().unwrap())
}

/// Every kernel that runs here has to be clean; those that valgrind does not know are named.
fn every_kernel(options: &[&str], mode: &str) {
    for kernel in KernelName::ALL.into_iter().filter(|kernel| Kernel::with(*kernel).is_some()) {
        let Some(out) = valgrind(options, mode, kernel.as_str()) else { return };
        let report = String::from_utf8_lossy(&out.stderr);
        match out.status.code() {
            Some(0) => assert!(report.is_empty(), "{kernel:?}: {report}"),
            Some(CANNOT_RUN) if KNOWS_NO_AVX512.contains(&kernel) => {
                let why = "valgrind knows no AVX-512; tests/machine_code.rs steps through it";
                skipped(&format!("{} {mode}", kernel.as_str()), why).unwrap();
            }
            code => panic!("{kernel:?}: exit {code:?}\n{report}"),
        }
        let ran = String::from_utf8_lossy(&out.stdout);
        assert!(out.status.code() != Some(0) || ran.contains(", valgrind"), "{kernel:?}: {ran}");
    }
}

const KNOWS_NO_AVX512: [KernelName; 2] = [KernelName::Vbmi, KernelName::Bitslice512];

#[test]
fn no_branch_and_no_address_comes_from_a_secret() {
    every_kernel(&[], "marked");
}

#[test]
fn memory_is_used_as_it_should_be() {
    every_kernel(&["--leak-check=full", "--errors-for-leak-kinds=definite"], "unmarked");
}

#[test]
fn table_code_is_found() {
    let Some(out) = valgrind(&[], "marked", "des") else { return };
    let report = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(FOUND), "{report}");
    assert!(report.matches("Use of uninitialised value").count() >= 100, "{report}");
    assert!(report.contains("des::utils::round"), "{report}");
}

#[test]
fn an_early_exit_is_found() {
    let Some(out) = valgrind(&[], "marked", "early-exit") else { return };
    let report = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(FOUND), "{report}");
    assert!(report.contains("Conditional jump"), "{report}");
}
