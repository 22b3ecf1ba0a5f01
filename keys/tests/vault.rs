//! What officers do with keys, zones, tables and LMKs.
#![cfg(test)]

mod common;

use common::{AES_LMK, TDES_KEY, aes_lmk, random, variant_lmk};
use payhsm_keys::ceremony::components::Forming;
use payhsm_keys::store::{Expected, StoreFiles, StoreRefused};
use payhsm_keys::usage::Zpk;
use payhsm_keys::{
    Key, KeyRefused, KeyRules, Lmk, LmkAbout, LmkSecret, Purpose, Vault, VaultRefused,
    ZoneExportMistake,
};
use payhsm_protocol::field::{CheckValue, Exportability, KeyAttributes, KeyField, LmkId};
use payhsm_protocol::officer::{NewKey, Officer, Zone};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const STRICT: &KeyRules = &KeyRules::PRODUCTION;
const AS_IT_IS: Expected = Expected { seen_generation: 0, accept_older: false };

fn master() -> LmkSecret {
    LmkSecret::copy_of(&hex::decode(AES_LMK).unwrap()).unwrap()
}

fn about(id: u8) -> LmkAbout {
    let check_value = CheckValue(vec![0x9D, 0x04, 0xA0, 0, 0, 0, 0, 0]);
    LmkAbout { id: LmkId(id), check_value, quorum: None, holders: Vec::new() }
}

fn vault_in(folder: &Path) -> Vault {
    Vault::new(StoreFiles::in_folder(folder), *STRICT)
}

fn vault() -> (TempDir, Vault) {
    let folder = tempfile::tempdir().unwrap();
    let vault = vault_in(folder.path());
    vault.create("00112233445566AA", master(), &about(0), &mut random()).unwrap();
    (folder, vault)
}

fn wanted(label: &str, usage: &[u8; 2], algorithm: &[u8; 2], mode_of_use: u8) -> NewKey {
    let attributes = KeyAttributes {
        usage: *usage,
        algorithm: Some(*algorithm),
        mode_of_use,
        version: *b"00",
        exportability: Exportability::Trusted,
        optional_blocks: Vec::new(),
    };
    NewKey { label: label.to_owned(), slot: None, attributes }
}

fn generate(vault: &Vault, wanted: &NewKey) -> Result<CheckValue, VaultRefused> {
    vault.generate_key(wanted, "alice, bob 2026-11-22", &mut random()).map(|line| line.check_value)
}

fn in_slot(slot: u16, wanted: NewKey) -> NewKey {
    NewKey { slot: Some(slot), ..wanted }
}

