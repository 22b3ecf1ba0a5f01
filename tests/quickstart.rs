//! The quickstart in a folder that an earlier version has made.
#![cfg(test)]

mod support;

use std::fs;
use support::binary::{Daemon, free_ports};

#[test]
fn a_folder_that_knows_no_callers_gets_one_and_goes_on() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("quickstart");
    let port = free_ports(4).to_string();
    let run = || {
        let arguments =
            ["quickstart", "--dir", dir.to_str().unwrap(), "--port-base", &port, "--once"];
        let mut daemon = Daemon::start(&arguments);
        assert_eq!(daemon.end().code(), Some(0), "{:#?} {:#?}", daemon.out.all(), daemon.log.all());
    };
    run();
    let file = |name: &str| dir.join(name);
    let config = fs::read_to_string(file("payhsm.toml")).unwrap();
    assert_eq!(config.matches("[[caller]]").count(), 1);
    run();
    assert_eq!(fs::read_to_string(file("payhsm.toml")).unwrap(), config, "it is complete");

    // As it was before there were callers, with a line of its owner's.
    let (old, _) = config.split_once("# Who may call").unwrap();
    fs::write(file("payhsm.toml"), format!("# mine\n{old}[limits]\nconnections = 7\n")).unwrap();
    let expiry = fs::read_to_string(file("certificates.toml")).unwrap();
    let without_name = expiry.lines().find(|line| line.starts_with("not_after")).unwrap();
    fs::write(file("certificates.toml"), without_name).unwrap();
    let client = fs::read(file("client.crt")).unwrap();
    run();
    let config = fs::read_to_string(file("payhsm.toml")).unwrap();
    assert!(config.starts_with("# mine\n") && config.contains("connections = 7"), "{config}");
    assert_eq!(config.matches("[[caller]]").count(), 1);
    assert_ne!(fs::read(file("client.crt")).unwrap(), client, "its name is in it now");
}
