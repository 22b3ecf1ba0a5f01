//! What must be found: each is a way to do wrong what this crate does.

use std::hint::black_box;

use payhsm_keys::Pin;
use payhsm_taint::secrets::Secrets;

use crate::Row;

pub(crate) const ROWS: &[Row] = &[
    ("components compared up to the first difference", compared),
    ("parity by a table", parity),
    ("PIN in the clear compared with a list", listed),
    ("inverse by tables of logarithms", logarithm),
];

fn compared(secrets: &Secrets) {
    let (one, other) = (secrets.bytes::<16>(), secrets.bytes::<16>());
    let same = one.iter().zip(&other).take_while(|(one, other)| one == other).count();
    secrets.count(same);
}

fn parity(secrets: &Secrets) {
    let table: [u8; 256] =
        black_box(std::array::from_fn(|byte| u8::try_from(byte.count_ones() & 1).unwrap()));
    let odd = secrets.bytes::<16>().iter().fold(1, |odd, byte| odd & table[usize::from(*byte)]);
    secrets.done(&[odd]);
}

fn listed(secrets: &Secrets) {
    let pin = Pin::from_digits(&secrets.digits::<4>()).unwrap();
    let digits = pin.danger_clear_digits().unwrap();
    let weak = black_box([*b"1234", *b"0000"]);
    let place =
        weak.iter().position(|weak| weak.iter().zip(&digits).all(|(one, other)| one == other));
    secrets.count(place.unwrap_or(2));
}

fn logarithm(secrets: &Secrets) {
    let table: [u8; 256] =
        black_box(std::array::from_fn(|place| u8::try_from(255 - place).unwrap()));
    secrets.done(&secrets.bytes::<8>().map(|byte| table[usize::from(byte)]));
}
