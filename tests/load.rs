//! The load program against the real binary: it can drive every command that there is.
#![cfg(test)]

mod support;

use payhsm_client::{Client, Config, Credentials};
use payhsm_load::drive::{Plan, drive};
use payhsm_load::prepare::{Kit, Work, prepare};
use payhsm_load::target::Target;
use payhsm_load::template::{Dialect, Request};
use payhsm_protocol::field::LmkId;
use std::time::Duration;
use support::binary::{Daemon, Folder, configuration};
use support::issuing_daemon::{keys_file, sections};

/// A log, for the commands that show it.
const AUDIT: &str = "[audit]\nfolder = 'audit'";

/// Enough that each connection sends more than it may have in flight.
const PLAN: Plan = Plan {
    connections: 2,
    depth: 4,
    time: Duration::from_secs(10),
    slice: Duration::from_secs(10),
    requests: Some(40),
    threads: 1,
};

/// A developer's daemon that has what the commands of an issuer need: rows, keys under labels, and more PIN tries than requests
/// are under way.
fn daemon(folder: &Folder, rest: &str) -> Daemon {
    folder.write("keys.toml", &keys_file());
    let config = configuration("development", true, &format!("{rest}\n{AUDIT}\n{}", sections(98)));
    let config =
        config.replace("commands = ['*']", "commands = ['*']\nlabels = ['*']\nzones = ['*']");
    Daemon::configured(folder, &format!("state = 'state'\n{config}"), 8)
}

fn credentials(folder: &Folder) -> Credentials {
    let file = |name| folder.path(name);
    Credentials::from_pem_files(file("ca.crt"), file("client.crt"), file("client.key")).unwrap()
}

/// Every command, prepared by asking this daemon under this LMK, or under the one that the load
/// program chooses.
fn prepared(folder: &Folder, daemon: &Daemon, lmk: Option<LmkId>) -> Vec<(Work, Request)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let address = daemon.address(true, None).to_string();
        let config = Config::new(address, "localhost", credentials(folder));
        let kit = Kit::new(Some(Client::connect(config).await.unwrap()), lmk);
        let mut requests = Vec::new();
        // Under a key-block LMK there is no B0.
        for &work in Work::ALL.iter().filter(|&&work| lmk.is_none() || work != Work::B0) {
            let request = prepare(work, &kit).await;
            requests.push((work, request.unwrap_or_else(|error| panic!("{work:?}: {error}"))));
        }
        requests
    })
}

fn drives_all(targets: &[Target], requests: &[(Work, Request)]) {
    for target in targets {
        // A record is retrieved and let go once, a card enabled, a PIN changed and a batch given once: these come to an end, as they should.
        let ends = |work| matches!(work, Work::Q2 | Work::Q6 | Work::VE | Work::WG | Work::XC);
        for (work, request) in requests.iter().filter(|(work, _)| !ends(*work)) {
            let tallies = drive(&PLAN, request, &[target], |_| ()).unwrap();
            let dialect = target.dialect;
            assert_eq!(tallies.len(), 1);
            assert!(tallies[0].errors.is_empty(), "{work:?}, {dialect:?}: {:?}", tallies[0].errors);
            assert_eq!(tallies[0].replies(), 40, "{work:?}, {dialect:?}");
        }
    }
}

#[test]
fn every_command_is_driven_without_an_error_in_both_dialects() {
    let folder = Folder::new();
    let daemon = daemon(&folder, "");
    let requests = prepared(&folder, &daemon, None);
    assert_eq!(requests.len(), Work::ALL.len());
    let tls = |dialect| {
        let address = daemon.address(true, None).to_string();
        Target::tls(address, "localhost", &credentials(&folder), dialect).unwrap()
    };
    let plain = Target::plain(daemon.address(false, None).to_string());
    drives_all(&[tls(Dialect::Compact), tls(Dialect::Host), plain], &requests);
}

/// PINs under a DES LMK are digits, and how many depends on the daemon.
#[test]
fn every_command_of_a_tdes_key_block_lmk_is_driven_too() {
    let folder = Folder::new();
    let daemon = daemon(&folder, "[host]\npin_length = 6");
    let mut requests = prepared(&folder, &daemon, Some(LmkId(1)));
    let address = daemon.address(true, None).to_string();
    let compact =
        Target::tls(address, "localhost", &credentials(&folder), Dialect::Compact).unwrap();
    drives_all(&[compact], &requests);
    // The field of a clear PIN has the length that a daemon has of itself.
    requests.retain(|(work, _)| *work != Work::BA);
    drives_all(&[Target::plain(daemon.address(false, None).to_string())], &requests);
}
