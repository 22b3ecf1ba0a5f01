//! What a stop between any two steps leaves behind: a child process changes the master and is ended at one point after
//! the other; then shares of the old or of the new LMK unseal, the change is finished, and nothing is lost.

use super::{LmkAbout, Vault, VaultRefused};
use crate::ceremony::shares::{Combining, split};
use crate::lmk::LmkSecret;
use crate::random::{Random, RandomFailed};
use crate::rules::KeyRules;
use crate::store::{Expected, STOP_AT, StoreFiles, StoreRefused};
use payhsm_protocol::field::{Exportability, KeyAttributes, KeyField, LmkId};
use payhsm_protocol::officer::{NewKey, Officer, Quorum, Zone};
use std::fs;
use std::path::Path;
use std::process::Command;

pub(super) const ID: LmkId = LmkId(0);
const KEYS: usize = 40;
const FOLDER: &str = "PAYHSM_TEST_FOLDER";
pub(super) const AS_IT_IS: Expected = Expected { seen_generation: 0, accept_older: false };

/// xorshift64*: the same bytes in every run.
pub(super) struct Repeatable(pub(super) u64);

impl Random for Repeatable {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomFailed> {
        for byte in bytes {
            self.0 ^= self.0 >> 12;
            self.0 ^= self.0 << 25;
            self.0 ^= self.0 >> 27;
            [*byte, ..] = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D).to_be_bytes();
        }
        Ok(())
    }
}

fn random() -> Repeatable {
    Repeatable(0x9E37_79B9_7F4A_7C15)
}

pub(super) fn old_lmk() -> LmkSecret {
    LmkSecret::public_test().unwrap()
}

pub(super) fn new_lmk() -> LmkSecret {
    LmkSecret::generate(&mut Repeatable(5)).unwrap()
}

pub(super) fn about(lmk: &LmkSecret, holders: &[&str]) -> LmkAbout {
    let holders = holders.iter().map(|&holder| holder.to_owned()).collect();
    let quorum = Some(Quorum { needed: 2, of: 3 });
    LmkAbout { id: ID, check_value: lmk.check_value().unwrap(), quorum, holders }
}

fn attributes(usage: [u8; 2], algorithm: [u8; 2], mode_of_use: u8) -> KeyAttributes {
    KeyAttributes {
        usage,
        algorithm: Some(algorithm),
        mode_of_use,
        version: *b"00",
        exportability: Exportability::Trusted,
        optional_blocks: Vec::new(),
    }
}

pub(super) fn vault(folder: &Path) -> Vault {
    Vault::new(StoreFiles::in_folder(folder), KeyRules::PRODUCTION)
}

/// A vault with a bit of everything; gives what the keys' check values are.
fn fill(folder: &Path) -> Vec<Vec<u8>> {
    let (vault, random) = (vault(folder), &mut random());
    create(&vault).unwrap();
    let extra = LmkSecret::generate(random).unwrap();
    vault.add_lmk(&extra, &LmkAbout { id: LmkId(7), ..about(&extra, &[]) }, random).unwrap();
    let officer = Officer { name: "alice".into(), signing_key: [1; 32], sealing_key: [2; 32] };
    vault.set_officers(&[officer], random).unwrap();
    for number in 0..KEYS {
        let attributes = if number == 0 {
            attributes(*b"V1", *b"T2", b'N')
        } else {
            attributes(*b"P0", *b"A3", b'B')
        };
        let slot = u16::try_from(number).ok();
        let wanted = NewKey { label: format!("key-{number}"), slot, attributes };
        vault.generate_key(&wanted, "alice", random).unwrap();
    }
    vault.enable_key("key-3", false, random).unwrap();
    vault.set_table("key-0", "0123456789012345", random).unwrap();
    let zone = Zone {
        name: "VIS".into(),
        zmk: None,
        zpk: Some("key-1".into()),
        zek: None,
        export_profile: "E6".into(),
        callers: vec!["api".into()],
    };
    vault.set_zone(&zone, random).unwrap();
    check_values(&vault)
}

fn check_values(vault: &Vault) -> Vec<Vec<u8>> {
    vault.list_keys().unwrap().into_iter().map(|line| line.check_value.0).collect()
}

