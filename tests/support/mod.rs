//! An appliance in the process of the test: the real engine, the public test LMKs, no socket.
#![allow(dead_code, reason = "each test binary uses its own part of it")]

pub(crate) mod binary;
pub(crate) mod both;
pub(crate) mod callers;
pub(crate) mod cards;
pub(crate) mod dynamic;
pub(crate) mod issuing_daemon;
pub(crate) mod jwe;
pub(crate) mod migration;
pub(crate) mod monitoring;
pub(crate) mod pin_life;
pub(crate) mod pins;
pub(crate) mod random;
pub(crate) mod recorders;
pub(crate) mod reviewed;
pub(crate) mod time;
pub(crate) mod tokens;
pub(crate) mod values;

pub(crate) mod keys;

use payhsm::Engine;
use payhsm::authorization::MOST_MINUTES;
use payhsm::caller::Caller;
use payhsm::engine::{Dialect, Session};
use payhsm::lifecycle::{Lifecycle, State};
use payhsm::settings::{Profile, Settings};
use payhsm_keys::{Inventory, Lmk, LmkSet};
use payhsm_protocol::command::{Command, put_body};
use payhsm_protocol::compact::Compact;
use payhsm_protocol::field::LmkId;
use payhsm_protocol::frame::{self, Taken};
use payhsm_protocol::host::{self, TableForm};
use std::sync::Arc;

/// The header of every test message.
pub(crate) const HEADER: &str = "0000";

/// The three public test LMKs: 00 variant, 01 3DES key block, 02 AES key block (the default).
pub(crate) fn test_lmks() -> LmkSet {
    let mut lmks = LmkSet::new(Lmk::public_test_aes_key_block(LmkId(2)).unwrap());
    lmks.insert(Lmk::public_test_variant(LmkId(0)).unwrap());
    lmks.insert(Lmk::public_test_tdes_key_block(LmkId(1)).unwrap());
    lmks
}

/// The same as a developer's daemon holds them: 01 and 02 have the variant one as their old LMK.
pub(crate) fn test_inventory() -> Inventory {
    [LmkId(1), LmkId(2)].into_iter().fold(test_lmks().into(), |inventory: Inventory, id| {
        inventory.with_old_lmk(Lmk::public_test_variant(id).unwrap())
    })
}

pub(crate) fn host_settings() -> host::Settings {
    host::Settings { tables: TableForm::EncryptedOrPlain, ..host::Settings::default() }
}

/// A developer's appliance.
pub(crate) fn development() -> Engine {
    appliance(Settings::development(), host_settings())
}

/// An appliance with the test LMKs under any settings, whose officers have authorised what is
/// done with keys. Only tests can have one outside the
/// profile `development`: a daemon refuses to load these keys.
pub(crate) fn appliance(settings: Settings, host: host::Settings) -> Engine {
    let lifecycle = Lifecycle::new(State::Operational);
    let inventory = Some(Arc::new(test_inventory()));
    let engine = Engine::new(inventory, lifecycle, settings, host, Box::new(recorders::Shows));
    authorise(&engine, &["generate.*.host", "component.*.host"]);
    authorise(&engine, &["import.*.host", "export.*.host", "migrate.*.host"]);
    authorise(&engine, &["command.*.host"]);
    engine
}

/// Two officers authorise these activities.
pub(crate) fn authorise(engine: &Engine, activities: &[&str]) {
    for activity in activities {
        let activity = activity.parse().unwrap();
        engine.activities().authorise(activity, MOST_MINUTES, &["alice", "bob"]).unwrap();
    }
}

/// A production profile with everything legacy switched off.
pub(crate) fn production(profile: Profile) -> Engine {
    let settings = Settings { profile, legacy: payhsm::settings::Legacy::default() };
    appliance(settings, host::Settings::default())
}

pub(crate) fn session(dialect: Dialect, port_lmk: Option<u8>) -> Session {
    let caller = Arc::new(Caller::plain());
    Session { peer: "test".into(), caller, dialect, port_lmk: port_lmk.map(LmkId) }
}

/// Sends one host message (command code and fields) on the base port; gives back code, error and
/// fields of the answer.
pub(crate) fn ask(engine: &Engine, message: impl AsRef<[u8]>) -> String {
    ask_on(engine, None, message)
}

/// The same on the port of an LMK.
pub(crate) fn ask_on(engine: &Engine, port_lmk: Option<u8>, message: impl AsRef<[u8]>) -> String {
    let answer = ask_bytes(engine, port_lmk, message.as_ref());
    answer.iter().map(|&byte| char::from(byte)).collect()
}

/// The same, for answers that are not text.
pub(crate) fn ask_bytes(engine: &Engine, port_lmk: Option<u8>, message: &[u8]) -> Vec<u8> {
    let mut input = Vec::new();
    frame::host::put(&mut input, |out| {
        out.extend_from_slice(HEADER.as_bytes());
        out.extend_from_slice(message);
    });
    let mut output = Vec::new();
    let batch = engine.answer(&session(Dialect::Host, port_lmk), &input, &mut output);
    assert_eq!((batch.consumed, batch.answered, batch.unbelievable), (input.len(), 1, false));
    let Taken::Frame(answer, size) = frame::host::take(&output) else {
        panic!("no answer to {message:?}");
    };
    assert_eq!(size, output.len(), "more than one answer");
    answer.strip_prefix(HEADER.as_bytes()).expect("the header comes back").to_vec()
}

/// Sends one compact request; gives back the error code and, if there is one, the reply.
pub(crate) fn call<C: Command>(
    engine: &Engine,
    lmk: Option<u8>,
    request: &C,
) -> (String, Option<C::Reply>) {
    let mut input = Vec::new();
    let code = C::OPCODE.code();
    frame::compact::put_request(&mut input, 7, code.0, |out| {
        put_body(lmk.map(LmkId), request, out)
    })
    .unwrap();
    let mut output = Vec::new();
    let batch = engine.answer(&session(Dialect::Compact, None), &input, &mut output);
    assert_eq!((batch.consumed, batch.answered), (input.len(), 1));
    let Taken::Frame(reply, _) = frame::compact::take_reply(&output) else {
        panic!("no reply");
    };
    assert_eq!((reply.id, reply.code), (7, code.reply()));
    let error = String::from_utf8_lossy(&reply.error).into_owned();
    let body =
        (!reply.body.is_empty() || error == "00").then(|| C::Reply::take(reply.body).unwrap());
    (error, body)
}

/// Every text that differs from `text` in one digit (decimal or hex) at `positions`.
pub(crate) fn tampered(text: &str, positions: impl Iterator<Item = usize>) -> Vec<String> {
    positions
        .filter_map(|at| {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] = match bytes[at] {
                b'0'..=b'8' => bytes[at] + 1,
                b'9' => b'0',
                b'A'..=b'E' => bytes[at] + 1,
                b'F' => b'A',
                _ => return None,
            };
            Some(String::from_utf8(bytes).unwrap())
        })
        .collect()
}
