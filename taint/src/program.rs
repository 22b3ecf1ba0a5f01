//! Programs that a test looks at from outside.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Builds the example `example` of `package` as it would ship, and says where it is. `cargo` is `env!("CARGO")` of the
/// caller.
///
/// # Errors
/// It does not build.
pub fn release_example(cargo: &str, package: &str, example: &str) -> io::Result<PathBuf> {
    let out = Command::new(cargo)
        .args(["build", "--release", "--locked", "--message-format=json-render-diagnostics"])
        .args(["--package", package, "--example", example])
        .stderr(Stdio::inherit())
        .output()?;
    let text = String::from_utf8_lossy(&out.stdout);
    let paths = text.split("\"executable\":\"").skip(1).filter_map(|rest| rest.split('"').next());
    let file = |path: &PathBuf| path.file_name().is_some_and(|name| name == example);
    let built = paths.map(PathBuf::from).find(file).filter(|_| out.status.success());
    built
        .ok_or_else(|| io::Error::other(format!("{package}: the example {example} does not build")))
}

/// Whether `tool` is installed. If not, says that `what` is skipped for that reason, past the capture of the test
/// harness.
///
/// # Errors
/// It is missing and `PAYHSM_LONG_TESTS=1` asks for everything.
pub fn installed(tool: &str, what: &str) -> io::Result<bool> {
    let there = Command::new(tool).arg("--version").output().is_ok_and(|out| out.status.success());
    if !there && long() {
        return Err(io::Error::other(format!("{what} needs {tool}, which is not installed")));
    }
    if !there {
        skipped(what, &format!("{tool} is not installed"))?;
    }
    Ok(there)
}

/// Says that `what` is skipped, and why, past the capture of the test harness.
///
/// # Errors
/// Standard error cannot be written.
pub fn skipped(what: &str, why: &str) -> io::Result<()> {
    writeln!(io::stderr(), "skipped: {what}: {why}")
}

/// Whether the environment asks for the long tests.
#[must_use]
pub fn long() -> bool {
    std::env::var_os("PAYHSM_LONG_TESTS").is_some_and(|value| value == "1")
}
