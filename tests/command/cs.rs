use crate::support::keys::{
    AES_LMK, TDES_LMK, ZMK, ZPK, ZPK_CLEAR, check_value, done, made, sealed, take_key, unwrapped,
};
use crate::support::{ask, authorise, call, development, production, tampered};
use payhsm::settings::Profile;
use payhsm_protocol::command::cs_modify_header::{HeaderChange, ModifyHeader};
use payhsm_protocol::field::{Exportability, KeyField, SentKey, Slot, StoredKey};
use payhsm_protocol::host::{Bare, Fields, Settings};

const CLEAR: &str = ZPK_CLEAR;
const AES_CLEAR: &str = "000102030405060708090A0B0C0D0E0F";

/// The header of what comes back, from usage to the number of optional blocks, or the error.
fn changed(key: &str, change: &str) -> Result<String, String> {
    let engine = development();
    let answer = ask(&engine, format!("CS{key}{change}"));
    let Some(new) = answer.strip_prefix("CT00") else {
        return Err(answer.strip_prefix("CT").unwrap().to_owned());
    };
    // It is the same key, and it is a key of the appliance.
    assert_eq!(unwrapped(AES_LMK, new), unwrapped(AES_LMK, key));
    assert_eq!(check_value(&engine, new), check_value(&engine, key));
    assert_eq!((&new[..6], &new[15..]), (&key[..6], &new[15..]));
    assert_ne!(new[15..], key[15..], "a new block");
    Ok(new[6..15].to_owned())
}

fn of(attributes: &str, change: &str) -> Result<String, String> {
    let clear = if &attributes[2..3] == "A" { AES_CLEAR } else { CLEAR };
    changed(&sealed(attributes, clear), change)
}

#[test]
fn each_field_becomes_narrower() {
    for (attributes, change, becomes) in [
        ("P0TB00E00", "UP0;72", "72TB00E00"),
        ("P0TB00E00", "UP0;71", "71TB00E00"),
        ("K0AN00E00", "UK0;51", "51AN00E00"),
        ("V0TN00E00", "UV0;V2", "V2TN00E00"),
        ("B0AX00E00", "UB0;44", "44AX00E00"),
        ("P0TB00E00", "MB;E", "P0TE00E00"),
        ("P0TB00E00", "MB;D", "P0TD00E00"),
        ("P0TN00E00", "MN;B", "P0TB00E00"),
        ("M3TC00E00", "MC;G", "M3TG00E00"),
        ("M3TC00E00", "MC;V", "M3TV00E00"),
        ("M3TN00E00", "MN;C", "M3TC00E00"),
        ("B0TN00E00", "MN;X", "B0TX00E00"),
        ("P0TB00S00", "ES;E", "P0TB00E00"),
        ("P0TB00S00", "ES;N", "P0TB00N00"),
        ("P0TB00E00", "EE;N", "P0TB00N00"),
        ("P0TB00E00", "V00;17", "P0TB17E00"),
        ("P0TB17E00", "V17;00", "P0TB00E00"),
        ("P0TBA9E00", "VA9;10", "P0TB10E00"),
        // Nothing changes, but for the padding.
        ("P0TB00E00", "UP0;P0", "P0TB00E00"),
        ("P0TB00N00", "EN;N", "P0TB00N00"),
        // Usages that serve nothing here may lose their exportability all the same.
        ("M8TC00E00", "EE;N", "M8TC00N00"),
    ] {
        assert_eq!(of(attributes, change).as_deref(), Ok(becomes), "{attributes} {change}");
    }
}

