//! What goes in comes out, and what was changed on the way does not.

#![cfg(test)]

use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::key_block::thales::{AesWrappingKey, TdesWrappingKey};
use payhsm_crypto::key_block::{KeyBlockError, x9143};
use payhsm_crypto::pin::lmk_pin::{self, DecimalKey, LmkPinError};
use payhsm_crypto::pin::{
    Account, Checks, Layout, Pin, decipher, decode, encipher, encode, translate,
};
use proptest::prelude::{
    Just, ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest,
};

fn layouts() -> impl Strategy<Value = Layout> {
    prop_oneof![
        Just(Layout::Iso0),
        Just(Layout::Diebold),
        Just(Layout::Plus),
        Just(Layout::Iso1),
        Just(Layout::Iso2),
        Just(Layout::Iso3),
        Just(Layout::Iso4),
    ]
}

fn pins() -> impl Strategy<Value = String> {
    "[0-9]{4,12}"
}

fn pans() -> impl Strategy<Value = String> {
    "[0-9]{13,19}"
}

fn key_for(layout: Layout, bytes: &[u8; 32]) -> BlockKey {
    if layout == Layout::Iso4 {
        BlockKey::aes(bytes).unwrap()
    } else {
        BlockKey::tdes(&bytes[..16]).unwrap()
    }
}

