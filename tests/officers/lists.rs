//! Lists that are longer than one answer.

use crate::appliance::{Appliance, key, operational, zone};
use crate::support::random::Chance;
use payhsm_keys::SystemRandom;
use payhsm_keys::ceremony::shares::Combining;
use payhsm_keys::store::{Expected, Store, StoreFiles, StoreKey, StoreRefused};
use payhsm_protocol::officer::{Act, Answer};

const KEYS: usize = 2000;

#[test]
fn two_thousand_keys_and_hundreds_of_zones_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let (appliance, people, lmk) = operational(folder.path());
    let mut console = appliance.with(&[&people[0], &people[1]]);
    console.done(&Act::GenerateKey(key("key-0000", b"72", b"A3")));
    console.done(&Act::SetZone(zone("000", None, Some("key-0000"))));
    let first = console.keys().remove(0);
    drop(console);
    appliance.stop();

    // One act a key would take minutes: the same records under other names, in one write.
    let mut shares = Combining::new();
    for person in &people[..2] {
        shares.add(&lmk.open(person).unwrap()).unwrap();
    }
    let files = StoreFiles::in_folder(folder.path());
    let store_key = StoreKey::of(&shares.combine().unwrap()).unwrap();
    let as_it_is = Expected { seen_generation: 0, accept_older: false };
    let random = &mut SystemRandom::new();
    let mut store = Store::open(&files, store_key, as_it_is, random).unwrap();
    let key = store.get("key/key-0000").unwrap().unwrap();
    let zone = store.get("zone/000").unwrap().unwrap();
    // The name of a zone stands in its record too.
    let at = zone.windows(3).position(|three| three == b"000").unwrap();
    store
        .change::<_, StoreRefused>(random, |batch| {
            for number in 1..KEYS {
                batch.put(&format!("key/key-{number:04}"), key.clone())?;
            }
            for number in 1..500 {
                let (name, mut zone) = (format!("{number:03}"), zone.clone());
                zone[at..at + 3].copy_from_slice(name.as_bytes());
                batch.put(&format!("zone/{name}"), zone)?;
            }
            Ok(())
        })
        .unwrap();
    drop(store);

    let appliance = Appliance::start(folder.path());
    let mut console = appliance.connect();
    console.unseal(&lmk, &[&people[0], &people[1]]);
    let lines = console.keys();
    assert_eq!(lines.len(), KEYS);
    assert!(lines.windows(2).all(|two| two[0].label < two[1].label));
    assert!(lines.iter().all(|line| line.check_value == first.check_value));
    let list = |after: &str| Act::ListKeys { after: after.to_owned() };
    let Answer::Keys { lines, more } = console.ask(&list("key-1990")) else { panic!() };
    assert_eq!((lines.len(), lines[0].label.as_str(), more), (9, "key-1991", false));
    // Behind the last one, and behind what is no key at all.
    for (after, first) in [("key-1999", None), ("zzz", None), ("key-0100x", Some("key-0101"))] {
        let Answer::Keys { lines, .. } = console.ask(&list(after)) else { panic!() };
        assert_eq!(lines.first().map(|line| line.label.as_str()), first, "{after}");
    }
    let (mut names, mut after) = (Vec::new(), String::new());
    loop {
        let Answer::Zones { lines, more } = console.ask(&Act::ListZones { after }) else {
            panic!()
        };
        names.extend(lines.into_iter().map(|zone| zone.name));
        after = names.last().unwrap().clone();
        if !more {
            break;
        }
    }
    assert_eq!(names.len(), 500);
    // Any of them is as good as the first.
    let one = Chance::new(5).bytes(1)[0];
    console.done(&Act::EnableKey { label: format!("key-{one:04}"), enabled: false });
    // One that is asked for page by page is on record once.
    let kept = appliance.acts.kept.lock().unwrap();
    let done = payhsm::record::ActOutcome::Done;
    let lists = kept.iter().filter(|(_, act, _, what)| act == "list-keys" && *what == done);
    assert_eq!(lists.count(), 1);
}