#[test]
fn no_field_becomes_wider_or_another() {
    for (attributes, changes) in [
        ("P0TB00E00", &["UP0;K0", "UP0;D0", "UP0;22", "UP0;ZZ", "UP0;51"][..]),
        ("72TB00E00", &["U72;P0", "U72;71", "U72;22"]),
        ("71TB00E00", &["U71;P0", "U71;72"]),
        ("C0TC00E00", &["UC0;V0", "UC0;M3"]),
        ("P0TB00E00", &["MB;N", "MB;C", "MB;X", "MB;Z"]),
        ("P0TE00E00", &["ME;B", "ME;D", "ME;N"]),
        ("P0TD00E00", &["MD;E", "MD;B"]),
        ("P0TN00E00", &["MN;C", "MN;G", "MN;X", "MN;Q"]),
        ("M3TN00E00", &["MN;B", "MN;E", "MN;X"]),
        ("M3TG00E00", &["MG;V", "MG;C", "MG;N"]),
        ("B0TX00E00", &["MX;N", "MX;B"]),
        ("M8TC00E00", &["MC;V", "UM8;M3"]),
        ("P0TB00E00", &["EE;S"]),
        ("P0TB00N00", &["EN;E", "EN;S"]),
        // Never a component, or from one.
        ("P0TB00E00", &["V00;c1", "V00;C1", "V00;A0", "V00;0c"]),
        ("P0TBc1E00", &["Vc1;00", "Vc1;01", "Vc1;c2"]),
        ("K0TBc2E00", &["Vc2;99"]),
    ] {
        for change in changes {
            assert_eq!(of(attributes, change), Err("B9".into()), "{attributes} {change}");
        }
    }
    // What a component may do can become less.
    assert_eq!(of("P0TBc1E00", "EE;N").as_deref(), Ok("P0TBc1N00"));
}

#[test]
fn a_published_key() {
    let engine = development();
    let answer = done(&engine, format!("CS{ZPK}EE;N%01"));
    assert!(answer.starts_with("S00072P0TB00N0001"), "{answer}");
    assert_eq!(unwrapped(TDES_LMK, &answer), ZPK_CLEAR);
    assert_eq!(done(&engine, format!("BUFFF{answer}%01")), "4FE9FD");
    for other in tampered(ZPK, 17..ZPK.len()) {
        assert_eq!(ask(&engine, format!("CS{other}EE;N%01")), "CTA4", "{other}");
    }
    // The header too is authentic, or nothing comes of it.
    for (from, to) in [("P0TB00E", "P0TB00S"), ("P0TB00E", "P0TN00E"), ("P0TB00E", "72TB00E")] {
        let other = ZPK.replacen(from, to, 1);
        let old = &other[12..13];
        assert_eq!(ask(&engine, format!("CS{other}E{old};N%01")), "CTA4", "{to}");
    }
}

#[test]
fn optional_blocks_stay() {
    let engine = development();
    let (key, kcv) = made(&engine, "P0T2B00S01TS0CABCDEFGH");
    let answer = done(&engine, format!("CS{key}ES;N"));
    let (new, _) = take_key(&answer);
    assert!(new.contains("TS0CABCDEFGH") && &new[12..13] == "N", "{new}");
    assert_eq!(check_value(&engine, new), kcv);
}

#[test]
fn each_refusal() {
    let engine = development();
    let key = sealed("P0TB00E00", CLEAR);
    for (fields, error) in [
        (format!("{key}SP0;72"), "B7"),
        (format!("{key}AT;A"), "B7"),
        (format!("{key}uP0;72"), "B7"),
        (format!("{key}1P0;72"), "B7"),
        (format!("{key}U72;72"), "B8"),
        (format!("{key}UP;72"), "B8"),
        (format!("{key}UP00;72"), "B8"),
        (format!("{key}UP0:72"), "B8"),
        (format!("{key}U..;72"), "B8"),
        (format!("{key}MN;E"), "B8"),
        (format!("{key}M.;E"), "B8"),
        (format!("{key}V01;02"), "B8"),
        (format!("{key}V..;02"), "B8"),
        (format!("{key}ES;N"), "B8"),
        (format!("{key}EX;N"), "B8"),
        (format!("{key}EE;X"), "B9"),
        (format!("{key}MB;."), "B9"),
        (format!("{key}UP0;.."), "B9"),
        (format!("{key}UP0;7"), "15"),
        (format!("{key}UP0;720"), "15"),
        (format!("{key}UP0"), "B8"),
        (format!("{key}U"), "15"),
        (key.clone(), "15"),
        (format!("{key}EE;N%07"), "13"),
        (format!("{key}EE;N%01"), "A4"),
        (format!("{key}EE;N%00"), "26"),
        (format!("{ZMK}EE;N%00"), "26"),
        (format!("{ZMK}EE;N"), "26"),
        // What is stored stays in the store.
        ("K001EE;N".to_owned(), "26"),
        ("L03zpkEE;N".to_owned(), "26"),
        ("NP3VISEE;N".to_owned(), "26"),
    ] {
        assert_eq!(ask(&engine, format!("CS{fields}")), format!("CT{error}"), "{fields}");
    }
}

