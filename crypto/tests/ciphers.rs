//! Block ciphers, check values and MACs against published values.

#![cfg(test)]

mod common;

use common::{Case, Tally, cases, flip, upper};
use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::kcv;
use payhsm_crypto::mac::{
    Chaining, CmacKey, MacError, Padding, RetailMacKey, cbc_mac, cbc_mac_finish, cbc_mac_update,
    cmac,
};
use payhsm_crypto::variant::{Scheme, WrappingKey};

fn key(case: &Case) -> BlockKey {
    match case.text("cipher") {
        "AES" => BlockKey::aes(&case.bytes("key")).unwrap(),
        _ => BlockKey::tdes(&case.bytes("key")).unwrap(),
    }
}

fn run_mode(case: &Case, encrypt: bool, input: &[u8]) -> String {
    let key = key(case);
    let mut iv = if case.has("iv") { case.bytes("iv") } else { Vec::new() };
    let mut data = input.to_vec();
    if case.has("padding") {
        let rest = key.block_len() - data.len() % key.block_len();
        data.resize(data.len() + rest, u8::try_from(rest).unwrap());
    }
    match (case.text("mode"), encrypt) {
        ("ECB", true) => key.ecb_encrypt(&mut data),
        ("ECB", false) => key.ecb_decrypt(&mut data),
        ("CBC", true) => key.cbc_encrypt(&mut iv, &mut data),
        ("CBC", false) => key.cbc_decrypt(&mut iv, &mut data),
        ("CFB8", true) => key.cfb8_encrypt(&mut iv, &mut data),
        ("CFB64", true) => key.cfb_encrypt(&mut iv, &mut data),
        (mode, _) => panic!("{mode}"),
    }
    .unwrap();
    upper(&data)
}

#[test]
fn block_cipher_vectors() {
    let mut tally = Tally::default();
    for case in cases("block_ciphers") {
        tally.count(case.op());
        match case.op() {
            "encrypt" => {
                let input = case.bytes("plaintext");
                case.check::<()>("ciphertext", Ok(run_mode(&case, true, &input)));
                case.check_differs::<()>(
                    "ciphertext",
                    Ok(run_mode(&case, true, &flip(&input, 0, 1))),
                );
            }
            "decrypt" => {
                let input = case.bytes("ciphertext");
                case.check::<()>("plaintext", Ok(run_mode(&case, false, &input)));
                case.check_differs::<()>(
                    "plaintext",
                    Ok(run_mode(&case, false, &flip(&input, 0, 1))),
                );
            }
            "encrypt_thales_variant_scheme_U" => {
                let lmk = WrappingKey::zmk(&case.bytes("key"), 0).unwrap();
                let wrap = |data: Vec<u8>| {
                    let mut data = data;
                    lmk.encrypt(Scheme::PerPart, &mut data).map(|()| upper(&data))
                };
                case.check("cryptogram", wrap(case.bytes("data")));
                case.check_differs("cryptogram", wrap(flip(&case.bytes("data"), 9, 1)));
            }
            op => panic!("{op}"),
        }
    }
    tally.assert(&[("decrypt", 59), ("encrypt", 80), ("encrypt_thales_variant_scheme_U", 1)]);
}

#[test]
fn check_value_vectors() {
    let mut tally = Tally::default();
    for case in cases("kcv") {
        tally.count(case.op());
        match case.op() {
            "kcv" => {
                let len = case.expected("kcv").unwrap().len() / 2;
                let value = |key: &[u8]| -> Result<String, MacError> {
                    let aes = || BlockKey::aes(key).map_err(|_| MacError::Key);
                    let value = match case.text("method") {
                        "TDES-ECB of 8 zero bytes" => {
                            kcv::tdes(&BlockKey::tdes(key).map_err(|_| MacError::Key)?)?.to_vec()
                        }
                        "AES-CMAC of 16 zero bytes (one zero block)" => kcv::aes(&aes()?)?.to_vec(),
                        "AES-ECB of 16 zero bytes" => kcv::aes_ecb(&aes()?)?.to_vec(),
                        method => panic!("{method}"),
                    };
                    Ok(upper(&value[..len]))
                };
                let key = case.bytes("key");
                case.check("kcv", value(&key));
                // The low bit of a DES key byte is parity and must not matter; the next one must.
                case.check_differs("kcv", value(&flip(&key, 0, 2)));
            }
            "encrypt_key_under_zmk" => {
                assert_eq!(case.text("scheme"), "X");
                let zmk = WrappingKey::zmk(&case.bytes("zmk"), 0).unwrap();
                let wrap =
                    |mut key: Vec<u8>| zmk.encrypt(Scheme::Plain, &mut key).map(|()| upper(&key));
                case.check("cryptogram", wrap(case.bytes("key")));
                case.check_differs("cryptogram", wrap(flip(&case.bytes("key"), 0, 1)));
            }
            // tests/key_blocks.rs runs these: they need the LMK set.
            "kcv_of_lmk_cryptogram" => {}
            op => panic!("{op}"),
        }
    }
    tally.assert(&[("encrypt_key_under_zmk", 1), ("kcv", 27), ("kcv_of_lmk_cryptogram", 4)]);
}

