//! The cube act × state × officers present, against the table that a person has reviewed.

use crate::clock::Monotonic;
use crate::engine::Engine;
use crate::lifecycle::{Lifecycle, State};
use crate::officers::office::{Office, Setup};
use crate::officers::refusal::Why;
use crate::officers::session::Session;
use crate::officers::{act, office::Desk};
use crate::record::LogOnly;
use crate::settings::{Legacy, Profile, Settings};
use payhsm_officer::passphrase::Cost;
use payhsm_officer::{Identity, random::SystemRandom};
use payhsm_protocol::field::{Exportability, KeyAttributes, LmkId};
use payhsm_protocol::host;
use payhsm_protocol::officer::{Act, Forming, NewKey, Officer, Quorum, Zone};
use std::collections::BTreeMap;
use std::sync::Arc;

const TABLE: &str = include_str!("../../../tests/officers_cube.txt");

fn officer(name: &str) -> Officer {
    let cost = Cost::development_only();
    let made = Identity::create(name, b"a passphrase for tests", cost, &mut SystemRandom).unwrap();
    made.officer().clone()
}

fn key() -> NewKey {
    let attributes = KeyAttributes {
        usage: *b"72",
        algorithm: Some(*b"A3"),
        mode_of_use: b'B',
        version: *b"00",
        exportability: Exportability::None,
        optional_blocks: Vec::new(),
    };
    NewKey { label: "key".into(), slot: None, attributes }
}

/// Every act, with the name of its row.
fn acts() -> Vec<(&'static str, Act)> {
    let name = || "dave".to_owned();
    let quorum = Quorum { needed: 2, of: 2 };
    let holders = || vec!["alice".to_owned(), "bob".to_owned()];
    let lmk = Forming::Lmk { id: LmkId(5), components: 3, quorum, holders: holders() };
    let zone = Zone {
        name: "VIS".into(),
        zmk: None,
        zpk: None,
        zek: None,
        export_profile: "E6".into(),
        callers: Vec::new(),
    };
    let (activity, label) = (|| "export.P0.host".to_owned(), || "key".to_owned());
    vec![
        ("status", Act::Status),
        ("login", Act::Login { name: name(), signature: Vec::new(), seen_generation: 0 }),
        ("logout", Act::Logout { name: name() }),
        ("enrol", Act::Enrol(officer("dave"))),
        ("remove", Act::Remove { name: name() }),
        ("list-officers", Act::ListOfficers),
        ("begin-components:lmk", Act::BeginComponents(lmk)),
        ("begin-components:key", Act::BeginComponents(Forming::Key { key: key(), components: 2 })),
        ("component", Act::Component),
        ("keep-component", Act::KeepComponent),
        ("drop-component", Act::DropComponent),
        ("finish-components", Act::FinishComponents),
        ("abandon", Act::Abandon),
        ("generate-lmk", Act::GenerateLmk { id: LmkId(5), quorum, holders: holders() }),
        ("unseal", Act::Unseal),
        ("accept-older-store", Act::AcceptOlderStore),
        ("seal", Act::Seal),
        ("change-lmk", Act::ChangeLmk { quorum, holders: holders() }),
        ("continue-migration", Act::ContinueMigration),
        ("reissue-shares", Act::ReissueShares { id: LmkId(0), quorum, holders: holders() }),
        ("try-share", Act::TryShare),
        ("note-credential", Act::NoteCredential),
        ("erase-old-lmk", Act::EraseOldLmk),
        ("erase", Act::Erase { appliance: name() }),
        ("generate-key", Act::GenerateKey(key())),
        ("import-key", Act::ImportKey { key: key(), zmk: label(), block: label() }),
        ("export-key", Act::ExportKey { label: label(), zmk: label() }),
        ("list-keys", Act::ListKeys { after: String::new() }),
        ("enable-key", Act::EnableKey { label: label(), enabled: true }),
        ("destroy-key", Act::DestroyKey { label: label() }),
        ("set-zone", Act::SetZone(zone)),
        ("list-zones", Act::ListZones { after: String::new() }),
        ("remove-zone", Act::RemoveZone { name: name() }),
        ("set-table", Act::SetTable { pvk: label(), digits: label() }),
        ("list-tables", Act::ListTables { after: String::new() }),
        ("remove-table", Act::RemoveTable { pvk: label() }),
        ("authorise", Act::Authorise { activity: activity(), minutes: 1 }),
        ("revoke", Act::Revoke { activity: activity() }),
        ("list-authorised", Act::ListAuthorised),
        ("backup", Act::Backup { file: label() }),
        ("reload", Act::Reload),
        ("replace-audit-key", Act::ReplaceAuditKey),
    ]
}