#[test]
fn production_wants_leave_and_has_one_code_for_a_bad_key() {
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let engine = production(profile);
        engine.activities().revoke_all();
        let key = sealed("P0TB00E00", CLEAR);
        let message = format!("CS{key}UP0;72");
        assert_eq!(ask(&engine, &message), "CT17");
        authorise(&engine, &["import.72.host", "export.*.host", "generate.*.host"]);
        assert_eq!(ask(&engine, &message), "CT17");
        authorise(&engine, &["import.P0.host"]);
        assert!(ask(&engine, &message).starts_with("CT00S1009672TB00E0002"));
        // What is wrong with the wish is told: the caller has the header in hand.
        for (change, error) in [("UP0;K0", "B9"), ("MN;E", "B8"), ("EE;S", "B9")] {
            assert_eq!(ask(&engine, format!("CS{key}{change}")), format!("CT{error}"));
        }
        authorise(&engine, &["import.*.host"]);
        for other in [
            tampered(&key, 60..61).remove(0),
            key.replacen("P0TB00E", "P0TB00S", 1),
            ZPK.to_owned(),
            ZMK.to_owned(),
        ] {
            for change in ["UP0;K0", "EE;N", "ES;N"] {
                assert_eq!(ask(&engine, format!("CS{other}{change}")), "CTA4", "{other} {change}");
            }
        }
    }
}

#[test]
fn compact() {
    let engine = development();
    let text = sealed("P0TB00S00", CLEAR);
    let settings = Settings::default();
    let key = Fields::new(text.as_bytes(), &settings).key(Bare::Single).unwrap();
    let ask = |change| {
        let (error, reply) =
            call(&engine, None, &ModifyHeader { key: SentKey(key.clone()), change });
        let header = reply.map(|reply| match reply.key {
            KeyField::Block(block) => String::from_utf8(block.header[5..14].to_vec()).unwrap(),
            other @ (KeyField::Cryptogram(_) | KeyField::Stored(_)) => panic!("{other:?}"),
        });
        (error, header.unwrap_or_default())
    };
    for (change, error, header) in [
        (HeaderChange::Usage(*b"P0", *b"72"), "00", "72TB00S00"),
        (HeaderChange::ModeOfUse(b'B', b'E'), "00", "P0TE00S00"),
        (HeaderChange::Version(*b"00", *b"42"), "00", "P0TB42S00"),
        (
            HeaderChange::Exportability(Exportability::Sensitive, Exportability::None),
            "00",
            "P0TB00N00",
        ),
        (HeaderChange::Usage(*b"P0", *b"D0"), "B9", ""),
        (HeaderChange::Usage(*b"72", *b"72"), "B8", ""),
        (HeaderChange::Usage(*b"P0", [0, 1]), "B9", ""),
        (HeaderChange::ModeOfUse(0, b'E'), "B8", ""),
        (HeaderChange::Version(*b"00", *b"c1"), "B9", ""),
        (HeaderChange::Version(*b"0;", *b"01"), "B8", ""),
    ] {
        assert_eq!(ask(change), (error.into(), header.into()), "{change:?}");
    }
    let named = SentKey(KeyField::Stored(StoredKey::Slot(Slot { index: 1, length: None })));
    let request = ModifyHeader { key: named, change: HeaderChange::ModeOfUse(b'B', b'E') };
    assert_eq!(call(&engine, None, &request).0, "26");
}