#[test]
fn check_values_of_the_test_lmk() {
    let lmk = "9B71333A13F9FAE72F9D0E2DAB4AD6784718012F9244033F3F26A2DE0C8AA11A";
    let lmk = BlockKey::aes(&hex::decode(lmk).unwrap()).unwrap();
    assert_eq!(upper(&kcv::aes_lmk(&lmk).unwrap()[..3]), "9D04A0");
    assert!(kcv::tdes(&lmk).is_err());
    assert!(kcv::aes(&BlockKey::tdes(&[1; 16]).unwrap()).is_err());
}

fn padding(number: usize) -> Padding {
    match number {
        1 => Padding::Method1,
        2 => Padding::Method2,
        3 => Padding::Method3,
        _ => panic!("{number}"),
    }
}

#[test]
fn mac_vectors() {
    let mut tally = Tally::default();
    for case in cases("mac") {
        tally.count(case.op());
        let data = || case.bytes("data");
        match case.op() {
            "cmac" => {
                let mac = |data: &[u8]| cmac(&key(&case), &[data]).map(|mac| upper(mac.as_bytes()));
                case.check("mac", mac(&data()));
                let mut longer = data();
                longer.push(0);
                case.check_differs("mac", mac(&longer));
                case.check_differs("mac", mac(&flip(&longer, 0, 1)));
            }
            "cmac_verify" => {
                let valid = case.expected_value()["valid"].as_bool().unwrap();
                let tag = case.bytes("tag");
                assert_eq!(case.number("tag_bits"), tag.len() * 8);
                let verify = |tag: &[u8]| {
                    BlockKey::aes(&case.bytes("key"))
                        .is_ok_and(|k| cmac(&k, &[&data()]).unwrap().verify(tag))
                };
                assert_eq!(verify(&tag), valid);
                for bit in 0..tag.len() * 8 {
                    assert!(!valid || !verify(&flip(&tag, bit / 8, 1 << (bit % 8))));
                }
                assert!(!valid || verify(&tag[..8]));
                assert!(!verify(&tag[..3]) && !verify(&[]), "too little evidence");
            }
            "iso9797_1_alg1" => {
                let mac = |data: &[u8]| {
                    let mac = cbc_mac(&key(&case), padding(case.number("padding")), &[data])?;
                    Ok::<_, MacError>(upper(mac.truncated(case.number("bytes"))?))
                };
                case.check("mac", mac(&data()));
                case.check_differs("mac", mac(&flip(&data(), 0, 1)));
            }
            "iso9797_1_alg3" => {
                let mac = |data: &[u8]| {
                    let mac = RetailMacKey::new(&case.bytes("key"))?;
                    let mac = mac.mac(padding(case.number("padding")), &[data])?;
                    Ok::<_, MacError>(upper(mac.truncated(case.number("bytes"))?))
                };
                case.check("mac", mac(&data()));
                case.check_differs("mac", mac(&flip(&data(), 0, 1)));
            }
            "iso9797_1_padding" => {
                let pad = |data: &[u8]| {
                    padding(case.number("method"))
                        .apply(data, case.number("block_size"))
                        .map(|text| upper(&text))
                };
                case.check("padded", pad(&data()));
                case.check_differs("padded", pad(&[&data()[..], &[1]].concat()));
            }
            // HMAC is not here yet; algorithm 2 is used by no command.
            "hmac" | "hmac_verify" | "iso9797_1_alg2" => {}
            op => panic!("{op}"),
        }
    }
    tally.assert(&[
        ("cmac", 14),
        ("cmac_verify", 18),
        ("hmac", 7),
        ("hmac_verify", 18),
        ("iso9797_1_alg1", 5),
        ("iso9797_1_alg2", 1),
        ("iso9797_1_alg3", 8),
        ("iso9797_1_padding", 10),
    ]);
}

