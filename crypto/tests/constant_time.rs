//! Nothing secret decides a branch or an address, but for verdicts that somebody is answered anyway: valgrind's memcheck over
//! everything that this crate does, with the secrets marked as memory that nobody has written. See docs/side-channels.md.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
#![expect(clippy::unwrap_used, reason = "tests stop at what they do not expect")]

use std::collections::BTreeSet;
use std::process::Command;

use payhsm_taint::code::Code;
use payhsm_taint::findings::{Example, FOUND, Finding, Run};
use payhsm_taint::program::installed;

/// What crypto/src/told.rs is there for: verdicts, and numbers that are told.
const TOLD: [&str; 2] = ["told::told", "told::counted"];

static EXAMPLE: Example = Example::new(env!("CARGO"), "payhsm-crypto", "ctgrind_crypto");

/// The example under valgrind, or nothing where there is no valgrind.
fn run(arguments: &[&str]) -> Option<Run> {
    EXAMPLE.marked(arguments).unwrap()
}

#[test]
fn nothing_but_verdicts_comes_from_a_secret() {
    let groups = ["marked", "ciphers", "macs", "blocks", "pins", "cards", "values"];
    let Some(run) = run(&groups) else { return };
    let wrong: Vec<_> = run.findings.iter().filter(|found| !found.is_in(&TOLD)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    // What is told is told by branches in these two functions: that is found, or nothing was marked.
    assert_eq!(run.code, Some(FOUND), "{}", run.report);
    for place in TOLD {
        assert!(run.findings.iter().any(|found| found.is_in(&[place])), "{place} tells nothing");
    }
}

#[test]
fn ciphers_and_hmac_tell_nothing_at_all() {
    let rows = ["marked", "AES-128", "AES-192", "AES-256", "AES-256-GCM, sealing", "single DES"];
    let more = ["double TDES", "triple TDES", "check values", "HMAC-SHA-256", "variants"];
    let Some(run) = run(&[&rows[..], &more].concat()) else { return };
    assert_eq!(run.code, Some(0), "{}", run.report);
    assert!(run.output.contains("10 rows"), "{}", run.output);
}

/// The crate `aes-gcm` branches on the verdict of its own comparison.
#[test]
fn opening_gcm_tells_its_verdict_in_one_place() {
    let Some(run) = run(&["marked", "AES-256-GCM, opening"]) else { return };
    let places: BTreeSet<_> =
        run.findings.iter().map(|found| (&*found.at, &*found.what, found.function())).collect();
    let mut places = places.into_iter();
    let (Some((_, what, function)), None) = (places.next(), places.next()) else {
        panic!("{:#?}", run.findings)
    };
    assert!(what.starts_with("Conditional jump") && function.ends_with("AeadKey::open"));
}

/// The crate `base64` looks characters up by what it encodes, which is ciphertext and answered.
#[test]
fn a_jwe_looks_up_ciphertext_alone() {
    let Some(run) = run(&["marked", "JWE"]) else { return };
    let wrong: Vec<_> =
        run.findings.iter().filter(|found| !found.function().contains("base64")).collect();
    assert!(wrong.is_empty() && run.code == Some(FOUND), "{wrong:#?}");
}

#[test]
fn each_control_is_found() {
    let controls = [
        ("decimalisation by a table", "Use of uninitialised value"),
        ("PVV by branches", "Conditional jump"),
        ("MAC compared up to the first difference", "Conditional jump"),
        ("PIN read up to the first that is no digit", "Conditional jump"),
        ("offset by branches", "Conditional jump"),
        ("key found weak by a list", "Conditional jump"),
        ("key block of a length that decides", "Conditional jump"),
        ("FF1 of another crate", "Conditional jump"),
        ("check digit by a table", "Use of uninitialised value"),
        ("cipher chosen by the key", "Conditional jump"),
    ];
    for (control, what) in controls {
        let Some(run) = run(&["marked", control]) else { return };
        let found = |found: &Finding| found.what.starts_with(what) && !found.is_in(&TOLD);
        assert!(run.findings.iter().any(found), "{control}: {:#?}", run.findings);
        assert_eq!(run.code, Some(FOUND), "{control}");
    }
}

/// Division takes more or less time by what is divided, which memcheck does not see: no function divides by a number that the
/// compiler does not know, but for lengths.
#[test]
fn nothing_divides_but_lengths() {
    if !installed("objdump", "payhsm-crypto: divisions").unwrap() {
        return;
    }
    let code = Code::of(EXAMPLE.program().unwrap()).unwrap();
    let ours = code.functions(|name| name.contains("payhsm_crypto::") || name.contains("ctgrind_"));
    let divides = ours.iter().filter(|(_, code)| code.iter().any(|one| one.divides()));
    let (controls, divides): (Vec<_>, Vec<_>) =
        divides.map(|(name, _)| *name).partition(|name| name.contains("controls::"));
    // Lengths of texts in blocks; the example itself, making texts of a radix.
    let known = ["layout::Text::of", "ciphers::ff1"];
    let wrong: Vec<_> =
        divides.iter().filter(|name| !known.iter().any(|known| name.ends_with(known))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    // FF1 of another crate does.
    assert!(ours.len() > 30 && !controls.is_empty(), "{} functions, {controls:?}", ours.len());
}

/// What the processor runs in place of what valgrind knows: AES and carry-less products in wide registers, SHA by instructions.
#[test]
fn instructions_that_valgrind_does_not_know_take_the_same_steps() {
    if !installed("objdump", "payhsm-crypto in steps").unwrap() {
        return;
    }
    let program = EXAMPLE.program().unwrap();
    let steps = |rows: &[&str]| Command::new(program).arg("steps").args(rows).output().unwrap();
    let same = steps(&["AES-256", "AES-256-GCM, sealing", "check values", "HMAC-SHA-256", "PVV"]);
    let report = String::from_utf8_lossy(&same.stdout);
    assert_eq!((same.status.code(), report.lines().count()), (Some(0), 5), "{report}");
    for control in ["decimalisation by a table", "PVV by branches"] {
        let found = steps(&[control]);
        assert_eq!(found.status.code(), Some(FOUND), "{}", String::from_utf8_lossy(&found.stdout));
    }
}

#[test]
fn memory_is_used_as_it_should_be() {
    let groups = ["unmarked", "ciphers", "macs", "blocks", "pins", "cards", "values", "others"];
    let Some(run) = run(&groups) else { return };
    assert_eq!(run.code, Some(0), "{}", run.report);
}
