//! The quickstart in a folder that an earlier version has made.
#![cfg(test)]

mod support;

use std::fs;
use support::binary::{Daemon, Folder, configuration, free_ports, payhsmd};

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
        let said = daemon.out.all();
        said.into_iter().filter(|line| line.starts_with("Changed in ")).collect::<Vec<_>>()
    };
    assert_eq!(run(), [""; 0], "a new folder has nothing that could change");
    let file = |name: &str| dir.join(name);
    let config = fs::read_to_string(file("payhsm.toml")).unwrap();
    assert_eq!(config.matches("[[caller]]").count(), 1);
    assert_eq!(run(), [""; 0]);
    assert_eq!(fs::read_to_string(file("payhsm.toml")).unwrap(), config, "it is complete");

    // As it was before there were callers, with a line of its owner's.
    let (old, _) = config.split_once("# Who may call").unwrap();
    fs::write(file("payhsm.toml"), format!("# mine\n{old}[limits]\nconnections = 7\n")).unwrap();
    let expiry = fs::read_to_string(file("certificates.toml")).unwrap();
    let without_name = expiry.lines().find(|line| line.starts_with("not_after")).unwrap();
    fs::write(file("certificates.toml"), without_name).unwrap();
    let client = fs::read(file("client.crt")).unwrap();
    let keys = fs::read(file("keys.toml")).unwrap();
    let said = run();
    assert_eq!(said.len(), 3, "{said:#?}");
    for (said, words) in said.iter().zip(["certificates", "[[caller]]", "keys.toml"]) {
        assert!(said.contains(words), "{said}");
    }
    let config = fs::read_to_string(file("payhsm.toml")).unwrap();
    assert!(config.starts_with("# mine\n") && config.contains("connections = 7"), "{config}");
    assert_eq!(config.matches("[[caller]]").count(), 1);
    assert_eq!(config.matches("[[token_domain]]").count(), 2);
    assert_eq!(fs::read(file("keys.toml")).unwrap(), keys, "they are kept");
    assert_ne!(fs::read(file("client.crt")).unwrap(), client, "its name is in it now");
}

#[test]
fn a_folder_that_is_not_a_quickstarts_is_left_as_it_is() {
    let folder = Folder::new();
    let dir = folder.path("");
    let refused = |words: &str| {
        let output = payhsmd(&["quickstart", "--once", "--dir", dir.to_str().unwrap()]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(words) && said.contains("--dir"), "{said}");
    };
    let key = fs::read(folder.path("server.key")).unwrap();
    refused("certificates or keys that no quickstart has made");
    assert_eq!(fs::read(folder.path("server.key")).unwrap(), key);
    folder.write("certificates.toml", "not_after = 0");
    let config = configuration("issuer", false, "");
    folder.write("payhsm.toml", &config);
    refused("of another profile than development");
    assert_eq!(fs::read_to_string(folder.path("payhsm.toml")).unwrap(), config);
    assert_eq!(fs::read(folder.path("server.key")).unwrap(), key);
}
