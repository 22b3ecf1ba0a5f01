//! What else opened keys do.

use payhsm_keys::usage::{
    Cvk, DataKey, Dcvk, DcvkHmac, Ff1Key, FingerprintKey, IssueKey, MacKey, MkAc, MkCvc3, PvkIbm,
    TokenKey,
};
use payhsm_keys::{
    CardKeyOption, CardOf, CardRange, DataMode, IbmMethod, MacAlgorithm, OpenTable, Padding, Pin,
    Purpose, TokenScheme,
};
use payhsm_protocol::field::{
    Account, CheckLength, DecimalisationTable, Expiry, Offset, Pan, ServiceCode, ValidationData,
};
use payhsm_taint::secrets::Secrets;

use crate::Row;
use crate::bench::Bench;

pub(crate) const ROWS: &[Row] = &[
    ("IBM 3624", ibm),
    ("PINs under the LMK", lmk_pins),
    ("MACs", macs),
    ("data", data),
    ("CVV of other lengths, dynamic CVV2", values),
    ("contactless cards", contactless),
    ("tokens, FF1, card numbers", tokens),
];

fn pin<const N: usize>(secrets: &Secrets) -> Pin {
    Pin::from_digits(&secrets.digits::<N>()).unwrap()
}

fn ibm(secrets: &Secrets) {
    let bench = Bench::new(secrets);
    let pvk = bench.key::<PvkIbm>(*b"V1", b'T', Purpose::GenerateAndVerify, 16);
    let table = OpenTable::from_digits(&secrets.secret(*b"7012345689012345")).unwrap();
    let sealed = bench.lmk.seal_table(&table).unwrap();
    if let DecimalisationTable::UnderAesLmk(text) = &sealed {
        secrets.done(text);
    }
    let table = bench.lmk.open_table(&sealed, false).unwrap();
    let account = Account::Pan12(secrets.public_digits());
    let method = IbmMethod {
        table: &table,
        validation: &ValidationData::Pattern(*b"1234567890N2"),
        account: &account,
        check_length: CheckLength(4),
    };
    let pin = pin::<5>(secrets);
    let offset = pvk.offset(&pin, &method).unwrap();
    secrets.done(&offset.0);
    assert!(pvk.verify_pin(&pin, &offset, &method).unwrap());
    let other = Offset(*b"1234FFFFFFFF");
    secrets.count(usize::from(pvk.verify_pin(&pin, &other, &method).unwrap()));
    secrets.count(pvk.derive_pin(&offset, &method).unwrap().len());
}

fn lmk_pins(secrets: &Secrets) {
    let bench = Bench::new(secrets);
    let account = secrets.public_digits::<12>();
    for pin in [pin::<4>(secrets), pin::<12>(secrets)] {
        let text = bench.lmk.encrypt_pin(&pin, &account, 13, &mut bench.random()).unwrap();
        if let payhsm_protocol::field::LmkPin::Block(text) = &text {
            secrets.done(text);
        }
        let read = bench.lmk.decrypt_pin(&text, &account).unwrap();
        secrets.done(&[read.ct_eq(&pin).unwrap_u8()]);
        let other = secrets.public_digits::<12>();
        secrets.count(usize::from(bench.lmk.decrypt_pin(&text, &other).is_ok()));
    }
}

fn macs(secrets: &Secrets) {
    let bench = Bench::new(secrets);
    for (usage, algorithm, length, wanted) in [
        (*b"M1", b'T', 16, MacAlgorithm::CbcMac),
        (*b"M3", b'T', 16, MacAlgorithm::RetailMac),
        (*b"M6", b'T', 24, MacAlgorithm::Cmac),
        (*b"M6", b'A', 32, MacAlgorithm::Cmac),
    ] {
        let key = bench.key::<MacKey>(usage, algorithm, Purpose::GenerateAndVerify, length);
        let text = secrets.bytes::<48>();
        let part = key.mac_part(wanted, None, &text[..16]).unwrap();
        secrets.done(part.as_bytes());
        let mac = key.mac(wanted, Padding::Method1, Some(part.as_bytes()), &text[16..]).unwrap();
        let right = secrets.publish(mac.as_bytes().to_vec());
        assert!(mac.verify(&right) && !mac.verify(&secrets.public::<8>()));
    }
}

