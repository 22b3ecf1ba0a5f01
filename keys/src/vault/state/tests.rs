//! Made once, and the same afterwards: after a restart, a stop anywhere, a change of the master, and from a backup.

use crate::random::{Random, RandomFailed};
use crate::store::at_points;
use crate::vault::tests::{AS_IT_IS, ID, Repeatable, about, create, new_lmk, old_lmk, vault};
use crate::vault::{Vault, VaultRefused};
use std::cell::RefCell;
use std::fs;
use std::path::Path;
use std::rc::Rc;
use tempfile::TempDir;

/// Whoever asks it for more than a nonce makes keys that should be there.
struct NoncesOnly;

impl Random for NoncesOnly {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomFailed> {
        if bytes.len() > 16 { Err(RandomFailed) } else { Repeatable(11).fill(bytes) }
    }
}

/// The id of a row, by which keys can be told apart.
fn row(vault: &Vault, random: &mut dyn Random) -> Result<[u8; 16], VaultRefused> {
    Ok(vault.state_keys(random)?.row_id(1, &[b"4111111111111111"])?)
}

fn copy_of(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    copy
}

#[test]
fn a_sealed_vault_has_none() {
    let folder = tempfile::tempdir().unwrap();
    let vault = vault(folder.path());
    assert_eq!(row(&vault, &mut Repeatable(1)).unwrap_err(), VaultRefused::Sealed);
    create(&vault).unwrap();
    row(&vault, &mut Repeatable(1)).unwrap();
    vault.seal();
    assert_eq!(row(&vault, &mut Repeatable(1)).unwrap_err(), VaultRefused::Sealed);
}

#[test]
fn made_once_and_a_restart_or_a_backup_has_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let first = vault(folder.path());
    create(&first).unwrap();
    let made = row(&first, &mut Repeatable(1)).unwrap();
    assert_eq!(row(&first, &mut NoncesOnly).unwrap(), made);
    first.seal();
    let copy = copy_of(folder.path());
    for place in [folder.path(), copy.path()] {
        let again = vault(place);
        again.unseal(ID, old_lmk(), AS_IT_IS, &mut Repeatable(9)).unwrap();
        assert_eq!(row(&again, &mut NoncesOnly).unwrap(), made);
    }
    // Another appliance draws others.
    let other = tempfile::tempdir().unwrap();
    let other = vault(other.path());
    create(&other).unwrap();
    assert_ne!(row(&other, &mut Repeatable(2)).unwrap(), made);
}

#[test]
fn a_change_of_the_master_takes_them_along_and_a_stop_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at_work = vault(folder.path());
    create(&at_work).unwrap();
    let made = row(&at_work, &mut Repeatable(1)).unwrap();
    let stops = Rc::new(RefCell::new(Vec::new()));
    let (copies, from) = (Rc::clone(&stops), folder.path().to_owned());
    let change = || {
        at_work.begin_change(new_lmk(), &about(&new_lmk(), &[]), &mut Repeatable(3)).unwrap();
        while !at_work.continue_change(&mut Repeatable(4)).unwrap().finished {}
    };
    at_points(move || copies.borrow_mut().push(copy_of(&from)), change);
    at_work.seal();
    assert!(at_work.unseal(ID, old_lmk(), AS_IT_IS, &mut Repeatable(9)).is_err());
    at_work.unseal(ID, new_lmk(), AS_IT_IS, &mut Repeatable(9)).unwrap();
    assert_eq!(row(&at_work, &mut NoncesOnly).unwrap(), made);
    let stops = stops.borrow();
    assert!(stops.len() >= 9);
    for stop in &*stops {
        let mut opened = 0;
        for lmk in [old_lmk(), new_lmk()] {
            let copy = copy_of(stop.path());
            let vault = vault(copy.path());
            if vault.unseal(ID, lmk, AS_IT_IS, &mut Repeatable(9)).is_ok() {
                opened += 1;
                assert_eq!(row(&vault, &mut NoncesOnly).unwrap(), made);
            }
        }
        assert!(opened > 0);
    }
}

#[test]
fn made_while_the_master_is_changed_they_stay() {
    let folder = tempfile::tempdir().unwrap();
    let vault = vault(folder.path());
    create(&vault).unwrap();
    vault.begin_change(new_lmk(), &about(&new_lmk(), &[]), &mut Repeatable(3)).unwrap();
    let made = row(&vault, &mut Repeatable(1)).unwrap();
    while !vault.continue_change(&mut Repeatable(4)).unwrap().finished {}
    vault.seal();
    vault.unseal(ID, new_lmk(), AS_IT_IS, &mut Repeatable(9)).unwrap();
    assert_eq!(row(&vault, &mut NoncesOnly).unwrap(), made);
}
