//! Every published host message for a command that payhsm has, as it was recorded: the answer has
//! to be the recorded one. What cannot be is listed here with its reason, and counted.
#![cfg(test)]

mod support;

use payhsm::Engine;
use payhsm::settings::Settings;
use payhsm_protocol::{Opcode, host};
use serde_json::Value;
use support::{appliance, ask_on, host_settings, tampered};

/// Why a recorded answer is not ours.
enum Apart {
    /// The simulator that it comes from keeps PINs under the LMK in clear; ours are encrypted. The
    /// same values are tested through their clear PIN in tests/command.
    PinUnderLmk,
    /// Key derivation (A0 modes A and B) comes with DUKPT.
    Derivation,
    /// PCI PIN 3-3 forbids it in every profile: format 01 to 03.
    Forbidden,
    /// The simulator puts a length before a MAC that client codecs do not expect.
    MacLength,
    /// No answer is recorded, or fields only; for A4 the test of the command has them.
    Fields,
}

struct Case {
    code: String,
    request: String,
    answer: String,
    lmk: u8,
    host: host::Settings,
}

fn cases() -> Vec<Value> {
    let text = include_str!("vectors/host_commands.json");
    let all: Vec<Value> = serde_json::from_str(text).unwrap();
    let ours = |case: &Value| {
        let code = case["inputs"]["command"].as_str().unwrap();
        Opcode::from_code(code.as_bytes().try_into().unwrap()).is_some()
    };
    all.into_iter().filter(ours).collect()
}

fn read(case: &Value) -> Result<Case, Apart> {
    let inputs = &case["inputs"];
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let code = text(&inputs["command"]).unwrap();
    let Some(request) = text(&inputs["request"]) else {
        return Err(Apart::Fields);
    };
    let lmk = match inputs["lmk"].as_str().unwrap() {
        "Thales variant test LMK" => 0,
        "Thales 3DES key-block test LMK as LMK 01" => 1,
        "Thales AES key-block test LMK as LMK 02 (see request)" => 2,
        other => panic!("{other}"),
    };
    if request.starts_with("A0B") {
        return Err(Apart::Derivation);
    }
    let pins = ["JC", "JE", "JG", "DG", "EE"];
    if pins.contains(&code.as_str()) {
        return Err(Apart::PinUnderLmk);
    }
    if inputs["op"] != "host_command" {
        return Err(Apart::Fields);
    }
    let expected = &case["expected"];
    if expected["key_unwraps_to"].is_string() && code == "A4" {
        return Err(Apart::Fields);
    }
    let answer = text(&expected["response"]).unwrap_or_else(|| {
        let field = |name: &str| text(&expected[name]).unwrap_or_default();
        let data = format!("{}{}", field("offset"), field("data"));
        let length = if code == "M0" { "0010" } else { "" };
        format!("{}00{length}{data}", field("response_code"))
    });
    if code == "M6" {
        return Err(Apart::MacLength);
    }
    if answer.ends_with("03") && (code == "CA" || code == "CC") {
        return Err(Apart::Forbidden);
    }
    let single_length_zmk = inputs["zmk_length"] == "single";
    let host = host::Settings { single_length_zmk, ..host_settings() };
    Ok(Case { code, request, answer, lmk, host })
}

fn engine(case: &Case) -> Engine {
    appliance(Settings::development(), case.host)
}

#[test]
fn every_recorded_message_gets_its_recorded_answer() {
    let (mut held, mut apart) = (0, [0; 5]);
    for case in cases() {
        match read(&case) {
            Ok(case) => {
                let answer = ask_on(&engine(&case), Some(case.lmk), &case.request);
                assert_eq!(answer, case.answer, "{}", case.request);
                held += 1;
            }
            Err(Apart::PinUnderLmk) => apart[0] += 1,
            Err(Apart::Derivation) => apart[1] += 1,
            Err(Apart::Forbidden) => apart[2] += 1,
            Err(Apart::MacLength) => apart[3] += 1,
            Err(Apart::Fields) => apart[4] += 1,
        }
    }
    assert_eq!((held, apart), (51, [10, 3, 2, 1, 6]));
}

#[test]
fn a_recorded_message_changed_in_one_digit_gets_another_answer() {
    for case in cases().iter().filter_map(|case| read(case).ok()) {
        // An echo has no right or wrong digits, and a refusal stays one.
        if case.code == "B2" || case.answer.get(2..4) != Some("00") {
            continue;
        }
        let engine = engine(&case);
        let changed = tampered(&case.request, 2..case.request.len());
        let same = |request: &&String| ask_on(&engine, Some(case.lmk), request) == case.answer;
        let same = changed.iter().filter(same).count();
        // Some digits have no say: the parity bits of a key, digits of the account that a PVV does
        // not use, what a decimalisation table holds beside the digits that were drawn from it.
        assert!(same * 5 < changed.len(), "{}: {same} of {}", case.request, changed.len());
    }
}