/// Everything is there, and opens under the LMK in force.
fn complete(vault: &Vault, expected: &[Vec<u8>]) {
    let inventory = vault.inventory().unwrap();
    assert_eq!(check_values(vault), expected);
    let master = inventory.lmks().default_lmk();
    for (label, key) in inventory.keys() {
        let field = KeyField::Block(key.block.clone());
        let opened = crate::AnyKey::open(master, &field, None, &KeyRules::PRODUCTION).unwrap();
        assert_eq!(opened.check_value().unwrap(), key.check_value, "{label}");
    }
    assert!(inventory.lmks().get(LmkId(7)).is_some());
    assert_eq!(inventory.labelled("key-3"), Err(VaultRefused::Disabled("key-3".into())));
    assert!(inventory.label_in_slot(5).is_some() && inventory.table("key-0").is_ok());
    assert_eq!(inventory.zone("VIS").unwrap().zpk.as_deref(), Some("key-1"));
    assert_eq!(vault.officers().unwrap()[0].name, "alice");
}

/// The whole change, as officers' acts have it.
fn change(vault: &Vault) -> Result<(), VaultRefused> {
    let new = new_lmk();
    let about = about(&new, &["carol", "dave"]);
    vault.begin_change(new, &about, &mut random())?;
    while !vault.continue_change(&mut random())?.finished {}
    Ok(())
}

/// Officers are not told that nothing was done when it was.
#[test]
fn what_is_done_and_cannot_be_shown_is_no_plain_refusal() {
    let folder = tempfile::tempdir().unwrap();
    let expected = fill(folder.path());
    let vault = vault(folder.path());
    vault.unseal(ID, old_lmk(), AS_IT_IS, &mut random()).unwrap();
    let broken = vault.change(&mut random(), |working, random| {
        Ok(working.store.change(random, |batch| batch.put("zone/VIS", b"nonsense".to_vec()))?)
    });
    let why = Box::new(VaultRefused::Record("zone/VIS".to_owned()));
    assert_eq!(broken, Err(VaultRefused::NotShown(why)));
    let said = broken.unwrap_err().to_string();
    assert!(said.starts_with("it is done, but requests still work with what was there"), "{said}");
    complete(&vault, &expected);
}

/// Not a test of its own: what the child process does.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let vault = vault(Path::new(&folder));
    if vault.has_store() {
        vault.unseal(ID, old_lmk(), AS_IT_IS, &mut random()).unwrap();
        change(&vault).unwrap();
    } else {
        create(&vault).unwrap();
    }
}

pub(super) fn create(vault: &Vault) -> Result<(), VaultRefused> {
    let about = about(&old_lmk(), &["alice", "bob"]);
    vault.create("00112233445566AA", old_lmk(), &about, &mut random())
}

fn copy_files(from: &Path, to: &Path) {
    for name in ["store.redb", "generation"] {
        fs::copy(from.join(name), to.join(name)).unwrap();
    }
}

/// Lets a child work in a folder, to its end or to the point where it is stopped; tells whether it was.
fn run_child(to: &Path, stop_at: usize) -> bool {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["vault::tests::child", "--exact", "--test-threads=1"]).current_dir(to);
    let output = child.env(FOLDER, to).env(STOP_AT, stop_at.to_string()).output().unwrap();
    !output.status.success()
}

#[test]
fn a_change_of_the_master_that_is_stopped_anywhere_is_finished_with_shares_of_either() {
    let from = tempfile::tempdir().unwrap();
    let expected = fill(from.path());
    let mut stops = 0;
    for stop_at in 0.. {
        let folder = tempfile::tempdir().unwrap();
        copy_files(from.path(), folder.path());
        if !run_child(folder.path(), stop_at) {
            break;
        }
        stops += 1;
        let (mut begun, mut over) = (true, false);
        for (shares_of_new, lmk) in [(false, old_lmk()), (true, new_lmk())] {
            let copy = tempfile::tempdir().unwrap();
            copy_files(folder.path(), copy.path());
            let vault = vault(copy.path());
            let unsealed = vault.unseal(ID, lmk, AS_IT_IS, &mut random());
            if let Err(refused) = unsealed {
                // Before it began there is no new one; when it is over the old one is none any more.
                assert_eq!(refused, VaultRefused::Store(StoreRefused::AnotherLmk));
                if shares_of_new {
                    begun = false;
                } else {
                    over = true;
                }
                continue;
            }
            complete(&vault, &expected);
            while vault.changing().unwrap().is_some() {
                vault.continue_change(&mut random()).unwrap();
                complete(&vault, &expected);
            }
            // Once more from the disk, with what is the master now.
            vault.seal();
            let changed = vault.unseal(ID, new_lmk(), AS_IT_IS, &mut random());
            if !shares_of_new && changed.is_err() {
                vault.unseal(ID, old_lmk(), AS_IT_IS, &mut random()).unwrap();
                continue;
            }
            changed.unwrap();
            complete(&vault, &expected);
            let inventory = vault.inventory().unwrap();
            let old = inventory.old_lmk().unwrap();
            assert_eq!(old.check_value(), old_lmk().check_value().unwrap());
            assert_eq!(vault.about_lmks().unwrap()[0].holders, ["carol", "dave"]);
            vault.erase_old_lmk(&mut random()).unwrap();
            assert!(vault.inventory().unwrap().old_lmk().is_none());
        }
        assert!(begun || !over, "neither LMK unseals after a stop at point {stop_at}");
    }
    // Begin, two steps, the end, each with the three points of a write: 40 keys and 7 others make two steps.
    assert_eq!(stops, 3 * 4);
}

