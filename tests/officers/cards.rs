//! Rows of cards on an appliance whose officers hold its keys: there with the LMK, gone with it, and theirs alone.

use crate::appliance::{Appliance, Console, Lmk, change, key, migrate, people};
use crate::support::binary::{Daemon, Folder, configuration, wait_for};
use crate::support::pin_life::CARD;
use payhsm_officer::Identity;
use payhsm_protocol::officer::{Act, Answer, NewKey};
use payhsm_state::testing::{PASSWORD, Server};
use std::fs;

const SOCKET: &str = "[officers]\nsocket = 'officers.sock'\n[memory]\nstrict = false\n";

fn config(rest: &str) -> String {
    let config = configuration("issuer", false, &format!("{SOCKET}{rest}"));
    config.replace("commands = ['*']", "commands = ['*']\nlabels = ['*']")
}

fn make_keys(console: &mut Console) {
    let pvk = key("pvk", b"V2", b"T2");
    let mut attributes = pvk.attributes;
    attributes.mode_of_use = b'N';
    console.done(&Act::GenerateKey(NewKey { attributes, ..key("pvk", b"V2", b"T2") }));
    console.done(&Act::GenerateKey(key("zpk", b"72", b"T2")));
}

/// A sealed appliance in the folder of a daemon: its people, and its LMK.
fn made(folder: &Folder) -> ([Identity; 3], Lmk) {
    let state = folder.path("state-issuer");
    fs::create_dir(&state).unwrap();
    let appliance = Appliance::start(&state);
    let people = people();
    appliance.connect().enrol(&people);
    let mut console = appliance.with(&[&people[0], &people[1]]);
    let lmk = console.first_lmk();
    make_keys(&mut console);
    appliance.stop();
    (people, lmk)
}

fn unseal(folder: &Folder, lmk: &Lmk, people: &[Identity; 3]) -> Console {
    let mut console = Console::connect(&folder.path("officers.sock"));
    let unsealed = console.unseal(lmk, &[&people[0], &people[1]]);
    assert!(matches!(unsealed, Answer::Done { .. }), "{unsealed:?}");
    console
}

fn ask(folder: &Folder, daemon: &Daemon, message: &str) -> String {
    folder.host_client("client", daemon.address(true, None)).ask(message)
}

#[test]
fn rows_come_and_go_with_the_lmk() {
    let folder = Folder::new();
    let (people, lmk) = made(&folder);
    let start = || Daemon::configured(&folder, &config(""), 1);
    let stands = |daemon: &Daemon| ask(&folder, daemon, &format!("WC{CARD};"));
    let daemon = start();
    assert_eq!(stands(&daemon), "WD70");
    let mut console = unseal(&folder, &lmk, &people);
    assert_eq!(stands(&daemon), "WDN3");
    let issued = ask(&folder, &daemon, &format!("WKL03zpkL03pvk01{CARD};V1"));
    assert!(issued.starts_with("WL00"), "{issued}");
    assert_eq!(ask(&folder, &daemon, &format!("WE{CARD};B")), "WF00");
    let blocked = |answer: &str| answer.starts_with("WD0099") && answer.contains("BH");
    assert!(blocked(&stands(&daemon)));
    // Sealed and unsealed.
    console.done(&Act::Seal);
    assert_eq!(stands(&daemon), "WD70");
    let mut console = unseal(&folder, &lmk, &people);
    assert!(blocked(&stands(&daemon)));
    // Under another LMK.
    let answer = console.ask(&change());
    let new = Lmk::of(&mut console, answer);
    migrate(&mut console);
    assert!(blocked(&stands(&daemon)));
    // Killed, and started again.
    drop(daemon);
    let daemon = start();
    assert_eq!(stands(&daemon), "WD70");
    let mut console = unseal(&folder, &new, &people);
    assert!(blocked(&stands(&daemon)));
    // Erased: what the file still has is nobody's.
    let appliance = console.status().appliance;
    console.done(&Act::Erase { appliance });
    assert_eq!(stands(&daemon), "WD70");
    let mut console = Console::connect(&folder.path("officers.sock"));
    console.enrol(&people);
    console.log_in(&people[0]);
    console.log_in(&people[1]);
    drop(console.first_lmk());
    assert_eq!(stands(&daemon), "WDN3");
}

#[test]
fn officers_read_what_is_the_matter_with_a_database() {
    let server = match Server::start() {
        Ok(server) => server,
        Err(why) => {
            assert!(std::env::var_os("PAYHSM_LONG_TESTS").is_none(), "{why}");
            println!("skipped: {why}");
            return;
        }
    };
    let folder = Folder::new();
    let (people, lmk) = made(&folder);
    folder.write("password", PASSWORD);
    let postgres = format!("host=127.0.0.1 port={} dbname=postgres user=payhsm", server.port());
    let cards = format!("[cards]\npostgres = '{postgres}'\npassword_file = 'password'\n");
    let daemon = Daemon::configured(&folder, &config(&cards), 1);
    let mut console = unseal(&folder, &lmk, &people);
    assert_eq!(ask(&folder, &daemon, &format!("WC{CARD};")), "WDN3");
    assert!(!folder.path("state-issuer/cards.redb").exists(), "they are in the database");
    let told = |console: &mut Console| {
        let notes = console.status().notes;
        notes.into_iter().any(|note| note.starts_with("The rows of cards cannot be used: "))
    };
    assert!(!told(&mut console));
    server.crash().unwrap();
    assert_eq!(ask(&folder, &daemon, &format!("WC{CARD};")), "WDS0");
    assert!(told(&mut console));
    server.again().unwrap();
    wait_for("the database", || !told(&mut console));
    assert_eq!(ask(&folder, &daemon, &format!("WC{CARD};")), "WDN3");
}
