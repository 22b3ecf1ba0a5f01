//! PINs: in blocks, against PVVs and offsets, under the LMK.

use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::dtab;
use payhsm_crypto::pin::ibm3624::{self, Offset, ValidationBlock};
use payhsm_crypto::pin::lmk_pin::{DecimalKey, decrypt_block, encrypt_block};
use payhsm_crypto::pin::{
    Account, Checks, DecimalisationTable, Layout, Pin, decipher, decode, encipher, encode, pvv,
    translate,
};

use crate::Row;
use payhsm_taint::secrets::Secrets;

pub(crate) const ROWS: &[Row] = &[
    ("PIN blocks, made and read", |secrets| each_layout(secrets, made_and_read)),
    ("PIN blocks that are none", |secrets| each_layout(secrets, garbage)),
    ("translation", |secrets| {
        each_layout(secrets, |secrets, from, _| {
            each_layout(secrets, |secrets, to, _| translated(secrets, from, to));
        });
    }),
    ("PVV", visa),
    ("IBM 3624: offset, PIN, verification", ibm),
    ("decimalisation tables", tables),
    ("PINs under an LMK of DES", decimal),
    ("PINs under an LMK of AES", in_blocks),
    ("PINs against PINs", |secrets| {
        let (one, other) = (pin::<6>(secrets), pin::<6>(secrets));
        for verdict in [one.ct_eq(&one), one.ct_eq(&other)] {
            secrets.done(&[verdict.unwrap_u8()]);
        }
        secrets.done(&one.danger_clear_digits().unwrap());
    }),
];

const LAYOUTS: [Layout; 7] = [
    Layout::Iso0,
    Layout::Diebold,
    Layout::Plus,
    Layout::Iso1,
    Layout::Iso2,
    Layout::Iso3,
    Layout::Iso4,
];

fn each_layout(secrets: &Secrets, with: impl Fn(&Secrets, Layout, &BlockKey)) {
    for layout in LAYOUTS {
        let key = key(secrets, layout);
        with(secrets, layout, &key);
    }
}

fn key(secrets: &Secrets, layout: Layout) -> BlockKey {
    if layout == Layout::Iso4 {
        BlockKey::aes(&secrets.bytes::<32>()).unwrap()
    } else {
        BlockKey::tdes(&secrets.bytes::<16>()).unwrap()
    }
}

fn pin<const N: usize>(secrets: &Secrets) -> Pin {
    Pin::from_digits(&secrets.digits::<N>()).unwrap()
}

fn account(secrets: &Secrets) -> Account {
    Account::pan(&secrets.digits::<16>()).unwrap()
}

fn made_and_read(secrets: &Secrets, layout: Layout, key: &BlockKey) {
    let account = account(secrets);
    for pin in [pin::<4>(secrets), pin::<5>(secrets), pin::<12>(secrets)] {
        let clear = encode(&pin, layout, &account, &secrets.bytes()).unwrap();
        let block = encipher(key, &clear, layout, &account).unwrap();
        let block = secrets.publish(block.as_bytes().to_vec());
        for checks in [Checks::Full, Checks::Bound, Checks::ControlOnly] {
            let clear = decipher(key, &block, layout, &account).unwrap();
            let read = decode(&clear, layout, &account, checks).unwrap();
            secrets.done(&[read.ct_eq(&pin).unwrap_u8()]);
        }
    }
}

fn garbage(secrets: &Secrets, layout: Layout, key: &BlockKey) {
    let account = account(secrets);
    for _ in 0..8 {
        let block = secrets.public::<16>();
        let block = &block[..layout.block_len()];
        for checks in [Checks::Full, Checks::Bound, Checks::ControlOnly] {
            let clear = decipher(key, block, layout, &account).unwrap();
            let read = decode(&clear, layout, &account, checks);
            secrets.count(read.map_or(0, |pin| pin.len()));
        }
    }
}

fn translated(secrets: &Secrets, from: Layout, to: Layout) {
    let (source, target) = (key(secrets, from), key(secrets, to));
    let account = account(secrets);
    let clear = encode(&pin::<4>(secrets), from, &account, &secrets.bytes()).unwrap();
    let block = encipher(&source, &clear, from, &account).unwrap();
    let block = secrets.publish(block.as_bytes().to_vec());
    for checks in [Checks::Full, Checks::Bound, Checks::ControlOnly] {
        let fill = secrets.bytes();
        let made = translate(&source, &target, &block, from, to, &account, &fill, checks);
        let (made, digits) = made.unwrap();
        secrets.done(made.as_bytes());
        secrets.count(digits);
    }
}