#[test]
fn a_store_that_was_being_made_is_there_or_can_be_made_again() {
    let mut stops = 0;
    for stop_at in 0.. {
        let folder = tempfile::tempdir().unwrap();
        if !run_child(folder.path(), stop_at) {
            break;
        }
        stops += 1;
        let vault = vault(folder.path());
        if vault.has_store() {
            vault.unseal(ID, old_lmk(), AS_IT_IS, &mut random()).unwrap();
        } else {
            create(&vault).unwrap();
        }
        assert_eq!(vault.generation(), Ok(1), "point {stop_at}");
    }
    assert_eq!(stops, 3);
}

#[test]
fn while_the_master_is_changed_nothing_else_is() {
    let folder = tempfile::tempdir().unwrap();
    let expected = fill(folder.path());
    let (vault, random) = (vault(folder.path()), &mut random());
    vault.unseal(ID, old_lmk(), AS_IT_IS, random).unwrap();
    assert_eq!(vault.continue_change(random), Err(VaultRefused::NotChanging));
    let same = vault.begin_change(old_lmk(), &about(&old_lmk(), &[]), random);
    assert_eq!(same, Err(VaultRefused::SameLmk));
    vault.begin_change(new_lmk(), &about(&new_lmk(), &[]), random).unwrap();
    let again = vault.begin_change(new_lmk(), &about(&new_lmk(), &[]), random);
    assert_eq!(again, Err(VaultRefused::Changing));
    assert_eq!(vault.destroy_key("key-9", random), Err(VaultRefused::Changing));

    // Its shares were lost on their way: others are made, and they unseal.
    let mut combining = Combining::new();
    let holders = ["erin", "frank", "grace"].map(str::to_owned);
    let split = (Quorum { needed: 2, of: 3 }, holders.as_slice());
    vault
        .split_again::<_, VaultRefused>(ID, split, random, |of, shares| {
            assert_eq!(*of, new_lmk().check_value().unwrap());
            Ok(shares.iter().skip(1).try_for_each(|one| combining.add(one.bytes()).map(drop))?)
        })
        .unwrap();
    assert_eq!([vault.is_next(&new_lmk()), vault.is_next(&old_lmk())], [Ok(true), Ok(false)]);
    let first = vault.continue_change(random).unwrap();
    assert_eq!((first.done, first.finished), (32, false));
    vault.seal();
    assert!(vault.inventory().is_none());
    vault.unseal(ID, combining.combine().unwrap(), AS_IT_IS, random).unwrap();
    let master = vault.inventory().unwrap().lmks().default_lmk().check_value();
    assert_eq!(master, old_lmk().check_value().unwrap());
    complete(&vault, &expected);
    while !vault.continue_change(random).unwrap().finished {}
    let master = vault.inventory().unwrap().lmks().default_lmk().check_value();
    assert_eq!(master, new_lmk().check_value().unwrap());
    assert_eq!(vault.about_lmks().unwrap()[0].holders, holders);
    complete(&vault, &expected);
}

#[test]
fn who_has_what_he_took_goes_on_with_it() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path());
    let vault = vault(folder.path());
    vault.unseal(ID, old_lmk(), AS_IT_IS, &mut random()).unwrap();
    let taken = vault.inventory().unwrap();
    vault.enable_key("key-1", false, &mut random()).unwrap();
    assert!(taken.labelled("key-1").is_ok());
    assert!(vault.inventory().unwrap().labelled("key-1").is_err());
    vault.seal();
    assert!(taken.lmks().default_lmk().is_test());
}

#[test]
fn shares_of_the_test_lmk_bring_it_back() {
    let shares = split(&old_lmk(), ID, Quorum { needed: 3, of: 5 }, &mut random()).unwrap();
    let mut combining = Combining::new();
    for share in shares.iter().rev().take(3) {
        combining.add(share.bytes()).unwrap();
    }
    assert!(combining.combine().unwrap().is(&old_lmk()));
}