fn data(secrets: &Secrets) {
    let bench = Bench::new(secrets);
    for (algorithm, length) in [(b'T', 16), (b'A', 16)] {
        let key = bench.key::<DataKey>(*b"D0", algorithm, Purpose::EncryptAndDecrypt, length);
        let block = key.block_length().unwrap();
        for mode in [DataMode::Ecb, DataMode::Cbc, DataMode::Cfb8, DataMode::Cfb64] {
            let iv = secrets.bytes::<16>();
            let iv = if mode == DataMode::Ecb { &[] } else { &iv[..block] };
            let mut text = secrets.bytes::<48>();
            key.encrypt(mode, &mut iv.to_vec(), &mut text).unwrap();
            key.decrypt(mode, &mut iv.to_vec(), &mut text).unwrap();
            secrets.done(&text);
        }
    }
}

fn values(secrets: &Secrets) {
    let bench = Bench::new(secrets);
    let pan = Pan(secrets.digits::<16>().to_vec());
    let key = bench.key::<Cvk>(*b"C0", b'T', Purpose::Generate, 16);
    let code = key.cvv_of(&pan, Expiry(*b"2812"), ServiceCode(*b"000"), 5).unwrap();
    secrets.done(code.digits());
    let key = bench.key::<Dcvk>(*b"90", b'T', Purpose::Generate, 16);
    let code = key.dynamic_cvv2(&pan, 7_654_321, 3).unwrap();
    secrets.count(usize::from(code.is(&secrets.public_digits::<3>())));
    let key = bench.key::<DcvkHmac>(*b"91", b'A', Purpose::Generate, 32);
    let code = key.dynamic_cvv2(&pan, Expiry(*b"2812"), *b"00", 5, 4).unwrap();
    secrets.count(usize::from(code.is(&secrets.public_digits::<4>())));
}

fn contactless(secrets: &Secrets) {
    let bench = Bench::new(secrets);
    let pan = Pan(secrets.digits::<16>().to_vec());
    let card = CardOf { option: CardKeyOption::A, pan: &pan, sequence: *b"01" };
    let key = bench.key::<MkAc>(*b"E0", b'T', Purpose::Derive, 16);
    let code = key.dcvv(&card, Expiry(*b"2812"), ServiceCode(*b"201"), [0, 7]).unwrap();
    secrets.done(code.digits());
    let key = bench.key::<MkCvc3>(*b"E6", b'T', Purpose::Derive, 16);
    let code = key.cvc3(&card, &secrets.bytes::<21>(), [1, 2, 3, 4], [0, 7], 3).unwrap();
    secrets.done(code.digits());
}

fn tokens(secrets: &Secrets) {
    let bench = Bench::new(secrets);
    let key = bench.key::<IssueKey>(*b"93", b'A', Purpose::Encrypt, 32);
    let range = CardRange::new(b"400000", 16).unwrap();
    // Nobody but the holder of the key knows which number is next.
    let pan = key.card_number(&range, 4711).unwrap();
    let key = bench.key::<FingerprintKey>(*b"94", b'A', Purpose::Generate, 32);
    secrets.done(&key.fingerprint(&pan));
    let key = bench.key::<TokenKey>(*b"92", b'A', Purpose::EncryptAndDecrypt, 32);
    for scheme in [TokenScheme::PtA6, TokenScheme::PtA8, TokenScheme::Pt9] {
        let token = secrets.publish(key.token(scheme, 1, &pan).unwrap());
        secrets.done(&key.card_number(scheme, 1, &token).unwrap().0);
    }
    let key = bench.key::<Ff1Key>(*b"96", b'A', Purpose::EncryptAndDecrypt, 32);
    let mut text = secrets.digits::<16>();
    key.encrypt_text(36, b"tweak", &mut text).unwrap();
    key.decrypt_text(36, b"tweak", &mut text).unwrap();
    secrets.done(&text);
}
