//! Keys that officers stored, named by callers: by place, by label, through a zone; and tables bound to PVKs. What is not
//! a caller's own is as if it were not there.
#![cfg(test)]
#![expect(clippy::string_slice, reason = "answers are ASCII")]

mod support;

use payhsm::Engine;
use payhsm::caller::{Caller, Commands, Names};
use payhsm::engine::{Dialect, Held, Session};
use payhsm::lifecycle::{Lifecycle, State};
use payhsm::record::LogOnly;
use payhsm::settings::{Legacy, Profile, Settings};
use payhsm_keys::store::StoreFiles;
use payhsm_keys::{LmkAbout, LmkSecret, SystemRandom, Vault};
use payhsm_protocol::command::ca_translate_pin_tpk_to_zpk::TranslatePinTpkToZpk;
use payhsm_protocol::command::put_body;
use payhsm_protocol::field::{
    Account, CheckValue, Exportability, KeyAttributes, KeyField, LmkId, PinBlock, PinBlockFormat,
    Slot, StoredKey, ZoneKey, ZoneRole,
};
use payhsm_protocol::frame::{self, Taken};
use payhsm_protocol::host;
use payhsm_protocol::host::Writer;
use payhsm_protocol::officer::{NewKey, Zone};
use std::sync::Arc;
use support::keys::take_key;
use tempfile::TempDir;

const LMK: LmkId = LmkId(0);

/// An issuer's appliance whose officers stored keys, a zone and a table.
struct Appliance {
    _folder: TempDir,
    vault: Vault,
    engine: Engine,
}

fn key(label: &str, slot: Option<u16>, attributes: (&[u8; 2], &[u8; 2], u8)) -> NewKey {
    let (usage, algorithm, mode_of_use) = attributes;
    let attributes = KeyAttributes {
        usage: *usage,
        algorithm: Some(*algorithm),
        mode_of_use,
        version: *b"00",
        exportability: Exportability::Trusted,
        optional_blocks: Vec::new(),
    };
    NewKey { label: label.to_owned(), slot, attributes }
}

impl Appliance {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings { profile: Profile::Issuer, legacy: Legacy::default() };
        let vault = Vault::new(StoreFiles::in_folder(folder.path()), settings.key_rules());
        let random = &mut SystemRandom::new();
        let secret = LmkSecret::generate(random).unwrap();
        let check_value = CheckValue(vec![0; 8]);
        let about = LmkAbout { id: LMK, check_value, quorum: None, holders: Vec::new() };
        vault.create("00112233445566AA", secret, &about, random).unwrap();
        for new in [
            key("tpk", Some(1), (b"71", b"T2", b'N')),
            key("zpk", Some(0xFFF), (b"72", b"T2", b'B')),
            key("zpk-aes", Some(2), (b"72", b"A3", b'B')),
            key("zmk", None, (b"K0", b"A3", b'B')),
            key("zek", None, (b"22", b"A3", b'B')),
            key("pvk", Some(3), (b"V1", b"T2", b'N')),
            key("other-pvk", Some(4), (b"V1", b"T2", b'N')),
        ] {
            vault.generate_key(&new, "alice, bob", random).unwrap();
        }
        let zone = Zone {
            name: "VIS".to_owned(),
            zmk: Some("zmk".to_owned()),
            zpk: Some("zpk".to_owned()),
            zek: None,
            export_profile: "E6".to_owned(),
            callers: vec!["api".to_owned()],
        };
        vault.set_zone(&zone, random).unwrap();
        vault.set_table("pvk", "0123456789012345", random).unwrap();
        let lifecycle = Lifecycle::new(State::Sealed);
        let engine =
            Engine::new(None, lifecycle, settings, host::Settings::default(), Box::new(LogOnly));
        let held = Held::admitted(vault.inventory().unwrap(), &settings).unwrap();
        engine.unseal(held).unwrap();
        support::authorise(&engine, &["generate.*.host", "export.72.host", "command.DE.host"]);
        Self { _folder: folder, vault, engine }
    }

    /// What officers changed is in force.
    fn show(&self) {
        let inventory = self.vault.inventory().unwrap();
        self.engine.change(Held::admitted(inventory, self.engine.settings()).unwrap()).unwrap();
    }

    /// The text of a stored key, as a caller would send it.
    fn text(&self, label: &str) -> String {
        let inventory = self.vault.inventory().unwrap();
        let mut text = Vec::new();
        Writer::new(&mut text, &host::Settings::default()).key(&inventory.labelled(label).unwrap());
        String::from_utf8(text).unwrap()
    }

    fn ask(&self, caller: &Arc<Caller>, message: &str) -> String {
        let mut input = Vec::new();
        frame::host::put(&mut input, |out| {
            out.extend_from_slice(format!("0000{message}").as_bytes());
        });
        let mut output = Vec::new();
        let caller = Arc::clone(caller);
        let session =
            Session { peer: "test".into(), caller, dialect: Dialect::Host, port_lmk: None };
        self.engine.answer(&session, &input, &mut output);
        let Taken::Frame(answer, _) = frame::host::take(&output) else { panic!("no answer") };
        String::from_utf8(answer[4..].to_vec()).unwrap()
    }

    fn call(&self, caller: &Arc<Caller>, request: &TranslatePinTpkToZpk) -> Vec<u8> {
        let mut input = Vec::new();
        frame::compact::put_request(&mut input, 1, *b"CA", |out| put_body(None, request, out))
            .unwrap();
        let mut output = Vec::new();
        let caller = Arc::clone(caller);
        let session =
            Session { peer: "test".into(), caller, dialect: Dialect::Compact, port_lmk: None };
        self.engine.answer(&session, &input, &mut output);
        output.split_off(8)
    }
}

