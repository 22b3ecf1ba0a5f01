//! What a stop between any two steps leaves of the keys of the log: they are made, replaced, taken along by a change of
//! the master, and those before forgotten; at every point the files are copied as a process that ends there leaves them.

use crate::audit_key::AuditKeys;
use crate::random::{Random, RandomFailed};
use crate::store::{StoreRefused, at_points};
use crate::vault::tests::{AS_IT_IS, ID, Repeatable, about, create, new_lmk, old_lmk, vault};
use crate::vault::{Vault, VaultRefused};
use std::cell::RefCell;
use std::fs;
use std::path::Path;
use std::rc::Rc;
use tempfile::TempDir;

/// Whoever asks it for more than a nonce makes a key that should be there.
struct NoncesOnly;

impl Random for NoncesOnly {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomFailed> {
        if bytes.len() > 16 { Err(RandomFailed) } else { Repeatable(11).fill(bytes) }
    }
}

/// What is made first, and in its place.
fn keys() -> [AuditKeys; 2] {
    let before = AuditKeys::generate(&mut Repeatable(1)).unwrap();
    let after = before.with_new_signing_key(&mut Repeatable(2)).unwrap();
    [before, after]
}

fn work(vault: &Vault) -> Result<(), VaultRefused> {
    vault.audit_keys(&mut Repeatable(1))?;
    vault.replace_audit_keys(&mut Repeatable(2))?;
    vault.begin_change(new_lmk(), &about(&new_lmk(), &[]), &mut Repeatable(3))?;
    while !vault.continue_change(&mut Repeatable(4))?.finished {}
    vault.forget_audit_keys_before(&mut Repeatable(5))
}

fn copy_of(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    copy
}

/// How far the keys are: 0 for none, 1 for the first, 2 for the second besides the first, 3 for the second alone.
fn state(vault: &Vault) -> usize {
    let [first, second] = keys().map(|keys| keys.public_key());
    let before = vault.audit_keys_before().unwrap().map(|keys| keys.public_key());
    let Ok(now) = vault.audit_keys(&mut NoncesOnly) else { return 0 };
    let account = b"123456789012";
    assert_eq!(now.fingerprint(account), keys()[0].fingerprint(account));
    match (before, now.public_key()) {
        (None, now) if now == first => 1,
        (Some(before), now) if (before, now) == (first, second) => 2,
        (None, now) if now == second => 3,
        _ => panic!("keys that nobody made"),
    }
}

/// Does what is left, as a daemon would that was stopped.
fn go_on(vault: &Vault) {
    let before = state(vault);
    while vault.changing().unwrap().is_some() {
        vault.continue_change(&mut Repeatable(7)).unwrap();
        assert_eq!(state(vault), before);
    }
    vault.audit_keys(&mut Repeatable(1)).unwrap();
    if before < 3 {
        let (old, new) = vault.replace_audit_keys(&mut Repeatable(2)).unwrap();
        assert_eq!([old.public_key(), new.public_key()], keys().map(|keys| keys.public_key()));
    }
    vault.forget_audit_keys_before(&mut Repeatable(8)).unwrap();
    assert_eq!(state(vault), 3);
}

#[test]
fn keys_of_the_log_survive_a_stop_anywhere() {
    let folder = tempfile::tempdir().unwrap();
    let vault_at_work = vault(folder.path());
    create(&vault_at_work).unwrap();
    let stops = Rc::new(RefCell::new(Vec::new()));
    let (copies, from) = (Rc::clone(&stops), folder.path().to_owned());
    at_points(move || copies.borrow_mut().push(copy_of(&from)), || work(&vault_at_work).unwrap());
    let mut seen = Vec::new();
    for stop in &*stops.borrow() {
        let mut states = Vec::new();
        for lmk in [old_lmk, new_lmk] {
            let copy = copy_of(stop.path());
            let vault = vault(copy.path());
            if let Err(refused) = vault.unseal(ID, lmk(), AS_IT_IS, &mut Repeatable(9)) {
                assert_eq!(refused, VaultRefused::Store(StoreRefused::AnotherLmk));
                continue;
            }
            states.push(state(&vault));
            go_on(&vault);
            let master = if vault.unseal_again(new_lmk()) { new_lmk } else { old_lmk };
            assert!(vault.unseal_again(master()));
            assert_eq!(state(&vault), 3);
        }
        // In the middle of the change both LMKs unseal, and bring the same.
        assert!(!states.is_empty() && states.iter().all(|state| *state == states[0]));
        seen.push(states[0]);
    }
    // Each write has three points, and is on the disk from the second.
    let expected = [0, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3];
    assert_eq!(seen, expected);
}

impl Vault {
    /// Whether it opens from the disk with this LMK.
    fn unseal_again(&self, lmk: crate::LmkSecret) -> bool {
        self.seal();
        self.unseal(ID, lmk, AS_IT_IS, &mut Repeatable(10)).is_ok()
    }
}

#[test]
fn keys_can_be_made_while_the_master_is_changed_and_replaced_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let vault = vault(folder.path());
    create(&vault).unwrap();
    vault.begin_change(new_lmk(), &about(&new_lmk(), &[]), &mut Repeatable(3)).unwrap();
    vault.audit_keys(&mut Repeatable(1)).unwrap();
    assert_eq!(state(&vault), 1);
    let refused = vault.replace_audit_keys(&mut Repeatable(2));
    assert_eq!(refused.unwrap_err(), VaultRefused::Changing);
    while !vault.continue_change(&mut Repeatable(4)).unwrap().finished {}
    assert!(vault.unseal_again(new_lmk()));
    assert_eq!(state(&vault), 1);
    vault.replace_audit_keys(&mut Repeatable(2)).unwrap();
    assert_eq!(state(&vault), 2);
}
