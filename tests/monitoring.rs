//! What monitors are told: by a real daemon under load and refusals, over HTTP; and what is written about it. That nothing
//! secret is told is in `secrets.rs`.
#![cfg(test)]

#[path = "monitoring/counted.rs"]
mod counted;
#[path = "monitoring/documents.rs"]
mod documents;
#[path = "monitoring/health.rs"]
mod health;
#[path = "monitoring/http.rs"]
mod http;
mod support;

use support::binary::{Daemon, Folder, configuration};
use support::issuing_daemon::{keys_file, sections};

/// The section that has a daemon answer monitors on a port of the system's choice.
const MONITORING: &str = "[monitoring]\nlisten = '127.0.0.1:0'\n";

/// A developer's daemon that keeps rows of cards and a log, and answers monitors; `rest` is more of its configuration.
fn issuer(folder: &Folder, rest: &str) -> Daemon {
    folder.write("keys.toml", &keys_file());
    let config = configuration("development", true, &format!("{}{MONITORING}{rest}", sections(3)));
    let config = format!("state = 'state'\n{config}");
    Daemon::configured(folder, &config, 8)
}