fn names(all: &[&str]) -> Names {
    Names::These(all.iter().map(|&name| name.to_owned()).collect())
}

/// A caller that may ask for everything and name these.
fn caller(name: &str, labels: &[&str], zones: &[&str]) -> Arc<Caller> {
    Arc::new(Caller::new(name, Commands::ALL).with_names(names(labels), names(zones)))
}

fn api() -> Arc<Caller> {
    caller("api", &["tpk", "zpk", "zpk-aes", "pvk", "other-pvk"], &["VIS", "MC"])
}

/// A PIN block under the stored TPK, made by the appliance: a random PIN under a ZPK, and so on, would do as well; here
/// any block does that both requests treat alike.
const BLOCK: &str = "0123456789ABCDEF";

#[test]
fn a_named_key_does_what_the_key_itself_does() {
    let appliance = Appliance::new();
    let api = api();
    let (tpk, zpk) = (appliance.text("tpk"), appliance.text("zpk"));
    let message = |tpk: &str, zpk: &str| format!("CA{tpk}{zpk}12{BLOCK}0101850103093936");
    let expected = appliance.ask(&api, &message(&tpk, &zpk));
    // A block that nobody made under this key: what matters is that both were opened.
    assert!(expected.starts_with("CB20") || expected.starts_with("CB00"), "{expected}");
    for named in ["KFFF", "Kfff", "UKFFF", "XKFFF", "L03zpk", "NP3VIS"] {
        assert_eq!(appliance.ask(&api, &message(&tpk, named)), expected, "{named}");
        assert_eq!(appliance.ask(&api, &message("K001", named)), expected, "{named}");
    }
    // A check value says which key it was.
    let sent = appliance.ask(&api, &format!("BUFF1{zpk}"));
    assert!(sent.starts_with("BV00") && sent.len() == 10, "{sent}");
    for named in ["KFFF", "L03zpk", "NP3VIS", "UKFFF"] {
        assert_eq!(appliance.ask(&api, &format!("BUFF1{named}")), sent, "{named}");
    }
    assert_ne!(appliance.ask(&api, "BUFF1K001"), sent);
}

