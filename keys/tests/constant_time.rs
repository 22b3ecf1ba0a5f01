//! Keys are opened and used without a branch or an address that comes from them, but for verdicts that somebody is answered
//! anyway: valgrind's memcheck over what handlers, officers and ceremonies do, with the LMK and everything under it marked. See
//! docs/side-channels.md.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
#![expect(clippy::unwrap_used, reason = "tests stop at what they do not expect")]

use std::path::PathBuf;
use std::sync::OnceLock;

use payhsm_taint::findings::{Finding, Run, memcheck};
use payhsm_taint::program::{installed, release_example};

/// What crypto/src/told.rs is there for: verdicts, and numbers that are told.
const TOLD: [&str; 2] = ["told::told", "told::counted"];

/// What valgrind ends with when it has something to report.
const FOUND: i32 = 99;

/// The example, built once.
static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// The example under valgrind, or nothing where there is no valgrind.
fn run(arguments: &[&str]) -> Option<Run> {
    let what = format!("payhsm-keys {}", arguments.join(" "));
    if !installed("valgrind", &what).unwrap() {
        return None;
    }
    let build = || release_example(env!("CARGO"), "payhsm-keys", "ctgrind_keys").unwrap();
    let run = memcheck(PROGRAM.get_or_init(build), arguments).unwrap();
    assert!(run.output.contains(", valgrind, AES of the processor"), "{run:#?}");
    Some(run)
}

fn is_told(finding: &Finding) -> bool {
    TOLD.iter().any(|place| finding.function().ends_with(place))
}

#[test]
fn nothing_but_verdicts_comes_from_a_key_or_a_pin() {
    let groups = ["marked", "handlers", "operations", "management", "ceremonies"];
    let Some(run) = run(&groups) else { return };
    let wrong: Vec<_> = run.findings.iter().filter(|found| !is_told(found)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Verdicts are found, or nothing was marked.
    assert_eq!(run.code, Some(FOUND), "{}", run.report);
    assert!(run.findings.len() > 20, "{:#?}", run.findings);
}

#[test]
fn each_control_is_found() {
    for control in [
        "components compared up to the first difference",
        "parity by a table",
        "PIN in the clear compared with a list",
        "inverse by tables of logarithms",
    ] {
        let Some(run) = run(&["marked", control]) else { return };
        assert!(run.findings.iter().any(|found| !is_told(found)), "{control}: {}", run.report);
        assert_eq!(run.code, Some(FOUND), "{control}");
    }
}