#[test]
fn a_message_in_parts_has_the_same_mac() {
    let text: Vec<u8> = (0..71).collect();
    for (key, unit) in
        [(BlockKey::tdes(&[3; 16]).unwrap(), 8), (BlockKey::aes(&[3; 32]).unwrap(), 16)]
    {
        for cut in [unit, 2 * unit, 4 * unit] {
            let (first, last) = text.split_at(cut);
            let mut chaining = Chaining::start(unit).unwrap();
            cbc_mac_update(&key, &mut chaining, first).unwrap();
            let resumed = Chaining::resume(chaining.as_bytes()).unwrap();
            let whole = cbc_mac(&key, Padding::Method2, &[&text]).unwrap();
            assert!(
                cbc_mac_finish(&key, resumed.clone(), Padding::Method2, last)
                    .unwrap()
                    .verify(whole.as_bytes())
            );
            assert!(cbc_mac_finish(&key, resumed.clone(), Padding::Method3, last).is_err());
            assert!(cbc_mac_finish(&key, resumed, Padding::Method1, &[]).is_err());
        }
    }
    let retail = RetailMacKey::new(&[0x15; 16]).unwrap();
    let whole = retail.mac(Padding::Method1, &[&text]).unwrap();
    let mut chaining = Chaining::start(8).unwrap();
    retail.update(&mut chaining, &text[..32]).unwrap();
    retail.update(&mut chaining, &text[32..64]).unwrap();
    assert!(
        retail.finish(chaining, Padding::Method1, &text[64..]).unwrap().verify(whole.as_bytes())
    );

    let cmac = CmacKey::new(BlockKey::aes(&[9; 16]).unwrap()).unwrap();
    for len in [33, 48, 64, 71] {
        let whole = cmac.mac(&[&text[..5], &text[5..len]]).unwrap();
        let mut chaining = Chaining::start(16).unwrap();
        cmac.update(&mut chaining, &text[..32]).unwrap();
        let resumed = Chaining::resume(chaining.as_bytes()).unwrap();
        assert!(cmac.finish(resumed, &text[32..len]).unwrap().verify(whole.as_bytes()));
        assert!(cmac.finish(chaining, &[]).is_err());
    }
}

#[test]
fn lengths_that_do_not_fit_are_errors() {
    for len in [0, 7, 9, 15, 17, 23, 25, 32] {
        assert!(BlockKey::tdes(&vec![1; len]).is_err());
    }
    for len in [0, 8, 15, 17, 31, 33] {
        assert!(BlockKey::aes(&vec![1; len]).is_err());
    }
    let key = BlockKey::tdes(&[1; 16]).unwrap();
    assert!(key.encrypt16([0; 16]).is_err());
    assert!(key.ecb_encrypt(&mut [0; 9]).is_err());
    assert!(key.cbc_encrypt(&mut [0; 16], &mut [0; 16]).is_err());
    assert!(key.cbc_decrypt(&mut [0; 8], &mut [0; 15]).is_err());
    assert!(key.cfb8_encrypt(&mut [0; 7], &mut [0; 1]).is_err());
    assert!(key.cfb_decrypt(&mut [0; 24], &mut [0; 1]).is_err());
    assert!(cbc_mac(&key, Padding::None, &[&[0; 9]]).is_err());
    assert!(cbc_mac(&key, Padding::None, &[]).is_err());
    assert!(RetailMacKey::new(&[1; 8]).is_err() && RetailMacKey::new(&[1; 24]).is_err());
    assert!(Chaining::start(12).is_err());
}

#[test]
fn debug_of_keys_and_macs_is_mute() {
    let key = BlockKey::aes(&[0xAB; 16]).unwrap();
    assert_eq!(format!("{key:?}"), "BlockKey(Aes, 16 bytes)");
    assert_eq!(format!("{:?}", cmac(&key, &[]).unwrap()), "Mac(..)");
    assert_eq!(format!("{:?}", CmacKey::new(key).unwrap()), "CmacKey(..)");
    assert_eq!(format!("{:?}", RetailMacKey::new(&[0xAB; 16]).unwrap()), "RetailMacKey(..)");
    assert_eq!(format!("{:?}", Chaining::resume(&[0xAB; 16]).unwrap()), "Chaining(..)");
}
