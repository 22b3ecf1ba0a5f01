//! What officers carry about: their files, and shares of an LMK.

use super::given::Given;
use payhsm_keys::ceremony::shares::{Combining, SHARE, split};
use payhsm_keys::{LmkSecret, SystemRandom};
use payhsm_officer::passphrase::Cost;
use payhsm_officer::share::{self, Belonging};
use payhsm_officer::{Identity, IdentityFile, OfficerError, ShareFile};
use payhsm_protocol::field::{CheckValue, LmkId};
use payhsm_protocol::officer::{Quorum, SealedShare};
use sha2::{Digest, Sha256};
use std::sync::OnceLock;

/// The text with the check section that holds, so that what is behind the check is reached.
fn with_check(body: &str) -> String {
    let digest = hex::encode(Sha256::digest(body.as_bytes()));
    format!("{body}\n[check]\nsha256 = \"{digest}\"\n")
}

pub(super) struct Person {
    pub(super) identity: Identity,
    pub(super) sealed_share: Vec<u8>,
}

const PASSPHRASE: &[u8] = b"correct horse battery";
const APPLIANCE: &str = "0123456789abcdef";

/// An officer whose keys are no secret.
pub(super) fn person() -> &'static Person {
    static PERSON: OnceLock<Person> = OnceLock::new();
    PERSON.get_or_init(|| {
        let mut counter = 0;
        let mut random = |bytes: &mut [u8]| {
            bytes.iter_mut().for_each(|byte| {
                counter += 1;
                *byte = counter;
            });
            Ok::<(), OfficerError>(())
        };
        let cost = Cost::development_only();
        let identity =
            Identity::create("alice", PASSPHRASE, cost, &mut random).expect("an officer");
        let belonging = Belonging { appliance: APPLIANCE, lmk: LmkId(0), holder: "alice" };
        let key = &identity.officer().sealing_key;
        let sealed_share = share::seal(&mut random, key, &belonging, &[7; SHARE]).expect("a share");
        Person { identity, sealed_share }
    })
}

/// Officers' files and files of shares, as they are and with a check section that holds. What was read of a share is written
/// and read the same, and names a file that is in no other folder.
pub fn officer_file(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let body = text.rsplit_once("\n[check]\n").map_or(text, |(body, _)| body);
    for text in [text, &with_check(body)] {
        if let Ok(file) = IdentityFile::parse(text) {
            // More than that is what a file may ask for, and would be the machine's time here.
            let Cost { memory_kib, passes, .. } = file.cost();
            if memory_kib <= 256
                && passes <= 2
                && let Ok(identity) = file.unlock(PASSPHRASE)
            {
                let again = identity.to_text(&mut payhsm_officer::random::SystemRandom);
                let again = again.expect("a text of what was read");
                let again = IdentityFile::parse(&again).expect("what was written can be read");
                assert_eq!((again.officer(), again.seen()), (file.officer(), file.seen()));
            }
        }
        if let Ok(file) = ShareFile::parse(text) {
            let again = ShareFile::parse(&file.to_text()).expect("what was written can be read");
            assert_eq!(again.to_text(), file.to_text());
            let name = file.file_name();
            assert!(!name.contains('/') && !name.starts_with('.'), "{name:?}");
            let shown = file.appliance.chars().all(|one| one.is_ascii_graphic());
            assert!(shown, "an appliance that is not fit to be shown: {:?}", file.appliance);
            drop(file.open(&person().identity));
        }
    }
}

/// An officer's file that remembers what these bytes say of appliances, and is read as it was written.
pub fn officer_memory(data: &[u8]) {
    let mut given = Given::new(data);
    let first = person().identity.to_text(&mut payhsm_officer::random::SystemRandom);
    let first = IdentityFile::parse(&first.expect("a text")).expect("an officer's file");
    let mut identity = first.unlock(PASSPHRASE).expect("the passphrase");
    for _ in 0..4 {
        let generation = given.long();
        // As many as a daemon has; what it calls itself is 16 hex digits or it is refused before.
        let appliance = hex::encode(given.array::<8>());
        identity.accept_older(&appliance, generation);
    }
    let text = identity.to_text(&mut payhsm_officer::random::SystemRandom).expect("a text");
    let again = IdentityFile::parse(&text).expect("what was written can be read");
    let unlocked = again.unlock(PASSPHRASE).expect("the passphrase");
    for (appliance, generation) in again.seen() {
        assert_eq!(identity.seen(appliance), *generation);
        assert_eq!(unlocked.seen(appliance), *generation);
    }
    // A byte that is not what it was.
    let at = given.below(text.len());
    let mut changed = text.clone().into_bytes();
    changed[at] ^= 1 + given.byte() % 127;
    let changed = String::from_utf8_lossy(&changed).into_owned();
    assert!(changed == text || IdentityFile::parse(&changed).is_err());
}

/// Shares as they are typed or come as a credential: 55 bytes each.
pub fn shares(data: &[u8]) {
    let mut given = Given::new(data);
    let mut combining = Combining::new();
    let real = real_shares();
    while !given.is_empty() {
        let share = if given.flag() {
            given.bytes(SHARE).to_vec()
        } else {
            let mut share = given.pick(real).clone();
            let at = given.below(SHARE);
            share[at] ^= given.byte();
            share
        };
        let before = combining.have();
        let added = combining.add(&share).is_ok();
        assert_eq!(combining.have(), before + u8::from(added));
    }
    let enough = combining.needed().is_some_and(|needed| combining.have() >= needed);
    if let Ok(secret) = combining.combine() {
        assert!(enough);
        let value = LmkSecret::public_test().and_then(|test| test.check_value());
        assert_eq!(
            secret.check_value().ok().map(|value| value.0[..3].to_vec()),
            value.ok().map(|value| value.0[..3].to_vec())
        );
    }
}

/// The public test LMK, split for three of five.
fn real_shares() -> &'static [Vec<u8>] {
    static SHARES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    SHARES.get_or_init(|| {
        let secret = LmkSecret::public_test().expect("the public test LMK");
        let shares =
            split(&secret, LmkId(0), Quorum { needed: 3, of: 5 }, &mut SystemRandom::new())
                .expect("shares");
        shares.iter().map(|share| share.bytes().to_vec()).collect()
    })
}

/// Seeds of [`officer_file`].
#[must_use]
pub fn officer_file_seeds() -> Vec<Vec<u8>> {
    let person = person();
    let identity = person.identity.to_text(&mut payhsm_officer::random::SystemRandom);
    let share = ShareFile {
        appliance: APPLIANCE.to_owned(),
        quorum: Quorum { needed: 3, of: 5 },
        check_value: CheckValue(vec![0x9D, 0x04, 0xA0]),
        share: SealedShare {
            holder: "alice".to_owned(),
            index: 1,
            lmk: LmkId(0),
            sealed: person.sealed_share.clone(),
        },
    };
    vec![identity.expect("a text").into_bytes(), share.to_text().into_bytes()]
}

/// Seeds of [`officer_memory`] and [`shares`].
#[must_use]
pub fn share_seeds() -> Vec<Vec<u8>> {
    vec![
        vec![0; 15],
        vec![0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0, 0, 0],
        vec![1; 56],
        vec![0, 3, 0, 0, 1],
    ]
}
