//! The keys of the audit log, as the daemon has them: in the store, through whatever officers do with it.
#![cfg(test)]

mod common;

use common::{AES_LMK, Repeatable, aes_lmk, random};
use payhsm_keys::store::{Expected, StoreFiles, StoreRefused};
use payhsm_keys::{
    AuditKeys, KeyRules, LmkAbout, LmkSecret, Random, SystemRandom, Vault, VaultRefused,
};
use payhsm_protocol::field::LmkId;
use ring::signature::{ED25519, UnparsedPublicKey};
use std::fs;
use std::path::Path;
use std::time::Instant;
use tempfile::TempDir;

const AS_IT_IS: Expected = Expected { seen_generation: 0, accept_older: false };
const ID: LmkId = LmkId(0);
const ACCOUNT: &[u8; 12] = b"123456789012";

fn master() -> LmkSecret {
    LmkSecret::copy_of(&hex::decode(AES_LMK).unwrap()).unwrap()
}

fn next_master() -> LmkSecret {
    LmkSecret::generate(&mut Repeatable(5)).unwrap()
}

fn about(lmk: &LmkSecret) -> LmkAbout {
    let check_value = lmk.check_value().unwrap();
    LmkAbout { id: ID, check_value, quorum: None, holders: Vec::new() }
}

fn vault_in(folder: &Path) -> Vault {
    Vault::new(StoreFiles::in_folder(folder), KeyRules::PRODUCTION)
}

fn vault() -> (TempDir, Vault) {
    let folder = tempfile::tempdir().unwrap();
    let vault = vault_in(folder.path());
    vault.create("00112233445566AA", master(), &about(&master()), &mut random()).unwrap();
    (folder, vault)
}

/// What two that are the same have in common: public key, a signature, a fingerprint.
fn seen(keys: &AuditKeys) -> ([u8; 32], [u8; 64], [u8; 16]) {
    let signature = keys.sign(b"a checkpoint\n").unwrap();
    let verifier = UnparsedPublicKey::new(&ED25519, keys.public_key());
    assert!(verifier.verify(b"a checkpoint\n", &signature).is_ok());
    assert!(verifier.verify(b"a checkpoinT\n", &signature).is_err());
    (keys.public_key(), signature, keys.fingerprint(ACCOUNT))
}

/// Those in the store. Randomness that was never used before: it would make others.
fn stored(vault: &Vault) -> ([u8; 32], [u8; 64], [u8; 16]) {
    seen(&vault.audit_keys(&mut SystemRandom::new()).unwrap())
}

#[test]
fn they_are_made_once_and_come_back_with_every_unsealing() {
    let (folder, vault) = vault();
    let made = seen(&vault.audit_keys(&mut Repeatable(77)).unwrap());
    assert_eq!(vault.generation(), Ok(2));
    assert_eq!(stored(&vault), made);
    vault.seal();
    assert_eq!(vault.audit_keys(&mut random()).unwrap_err(), VaultRefused::Sealed);
    assert_eq!(vault.audit_keys_before().unwrap_err(), VaultRefused::Sealed);
    assert_eq!(vault.replace_audit_keys(&mut random()).unwrap_err(), VaultRefused::Sealed);
    assert_eq!(vault.forget_audit_keys_before(&mut random()), Err(VaultRefused::Sealed));
    vault.unseal(ID, master(), AS_IT_IS, &mut random()).unwrap();
    assert_eq!((stored(&vault), vault.generation()), (made, Ok(2)));

    // What lies on the disk has no part of them.
    vault.seal();
    let mut secret = [0; 64];
    Repeatable(77).fill(&mut secret).unwrap();
    let on_disk = fs::read(StoreFiles::in_folder(folder.path()).store).unwrap();
    for part in secret.chunks(8).chain([&made.0[..]]) {
        assert!(on_disk.windows(part.len()).all(|window| window != part));
    }
}

#[test]
fn another_signing_key_leaves_fingerprints_as_they_are() {
    let (_folder, vault) = vault();
    let first = stored(&vault);
    assert!(vault.audit_keys_before().unwrap().is_none());
    let random = &mut SystemRandom::new();
    let (before, now) = vault.replace_audit_keys(random).unwrap();
    assert_eq!(seen(&before), first);
    let second = seen(&now);
    assert_ne!(second.0, first.0);
    assert_eq!(second.2, first.2);
    vault.seal();
    vault.unseal(ID, master(), AS_IT_IS, random).unwrap();
    assert_eq!(stored(&vault), second);
    assert_eq!(seen(&vault.audit_keys_before().unwrap().unwrap()), first);

    // The log does not say so yet: no third is made.
    let generation = vault.generation();
    let (before, now) = vault.replace_audit_keys(random).unwrap();
    assert_eq!([seen(&before), seen(&now)], [first, second]);
    assert_eq!(vault.generation(), generation);
    vault.forget_audit_keys_before(random).unwrap();
    vault.forget_audit_keys_before(random).unwrap();
    assert!(vault.audit_keys_before().unwrap().is_none());
    let (before, now) = vault.replace_audit_keys(random).unwrap();
    assert_eq!(seen(&before), second);
    assert_ne!(seen(&now).0, second.0);
}

