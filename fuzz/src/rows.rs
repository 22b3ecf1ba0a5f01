//! Rows of cards, as a store gives them back.

use super::given::{Given, whatever};
use payhsm_issuing::dcvv2::Dcvv2Row;
use payhsm_issuing::limit::{LimitRow, Limits, MostPerRow, Rates};
use payhsm_issuing::pin::PinRow;
use payhsm_issuing::range::{BatchRow, RangeRow};
use payhsm_issuing::token::{ByAccount, VaultToken};
use payhsm_issuing::{Row, RowError};
use payhsm_keys::{Lmk, StateKeys, SystemRandom};
use payhsm_protocol::field::LmkId;
use std::num::NonZeroU32;
use std::sync::OnceLock;

/// What is read takes up all of the bytes and is written as it was: a row has one encoding.
fn same<R: Row>(bytes: &[u8]) -> Option<R> {
    match R::decode(bytes) {
        Ok(row) => {
            assert_eq!(&*row.encode(), bytes);
            Some(row)
        }
        Err(RowError::Version(version)) => {
            assert!(bytes.first() == Some(&version) && version != 1);
            None
        }
        Err(RowError::Malformed) => None,
    }
}

/// Rows of every kind: the first byte chooses it. Steps on what was read leave rows that can be read again.
pub fn row(data: &[u8]) {
    let mut given = Given::new(data);
    let kind = given.byte() % 8;
    let bytes = given.rest();
    let now = Given::new(bytes).long();
    match kind {
        0 => {
            if let Some(mut row) = same::<PinRow>(bytes) {
                whatever(row.enquire(3));
                if let Ok(tried) = row.begin_try(3, now) {
                    same::<PinRow>(&row.encode()).expect("a row");
                    row.succeed(tried);
                }
                same::<PinRow>(&row.encode()).expect("a row");
            }
        }
        1 => drop(same::<Dcvv2Row>(bytes)),
        2 => {
            if let Some(mut row) = same::<LimitRow>(bytes) {
                let rates = Rates { minute: Some(3), hour: Some(9), day: Some(20) };
                let limits = Limits { calls: rates, failures: rates, failures_in_all: Some(50) };
                whatever(row.take(now, &limits));
                same::<LimitRow>(&row.encode()).expect("a row");
            }
        }
        3 => drop(same::<MostPerRow>(bytes)),
        4 => {
            if let Some(mut row) = same::<RangeRow>(bytes) {
                whatever(row.reserve(NonZeroU32::MAX, u64::MAX));
                same::<RangeRow>(&row.encode()).expect("a row");
            }
        }
        5 => drop(same::<BatchRow>(bytes)),
        6 => {
            if let Some(mut row) = same::<VaultToken>(bytes) {
                let domain = row.domain();
                whatever(row.take(domain, now).map(<[u8]>::to_vec));
                same::<VaultToken>(&row.encode()).expect("a row");
            }
        }
        _ => drop(same::<ByAccount>(bytes)),
    }
    sealed_row(kind, bytes);
}

/// Nothing that was not sealed opens; what was sealed opens as it was, in its place alone.
fn sealed_row(kind: u8, bytes: &[u8]) {
    static KEYS: OnceLock<StateKeys> = OnceLock::new();
    let keys = KEYS.get_or_init(|| {
        let lmk = Lmk::public_test_aes_key_block(LmkId(2)).expect("the public test LMK");
        StateKeys::of_test_lmk(&lmk).expect("keys")
    });
    let id = keys.row_id(kind, &[bytes]).expect("an id");
    assert!(keys.open(kind, &id, bytes).is_err());
    let sealed = keys.seal(kind, &id, bytes, &mut SystemRandom::new()).expect("a sealed row");
    assert_eq!(&*keys.open(kind, &id, &sealed).expect("what was sealed"), bytes);
    assert!(keys.open(kind ^ 1, &id, &sealed).is_err());
}

/// Seeds of [`row`].
#[must_use]
pub fn row_seeds() -> Vec<Vec<u8>> {
    let pin = PinRow::default().encode();
    let rows: [&[u8]; 8] = [
        &pin,
        &Dcvv2Row::default().encode(),
        &LimitRow::default().encode(),
        &MostPerRow::default().encode(),
        &RangeRow::default().encode(),
        b"\x01\0\0\0\0\0\0\0\0\0\0\0\x0A\0\0\0\0\0\0\0\0",
        b"\x01\0\x64\x01\0\0\0\0\x69\x55\xB9\0\0\0\0\x03abc",
        b"\x01",
    ];
    (0_u8..).zip(rows).map(|(kind, row)| [&[kind], row].concat()).collect()
}