/// People by state, for every row.
fn table() -> BTreeMap<&'static str, Vec<Option<usize>>> {
    let rows = TABLE.lines().filter(|line| !line.starts_with('#'));
    rows.map(|row| {
        let (name, people) = row.split_once(' ').unwrap();
        (name, people.split_whitespace().map(|people| people.parse().ok()).collect())
    })
    .collect()
}

/// An office in a state, with nothing behind it.
fn office(state: State) -> (tempfile::TempDir, Arc<Office>) {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings { profile: Profile::Issuer, legacy: Legacy::default() };
    let lifecycle = Lifecycle::new(state);
    let host = host::Settings::default();
    let engine = Arc::new(Engine::new(None, lifecycle, settings, host, Box::new(LogOnly)));
    let setup = Setup {
        engine,
        folder: folder.path().to_owned(),
        anchor: None,
        clock: Arc::new(Monotonic::new()),
        reloader: None,
        audit: None,
    };
    (folder, Office::open(setup).unwrap())
}

#[test]
fn the_table_has_every_act() {
    let language = include_str!("../../../protocol/src/officer/act.rs");
    let (_, body) = language.split_once("pub enum Act {").unwrap();
    let (body, _) = body.split_once("\n}").unwrap();
    let variants = body.lines().filter(|line| {
        line.strip_prefix("    ").is_some_and(|rest| rest.starts_with(char::is_uppercase))
    });
    // One of them has two rows.
    assert_eq!(variants.count() + 1, acts().len());
    let rows: Vec<_> = table().into_keys().collect();
    let mut names: Vec<_> = acts().into_iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    assert_eq!(rows, names);
}

#[test]
fn every_act_takes_its_state_and_its_people() {
    let table = table();
    let (alice, bob) = (officer("alice"), officer("bob"));
    // One person who has two names, and somebody who is no officer any more, count for one and for none.
    let twin = Officer { name: "alice2".into(), ..alice };
    let gone = officer("carol");
    let companies: [(&[&Officer], usize); 6] = [
        (&[], 0),
        (&[&gone], 0),
        (&[&alice], 1),
        (&[&alice, &twin], 1),
        (&[&alice, &gone], 1),
        (&[&alice, &bob], 2),
    ];
    let mut cases = 0;
    for (at, state) in State::ALL.into_iter().enumerate() {
        for (company, counts_for) in companies {
            let (mut _folder, mut office) = office(state);
            for (name, act) in acts() {
                // Some of them succeed, and then it stands elsewhere.
                if office.engine().lifecycle().state() != state {
                    (_folder, office) = self::office(state);
                }
                let mut session = Session::new().unwrap();
                company.iter().for_each(|officer| session.bring(officer));
                let outcome = office.with(|_, inner| {
                    // As no enrolling would have it.
                    let officers = vec![alice.clone(), bob.clone(), twin.clone()];
                    if inner.registry.officers() != officers {
                        inner.registry.settle(officers).unwrap();
                    }
                    let desk =
                        &mut Desk { office: &office, inner, session: &mut session, secret: None };
                    act::carry_out(desk, act)
                });
                let refused_for = outcome.err().map(|refusal| refusal.why);
                let expected = match table[name][at] {
                    None => Some(Why::State),
                    Some(takes) if counts_for < takes => Some(Why::People),
                    // Whatever it comes to without a store: it got to its handler.
                    Some(_) => None,
                };
                let what = format!("{name}, {state:?}, {counts_for} present");
                match expected {
                    Some(why) => assert_eq!(refused_for, Some(why), "{what}"),
                    None => assert!(matches!(refused_for, None | Some(Why::Act)), "{what}"),
                }
                cases += 1;
            }
        }
    }
    assert_eq!(cases, 4 * 6 * acts().len());
}