fn clear(pin: &Pin) -> String {
    String::from_utf8(pin.danger_clear_digits().unwrap()[..pin.len()].to_vec()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pin_blocks(layout in layouts(), digits in pins(), pan in pans(), key: [u8; 32], fill: [u8; 16]) {
        let account = Account::pan(pan.as_bytes()).unwrap();
        let pin = Pin::from_digits(digits.as_bytes()).unwrap();
        let key = key_for(layout, &key);
        let block = encode(&pin, layout, &account, &fill).unwrap();
        let enciphered = encipher(&key, &block, layout, &account).unwrap();
        let block = decipher(&key, enciphered.as_bytes(), layout, &account).unwrap();
        for checks in [Checks::Full, Checks::ControlOnly] {
            prop_assert_eq!(clear(&decode(&block, layout, &account, checks).unwrap()), digits.clone());
        }
    }

    #[test]
    fn translations(from in layouts(), to in layouts(), digits in pins(), pan in pans(),
                    keys: [[u8; 32]; 2], fill: [u8; 16]) {
        let account = Account::pan(pan.as_bytes()).unwrap();
        let pin = Pin::from_digits(digits.as_bytes()).unwrap();
        let (source, target) = (key_for(from, &keys[0]), key_for(to, &keys[1]));
        let block = encode(&pin, from, &account, &fill).unwrap();
        let block = encipher(&source, &block, from, &account).unwrap();
        let (block, len) =
            translate(&source, &target, block.as_bytes(), from, to, &account, &fill, Checks::ControlOnly).unwrap();
        prop_assert_eq!(len, digits.len());
        let block = decipher(&target, block.as_bytes(), to, &account).unwrap();
        prop_assert_eq!(clear(&decode(&block, to, &account, Checks::Full).unwrap()), digits);
    }

    #[test]
    fn control_only_looks_at_no_digit(digits in "[0-9A-F]{12}", length in 4u8..=12, pan in pans()) {
        let account = Account::pan(pan.as_bytes()).unwrap();
        // Whatever lies behind control and length, an ISO 1 block of such nibbles is translated.
        let clear_block = hex::decode(format!("1{length:X}{digits}AB")).unwrap();
        let key = BlockKey::tdes(&[9; 16]).unwrap();
        let block = key.encrypt8(clear_block.try_into().unwrap()).unwrap();
        let translated =
            translate(&key, &key, &block, Layout::Iso1, Layout::Iso0, &account, &[0; 16], Checks::ControlOnly);
        prop_assert_eq!(translated.unwrap().1, usize::from(length));
    }

    #[test]
    fn decimal_lmk_pins(digits in pins(), width in 5usize..=13, pan12 in "[0-9]{12}", key: [u8; 32]) {
        let key = DecimalKey::new(BlockKey::aes(&key).unwrap()).unwrap();
        let account = Account::pan12(pan12.as_bytes()).unwrap();
        let pin = Pin::from_digits(digits.as_bytes()).unwrap();
        match key.encrypt(&account, width, &pin) {
            Ok(text) => {
                prop_assert!(digits.len() < width);
                prop_assert_eq!(text.as_bytes().len(), width);
                prop_assert!(text.as_bytes().iter().all(u8::is_ascii_digit));
                prop_assert_eq!(clear(&key.decrypt(&account, text.as_bytes()).unwrap()), digits);
            }
            Err(error) => {
                prop_assert!(digits.len() >= width);
                prop_assert_eq!(error, LmkPinError::Input);
            }
        }
    }

    #[test]
    fn aes_lmk_pins(digits in pins(), pan12 in "[0-9]{12}", key: [u8; 32], random: [u8; 8], bit in 0usize..128) {
        let key = BlockKey::aes(&key).unwrap();
        let account = Account::pan12(pan12.as_bytes()).unwrap();
        let pin = Pin::from_digits(digits.as_bytes()).unwrap();
        let text = lmk_pin::encrypt_block(&key, &account, &pin, &random).unwrap();
        prop_assert_eq!(clear(&lmk_pin::decrypt_block(&key, &account, &text).unwrap()), digits);
        let mut changed = text;
        changed[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(lmk_pin::decrypt_block(&key, &account, &changed).unwrap_err(), LmkPinError::Refused);
        let mut other = pan12.into_bytes();
        other[11] = if other[11] == b'0' { b'1' } else { b'0' };
        let other = Account::pan12(&other).unwrap();
        prop_assert_eq!(lmk_pin::decrypt_block(&key, &other, &text).unwrap_err(), LmkPinError::Refused);
    }

    #[test]
    fn key_blocks(key in proptest::collection::vec(any::<u8>(), 1..40), wrapping: [u8; 32], random: [u8; 64],
                  masked in proptest::option::of(0usize..48)) {
        let version_b = x9143::ProtectionKey::new(x9143::Version::B, &wrapping[..24]).unwrap();
        let version_d = x9143::ProtectionKey::new(x9143::Version::D, &wrapping).unwrap();
        let version_0 = TdesWrappingKey::new(&wrapping[..24]).unwrap();
        let version_1 = AesWrappingKey::new(&wrapping).unwrap();
        macro_rules! check {
            ($wrapper:ident, $header:expr) => {
                let body = $wrapper.wrap($header, &key, &random, masked).unwrap();
                prop_assert_eq!(body.len(), $wrapper.body_len(key.len(), masked));
                let mut opened = body.clone();
                let place = $wrapper.unwrap_in_place($header, &mut opened).unwrap();
                prop_assert_eq!(&opened[place], &key[..]);
                for bit in 0..body.len() * 8 {
                    let mut changed = body.clone();
                    changed[bit / 8] ^= 1 << (bit % 8);
                    prop_assert_eq!($wrapper.unwrap_in_place($header, &mut changed).unwrap_err(), KeyBlockError::Refused);
                }
                for place in 1..$header.len() {
                    let mut header = $header.to_vec();
                    header[place] ^= 1;
                    let refused = $wrapper.unwrap_in_place(&header, &mut body.clone());
                    prop_assert_eq!(refused, Err(KeyBlockError::Refused));
                }
            };
        }
        check!(version_b, b"B0096P0TE00N0000");
        check!(version_d, b"D0112P0AE00E0000");
        check!(version_0, b"00072P0TE00E0001");
        check!(version_1, b"10096P0AE00E0001");
    }
}

/// Every PIN of the usual width has a text of its own, and the texts that hold no PIN are refused.
#[test]
fn decimal_lmk_pins_are_a_permutation() {
    let key = DecimalKey::new(BlockKey::aes(&[0x42; 32]).unwrap()).unwrap();
    let account = Account::pan12(b"411111111111").unwrap();
    let (mut pins, mut refused) = (0, 0);
    for number in 0..100_000 {
        let text = format!("{number:05}");
        match key.decrypt(&account, text.as_bytes()) {
            Ok(pin) => {
                pins += 1;
                assert_eq!(key.encrypt(&account, 5, &pin).unwrap().as_bytes(), text.as_bytes());
            }
            Err(error) => {
                refused += 1;
                assert_eq!(error, LmkPinError::Refused);
            }
        }
    }
    assert_eq!((pins, refused), (10_000, 90_000));
    let pin = Pin::from_digits(b"1234").unwrap();
    let other = Account::pan12(b"411111111112").unwrap();
    assert_ne!(
        key.encrypt(&account, 5, &pin).unwrap().as_bytes(),
        key.encrypt(&other, 5, &pin).unwrap().as_bytes()
    );
}

#[test]
fn lmk_pins_want_their_inputs() {
    let key = DecimalKey::new(BlockKey::aes(&[0x42; 16]).unwrap()).unwrap();
    let account = Account::pan12(b"411111111111").unwrap();
    let pin = Pin::from_digits(b"1234").unwrap();
    assert!(DecimalKey::new(BlockKey::tdes(&[1; 16]).unwrap()).is_err());
    for width in [0, 4, 14] {
        assert!(key.encrypt(&account, width, &pin).is_err());
    }
    assert!(key.encrypt(&Account::NONE, 5, &pin).is_err());
    for text in ["", "1234", "12345678901234", "1234A"] {
        assert_eq!(key.decrypt(&account, text.as_bytes()).unwrap_err(), LmkPinError::Input);
    }
    let tdes = BlockKey::tdes(&[1; 16]).unwrap();
    assert_eq!(
        lmk_pin::encrypt_block(&tdes, &account, &pin, &[0; 8]).unwrap_err(),
        LmkPinError::Input
    );
    assert_eq!(lmk_pin::decrypt_block(&tdes, &account, &[0; 16]).unwrap_err(), LmkPinError::Input);
    assert_eq!(format!("{key:?}"), "DecimalKey(..)");
}
