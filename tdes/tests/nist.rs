//! Published known answers (NIST CAVP, copied with their sources), each also changed in one digit.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests stop at what they do not expect")]

#[path = "support/kernels.rs"]
mod kernels;

use kernels::kernels;
use payhsm_tdes::{Kernel, Key};
use serde_json::Value;

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn xor(a: [u8; 8], b: [u8; 8]) -> [u8; 8] {
    (u64::from_le_bytes(a) ^ u64::from_le_bytes(b)).to_le_bytes()
}

fn compute(kernel: Kernel, inputs: &Value, text: &[u8]) -> Vec<u8> {
    let key = bytes(&inputs["key"]);
    let mut blocks = text.as_chunks::<8>().0.to_vec();
    let encrypt = inputs["op"] == "encrypt";
    let mut chain = match inputs["mode"].as_str().unwrap() {
        "ECB" => {
            let key = Key::new(&key).unwrap();
            if encrypt {
                kernel.encrypt_blocks_shared(key, &mut blocks);
            } else {
                kernel.decrypt_blocks_shared(key, &mut blocks);
            }
            return blocks.concat();
        }
        "CBC" => <[u8; 8]>::try_from(bytes(&inputs["iv"])).unwrap(),
        mode => panic!("mode {mode}"),
    };
    for block in &mut blocks {
        if encrypt {
            *block = kernel.encrypt_block(&key, xor(*block, chain)).unwrap();
            chain = *block;
        } else {
            let ciphertext = *block;
            *block = xor(kernel.decrypt_block(&key, *block).unwrap(), chain);
            chain = ciphertext;
        }
    }
    blocks.concat()
}

#[test]
fn known_answers() {
    let vectors: Vec<Value> = serde_json::from_str(include_str!("vectors/tdes.json")).unwrap();
    assert!(vectors.len() > 20);
    for kernel in kernels() {
        for vector in &vectors {
            let (inputs, expected) = (&vector["inputs"], &vector["expected"]);
            let (from, to) = if inputs["op"] == "encrypt" {
                ("plaintext", "ciphertext")
            } else {
                ("ciphertext", "plaintext")
            };
            let mut text = bytes(&inputs[from]);
            let answer = bytes(&expected[to]);
            assert_eq!(compute(kernel, inputs, &text), answer, "{kernel:?} {}", vector["source"]);
            text[0] ^= 0x10;
            assert_ne!(compute(kernel, inputs, &text), answer, "{kernel:?} {}", vector["source"]);
        }
    }
}
