//! PIN blocks, values that partners sent encrypted, and tokens.

use super::given::{Given, whatever};
use payhsm_crypto::aead::AeadKey;
use payhsm_crypto::card::check_digit;
use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::export::{self, Chaining, Profile};
use payhsm_crypto::fpe::Ff1Key;
use payhsm_crypto::pin::{
    Account, Checks, ClearBlock, Layout, decipher, decode, encipher, encode, translate,
};
use payhsm_crypto::token::TokenScheme;

const LAYOUTS: [Layout; 7] = [
    Layout::Iso0,
    Layout::Diebold,
    Layout::Plus,
    Layout::Iso1,
    Layout::Iso2,
    Layout::Iso3,
    Layout::Iso4,
];

fn digits(given: &mut Given<'_>, most: usize) -> Vec<u8> {
    given.bytes(most).iter().map(|byte| b'0' + byte % 10).collect()
}

/// An account in one of its forms, if these bytes are one.
fn account(given: &mut Given<'_>) -> Option<Account> {
    let form = given.byte() % 5;
    let length = if form < 2 { 12 } else { 1 + given.below(19) };
    let raw = given.bytes(length);
    let digits: Vec<_> = raw.iter().map(|byte| b'0' + byte % 10).collect();
    match form {
        0 => Account::pan12(&digits),
        1 => Account::plus12(&digits),
        2 | 3 => Account::pan(&digits),
        _ => Account::pan(raw),
    }
    .ok()
}

fn key(given: &mut Given<'_>, aes: bool) -> BlockKey {
    let length = *given.pick(if aes { &[16, 24, 32] } else { &[16, 24, 8] });
    let mut bytes = given.bytes(length).to_vec();
    bytes.resize(length, 0x3D);
    let key = if aes { BlockKey::aes(&bytes) } else { BlockKey::tdes(&bytes) };
    key.expect("a length that there is")
}

/// PIN blocks of every layout, clear and enciphered. What full checks take, checks of control and length alone take for the
/// same PIN; and a PIN that was read is written and read the same.
pub fn pin_block(data: &[u8]) {
    let mut given = Given::new(data);
    let (from, to) = (*given.pick(&LAYOUTS), *given.pick(&LAYOUTS));
    let account = account(&mut given).unwrap_or(Account::NONE);
    let cipher = key(&mut given, from == Layout::Iso4);
    let block = given.counted();
    let deciphered = decipher(&cipher, block, from, &account);
    let clear = ClearBlock::from_bytes(block);
    for clear in [deciphered.as_ref(), clear.as_ref()].into_iter().flatten() {
        let full = decode(clear, from, &account, Checks::Full);
        let some = decode(clear, from, &account, Checks::ControlOnly);
        if let Ok(pin) = &full {
            let same = some.as_ref().expect("fewer checks take more").ct_eq(pin);
            assert!(bool::from(same) && pin.is_decimal() && (4..=12).contains(&pin.len()));
            let fill = given.array();
            // A clear block of format 4 is read without its account; to encipher one takes it.
            let Ok(again) = encode(pin, from, &account, &fill) else {
                assert_eq!(from, Layout::Iso4);
                continue;
            };
            let enciphered = encipher(&cipher, &again, from, &account).expect("what was built");
            let back = decipher(&cipher, enciphered.as_bytes(), from, &account).expect("a block");
            assert_eq!(back.danger_clear_bytes(), again.danger_clear_bytes());
            let read = decode(&back, from, &account, Checks::Full).expect("what was written");
            assert!(bool::from(read.ct_eq(pin)));
        }
    }
    let outgoing = key(&mut given, to == Layout::Iso4);
    let fill = given.array();
    whatever(translate(&cipher, &outgoing, block, from, to, &account, &fill, Checks::ControlOnly));
}

/// Values that a partner encrypted, in every layout. What was read is written and read the same.
pub fn exported_value(data: &[u8]) {
    let mut given = Given::new(data);
    let profile = Profile {
        layout: *given.pick(&export::Layout::ALL),
        chaining: *given.pick(&[Chaining::Ecb, Chaining::CbcZeroIv, Chaining::CbcRandomIv]),
    };
    let aes = given.flag();
    let cipher = key(&mut given, aes);
    let mut to = vec![0; given.below(44)];
    let pan = digits(&mut given, 19);
    let pan = given.flag().then_some(pan.as_slice());
    let random = given.array();
    let sealed = given.rest();
    if profile.open(&cipher, sealed, pan, &mut to).is_ok() {
        assert!(to.iter().all(u8::is_ascii_digit));
        let again = profile.seal(&cipher, &to, pan, &random).expect("what was read");
        let mut read = vec![0; to.len()];
        profile.open(&cipher, &again, pan, &mut read).expect("what was written");
        assert_eq!(read, to);
    }
    // As it comes out of the cipher, so that layouts are reached: of what is right by chance nothing is expected.
    let plain = digits(&mut given.clone(), 40);
    if let Ok(sealed) = profile.seal(&cipher, &plain, pan, &random) {
        let mut read = vec![0; plain.len()];
        profile.open(&cipher, &sealed, pan, &mut read).expect("what was written");
        assert_eq!(read, plain);
    }
    let mut number = [0; 19];
    if let Ok(length) = export::pan::open(&cipher, sealed, &mut number) {
        let iv = (sealed.len() == 24).then(|| sealed.first_chunk().expect("24 bytes"));
        let again = export::pan::seal(&cipher, &number[..length], iv).expect("what was read");
        assert_eq!(again, sealed);
    }
    under_gcm(sealed);
}

