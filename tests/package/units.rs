//! The units: what they are exposed to, and that they fit each other and the daemon.

use super::{read, root, run};
use payhsm_cage::calls::{Answer, Need, calls};
use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

/// The lines of a unit.
pub(crate) fn lines(unit: &str) -> BTreeSet<String> {
    read(&format!("systemd/{unit}")).lines().map(str::to_owned).collect()
}

/// The value of a key that a unit has once.
fn value(unit: &str, key: &str) -> String {
    let lines = lines(unit);
    let mut values = lines.iter().filter_map(|line| line.strip_prefix(&format!("{key}=")));
    let value = values.next().unwrap_or_else(|| panic!("{unit} has no {key}=")).to_owned();
    assert_eq!(values.next(), None, "{unit} has two {key}=");
    value
}

fn with_ending(ending: &str) -> Vec<String> {
    let names = fs::read_dir(root().join("systemd")).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(ending)).collect()
}

#[test]
fn every_service_is_exposed_to_three_tenths_at_most() {
    let (output, said) = run("systemd/check", &[]);
    println!("{said}");
    assert!(output.status.success());
    if !said.contains("skipped") {
        for unit in with_ending(".service") {
            assert!(said.contains(&unit), "{unit}");
        }
    }
}

#[test]
fn sockets_have_the_names_that_the_daemon_knows_and_go_to_it() {
    let names: BTreeSet<_> = with_ending(".socket")
        .iter()
        .map(|unit| {
            assert_eq!(value(unit, "Service"), "payhsmd.service");
            value(unit, "FileDescriptorName")
        })
        .collect();
    let known = ["metrics", "officers", "tls", "tls-0"].map(str::to_owned);
    assert_eq!(names, BTreeSet::from(known));
    // The port of LMK n is base + 1 + n.
    let base: u16 = port("payhsmd.socket");
    assert_eq!(port("payhsmd-lmk0.socket"), base + 1);
    // Outside of this machine nobody asks for numbers.
    assert!(value("payhsmd-metrics.socket", "ListenStream").starts_with("127.0.0.1:"));
}

fn port(unit: &str) -> u16 {
    value(unit, "ListenStream").rsplit_once(':').unwrap().1.parse().unwrap()
}

#[test]
fn the_group_and_the_user_of_the_units_are_made() {
    let made = read("systemd/payhsm.sysusers");
    let made: BTreeSet<_> = made
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_whitespace().take(2).collect::<Vec<_>>())
        .collect();
    for service in ["payhsmd.service", "payhsm-verify.service"] {
        assert!(made.contains(&vec!["u", value(service, "User").as_str()]), "{made:?}");
    }
    let group = value("payhsmd-officers.socket", "SocketGroup");
    assert!(made.contains(&vec!["g", group.as_str()]), "{made:?}");
    assert_eq!(value("payhsmd-officers.socket", "SocketMode"), "0660");
}

#[test]
fn every_unit_and_drop_in_is_packed() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let package = &manifest["package"]["metadata"]["deb"];
    let sources: Vec<_> = package["assets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|asset| asset[0].as_str().unwrap().to_owned())
        .collect();
    for name in fs::read_dir(root().join("systemd")).unwrap() {
        let name = name.unwrap().file_name().into_string().unwrap();
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_owned());
        let packed = match ending.as_deref() {
            Some("service" | "socket" | "timer") => {
                sources.contains(&format!("systemd/*.{}", ending.unwrap()))
            }
            Some("sysusers" | "tmpfiles") => sources.contains(&format!("systemd/{name}")),
            _ if name == "drop-ins" => sources.contains(&"systemd/drop-ins/*.conf".to_owned()),
            _ => name == "check",
        };
        assert!(packed, "{name}");
    }
    for page in fs::read_dir(root().join("docs/man")).unwrap() {
        let page = page.unwrap().file_name().into_string().unwrap();
        let section = page.rsplit_once('.').unwrap().1;
        assert!(sources.contains(&format!("docs/man/*.{section}")), "{page}");
    }
    // What is enabled by hand is disabled by the removal.
    let removal = read("packaging/debian/prerm");
    for unit in [with_ending(".socket"), with_ending(".timer")].concat() {
        assert!(removal.contains(&unit), "{unit}");
    }
}

/// The calls that systemd has under a name of a group, and under the groups in it.
fn expanded(group: &str, calls: &mut BTreeSet<String>) {
    let output = Command::new("systemd-analyze").args(["syscall-filter", group]).output().unwrap();
    assert!(output.status.success(), "{group}");
    for line in String::from_utf8(output.stdout).unwrap().lines().skip(1) {
        let word = line.trim();
        if word.starts_with('@') {
            expanded(word, calls);
        } else if !word.is_empty() && !word.starts_with('#') {
            calls.insert(word.to_owned());
        }
    }
}

#[test]
fn the_unit_lets_through_what_the_daemon_lets_itself_do() {
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        println!("skipped: systemd-analyze is not installed");
        return;
    }
    let mut allowed = BTreeSet::new();
    let unit = read("systemd/payhsmd.service");
    for filter in unit.lines().filter_map(|line| line.strip_prefix("SystemCallFilter=")) {
        let (away, words) = filter.strip_prefix('~').map_or((false, filter), |rest| (true, rest));
        let mut calls = BTreeSet::new();
        for word in words.split_whitespace() {
            if word.starts_with('@') {
                expanded(word, &mut calls);
            } else {
                calls.insert(word.to_owned());
            }
        }
        if away {
            allowed.retain(|call| !calls.contains(call));
        } else {
            allowed.append(&mut calls);
        }
    }
    let needs = [Need::Always, Need::Database];
    // `none` is no call: a tracer's remains.
    let made = calls(&needs).filter(|call| call.answer == Answer::Made && call.name() != "none");
    for call in made {
        assert!(allowed.contains(call.name()), "{}, which is for: {}", call.name(), call.reason);
    }
    // Before its own filter it has to make that.
    for call in ["seccomp", "landlock_create_ruleset", "landlock_restrict_self", "memfd_secret"] {
        assert!(allowed.contains(call), "{call}");
    }
    for call in ["ptrace", "process_vm_readv", "bpf", "io_uring_setup", "userfaultfd", "mount"] {
        assert!(!allowed.contains(call), "{call}");
    }
}