#[test]
fn the_compact_dialect_names_keys_too() {
    let appliance = Appliance::new();
    let inventory = appliance.vault.inventory().unwrap();
    let request = |tpk: &KeyField, zpk: &KeyField| TranslatePinTpkToZpk {
        source_tpk: tpk.clone(),
        destination_zpk: zpk.clone(),
        pin_block: PinBlock::Tdes([1, 2, 3, 4, 5, 6, 7, 8]),
        source_format: PinBlockFormat::Iso0,
        destination_format: PinBlockFormat::Iso0,
        account: Account::Pan12(*b"850103093936"),
    };
    let (tpk, zpk) = (inventory.labelled("tpk").unwrap(), inventory.labelled("zpk").unwrap());
    let expected = appliance.call(&api(), &request(&tpk, &zpk));
    let slot = |index| KeyField::Stored(StoredKey::Slot(Slot { index, length: None }));
    let label = |text: &str| KeyField::Stored(StoredKey::Label(text.to_owned()));
    let zone = |zone: &str, role| {
        KeyField::Stored(StoredKey::Zone(ZoneKey { zone: zone.to_owned(), role }))
    };
    for named in [slot(0xFFF), label("zpk"), zone("VIS", ZoneRole::Zpk)] {
        assert_eq!(appliance.call(&api(), &request(&slot(1), &named)), expected, "{named:?}");
    }
    for (named, code) in [
        (slot(0x1000), b"21"),
        (slot(5), b"12"),
        (label(""), b"21"),
        (label("a b"), b"21"),
        (label("none"), b"12"),
        (zone("FOUR", ZoneRole::Zpk), b"21"),
        (zone("MC", ZoneRole::Zpk), b"12"),
        (zone("VIS", ZoneRole::Zek), b"12"),
        // The ZMK is there, and no PIN block goes under it.
        (zone("VIS", ZoneRole::Zmk), b"A4"),
    ] {
        let answer = appliance.call(&api(), &request(&tpk, &named));
        assert_eq!(&answer[2..4], code, "{named:?}");
    }
}

#[test]
fn what_is_not_a_callers_own_is_not_there() {
    let appliance = Appliance::new();
    let ask = |caller: &Arc<Caller>, key: &str| {
        appliance.ask(caller, &format!("BUFF1{key}"))[..4].to_owned()
    };
    let nobody = caller("nobody", &[], &[]);
    let stranger = caller("stranger", &["pvk"], &["VIS"]);
    for named in ["KFFF", "K005", "L03zpk", "L04none", "NP3VIS", "NP2MC", "NM3VIS"] {
        assert_eq!(ask(&nobody, named), "BV12", "{named}");
        // Its configuration has the zone, but officers did not give the zone to it.
        assert_eq!(ask(&stranger, named), "BV12", "{named}");
    }
    assert_eq!(ask(&stranger, "K003"), "BV00");
    assert_eq!(ask(&api(), "NP3VIS"), "BV00");
    // Its zones are its own to name, and their keys by label are not.
    assert_eq!(ask(&api(), "L03zmk"), "BV12");

    // Disabled, and enabled again.
    let random = &mut SystemRandom::new();
    appliance.vault.enable_key("zpk", false, random).unwrap();
    assert_eq!(ask(&api(), "KFFF"), "BV00", "officers' changes are shown as a whole");
    appliance.show();
    for named in ["KFFF", "L03zpk", "NP3VIS"] {
        assert_eq!(ask(&api(), named), "BV12", "{named}");
    }
    appliance.vault.enable_key("zpk", true, random).unwrap();
    appliance.show();
    assert_eq!(ask(&api(), "NP3VIS"), "BV00");
    drop(appliance.engine.seal().unwrap());
    assert_eq!(ask(&api(), "NP3VIS"), "BV70");
}