#[test]
fn keys_are_made_also_when_the_first_that_is_asked_for_is_another() {
    let (_folder, vault) = vault();
    let (before, now) = vault.replace_audit_keys(&mut SystemRandom::new()).unwrap();
    assert_ne!(before.public_key(), now.public_key());
    assert_eq!(stored(&vault), seen(&now));
}

#[test]
fn appliances_have_nothing_in_common() {
    let [one, other] = [vault(), vault()].map(|(_folder, vault)| stored(&vault));
    assert!(one.0 != other.0 && one.2 != other.2);
}

#[test]
fn a_backup_brings_them_back() {
    let (folder, vault) = vault();
    let made = stored(&vault);
    let to = folder.path().join("monday.redb");
    vault.backup(&to).unwrap();
    vault.replace_audit_keys(&mut SystemRandom::new()).unwrap();
    let empty = tempfile::tempdir().unwrap();
    let restored = vault_in(empty.path());
    fs::copy(&to, StoreFiles::in_folder(empty.path()).store).unwrap();
    let accepted = Expected { seen_generation: 3, accept_older: true };
    restored.unseal(ID, master(), accepted, &mut random()).unwrap();
    assert_eq!(stored(&restored), made);
}

#[test]
fn a_change_of_the_master_takes_them_along() {
    let (_folder, vault) = vault();
    let random = &mut SystemRandom::new();
    let (before, now) = vault.replace_audit_keys(random).unwrap();
    let check = |vault: &Vault| {
        assert_eq!(stored(vault), seen(&now));
        assert_eq!(seen(&vault.audit_keys_before().unwrap().unwrap()), seen(&before));
    };
    vault.begin_change(next_master(), &about(&next_master()), random).unwrap();
    check(&vault);
    // In the middle, with either: sealed, and brought back.
    for lmk in [master(), next_master()] {
        vault.seal();
        vault.unseal(ID, lmk, AS_IT_IS, random).unwrap();
        check(&vault);
    }
    while !vault.continue_change(random).unwrap().finished {
        check(&vault);
        vault.seal();
        vault.unseal(ID, next_master(), AS_IT_IS, random).unwrap();
        check(&vault);
    }
    vault.erase_old_lmk(random).unwrap();
    vault.seal();
    let old = vault.unseal(ID, master(), AS_IT_IS, random);
    assert_eq!(old, Err(VaultRefused::Store(StoreRefused::AnotherLmk)));
    vault.unseal(ID, next_master(), AS_IT_IS, random).unwrap();
    check(&vault);
}

#[test]
fn a_vault_of_the_first_version_gets_them() {
    let folder = tempfile::tempdir().unwrap();
    let files = StoreFiles::in_folder(folder.path());
    let first = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/vault-v1.redb");
    fs::copy(first, &files.store).unwrap();
    fs::write(&files.anchor, "payhsm generation 1 0123456789ABCDEF 8\n").unwrap();
    let vault = vault_in(folder.path());
    vault.unseal(ID, master(), AS_IT_IS, &mut random()).unwrap();
    let made = stored(&vault);
    vault.seal();
    vault.unseal(ID, master(), AS_IT_IS, &mut random()).unwrap();
    assert_eq!((stored(&vault), vault.generation()), (made, Ok(9)));
}

#[test]
fn without_a_store_they_are_sealed_by_an_lmk() {
    let random = &mut SystemRandom::new();
    let made = AuditKeys::generate(random).unwrap();
    let sealed = made.seal(&aes_lmk(), random).unwrap();
    assert_eq!(seen(&AuditKeys::open(&aes_lmk(), &sealed).unwrap()), seen(&made));
}

#[test]
fn they_go_between_threads_and_print_nothing() {
    fn between<T: Send + Sync>(_: &T) {}
    let made = AuditKeys::generate(&mut random()).unwrap();
    between(&made);
    assert_eq!(format!("{made:?} {made:#?}"), "AuditKeys(…) AuditKeys(…)");
}

/// `cargo test --release -p payhsm-keys --test audit_keys -- --ignored --nocapture`
#[test]
#[ignore = "prints what it measures"]
fn what_a_fingerprint_and_a_signature_cost() {
    let keys = AuditKeys::generate(&mut SystemRandom::new()).unwrap();
    let nanoseconds = |times: u32, work: &dyn Fn()| {
        let mut taken: Vec<_> = (0..9)
            .map(|_| {
                let start = Instant::now();
                (0..times).for_each(|_| work());
                start.elapsed() / times
            })
            .collect();
        taken.sort();
        taken[4].as_nanos()
    };
    let fingerprint = nanoseconds(100_000, &|| {
        std::hint::black_box(keys.fingerprint(std::hint::black_box(ACCOUNT)));
    });
    let signature = nanoseconds(1_000, &|| {
        std::hint::black_box(keys.sign(&[7; 120]).unwrap());
    });
    println!("fingerprint {fingerprint} ns, signature {signature} ns");
}
