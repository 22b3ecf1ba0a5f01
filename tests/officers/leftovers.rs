//! What a ceremony leaves in the memory of a real daemon, outside of secret memory: nothing.

use crate::appliance::{Console, Lmk, QUORUM, people};
use crate::support::binary::{Daemon, Folder, configuration};
use crate::support::random::Chance;
use payhsm_protocol::field::LmkId;
use payhsm_protocol::officer::{Act, Answer, Forming};
use std::fs::{self, File};
use std::os::unix::fs::FileExt;

/// All memory of a process that its `mem` gives.
fn memory(process: u32) -> Option<Vec<Vec<u8>>> {
    let mem = File::open(format!("/proc/{process}/mem")).ok()?;
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).ok()?;
    let range = |line: &str| {
        let (start, rest) = line.split_once('-')?;
        let (end, rest) = rest.split_once(' ')?;
        let address = |text| u64::from_str_radix(text, 16).ok();
        (rest.starts_with("rw")).then_some((address(start)?, address(end)?))
    };
    let ranges = maps.lines().filter_map(range).map(|(start, end)| {
        // What is secret memory cannot be read, page by page.
        let pages = (start..end).step_by(4096).map(|at| {
            let mut page = vec![0; 4096];
            mem.read_exact_at(&mut page, at).map(|()| page).unwrap_or_default()
        });
        pages.collect::<Vec<_>>().concat()
    });
    Some(ranges.collect())
}

fn hits(memory: &[Vec<u8>], what: &[u8]) -> usize {
    let found =
        |range: &Vec<u8>| range.windows(what.len()).filter(|window| *window == what).count();
    memory.iter().map(found).sum()
}

#[test]
fn components_shares_and_the_lmk_are_nowhere_else() {
    let folder = Folder::new();
    let rest = "[officers]\nsocket = 'officers.sock'\n[memory]\nstrict = false";
    let daemon = Daemon::configured(&folder, &configuration("issuer", false, rest), 1);
    let mut console = Console::connect(&folder.path("officers.sock"));
    let people = people();
    console.enrol(&people);
    console.log_in(&people[0]);
    console.log_in(&people[1]);
    let status = console.status();
    if status.memory != "secret" {
        println!("skipped: this kernel gives no secret memory, and locked memory would be found");
        return;
    }
    let mut chance = Chance::new(7);
    let components: Vec<_> = (0..3).map(|_| chance.bytes(32)).collect();
    let holders = people.iter().map(|person| person.name().to_owned()).collect();
    let (id, quorum) = (LmkId(0), QUORUM);
    console.ask(&Act::BeginComponents(Forming::Lmk { id, components: 3, quorum, holders }));
    for component in &components {
        console.ask_with(&Act::Component, component);
        console.ask(&Act::KeepComponent);
    }
    let answer = console.ask(&Act::FinishComponents);
    let lmk = Lmk::of(&mut console, answer);
    console.done(&Act::Seal);
    let answer = console.unseal(&lmk, &[&people[0], &people[2]]);
    assert!(matches!(answer, Answer::Done { .. }), "{answer:?}");

    let Some(memory) = memory(daemon.id()) else {
        println!("skipped: the memory of the daemon is closed to this user, as it should be");
        return;
    };
    // What is no secret is found.
    assert!(hits(&memory, people[0].name().as_bytes()) > 0);
    assert!(hits(&memory, &people[2].officer().sealing_key) > 0);
    let whole: Vec<u8> =
        (0..32).map(|at| components.iter().fold(0, |sum, one| sum ^ one[at])).collect();
    let shares: Vec<_> =
        people.iter().map(|person| lmk.open(person).unwrap()[15..47].to_vec()).collect();
    for (what, secrets) in [("component", &components), ("share", &shares), ("LMK", &vec![whole])] {
        for (number, secret) in secrets.iter().enumerate() {
            // Halves, quarters: whatever has survived of it.
            for part in secret.chunks(8) {
                assert_eq!(hits(&memory, part), 0, "{what} {number}");
            }
        }
    }
}