#[test]
fn a_vault_is_sealed_and_unsealed() {
    let (folder, vault) = vault();
    let random = &mut random();
    let check_value = generate(&vault, &wanted("zpk", b"72", b"T2", b'B')).unwrap();
    assert_eq!(vault.generation(), Ok(2));
    assert_eq!(vault.unseal(LmkId(0), master(), AS_IT_IS, random), Err(VaultRefused::Unsealed));
    assert_eq!(
        format!("{vault:?} {:?}", vault.inventory().unwrap()),
        "Vault(unsealed) Inventory(1 keys, 0 zones)"
    );
    vault.seal();
    assert!(vault.inventory().is_none() && vault.has_store());
    assert_eq!(vault.list_keys(), Err(VaultRefused::Sealed));
    assert_eq!(generate(&vault, &wanted("x", b"72", b"T2", b'B')), Err(VaultRefused::Sealed));
    let other = LmkSecret::generate(random).unwrap();
    let refused = vault.unseal(LmkId(0), other, AS_IT_IS, random);
    assert_eq!(refused, Err(VaultRefused::Store(StoreRefused::AnotherLmk)));
    let seen = Expected { seen_generation: 3, accept_older: false };
    let refused = vault.unseal(LmkId(0), master(), seen, random);
    let older = StoreRefused::OlderThanSeen { found: 2, known: 3 };
    assert_eq!(refused, Err(VaultRefused::Store(older)));
    vault.unseal(LmkId(0), master(), AS_IT_IS, random).unwrap();
    assert_eq!(vault.appliance().unwrap(), "00112233445566AA");
    let lines = vault.list_keys().unwrap();
    assert_eq!(
        (lines[0].check_value.clone(), &*lines[0].made),
        (check_value, "alice, bob 2026-11-22")
    );
    // A second process has to wait.
    let refused = vault_in(folder.path()).unseal(LmkId(0), master(), AS_IT_IS, random);
    assert_eq!(refused, Err(VaultRefused::Store(StoreRefused::InUse)));
    vault.erase().unwrap();
    assert!(!vault.has_store() && vault.inventory().is_none());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_labelled_key_serves_requests_until_it_is_disabled() {
    let (_folder, vault) = vault();
    let random = &mut random();
    generate(&vault, &in_slot(0xABC, wanted("visa-zpk", b"72", b"A3", b'B'))).unwrap();
    let inventory = vault.inventory().unwrap();
    let lmk = inventory.lmks().default_lmk();
    for field in [inventory.labelled("visa-zpk").unwrap(), inventory.in_slot(0xABC).unwrap()] {
        assert!(Key::<Zpk>::open(lmk, &field, Purpose::Encrypt, STRICT).is_ok());
    }
    assert_eq!(inventory.labelled("other"), Err(VaultRefused::NoKey("other".into())));
    assert_eq!(inventory.in_slot(1), Err(VaultRefused::NoKey("K001".into())));
    vault.enable_key("visa-zpk", false, random).unwrap();
    let disabled = Err(VaultRefused::Disabled("visa-zpk".into()));
    assert_eq!(vault.inventory().unwrap().in_slot(0xABC), disabled);
    assert!(!vault.list_keys().unwrap()[0].enabled);
    vault.enable_key("visa-zpk", true, random).unwrap();
    assert!(vault.inventory().unwrap().labelled("visa-zpk").is_ok());
    vault.destroy_key("visa-zpk", random).unwrap();
    assert_eq!(vault.destroy_key("visa-zpk", random), Err(VaultRefused::NoKey("visa-zpk".into())));
    assert_eq!(vault.list_keys().unwrap(), []);
}

#[test]
fn labels_and_slots_are_taken_once() {
    let (_folder, vault) = vault();
    generate(&vault, &in_slot(7, wanted("one", b"72", b"T2", b'B'))).unwrap();
    let refused = |wanted: &NewKey| generate(&vault, wanted).unwrap_err();
    assert_eq!(refused(&wanted("one", b"72", b"T2", b'B')), VaultRefused::KeyTaken("one".into()));
    let taken = VaultRefused::SlotTaken { slot: 7, label: "one".into() };
    assert_eq!(refused(&in_slot(7, wanted("two", b"72", b"T2", b'B'))), taken);
    assert_eq!(taken.to_string(), "slot K007 is taken by `one`");
    assert_eq!(refused(&in_slot(0x1000, wanted("two", b"72", b"T2", b'B'))), VaultRefused::Slot);
    for label in ["", "a b", "ü", &"x".repeat(33), "../x"] {
        let expected = VaultRefused::Label(label.to_owned());
        assert_eq!(refused(&wanted(label, b"72", b"T2", b'B')), expected);
    }
    let single = refused(&wanted("des", b"72", b"D1", b'B'));
    assert_eq!(single, VaultRefused::Key(KeyRefused::Length));
    assert_eq!(vault.generation(), Ok(2));
}

#[test]
fn keys_go_out_and_come_back_under_a_zmk_that_is_strong_enough() {
    let (_folder, vault) = vault();
    let random = &mut random();
    for (label, algorithm) in
        [("zmk-t2", b"T2"), ("zmk-t3", b"T3"), ("zmk-a2", b"A2"), ("zmk-a3", b"A3")]
    {
        // Randomness repeats in these tests: another mode makes no other key, another length does.
        generate(&vault, &wanted(label, b"K0", algorithm, b'B')).unwrap();
    }
    for (label, algorithm) in [("t2", b"T2"), ("t3", b"T3"), ("a3", b"A3")] {
        generate(&vault, &wanted(label, b"P0", algorithm, b'B')).unwrap();
    }
    let weaker = VaultRefused::Key(KeyRefused::WeakerWrappingKey);
    for (key, zmk, fits) in [
        ("t2", "zmk-t2", true),
        ("t3", "zmk-t2", false),
        ("t3", "zmk-t3", true),
        ("a3", "zmk-t3", false),
        ("a3", "zmk-a2", false),
        ("a3", "zmk-a3", true),
        ("t3", "zmk-a3", true),
    ] {
        let exported = vault.export_key(key, zmk, random);
        if !fits {
            assert_eq!(exported, Err(weaker.clone()), "{key} under {zmk}");
            continue;
        }
        let (block, check_value) = exported.unwrap();
        let back = wanted(
            &format!("{key}-{zmk}"),
            b"72",
            key.to_ascii_uppercase().as_bytes().as_array().unwrap(),
            b'B',
        );
        // Narrower than it says is allowed, otherwise is not.
        let line = vault.import_key(&back, zmk, &format!("R{block}\n"), "alice", random).unwrap();
        assert_eq!((line.check_value, line.attributes.usage), (check_value, *b"72"));
        let import =
            |wanted: &NewKey| vault.import_key(wanted, zmk, &block, "alice", &mut common::random());
        let wide = NewKey { label: "wide".into(), ..back.clone() };
        let mut other_mode = wide.clone();
        other_mode.attributes.mode_of_use = b'E';
        assert_eq!(import(&other_mode).unwrap_err(), VaultRefused::Attributes);
        let mut sensitive = wide.clone();
        sensitive.attributes.exportability = Exportability::Sensitive;
        assert_eq!(import(&sensitive).unwrap_err(), VaultRefused::Key(KeyRefused::Widened));
        let mut other_length = wide;
        other_length.attributes.algorithm = Some(*b"A1");
        assert_eq!(import(&other_length).unwrap_err(), VaultRefused::Attributes);
    }
    // What is no ZMK, what may not leave, and what is no block.
    let refused = vault.export_key("t2", "t3", random);
    assert_eq!(refused, Err(VaultRefused::Usage("t3".into())));
    let mut stays = wanted("stays", b"P0", b"T2", b'B');
    stays.attributes.exportability = Exportability::None;
    generate(&vault, &stays).unwrap();
    let refused = vault.export_key("stays", "zmk-a3", random);
    assert_eq!(refused, Err(VaultRefused::Key(KeyRefused::NotExportable)));
    let new = wanted("new", b"P0", b"T2", b'B');
    assert_eq!(
        vault.import_key(&new, "zmk-t2", "B0096", "alice", random).unwrap_err(),
        VaultRefused::Block
    );
}

#[test]
fn a_key_of_components_is_kept() {
    let (_folder, vault) = vault();
    let wanted = wanted("formed", b"P0", b"T2", b'B');
    let mut forming = Forming::key(&wanted.attributes, 2, STRICT).unwrap();
    for component in ["0123456789ABCDEFFEDCBA9876543210", TDES_KEY] {
        forming.enter(&hex::decode(component).unwrap()).unwrap();
        forming.keep().unwrap();
    }
    let check_value = forming.finish().unwrap();
    let key = forming.into_key().unwrap();
    let line = vault.keep_key(&wanted, &key, "alice, bob", &mut random()).unwrap();
    assert_eq!(line.check_value, check_value);
    assert!(vault.inventory().unwrap().labelled("formed").is_ok());
}

fn zone(zpk: &str) -> Zone {
    Zone {
        name: "VIS".into(),
        zmk: None,
        zpk: Some(zpk.to_owned()),
        zek: None,
        export_profile: "E6".into(),
        callers: vec!["api-1".into()],
    }
}

#[test]
fn zones_name_keys_that_are_there_and_fit() {
    let (_folder, vault) = vault();
    let random = &mut random();
    generate(&vault, &wanted("zpk", b"72", b"T2", b'B')).unwrap();
    generate(&vault, &wanted("cvk", b"C0", b"T2", b'N')).unwrap();
    let set = |zone: &Zone| vault.set_zone(zone, &mut common::random());
    assert_eq!(set(&zone("none")), Err(VaultRefused::NoKey("none".into())));
    assert_eq!(set(&zone("cvk")), Err(VaultRefused::Usage("cvk".into())));
    for name in ["", "VISA", "V-1"] {
        let odd = Zone { name: name.into(), ..zone("zpk") };
        assert_eq!(set(&odd), Err(VaultRefused::ZoneName(name.into())));
    }
    for (profile, mistake) in [
        ("E0", ZoneExportMistake::Unknown),
        ("e6", ZoneExportMistake::Unknown),
        ("E66", ZoneExportMistake::Unknown),
        ("E1", ZoneExportMistake::Legacy),
        ("JWE:kid:AAAA", ZoneExportMistake::PublicKey),
    ] {
        let odd = Zone { export_profile: profile.into(), ..zone("zpk") };
        assert_eq!(set(&odd), Err(VaultRefused::ExportProfile(profile.into(), mistake)));
    }
    generate(&vault, &wanted("zek", b"22", b"T2", b'B')).unwrap();
    generate(&vault, &wanted("zek-128", b"22", b"A1", b'B')).unwrap();
    generate(&vault, &wanted("zek-256", b"22", b"A3", b'B')).unwrap();
    let gcm = |zek: &str| {
        let (zek, export_profile) = (Some(zek.to_owned()), "GCM".to_owned());
        set(&Zone { zek, export_profile, ..zone("zpk") })
    };
    assert_eq!(gcm("zek"), Err(VaultRefused::ExportKey));
    assert_eq!(gcm("zek-128"), Err(VaultRefused::ExportKey));
    assert_eq!(gcm("zek-256"), Ok(()));
    set(&zone("zpk")).unwrap();
    assert_eq!(vault.inventory().unwrap().zone("VIS"), Ok(&zone("zpk")));
    let needed = VaultRefused::Needed { label: "zpk".into(), by: "zone VIS".into() };
    assert_eq!(vault.destroy_key("zpk", random), Err(needed));
    vault.remove_zone("VIS", random).unwrap();
    assert_eq!(vault.remove_zone("VIS", random), Err(VaultRefused::NoZone("VIS".into())));
    vault.destroy_key("zpk", random).unwrap();
}

#[test]
fn tables_are_bound_to_their_pvk_and_spread_well() {
    let (_folder, vault) = vault();
    let random = &mut random();
    generate(&vault, &wanted("pvk", b"V1", b"T2", b'N')).unwrap();
    generate(&vault, &wanted("zpk", b"72", b"T3", b'B')).unwrap();
    for digits in ["0123456701234567", "0123456789012345"] {
        vault.set_table("pvk", digits, random).unwrap();
    }
    // Seven different digits; one five times; not sixteen digits.
    for digits in [
        "0123456012345601",
        "0123456700001123",
        "012345678901234",
        "01234567890123456",
        "012345678901234A",
        "",
    ] {
        assert_eq!(vault.set_table("pvk", digits, random), Err(VaultRefused::Table), "{digits}");
    }
    let refused = vault.set_table("zpk", "0123456789012345", random);
    assert_eq!(refused, Err(VaultRefused::Usage("zpk".into())));
    let inventory = vault.inventory().unwrap();
    let expected = 0x0123_4567_8901_2345_u64.to_be_bytes();
    assert_eq!(inventory.table("pvk").unwrap().packed(), expected);
    assert_eq!(inventory.table("zpk").unwrap_err(), VaultRefused::NoTable("zpk".into()));
    assert!(matches!(vault.destroy_key("pvk", random), Err(VaultRefused::Needed { .. })));
    vault.remove_table("pvk", random).unwrap();
    vault.destroy_key("pvk", random).unwrap();
}

#[test]
fn other_lmks_and_officers_come_back_with_one_unsealing() {
    let (_folder, vault) = vault();
    let random = &mut random();
    let other = LmkSecret::generate(random).unwrap();
    let check_value = other.check_value().unwrap();
    let other_about = LmkAbout { check_value: check_value.clone(), ..about(1) };
    vault.add_lmk(&other, &other_about, random).unwrap();
    let refused = vault.add_lmk(&other, &about(0), random);
    assert_eq!(refused, Err(VaultRefused::LmkTaken(LmkId(0))));
    vault.add_test_lmk(variant_lmk(), random).unwrap();
    let officer = Officer { name: "alice".into(), signing_key: [1; 32], sealing_key: [2; 32] };
    vault.set_officers(std::slice::from_ref(&officer), random).unwrap();
    let kept = Lmk::aes_from_secret(LmkId(5), &other).unwrap();
    assert_eq!(vault.add_test_lmk(kept, random), Err(VaultRefused::NotPublic));
    let known = vault.inventory().unwrap().lmks().iter().count();
    assert_eq!(known, 3);
    vault.seal();
    vault.unseal(LmkId(0), master(), AS_IT_IS, random).unwrap();
    let inventory = vault.inventory().unwrap();
    assert_eq!(inventory.lmks().get(LmkId(1)).unwrap().check_value(), check_value);
    assert!(inventory.lmks().default_lmk().is_test(), "that value is public, however it came");
    assert_eq!(inventory.lmks().iter().count(), 2);
    assert_eq!(vault.about_lmks().unwrap(), [about(0), other_about]);
    assert_eq!(vault.officers().unwrap(), [officer]);
    assert_eq!(vault.erase_old_lmk(random), Err(VaultRefused::NoOldLmk));
}

#[test]
fn requests_read_while_officers_change() {
    let (_folder, vault) = vault();
    generate(&vault, &wanted("key-0", b"72", b"A3", b'B')).unwrap();
    std::thread::scope(|scope| {
        let officers = scope.spawn(|| {
            for number in 1..20 {
                generate(&vault, &wanted(&format!("key-{number}"), b"72", b"A3", b'B')).unwrap();
            }
        });
        let mut seen = 0;
        while !officers.is_finished() {
            let inventory = vault.inventory().unwrap();
            assert!(inventory.labelled("key-0").is_ok());
            let now = inventory.keys().count();
            assert!(now >= seen);
            seen = now;
        }
    });
    assert_eq!(vault.list_keys().unwrap().len(), 20);
}

#[test]
fn a_backup_restores_to_an_empty_folder() {
    let (folder, vault) = vault();
    generate(&vault, &wanted("zpk", b"72", b"T2", b'B')).unwrap();
    let to = folder.path().join("monday.redb");
    vault.backup(&to).unwrap();
    let empty = tempfile::tempdir().unwrap();
    let restored = vault_in(empty.path());
    fs::copy(&to, StoreFiles::in_folder(empty.path()).store).unwrap();
    let missing = restored.unseal(LmkId(0), master(), AS_IT_IS, &mut random());
    assert_eq!(missing, Err(VaultRefused::Store(StoreRefused::AnchorMissing)));
    let accepted = Expected { seen_generation: 2, accept_older: true };
    restored.unseal(LmkId(0), master(), accepted, &mut random()).unwrap();
    let field = restored.inventory().unwrap().labelled("zpk").unwrap();
    assert!(matches!(&field, KeyField::Block(block) if block.usage() == Some(*b"72")));
    assert!(Key::<Zpk>::open(&aes_lmk(), &field, Purpose::Encrypt, STRICT).is_ok());
}

/// Made once, by the first version of these records, under the public test LMK; never made again.
#[test]
fn the_vault_of_the_first_version_opens() {
    let folder = tempfile::tempdir().unwrap();
    let files = StoreFiles::in_folder(folder.path());
    fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/vault-v1.redb"), &files.store)
        .unwrap();
    fs::write(&files.anchor, "payhsm generation 1 0123456789ABCDEF 8\n").unwrap();
    let vault = vault_in(folder.path());
    vault.unseal(LmkId(0), master(), AS_IT_IS, &mut random()).unwrap();
    assert_eq!(
        (vault.appliance().unwrap().as_str(), vault.generation()),
        ("0123456789ABCDEF", Ok(8))
    );
    let inventory = vault.inventory().unwrap();
    let lmk = inventory.lmks().default_lmk();
    let field = inventory.in_slot(0x00F).unwrap();
    assert!(Key::<Zpk>::open(lmk, &field, Purpose::Encrypt, STRICT).is_ok());
    let pvk = inventory.key("pvk").unwrap();
    assert_eq!(
        (pvk.enabled, &*pvk.made, pvk.attributes.usage),
        (false, "alice, bob 2026-11-22T07:00:00Z", *b"V1")
    );
    assert_eq!(inventory.table("pvk").unwrap().packed(), 0x0123_4567_8901_2345_u64.to_be_bytes());
    assert_eq!(inventory.zone("VIS"), Ok(&zone("visa-zpk")));
    assert!(inventory.lmks().get(LmkId(1)).is_some());
    assert_eq!(vault.officers().unwrap()[0].name, "alice");
    assert_eq!(vault.about_lmks().unwrap().len(), 2);
}