#[test]
fn malformed_names_are_refused() {
    let appliance = Appliance::new();
    for (named, code) in [
        ("K00G", "21"),
        ("K0", "15"),
        ("UK0", "15"),
        ("L", "21"),
        ("L00", "21"),
        ("L03zp", "15"),
        ("L03a b", "21"),
        ("L33aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "21"),
        ("NP0", "21"),
        ("NP4VISA", "21"),
        ("NX3VIS", "21"),
        ("NP3V-S", "21"),
        ("N", "15"),
        // The length in front does not fit: the key is 16 bytes long, or no DES key.
        ("TKFFF", "27"),
        ("ZKFFF", "27"),
        ("UK002", "27"),
    ] {
        assert_eq!(&appliance.ask(&api(), &format!("BUFF1{named}"))[2..4], code, "{named}");
    }
}

#[test]
fn a_block_under_a_named_aes_key_has_sixteen_bytes() {
    let appliance = Appliance::new();
    let block = "00112233445566778899AABBCCDDEEFF";
    let rest = format!("12{block}48484761739001010119;");
    let code = |message: &str| appliance.ask(&api(), message)[..4].to_owned();
    // Whether such a block is a PIN block depends on the key; that it is one block of sixteen bytes does not.
    let sent = code(&format!("CC{0}{0}{rest}", appliance.text("zpk-aes")));
    assert!(sent == "CD20" || sent == "CD00", "{sent}");
    assert_eq!(code(&format!("CCK002K002{rest}")), sent);
    // A caller that may not name it does not even learn that it is an AES key.
    let nobody = caller("nobody", &[], &[]);
    let there = appliance.ask(&nobody, &format!("CCK002K002{rest}"));
    assert_eq!(there, appliance.ask(&nobody, &format!("CCK009K009{rest}")));
}

#[test]
fn what_officers_authorise_is_decided_by_the_stored_key() {
    let appliance = Appliance::new();
    // export.72.host is authorised, export.71.host is not.
    let exported = appliance.ask(&api(), "A8FFFNM3VISKFFFR");
    assert!(exported.starts_with("A900R"), "{exported}");
    let (block, _) = take_key(&exported[4..]);
    assert_eq!(&block[6..8], "72", "{block}");
    assert_eq!(appliance.ask(&api(), "A8FFFNM3VISK001R"), "A917");
}

#[test]
fn what_is_stored_is_under_the_master() {
    let appliance = Appliance::new();
    let random = &mut SystemRandom::new();
    let check_value = CheckValue(vec![0; 8]);
    let about = LmkAbout { id: LmkId(7), check_value, quorum: None, holders: Vec::new() };
    let second = LmkSecret::generate(random).unwrap();
    appliance.vault.add_lmk(&second, &about, random).unwrap();
    appliance.show();
    assert!(appliance.ask(&api(), "BUFF1KFFF%00").starts_with("BV00"));
    assert_eq!(appliance.ask(&api(), "BUFF1KFFF%07"), "BV12");
    assert_eq!(appliance.ask(&api(), "BUFF1KFFF%08"), "BV13");
}

#[test]
fn a_table_serves_the_pvk_that_it_is_bound_to() {
    let appliance = Appliance::new();
    let pin = appliance.ask(&api(), "JA85010309393604");
    let pin = pin.strip_prefix("JB00").unwrap();
    let ask = |pvk: &str, table: &str| {
        appliance.ask(&api(), &format!("DE{pvk}{pin}04850103093936{table}5010309393N6"))
    };
    let offset = ask("K003", "K003");
    assert!(offset.starts_with("DF00"), "{offset}");
    let own = appliance.text("pvk");
    assert_eq!(ask(&own, "K003"), offset, "the key itself is the same key");
    // No table, the table of another, another PVK sent along, and no key at all.
    assert_eq!(ask("K004", "K004"), "DF25");
    assert_eq!(ask("K004", "K003"), "DF25");
    assert_eq!(ask(&appliance.text("other-pvk"), "K003"), "DF25");
    assert_eq!(ask("K003", "K009"), "DF12");
    assert_eq!(ask("K003", "K00G"), "DF21");
    let stranger = caller("stranger", &["pvk"], &[]);
    let message = format!("DEK003{pin}04850103093936K0035010309393N6");
    assert_eq!(appliance.ask(&stranger, &message), offset);
    let other = caller("other", &["other-pvk"], &[]);
    let message = format!("DE{own}{pin}04850103093936K0035010309393N6");
    assert_eq!(appliance.ask(&other, &message), "DF12");
}
