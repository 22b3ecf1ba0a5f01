//! The hot functions, in process: one command through the whole engine, both dialects.
//!
//! `cargo bench` prints times; compare them as ratios to `B2` (frames, decoding and encoding
//! alone), since machines differ.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

#[path = "../tests/support/mod.rs"]
mod support;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use payhsm::engine::{Dialect, Session};
use payhsm_protocol::frame;
use std::hint::black_box;

/// Host messages, all under LMK 02, made from what the engine itself gives out.
fn messages() -> Vec<(&'static str, String)> {
    let engine = support::development();
    let ask = |message: String| support::ask(&engine, message);
    let key = |usage: &str| {
        let answer = ask(format!("A00FFFS#{usage}T2N00E00"));
        let key = answer.strip_prefix("A100").expect("a key");
        key[..key.len() - 6].to_owned()
    };
    let (tpk, zpk, pvk, cvk, tak) = (key("P0"), key("P0"), key("V2"), key("C0"), key("M3"));
    let account = "111111111111";
    let pin = ask(format!("JA{account}04"));
    let pin = pin.strip_prefix("JB00").expect("a PIN").to_owned();
    let block = ask(format!("JG{tpk}01{account}{pin}"));
    let block = block.strip_prefix("JH00").expect("a block").to_owned();
    let pvv = ask(format!("FWFFF{tpk}{pvk}{block}01{account}1"));
    let pvv = pvv.strip_prefix("FX00").expect("a PVV").to_owned();
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
    let engine = support::development();
    let session = Session { peer: "bench".into(), dialect: Dialect::Host, port_lmk: None };
    let mut group = criterion.benchmark_group("host");
    group.throughput(Throughput::Elements(1));
    for (name, message) in messages() {
        let mut input = Vec::new();
        frame::host::put(&mut input, |out| {
            out.extend_from_slice(support::HEADER.as_bytes());
            out.extend_from_slice(message.as_bytes());
        });
        let mut output = Vec::new();
        engine.answer(&session, &input, &mut output);
        assert_eq!(output.get(8..10), Some(&b"00"[..]), "{name} is refused");
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                output.clear();
                engine.answer(&session, black_box(&input), &mut output);
            });
        });
    }
    group.finish();
}

criterion_group!(hot, commands);
criterion_main!(hot);
