//! Everything on the list is used, and nothing else is: a daemon is made to do what it can do, also what it seldom does.

use crate::appliance::{Console, change, generate, key, migrate, people, zone};
use crate::rare;
use crate::support::binary::{Folder, configuration, pause};
use crate::support::pin_life::CARD;
use crate::traced::{Made, Traced, unlisted, unused};
use crate::{appliance::Lmk, has};
use payhsm_cage::Need;
use payhsm_officer::Identity;
use payhsm_protocol::officer::{Act, Answer, NewKey};
use std::time::Duration;

const OFFICERS: &str = "[officers]\nsocket = 'officers.sock'\n[memory]\nstrict = false\n";

/// An issuer's appliance with officers and witnesses.
pub(crate) fn config(rest: &str) -> String {
    let config = configuration("issuer", false, &format!("{OFFICERS}{rest}"));
    config.replace("commands = ['*']", "commands = ['*']\nlabels = ['*']\nzones = ['*']")
}

pub(crate) fn make_keys(console: &mut Console) {
    let pvk = key("pvk", b"V2", b"T2");
    let mut attributes = pvk.attributes;
    attributes.mode_of_use = b'N';
    console.done(&Act::GenerateKey(NewKey { attributes, ..key("pvk", b"V2", b"T2") }));
    console.done(&Act::GenerateKey(key("zpk", b"72", b"T2")));
    console.done(&Act::GenerateKey(key("zmk", b"K0", b"T2")));
    console.done(&Act::SetZone(zone("VIS", Some("zmk"), Some("zpk"))));
}

/// Officers make an LMK and keys.
pub(crate) fn ceremony(folder: &Folder, people: &[Identity; 3]) -> (Console, Lmk) {
    let mut console = Console::connect(&folder.path("officers.sock"));
    console.enrol(people);
    console.log_in(&people[0]);
    console.log_in(&people[1]);
    let answer = console.ask(&generate(0));
    let lmk = Lmk::of(&mut console, answer);
    make_keys(&mut console);
    (console, lmk)
}

/// A day at an issuer's: officers, hosts, cards, other certificates, another LMK, and the end of the keys.
fn a_day(folder: &Folder) -> Vec<Made> {
    let traced = Traced::start(folder, &config(""), 1, &[]);
    let people = people();
    let (mut console, lmk) = ceremony(folder, &people);
    let address = traced.daemon.address(true, None);
    let mut host = folder.host_client("client", address);
    assert!(host.ask("NC").starts_with("ND00"));
    assert!(host.ask(format!("WKL03zpkL03pvk01{CARD};V1")).starts_with("WL00"));
    assert_eq!(host.ask(format!("WE{CARD};B")), "WF00");
    // Many at once, and answers that fill more than one record of TLS.
    let mut others: Vec<_> = (0..12).map(|_| folder.host_client("client", address)).collect();
    for other in &mut others {
        (0..400).for_each(|_| other.send("NC"));
    }
    for other in &mut others {
        (0..400).for_each(|_| assert!(other.receive().unwrap().starts_with("ND00")));
    }
    traced.daemon.reload();
    console.done(&Act::Seal);
    assert!(matches!(console.unseal(&lmk, &[&people[0], &people[2]]), Answer::Done { .. }));
    let answer = console.ask(&change());
    drop(Lmk::of(&mut console, answer));
    migrate(&mut console);
    console.done(&Act::Backup { file: "evening".to_owned() });
    console.done(&Act::ReplaceAuditKey);
    console.done(&Act::Reload);
    // As many consoles as there may be, and one more.
    let consoles: Vec<_> =
        (0..8).map(|_| Console::connect(&folder.path("officers.sock"))).collect();
    drop(consoles);
    pause(Duration::from_millis(100));
    let appliance = console.status().appliance;
    // What a turn of the log left that did not come to its end.
    let left = folder.path("state-issuer/audit.next");
    std::fs::create_dir(&left).unwrap();
    std::fs::write(left.join("left"), "").unwrap();
    console.done(&Act::Erase { appliance });
    drop(console);
    let (mut console, _) = ceremony(folder, &people);
    let appliance = console.status().appliance;
    console.done(&Act::Erase { appliance });
    traced.stopped()
}

#[test]
fn every_call_of_the_list_is_used_and_no_other_is_made() {
    if !has("strace") {
        return;
    }
    let mut made = a_day(&Folder::new());
    made.extend(rare::witnesses());
    made.extend(rare::no_secret_memory());
    made.extend(rare::one_heap());
    made.extend(rare::little_locked_memory());
    made.extend(rare::stopped_and_continued());
    made.extend(rare::a_panic());
    let clocks = rare::clocks_of_the_kernel();
    made.extend(clocks.clone().unwrap_or_default());
    let (unlisted, mut unused) = (unlisted(&[], &made), unused(&[], &made));
    if clocks.is_none() {
        unused.retain(|line| !line.starts_with("clock_gettime"));
    }
    assert!(
        unlisted.is_empty() && unused.is_empty(),
        "not on the list: {unlisted:#?}; on the list, and never used: {unused:#?}"
    );
}

#[test]
fn with_a_database_its_calls_are_used_too() {
    if !has("strace") {
        return;
    }
    let Some(made) = rare::database() else { return };
    let needs = [Need::Database];
    let unlisted = unlisted(&needs, &made);
    assert!(unlisted.is_empty(), "not on the list: {unlisted:#?}");
    let always: Vec<_> = unused(&[], &[]);
    let mut unused = unused(&needs, &made);
    unused.retain(|line| !always.contains(line));
    assert!(unused.is_empty(), "on the list, and never used: {unused:#?}");
}
