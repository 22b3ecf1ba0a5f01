//! What is installed is what was promised: units, configuration, bills of materials, and the package in a machine of its own.
//!
//! `PAYHSM_PACKAGE` names a package that `packaging/deb` has made: it is then installed in a throw-away machine with a running
//! systemd, used, upgraded, removed and purged. That takes root and half a minute.
#![cfg(test)]

#[path = "package/bills.rs"]
mod bills;
#[path = "package/units.rs"]
mod units;

use payhsm::config::Config;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    let path = root().join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Runs a program of the repository, and takes what it says, errors included.
fn run(name: &str, arguments: &[&Path]) -> (Output, String) {
    let output = Command::new(root().join(name)).args(arguments).output().unwrap();
    let said = [&output.stdout[..], &output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    (output, said)
}

#[test]
fn the_installed_configuration_is_a_good_one_that_names_what_is_installed() {
    let config = Config::load(&root().join("packaging/payhsm.toml")).unwrap();
    assert!(config.callers.is_empty(), "nobody may call before somebody says who");
    assert_eq!(config.state.as_deref(), Some(Path::new("/var/lib/payhsm")));
    let tls = config.listen.tls.unwrap();
    assert!(units::lines("payhsmd.socket").contains(&format!("ListenStream={tls}")));
    let socket = config.officers.socket.unwrap();
    let listening = format!("ListenStream={}", socket.display());
    assert!(units::lines("payhsmd-officers.socket").contains(&listening));
    assert_eq!(config.tls.unwrap().private_key, root().join("packaging/server.key"));
}

#[test]
fn the_package_in_a_machine_of_its_own() {
    let Some(package) = std::env::var_os("PAYHSM_PACKAGE").map(PathBuf::from) else {
        println!("skipped: PAYHSM_PACKAGE names no package; packaging/deb makes one");
        return;
    };
    let package = root().join(package);
    assert!(package.is_file(), "{}", package.display());
    let (output, said) = run("tests/package/machine", &[&package]);
    println!("{said}");
    if output.status.code() == Some(77) {
        return;
    }
    assert!(output.status.success() && said.contains("\n== done"), "{}", output.status);
}
