//! What is written about the configuration and the command line is complete and true.
#![cfg(test)]

mod support;

use payhsm::config::Config;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::binary::payhsmd;

fn docs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(docs(name)).unwrap()
}

/// The keys that the configuration has at a place, told by refusing another.
fn keys(before: &str) -> BTreeSet<String> {
    let refusal = toml::from_str::<Config>(&format!("{before}\nno_such_key = 1")).unwrap_err();
    let refusal = refusal.to_string();
    let Some((_, expected)) = refusal.split_once("no_such_key`, expected ") else {
        panic!("{before}: {refusal}")
    };
    let expected = expected.lines().next().unwrap();
    expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Every section, and the keys in it.
fn configuration() -> Vec<(String, BTreeSet<String>)> {
    let mut all = vec![(String::new(), keys(""))];
    for name in keys("") {
        let is_key = ["profile", "state", "anchor"].contains(&name.as_str());
        let again = ["caller", "product", "token_domain"].contains(&name.as_str());
        let section = if again { format!("[[{name}]]") } else { format!("[{name}]") };
        if !is_key {
            let keys = keys(&section);
            all.push((section, keys));
        }
    }
    // Sections in sections; those of a key are as those of a caller.
    for section in ["[product.dynamic_cvv2]", "[cards.per_caller]"] {
        let before = if section.starts_with("[product.") { "[[product]]\n" } else { "" };
        all.push((section.to_owned(), keys(&format!("{before}{section}"))));
    }
    assert_eq!(all.len(), 20, "{all:?}");
    all
}

/// What stands between one heading and the next.
fn part<'a>(text: &'a str, heading: &str) -> &'a str {
    let Some((_, rest)) = text.split_once(heading) else { panic!("there is no {heading}") };
    rest.split("\n.Ss ").next().unwrap().split("\n.Sh ").next().unwrap()
}

#[test]
fn the_manual_names_every_key_of_the_configuration_and_no_other() {
    let manual = read("man/payhsm.toml.5");
    for (section, keys) in configuration() {
        let heading =
            if section.is_empty() { ".Ss Top level".to_owned() } else { format!(".Ss {section}") };
        let said: BTreeSet<_> = part(&manual, &heading)
            .lines()
            .filter_map(|line| line.strip_prefix(".It Ic "))
            .map(str::to_owned)
            .collect();
        let plain: BTreeSet<_> = if section.is_empty() {
            keys.into_iter()
                .filter(|key| ["profile", "state", "anchor"].contains(&&**key))
                .collect()
        } else {
            keys
        };
        assert_eq!(said, plain, "{section}");
    }
}

#[test]
fn the_sample_is_a_good_configuration_with_every_key() {
    Config::load(&docs("payhsm.toml")).unwrap();
    let sample = read("payhsm.toml");
    for (section, keys) in configuration() {
        let rest = sample.split_once(&section).unwrap_or_else(|| panic!("no {section}")).1;
        let rest = if section == "[[caller]]" {
            rest.split("\n[[product]]").next().unwrap()
        } else {
            rest.split("\n[").next().unwrap()
        };
        for key in keys.iter().filter(|_| !section.is_empty()) {
            let there = rest.lines().any(|line| {
                line.trim_start_matches("# ").split(" = ").next() == Some(key.as_str())
            });
            let table = sample.contains(&format!("[{}.{key}]", section.trim_matches(['[', ']'])));
            assert!(there || table, "docs/payhsm.toml has no {key} in {section}");
        }
    }
}

#[test]
fn the_manual_names_every_option() {
    let manual = read("man/payhsmd.8");
    let mut options = BTreeSet::new();
    for arguments in [&["--help"][..], &["check-config", "--help"], &["quickstart", "--help"]] {
        let help = String::from_utf8(payhsmd(arguments).stdout).unwrap();
        for word in help.split(|character: char| character.is_whitespace() || character == ',') {
            if let Some(option) = word.strip_prefix("--") {
                options.insert(option.to_owned());
            }
        }
        let subcommands = help.lines().skip_while(|line| !line.starts_with("Commands:")).skip(1);
        for line in subcommands.take_while(|line| !line.is_empty()) {
            let name = line.split_whitespace().next().unwrap();
            assert!(name == "help" || manual.contains(&format!(".Cm {name}")), "{name}");
        }
    }
    assert!(options.len() >= 6, "{options:?}");
    for option in options {
        assert!(
            manual.contains(&format!(".Fl -{option}")) || manual.contains(&format!("Fl -{option}")),
            "{option}"
        );
    }
}

#[test]
fn the_manual_pages_are_set_without_a_complaint() {
    for page in ["man/payhsmd.8", "man/payhsm.toml.5", "man/payhsm-console.1", "man/payhsm-audit.1"]
    {
        let set = Command::new("groff").args(["-mandoc", "-Tutf8", "-ww"]).arg(docs(page)).output();
        let Ok(set) = set else {
            println!("skipped: groff is not installed");
            return;
        };
        let said = String::from_utf8_lossy(&set.stderr).into_owned();
        assert!(set.status.success() && said.is_empty(), "{page}: {said}");
        assert!(set.stdout.len() > 1000, "{page}");
    }
}
