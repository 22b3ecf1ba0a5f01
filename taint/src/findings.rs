//! What valgrind's memcheck reports of a program whose secrets are marked, taken apart.

use crate::program::{installed, release_example};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// What a program ends with when there is something to report.
pub const FOUND: i32 = 99;

/// A branch, an address or an argument of a system call that comes from a marked byte.
#[derive(Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is, in valgrind's words.
    pub what: String,
    /// Address of the instruction, as valgrind writes it.
    pub at: String,
    /// The function it is in, then its callers, as far as they are known.
    pub functions: Vec<String>,
}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.what, self.functions.join(", called by "))
    }
}

impl Finding {
    /// The function that it is in.
    #[must_use]
    pub fn function(&self) -> &str {
        self.functions.first().map_or("", String::as_str)
    }

    /// Whether it is in one of these functions, by the ends of their paths.
    #[must_use]
    pub fn is_in(&self, places: &[&str]) -> bool {
        places.iter().any(|place| self.function().ends_with(place))
    }
}

/// What a program did under valgrind.
#[derive(Debug)]
pub struct Run {
    /// Its own exit code, or [`FOUND`].
    pub code: Option<i32>,
    /// What it wrote.
    pub output: String,
    /// What was found, once for each way to it.
    pub findings: Vec<Finding>,
    /// The report as it was written.
    pub report: String,
}

/// An example of a package, which does rows ([`crate::rows`]); built once, as it would ship.
#[derive(Debug)]
pub struct Example {
    cargo: &'static str,
    package: &'static str,
    name: &'static str,
    built: OnceLock<PathBuf>,
}

impl Example {
    /// The example of this name; `cargo` is `env!("CARGO")` of the caller.
    #[must_use]
    pub const fn new(cargo: &'static str, package: &'static str, name: &'static str) -> Self {
        Self { cargo, package, name, built: OnceLock::new() }
    }

    /// The program.
    ///
    /// # Errors
    /// It does not build.
    pub fn program(&self) -> io::Result<&Path> {
        if let Some(built) = self.built.get() {
            return Ok(built);
        }
        let built = release_example(self.cargo, self.package, self.name)?;
        Ok(self.built.get_or_init(|| built))
    }

    /// What it does with these arguments under valgrind, or nothing where there is no valgrind.
    ///
    /// # Errors
    /// It does not build, valgrind cannot be started, or it ran without valgrind or without the processor's instructions for AES:
    /// without the one marks mean nothing, and what ships takes the others.
    pub fn marked(&self, arguments: &[&str]) -> io::Result<Option<Run>> {
        let what = format!("{} {}", self.package, arguments.join(" "));
        if !installed("valgrind", &what)? {
            return Ok(None);
        }
        let run = memcheck(self.program()?, arguments)?;
        if run.output.contains(", valgrind, AES of the processor") {
            Ok(Some(run))
        } else {
            Err(io::Error::other(format!("{run:#?}")))
        }
    }
}

/// Runs `program` with these arguments under memcheck.
fn memcheck(program: &Path, arguments: &[&str]) -> io::Result<Run> {
    let out = Command::new("valgrind")
        .args(["--quiet", &format!("--error-exitcode={FOUND}")])
        .args(["--error-limit=no", "--num-callers=8"])
        // Stacks in secret memory lie side by side: whoever goes from one to the next has not grown the first.
        .arg("--max-stackframe=32768")
        .arg(program)
        .args(arguments)
        .output()?;
    let report = String::from_utf8_lossy(&out.stderr).into_owned();
    let output = String::from_utf8_lossy(&out.stdout).into_owned();
    Ok(Run { code: out.status.code(), output, findings: findings(&report), report })
}

/// How valgrind begins to speak of bytes that nobody has written. It speaks of dead stacks, too, when they are wiped.
const OF_SECRETS: [&str; 3] = ["Conditional jump", "Use of uninitialised", "Syscall param"];

/// The findings of a report: a line that says what, then lines `at` and `by`.
fn findings(report: &str) -> Vec<Finding> {
    let mut found = Vec::<Finding>::new();
    let mut what = "";
    for line in report.lines() {
        let line = line.strip_prefix("==").and_then(|line| line.split_once("== "));
        let Some((_, text)) = line else { continue };
        let place = text.trim_start();
        let of_secrets = OF_SECRETS.iter().any(|kind| what.starts_with(kind));
        if let Some(place) = place.strip_prefix("at 0x").filter(|_| of_secrets) {
            let at = place.split(':').next().unwrap_or_default().to_owned();
            found.push(Finding { what: what.to_owned(), at, functions: vec![function(place)] });
        } else if let Some(place) = place.strip_prefix("by 0x") {
            if let Some(last) = found.last_mut().filter(|_| of_secrets) {
                last.functions.push(function(place));
            }
        } else if !place.starts_with("at 0x") {
            what = place;
        }
    }
    found
}

/// `4A11: payhsm::told (in /program)`: the name alone.
fn function(place: &str) -> String {
    let (_, name) = place.split_once(": ").unwrap_or(("", place));
    let known = name.split_once(" (in ").or_else(|| name.rsplit_once(" ("));
    known.map_or(name, |(name, _)| name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::findings;

    #[test]
    fn a_report_is_read() {
        let found = findings(
            "==7== Conditional jump or move depends on uninitialised value(s)\n\
             ==7==    at 0x10A: payhsm::told (in /a (b)/c)\n\
             ==7==    by 0x10B: <T as U>::f (x.rs:12)\n==7== \n\
             ==7== Invalid write of size 8\n==7==    at 0x10D: h (in /c)\n==7==    by 0x10E: i (in /c)\n\
             ==7== Use of uninitialised value of size 8\n==7==    at 0x10C: g (in /c)\n",
        );
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].at.as_str(), found[0].function()), ("10A", "payhsm::told"));
        assert_eq!(found[0].functions, ["payhsm::told", "<T as U>::f"]);
        assert_eq!(
            (found[1].what.as_str(), found[1].function()),
            ("Use of uninitialised value of size 8", "g")
        );
        assert!(findings("").is_empty() && findings("==7== some warning\n").is_empty());
    }
}
