//! What handlers do from the first key to the last, but for the fields of request and reply.

use payhsm_keys::usage::{Cvk, PvkPvv, Tpk, Usage, Zpk};
use payhsm_keys::{Checks, Key, KeyRules, PinTranslation, Purpose, translate_pin};
use payhsm_protocol::field::{
    Account, Cvv, Expiry, KeyField, Pan, PinBlock, PinBlockFormat, Pvki, Pvv, ServiceCode,
};
use payhsm_taint::secrets::Secrets;

use crate::Row;
use crate::bench::{Bench, spoilt};

pub(crate) const ROWS: &[Row] = &[
    ("CA of TDES keys", |secrets| {
        translation(secrets, (b'T', 16, PinBlockFormat::Iso0), (b'T', 24, PinBlockFormat::Iso3));
    }),
    ("CA from TDES to AES", |secrets| {
        translation(secrets, (b'T', 16, PinBlockFormat::Iso0), (b'A', 32, PinBlockFormat::Iso4));
    }),
    ("CA of blocks that are none", refused),
    ("DC: PVV", pvv),
    ("CY: CVV", cvv),
    ("keys that are refused", keys),
];

/// Cipher and length of a key, format of its blocks.
type Side = (u8, usize, PinBlockFormat);

/// Opens a key and notes its check value, as every handler does.
fn open<U: Usage>(bench: &Bench<'_>, field: &KeyField, purpose: Purpose) -> Key<U> {
    let key = Key::open(&bench.lmk, field, purpose, &KeyRules::PRODUCTION).unwrap();
    bench.secrets.done(&key.check_value().unwrap().0);
    key
}

fn account(secrets: &Secrets) -> Account {
    Account::Full(Pan(secrets.public_digits::<16>().to_vec()))
}

fn pin_block(
    secrets: &Secrets,
    key: &Key<Tpk>,
    format: PinBlockFormat,
    account: &Account,
) -> PinBlock {
    let pin = payhsm_keys::Pin::from_digits(&secrets.digits::<4>()).unwrap();
    let block = key.encrypt_pin(&pin, format, account, &mut crate::bench::Marked(secrets)).unwrap();
    secrets.done(block.as_slice());
    block
}

fn translation(secrets: &Secrets, from: Side, to: Side) {
    let bench = Bench::new(secrets);
    let (tpk, zpk) = (secrets.bytes::<32>(), secrets.bytes::<32>());
    let tpk = bench.block(*b"71", from.0, b'N', &tpk[..from.1]);
    let zpk = bench.block(*b"72", to.0, b'N', &zpk[..to.1]);
    let account = account(secrets);
    let block = pin_block(secrets, &open(&bench, &tpk, Purpose::Encrypt), from.2, &account);
    let source = open::<Tpk>(&bench, &tpk, Purpose::Decrypt);
    let destination = open::<Zpk>(&bench, &zpk, Purpose::Encrypt);
    for checks in [Checks::ControlOnly, Checks::Bound, Checks::Full] {
        let translation =
            PinTranslation { pin_block: &block, from: from.2, to: to.2, account: &account, checks };
        let made = translate_pin(&source, &destination, &translation, &mut bench.random());
        let (digits, made) = made.unwrap();
        secrets.count(usize::from(digits.0));
        secrets.done(made.as_slice());
    }
}

fn refused(secrets: &Secrets) {
    let bench = Bench::new(secrets);
    let source = bench.key::<Tpk>(*b"71", b'T', Purpose::Decrypt, 16);
    let destination = bench.key::<Zpk>(*b"72", b'T', Purpose::Encrypt, 16);
    let account = account(secrets);
    for _ in 0..16 {
        let block = PinBlock::from_slice(&secrets.public::<8>()).unwrap();
        let translation = PinTranslation {
            pin_block: &block,
            from: PinBlockFormat::Iso0,
            to: PinBlockFormat::Iso0,
            account: &account,
            checks: Checks::ControlOnly,
        };
        let made = translate_pin(&source, &destination, &translation, &mut bench.random());
        secrets.count(usize::from(made.is_ok()));
    }
}

fn pvv(secrets: &Secrets) {
    let bench = Bench::new(secrets);
    let tpk = bench.block(*b"71", b'T', b'N', &secrets.bytes::<16>());
    let pvk = bench.block(*b"V2", b'T', b'N', &secrets.bytes::<16>());
    let account = account(secrets);
    let block =
        pin_block(secrets, &open(&bench, &tpk, Purpose::Encrypt), PinBlockFormat::Iso0, &account);
    let tpk = open::<Tpk>(&bench, &tpk, Purpose::Decrypt);
    let pvk = open::<PvkPvv>(&bench, &pvk, Purpose::Verify);
    let pin = tpk.decrypt_pin(&block, PinBlockFormat::Iso0, &account, Checks::ControlOnly).unwrap();
    let right = pvk.pvv(&pin, &account, Pvki(1)).unwrap();
    secrets.done(&right.0);
    for pvv in [right, Pvv(secrets.public_digits())] {
        let verdict = pvk.verify_pvv(&pin, &account, Pvki(1), &pvv).unwrap();
        secrets.count(usize::from(verdict));
    }
}

fn cvv(secrets: &Secrets) {
    let bench = Bench::new(secrets);
    let cvk = open::<Cvk>(
        &bench,
        &bench.block(*b"C0", b'T', b'N', &secrets.bytes::<16>()),
        Purpose::GenerateAndVerify,
    );
    let pan = Pan(secrets.digits::<16>().to_vec());
    let (expiry, service_code) = (Expiry(*b"2812"), ServiceCode(*b"201"));
    let right = cvk.cvv(&pan, expiry, service_code).unwrap();
    secrets.done(&right.0);
    for cvv in [right, Cvv(secrets.public_digits())] {
        let verdict = cvk.verify_cvv(&cvv, &pan, expiry, service_code).unwrap();
        secrets.count(usize::from(verdict));
    }
}

fn keys(secrets: &Secrets) {
    let bench = Bench::new(secrets);
    let open = |field: &KeyField| {
        let key = Key::<Zpk>::open(&bench.lmk, field, Purpose::Encrypt, &KeyRules::PRODUCTION);
        secrets.count(usize::from(key.is_ok()));
    };
    let field = bench.block(*b"72", b'T', b'N', &secrets.bytes::<16>());
    open(&field);
    for bit in [0, 100, 255, 300] {
        open(&spoilt(&field, bit));
    }
    // Weak, and of equal parts.
    let (part, weak) =
        (secrets.bytes::<8>(), secrets.secret([0x1F, 0x1F, 0x1F, 0x1F, 0x0E, 0x0E, 0x0E, 0x0E]));
    for (one, other) in [(part, part), (part, weak), (weak, part)] {
        open(&bench.block(*b"72", b'T', b'N', &[one, other].concat()));
    }
    // Another usage, another length.
    open(&bench.block(*b"71", b'T', b'N', &secrets.bytes::<16>()));
    open(&bench.block(*b"72", b'T', b'N', &secrets.bytes::<8>()));
}
