//! Keys are opened and used without a branch or an address that comes from them, but for verdicts that somebody is answered
//! anyway: valgrind's memcheck over what handlers, officers and ceremonies do, with the LMK and everything under it marked. See
//! docs/side-channels.md.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
#![expect(clippy::unwrap_used, reason = "tests stop at what they do not expect")]

use payhsm_taint::findings::{Example, FOUND, Run};

/// What crypto/src/told.rs is there for: verdicts, and numbers that are told.
const TOLD: [&str; 2] = ["told::told", "told::counted"];

static EXAMPLE: Example = Example::new(env!("CARGO"), "payhsm-keys", "ctgrind_keys");

/// The example under valgrind, or nothing where there is no valgrind.
fn run(arguments: &[&str]) -> Option<Run> {
    EXAMPLE.marked(arguments).unwrap()
}

#[test]
fn nothing_but_verdicts_comes_from_a_key_or_a_pin() {
    let groups = ["marked", "handlers", "operations", "management", "ceremonies"];
    let Some(run) = run(&groups) else { return };
    let wrong: Vec<_> = run.findings.iter().filter(|found| !found.is_in(&TOLD)).collect();
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
        assert!(run.findings.iter().any(|found| !found.is_in(&TOLD)), "{control}: {}", run.report);
        assert_eq!(run.code, Some(FOUND), "{control}");
    }
}
