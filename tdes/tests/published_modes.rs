//! CBC and MACs against published values (copied with their sources), each also changed in one bit.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests stop at what they do not expect")]

#[path = "support/kernels.rs"]
mod kernels;

use kernels::kernels;
use payhsm_tdes::{Kernel, Key};
use serde_json::Value;

type Message = Vec<[u8; 8]>;

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn vectors(file: &str) -> Vec<Value> {
    serde_json::from_str(file).unwrap()
}

fn cbc_on(kernel: Kernel, inputs: &Value, text: &[u8]) -> Vec<u8> {
    let key = bytes(&inputs["key"]);
    let key = Key::new(&key).unwrap();
    let mut iv = bytes(&inputs["iv"]).try_into().unwrap();
    let mut message = text.as_chunks::<8>().0.to_vec();
    if inputs["op"] == "encrypt" {
        kernel.cbc_encrypt_batch(&[key], &mut [iv], &mut [&mut message]).unwrap();
    } else {
        kernel.cbc_decrypt(key, &mut iv, &mut message);
    }
    message.concat()
}

#[test]
fn published_cbc() {
    let vectors = vectors(include_str!("vectors/tdes.json"));
    for kernel in kernels() {
        let mut seen = [0; 2];
        for vector in vectors.iter().filter(|vector| vector["inputs"]["mode"] == "CBC") {
            let (inputs, expected) = (&vector["inputs"], &vector["expected"]);
            let encrypt = inputs["op"] == "encrypt";
            let (from, to) =
                if encrypt { ("plaintext", "ciphertext") } else { ("ciphertext", "plaintext") };
            let (mut text, answer) = (bytes(&inputs[from]), bytes(&expected[to]));
            assert_eq!(cbc_on(kernel, inputs, &text), answer, "{kernel:?} {}", vector["source"]);
            text[0] ^= 0x10;
            assert_ne!(cbc_on(kernel, inputs, &text), answer, "{kernel:?} {}", vector["source"]);
            seen[usize::from(encrypt)] += 1;
        }
        assert!(seen.iter().all(|&seen| seen > 5), "{seen:?}");
    }
}

/// Padding methods 1 to 3 of ISO/IEC 9797-1 6.3.
fn pad(text: &[u8], method: u64) -> Message {
    let bits = (text.len() as u64 * 8).to_be_bytes();
    let mut padded = match method {
        1 => text.to_vec(),
        2 => [text, &[0x80]].concat(),
        3 => [&bits, text].concat(),
        method => panic!("method {method}"),
    };
    padded.resize(padded.len().next_multiple_of(8), 0);
    padded.as_chunks().0.to_vec()
}

fn macs(kernel: Kernel, retail: bool, secrets: &[Vec<u8>], messages: &[Message]) -> Message {
    let keys: Vec<_> = secrets.iter().map(|key| Key::new(key).unwrap()).collect();
    let messages: Vec<_> = messages.iter().map(Vec::as_slice).collect();
    let mut values = vec![[0; 8]; keys.len()];
    if retail {
        kernel.retail_mac_batch(&keys, &mut values, &messages).unwrap();
    } else {
        kernel.cbc_mac_batch(&keys, &mut values, &messages).unwrap();
    }
    values
}

#[test]
fn published_macs() {
    let vectors = vectors(include_str!("vectors/mac.json"));
    for (retail, op, count) in [(false, "iso9797_1_alg1", 5), (true, "iso9797_1_alg3", 8)] {
        let of_op = || vectors.iter().filter(|vector| vector["inputs"]["op"] == op);
        let input = |name| of_op().map(move |vector| &vector["inputs"][name]);
        let secrets: Vec<_> = input("key").map(bytes).collect();
        assert_eq!(secrets.len(), count);
        let texts = input("data").map(bytes).zip(input("padding"));
        let mut messages: Vec<_> =
            texts.map(|(text, method)| pad(&text, method.as_u64().unwrap())).collect();
        // All of them as one batch, then each changed in one bit.
        for right in [true, false] {
            for kernel in kernels() {
                let values = macs(kernel, retail, &secrets, &messages);
                for (vector, value) in of_op().zip(&values) {
                    let answer = bytes(&vector["expected"]["mac"]);
                    let equal = value.starts_with(&answer);
                    assert_eq!(equal, right, "{kernel:?} {}", vector["source"]);
                }
            }
            for message in &mut messages {
                message.last_mut().unwrap()[0] ^= 4;
            }
        }
    }
}
