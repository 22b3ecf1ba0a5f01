//! The bills of materials, held to what cargo knows. That they are what a release build is made of, `packaging/sbom --check` says.

use super::{read, run};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

const PROGRAMS: [&str; 3] = ["payhsmd", "payhsm-console", "payhsm-audit"];

/// Version and checksum of every crate that Cargo.lock has, by name.
fn locked() -> BTreeMap<(String, String), Option<String>> {
    let lock: toml::Table = read("Cargo.lock").parse().unwrap();
    let text =
        |package: &toml::Value, key| package.get(key).map(|text| text.as_str().unwrap().to_owned());
    let packages = lock["package"].as_array().unwrap().iter();
    packages
        .map(|package| {
            let name = text(package, "name").unwrap();
            ((name, text(package, "version").unwrap()), text(package, "checksum"))
        })
        .collect()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} in {value}"))
}

#[test]
fn the_bills_of_materials_are_complete_and_the_same_each_time() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    for folder in &folders {
        let (output, said) = run("packaging/sbom", &[folder.path()]);
        assert!(output.status.success(), "{said}");
    }
    let locked = locked();
    for program in PROGRAMS {
        let [first, second] = folders
            .each_ref()
            .map(|folder| fs::read(folder.path().join(format!("{program}.cdx.json"))).unwrap());
        assert_eq!(first, second, "{program}");
        let bill: Value = serde_json::from_slice(&first).unwrap();
        assert_eq!(text(&bill["metadata"]["component"], "name"), program);
        let mut linked = BTreeSet::new();
        let mut names = BTreeSet::new();
        for component in bill["components"].as_array().unwrap() {
            let (name, version) = (text(component, "name"), text(component, "version"));
            let checksum = locked.get(&(name.to_owned(), version.to_owned()));
            let checksum =
                checksum.unwrap_or_else(|| panic!("{name} {version} is not in Cargo.lock"));
            match checksum {
                Some(checksum) => {
                    assert_eq!(text(&component["hashes"][0], "content"), checksum, "{name}");
                }
                None => assert!(name.starts_with("payhsm-"), "{name} has no checksum"),
            }
            assert!(!text(&component["licenses"][0], "expression").is_empty(), "{name}");
            assert!(names.insert(text(component, "bom-ref").to_owned()), "{name} {version} twice");
            if text(component, "scope") == "required" {
                linked.insert(name.to_owned());
            }
        }
        hold_to_the_house(program, &linked);
        // Every edge leads from a component to one, and every component is needed by something.
        let mut reached = BTreeSet::new();
        for dependency in bill["dependencies"].as_array().unwrap() {
            for needed in dependency["dependsOn"].as_array().unwrap() {
                reached.insert(needed.as_str().unwrap().to_owned());
            }
        }
        assert_eq!(reached, names, "{program}");
    }
}

/// What has to be in a program and what must not be.
fn hold_to_the_house(program: &str, linked: &BTreeSet<String>) {
    let has = |name: &str| linked.contains(name);
    // Tests alone have these, or the build.
    for name in
        ["tempfile", "proptest", "payhsm-taint", "payhsm-load", "des", "bincode", "syn", "cc"]
    {
        assert!(!has(name), "{program}: {name}");
    }
    assert_eq!(has("payhsm-keys"), program == "payhsmd", "{program}");
    assert_eq!(has("tokio"), program == "payhsmd", "{program}");
    assert_eq!(
        has("indicatif"),
        program == "payhsm-audit",
        "{program}: what only another one asks for"
    );
    assert!(has("zeroize") || program == "payhsm-audit", "{program}");
    assert!(linked.len() > 20, "{program}");
}
