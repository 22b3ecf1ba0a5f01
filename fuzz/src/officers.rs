//! What officers say: acts and answers on their socket, scripts, and what they type.

use super::given::Given;
use super::officer_files::person;
use super::text::inputs;
use payhsm::authorization::Activity;
use payhsm_console::component::Shape;
use payhsm_console::script::{Script, check};
use payhsm_protocol::compact::Compact;
use payhsm_protocol::field::{CheckValue, Exportability, KeyAttributes, LmkId};
use payhsm_protocol::officer::{Act, Answer, Forming, NewKey, Officer, Quorum, SealedShare, Zone};
use std::fmt::Debug;

/// What was read is written and read again: the same value, the same bytes.
fn same<T: Compact + PartialEq + Debug>(data: &[u8]) {
    let Ok(value) = T::take(data) else { return };
    let mut again = Vec::new();
    value.put(&mut again).expect("what was read can be sent");
    let value_again = T::take(&again).expect("what was written can be read");
    assert_eq!(value_again, value);
    let mut once_more = Vec::new();
    value_again.put(&mut once_more).expect("what was read can be sent");
    assert_eq!(once_more, again);
}

/// What the daemon reads of its officers' socket, behind the lengths.
pub fn officer_act(data: &[u8]) {
    same::<Act>(data);
}

/// What the console reads of it.
pub fn officer_answer(data: &[u8]) {
    same::<Answer>(data);
}

/// A ceremony script; and what it says is checked, as far as that opens no file.
pub fn script(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(mut script) = Script::parse(text) else { return };
    // Nothing of what is named is there, wherever it is said to lie.
    script.folder = "/nonexistent".into();
    let names_files = text.contains('/') || text.contains("fd");
    if !names_files {
        drop(check(&script));
    }
    assert!(script.step.iter().all(|step| !step.name().is_empty()));
}

/// What is typed by an officer: components, and activities to be authorised, which are written as they are read.
pub fn typed(data: &[u8]) {
    let mut given = Given::new(data);
    let algorithm = *given.pick(&[*b"T2", *b"T3", *b"A1", *b"A2", *b"A3", *b"XX"]);
    let typed = given.rest();
    if let Some(shape) = Shape::of(algorithm)
        && let Ok(component) = shape.read(typed)
    {
        assert_eq!(component.len(), shape.bytes);
        let again = shape.read(hex::encode_upper(&*component).as_bytes());
        assert_eq!(again.as_ref(), Ok(&component));
    }
    if let Ok(text) = std::str::from_utf8(typed)
        && let Ok(activity) = text.parse::<Activity>()
    {
        assert_eq!(activity.to_string().parse::<Activity>(), Ok(activity));
    }
}

fn encoded(values: &[impl Compact]) -> Vec<Vec<u8>> {
    let encoded = |value: &_| {
        let mut bytes = Vec::new();
        Compact::put(value, &mut bytes).expect("an encoding");
        bytes
    };
    values.iter().map(encoded).collect()
}

/// Seeds of [`officer_act`].
#[must_use]
pub fn officer_act_seeds() -> Vec<Vec<u8>> {
    let attributes = KeyAttributes {
        usage: *b"72",
        algorithm: Some(*b"T2"),
        mode_of_use: b'N',
        version: *b"00",
        exportability: Exportability::None,
        optional_blocks: Vec::new(),
    };
    let key = NewKey { label: "zpk".to_owned(), slot: Some(0x01F), attributes };
    let quorum = Quorum { needed: 3, of: 5 };
    let officer = person().identity.officer().clone();
    encoded(&[
        Act::Status,
        Act::Enrol(officer),
        Act::BeginComponents(Forming::Lmk {
            id: LmkId(0),
            components: 3,
            quorum,
            holders: vec!["alice".to_owned(), "bob".to_owned()],
        }),
        Act::BeginComponents(Forming::Key { key: key.clone(), components: 2 }),
        Act::GenerateKey(key),
        Act::SetZone(zone()),
        Act::Seal,
        Act::Reload,
    ])
}

fn zone() -> Zone {
    Zone {
        name: "VIS".to_owned(),
        zmk: Some("zmk".to_owned()),
        zpk: None,
        zek: Some("zek".to_owned()),
        export_profile: "E6".to_owned(),
        callers: vec!["api".to_owned()],
    }
}

/// Seeds of [`officer_answer`].
#[must_use]
pub fn officer_answer_seeds() -> Vec<Vec<u8>> {
    let share = SealedShare {
        holder: "alice".to_owned(),
        index: 1,
        lmk: LmkId(0),
        sealed: person().sealed_share.clone(),
    };
    encoded(&[
        Answer::Progress { check_value: Some(CheckValue(vec![1, 2, 3])), have: 1, of: 3 },
        Answer::Block { block: "R".to_owned(), check_value: CheckValue(Vec::new()) },
        Answer::Refused("Nobody is present.".to_owned()),
        Answer::Officers(vec![
            person().identity.officer().clone(),
            Officer { name: "bob".to_owned(), signing_key: [1; 32], sealing_key: [2; 32] },
        ]),
        Answer::Zones { lines: vec![zone()], more: false },
        Answer::Split {
            check_value: CheckValue(vec![1, 2, 3]),
            shares: vec![share],
            generation: 1,
        },
    ])
}

/// Seeds of [`script`].
#[must_use]
pub fn script_seeds() -> Vec<Vec<u8>> {
    inputs(&[
        "format = \"payhsm ceremony 1\"\ntitle = \"First\"\n\n[[officer]]\nfile = \"alice.officer\"\npassphrase_fd = 3\n\n[[step]]\ndo = \"log-in\"\nofficer = \"alice\"\n\n[[step]]\ndo = \"generate-lmk\"\nneeded = 2\nholders = [\"alice\", \"bob\", \"carol\"]\nshares = \"shares\"\n",
        "format = \"payhsm ceremony 1\"\n[[step]]\ndo = \"generate-key\"\nkey = { label = \"zpk\", usage = \"72\", algorithm = \"T2\", slot = \"01F\" }\n[[step]]\ndo = \"set-zone\"\nname = \"VIS\"\nzpk = \"zpk\"\ncallers = [\"api\"]\n[[step]]\ndo = \"authorise\"\nactivity = \"export.*.host\"\nminutes = 10\n",
        "format = \"payhsm ceremony 1\"\n[[step]]\ndo = \"set-table\"\npvk = \"ibm\"\ndigits = \"0123456789012345\"\n[[step]]\ndo = \"seal\"\n",
    ])
}

/// Seeds of [`typed`].
#[must_use]
pub fn typed_seeds() -> Vec<Vec<u8>> {
    inputs(&[
        "\0C1D0 F8FB 4958 670D BA40 AB1F 3752 EF0D",
        "\0export.001.host",
        "\0generate.*.console",
        "\0command.ca.host:30",
    ])
}