/// Nothing that was not sealed opens, and what was sealed opens as it was, into as much room as it takes.
fn under_gcm(value: &[u8]) {
    let key = AeadKey::new(&[0x2B; 32]);
    let mut to = [0; export::LONGEST_TEXT];
    assert!(export::gcm::open(&key, b"CVV2", value, &mut to).is_err());
    if let Ok(sealed) = export::gcm::seal(&key, b"CVV2", value, &[7; 12]) {
        let length = export::gcm::open(&key, b"CVV2", &sealed, &mut to).expect("what was sealed");
        assert_eq!(&to[..length], value);
        assert!(export::gcm::open(&key, b"CVV", &sealed, &mut to).is_err());
        let small = value.len().saturating_sub(1);
        let fits = export::gcm::open(&key, b"CVV2", &sealed, &mut to[..small]).is_ok();
        assert_eq!(fits, value.is_empty());
    }
}

/// Tokens of card numbers. What a token turns back to makes the same token.
pub fn token(data: &[u8]) {
    let mut given = Given::new(data);
    let scheme = *given.pick(&[TokenScheme::PtA6, TokenScheme::PtA8, TokenScheme::Pt9]);
    let domain = given.short();
    let key = Ff1Key::new(&[0x2B; 16]).expect("an AES key");
    let given_token = given.rest();
    let mut number = given_token.to_vec();
    match scheme.decode(&key, domain, &mut number) {
        Ok(()) => {
            let mut again = number.clone();
            scheme.encode(&key, domain, &mut again).expect("a card number");
            assert_eq!(again, given_token);
        }
        Err(_) => assert_eq!(number, given_token),
    }
    // A number that has the right check digit.
    let mut card = digits(&mut given, 18);
    card.push(check_digit(&card));
    let number = card.clone();
    if scheme.encode(&key, domain, &mut card).is_ok() {
        scheme.decode(&key, domain, &mut card).expect("what was made");
        assert_eq!(card, number);
    }
}

/// Seeds of [`pin_block`]: a clear block of each layout.
#[must_use]
pub fn pin_block_seeds() -> Vec<Vec<u8>> {
    let account = Account::pan(b"4111111111111111").expect("a card number");
    let pin = payhsm_crypto::pin::Pin::from_digits(b"1234").expect("a PIN");
    (0_u8..)
        .zip(LAYOUTS)
        .map(|(number, layout)| {
            let clear = encode(&pin, layout, &account, &[0x5A; 16]).expect("a block");
            let clear = clear.danger_clear_bytes();
            let digits: Vec<_> = b"4111111111111111".iter().map(|digit| digit - b'0').collect();
            let length = u8::try_from(clear.len()).expect("8 or 16");
            let cipher = [&[0][..], &[0x76; 16]].concat();
            [&[number, number, 2, 0, 15][..], &digits, &cipher, &[length], clear, &[0; 16]].concat()
        })
        .collect()
}

/// Seeds of [`exported_value`].
#[must_use]
pub fn exported_value_seeds() -> Vec<Vec<u8>> {
    let key = BlockKey::tdes(&[0x76; 16]).expect("a key");
    (0_u8..)
        .zip(export::Layout::ALL)
        .map(|(number, layout)| {
            let profile = Profile { layout, chaining: Chaining::Ecb };
            let pan = b"4111111111111111000";
            let sealed = profile.seal(&key, b"123", Some(pan), &[0x5A; export::RANDOM]);
            let sealed = sealed.expect("a value");
            let head = [&[number, 0, 0, 0][..], &[0x76; 16], &[0, 3]].concat();
            [&head, pan.as_slice(), &[1], &[0x5A; export::RANDOM], &sealed].concat()
        })
        .collect()
}

/// Seeds of [`token`].
#[must_use]
pub fn token_seeds() -> Vec<Vec<u8>> {
    vec![
        b"\0\x03\xE6411111PJKSWE1111".to_vec(),
        b"\x01\0\x0841111111ABCD1111".to_vec(),
        b"\x02\0\x09400000123456783456".to_vec(),
    ]
}