fn visa(secrets: &Secrets) {
    let pvk = BlockKey::tdes(&secrets.bytes::<16>()).unwrap();
    let (account, pin) = (account(secrets), pin::<6>(secrets));
    let value = pvv::generate(&pvk, &account, b'1', &pin).unwrap();
    let value = secrets.publish(value);
    assert!(pvv::verify(&pvk, &account, b'1', &pin, &value).unwrap());
    for _ in 0..8 {
        let value = secrets.digits::<4>();
        let right = pvv::verify(&pvk, &account, b'1', &pin, &value).unwrap();
        secrets.count(usize::from(right));
    }
}

fn table(secrets: &Secrets) -> DecimalisationTable {
    let shift = secrets.public::<1>()[0];
    let digits = std::array::from_fn::<u8, 16, _>(|place| {
        b'0' + (u8::try_from(place).unwrap() + shift % 10) % 10
    });
    DecimalisationTable::from_digits(&secrets.secret(digits)).unwrap()
}

fn ibm(secrets: &Secrets) {
    let table = table(secrets);
    let digits = secrets.digits::<16>();
    let block = ValidationBlock::from_digits(&digits, b'F').unwrap();
    let pin = pin::<6>(secrets);
    for pvk in [
        BlockKey::tdes(&secrets.bytes::<8>()).unwrap(),
        BlockKey::tdes(&secrets.bytes::<16>()).unwrap(),
    ] {
        let offset = ibm3624::generate_offset(&pvk, &table, &block, 4, &pin).unwrap();
        secrets.done(&offset.to_padded());
        assert!(ibm3624::verify(&pvk, &table, &block, &offset, &pin).unwrap());
        let derived = ibm3624::derive_pin(&pvk, &table, &block, &offset).unwrap();
        secrets.done(&derived.danger_clear_digits().unwrap());
        let other = Offset::from_digits(&secrets.digits::<4>()).unwrap();
        let right = ibm3624::verify(&pvk, &table, &block, &other, &pin).unwrap();
        secrets.count(usize::from(right));
    }
}

fn tables(secrets: &Secrets) {
    let table = table(secrets);
    table.check_spread().unwrap();
    let tdes = dtab::tdes_table_key(&secrets.bytes()).unwrap();
    let aes = BlockKey::aes(&secrets.bytes::<32>()).unwrap();
    let under_tdes = dtab::encrypt_tdes(&tdes, &table).unwrap();
    let under_tdes = secrets.publish(under_tdes);
    let under_aes = dtab::encrypt_aes(&aes, &table).unwrap();
    let under_aes = secrets.publish(under_aes);
    secrets.done(&dtab::decrypt_tdes(&tdes, &under_tdes).unwrap().packed());
    secrets.done(&dtab::decrypt_aes(&aes, &under_aes).unwrap().packed());
    assert!(dtab::decrypt_tdes(&tdes, &secrets.public()).is_err());
    assert!(dtab::decrypt_aes(&aes, &secrets.public()).is_err());
    // Digits that are spread too badly, and what are no digits.
    let digits = secrets.secret([b'3'; 16]);
    assert!(DecimalisationTable::from_digits(&digits).unwrap().check_spread().is_err());
    assert!(DecimalisationTable::from_digits(&secrets.bytes::<16>()).is_err());
}

fn decimal(secrets: &Secrets) {
    let key = BlockKey::aes(&secrets.bytes::<16>()).unwrap();
    let key = DecimalKey::new(key).unwrap();
    let account = account(secrets);
    for width in [5, 6, 13] {
        let pin = pin::<4>(secrets);
        let text = key.encrypt(&account, width, &pin).unwrap();
        let text = secrets.publish(text.as_bytes().to_vec());
        let read = key.decrypt(&account, &text).unwrap();
        secrets.done(&[read.ct_eq(&pin).unwrap_u8()]);
        let guess = secrets.public_digits::<13>();
        let read = key.decrypt(&account, &guess[..width]);
        secrets.count(read.map_or(0, |pin| pin.len()));
    }
}

fn in_blocks(secrets: &Secrets) {
    let key = BlockKey::aes(&secrets.bytes::<32>()).unwrap();
    let account = account(secrets);
    for pin in [pin::<4>(secrets), pin::<12>(secrets)] {
        let text = encrypt_block(&key, &account, &pin, &secrets.bytes()).unwrap();
        let text = secrets.publish(text);
        let read = decrypt_block(&key, &account, &text).unwrap();
        secrets.done(&[read.ct_eq(&pin).unwrap_u8()]);
        assert!(decrypt_block(&key, &account, &secrets.public()).is_err());
    }
}
