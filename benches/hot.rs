//! The hot functions, in process: one command through the whole engine, both dialects.
//!
//! `cargo bench` prints times; compare them as ratios to `B2` (frames, decoding and encoding
//! alone), since machines differ.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]
#![expect(clippy::expect_used, reason = "a bench that cannot be set up has nothing to say")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use payhsm::Engine;
use payhsm::caller::Caller;
use payhsm::engine::{Dialect, Session};
use payhsm::lifecycle::{Lifecycle, State};
use payhsm::record::LogOnly;
use payhsm::settings::Settings;
use payhsm_keys::{Lmk, LmkSet};
use payhsm_protocol::command::ca_translate_pin_tpk_to_zpk::TranslatePinTpkToZpk;
use payhsm_protocol::command::{Command, put_body};
use payhsm_protocol::field::LmkId;
use payhsm_protocol::frame;
use payhsm_protocol::host::{self, Fields};
use std::hint::black_box;
use std::sync::Arc;

const HEADER: &[u8] = b"0000";

/// A developer's appliance with the public AES test LMK.
fn engine() -> Engine {
    let lmk = Lmk::public_test_aes_key_block(LmkId(2)).expect("the test LMK");
    let lifecycle = Lifecycle::new(State::Operational);
    let host = host::Settings::default();
    let settings = Settings::development();
    Engine::new(Some(LmkSet::new(lmk).into()), lifecycle, settings, host, Box::new(LogOnly))
}

fn session(dialect: Dialect) -> Session {
    Session { peer: "bench".into(), caller: Arc::new(Caller::plain()), dialect, port_lmk: None }
}

fn framed(message: &str) -> Vec<u8> {
    let mut input = Vec::new();
    frame::host::put(&mut input, |out| {
        out.extend_from_slice(HEADER);
        out.extend_from_slice(message.as_bytes());
    });
    input
}

/// The fields of the answer to a message that has to succeed.
fn ask(engine: &Engine, message: &str) -> String {
    let mut output = Vec::new();
    engine.answer(&session(Dialect::Host), &framed(message), &mut output);
    // Length, header and reply code stand before the error code.
    let fields = output.get(8..).and_then(|answer| answer.strip_prefix(b"00"));
    String::from_utf8(fields.expect("success").to_vec()).expect("text")
}

/// Host messages, all under LMK 02, made from what the engine itself gives out.
fn messages() -> Vec<(&'static str, String)> {
    let engine = engine();
    let ask = |message: String| ask(&engine, &message);
    let key = |usage: &str| {
        let mut answer = ask(format!("A00FFFS#{usage}T2N00E00"));
        // The check value stands behind the key.
        answer.truncate(answer.len() - 6);
        answer
    };
    let (tpk, zpk, pvk, cvk, tak) = (key("P0"), key("P0"), key("V2"), key("C0"), key("M3"));
    let account = "111111111111";
    let pin = ask(format!("JA{account}04"));
    let block = ask(format!("JG{tpk}01{account}{pin}"));
    let pvv = ask(format!("FWFFF{tpk}{pvk}{block}01{account}1"));
    vec![
        ("B2", "B20010ABCDEF0123456789".to_owned()),
        ("CA", format!("CA{tpk}{zpk}12{block}0101{account}")),
        ("DC", format!("DC{tpk}{pvk}{block}01{account}1{pvv}")),
        ("CW", format!("CW{cvk}4111111111111111;2912201")),
        ("M6", format!("M600031FFF{tak}0010ABCDEF0123456789")),
        ("A0", "A00FFFS#P0T2N00E00".to_owned()),
    ]
}

fn commands(criterion: &mut Criterion) {
    let engine = engine();
    let session = session(Dialect::Host);
    let mut group = criterion.benchmark_group("host");
    group.throughput(Throughput::Elements(1));
    for (name, message) in messages() {
        let input = framed(&message);
        let mut output = Vec::new();
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                output.clear();
                engine.answer(&session, black_box(&input), &mut output);
            });
        });
    }
    group.finish();
}

/// CA as the compact dialect carries it: no hex.
fn compact(criterion: &mut Criterion) {
    let engine = engine();
    let session = session(Dialect::Compact);
    let messages = messages();
    let (_, message) = messages.iter().find(|(name, _)| *name == "CA").expect("CA");
    let settings = host::Settings::default();
    let fields = message.as_bytes().get(2..).expect("a code");
    let request = TranslatePinTpkToZpk::decode_host(&mut Fields::new(fields, &settings));
    let request = request.expect("a request");
    let mut input = Vec::new();
    frame::compact::put_request(&mut input, 1, *b"CA", |out| put_body(None, &request, out))
        .expect("a frame");
    let mut group = criterion.benchmark_group("compact");
    group.throughput(Throughput::Elements(1));
    let mut output = Vec::new();
    group.bench_function("CA", |bencher| {
        bencher.iter(|| {
            output.clear();
            engine.answer(&session, black_box(&input), &mut output);
        });
    });
    group.finish();
}

criterion_group!(hot, commands, compact);
criterion_main!(hot);
