//! Configurations with callers, and certificates for them.

use super::binary::{Folder, For, configuration};

/// Clients, by the name of their files, and the names in their certificates.
pub(crate) fn folder() -> Folder {
    let folder = Folder::new();
    folder.issue("api", For::Client, &["api.bank.example", "other.example"]);
    folder.issue("batch", For::Client, &["batch.bank.example"]);
    folder.issue("stranger", For::Client, &["stranger.example"]);
    folder.issue("both", For::Client, &["api.bank.example", "second.example"]);
    folder
}

/// A caller as the configuration has it: name, how it is recognised, and the rest.
pub(crate) fn entry(name: &str, how: &str, rest: &str) -> String {
    format!("[[caller]]\nname = '{name}'\n{how}\n{rest}\n")
}

pub(crate) fn config(entries: &[String]) -> String {
    let config = configuration("development", true, "");
    let (head, tail) = config.split_once("[[caller]]").unwrap();
    let (_, tail) = tail.split_once("[log]").unwrap();
    // The log says who asked for what.
    let tail = tail.replacen("format = 'json'", "format = 'json'\nlevel = 'debug'", 1);
    format!("{head}{}[log]{tail}", entries.concat())
}

pub(crate) fn by_name(name: &str) -> String {
    format!("name_in_certificate = '{name}'")
}
