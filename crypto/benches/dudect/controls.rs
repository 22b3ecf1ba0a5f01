//! What has to be found, and what is told on purpose.

use std::hint::black_box;

use payhsm_crypto::card::check_digit;
use payhsm_crypto::fpe::Ff1Key;
use payhsm_crypto::token::TokenScheme;

use crate::subject::{Fixed, Row, SECRET, of, on};

pub(crate) const ROWS: &[Row] = &[
    Row {
        name: "control: MAC compared to the first difference",
        fixed: Fixed::Near(|| [0x77; SECRET]),
        subject: || {
            on(|candidate: &[u8; 8]| {
                let pairs = candidate.iter().zip(&[0x77; 8]);
                pairs.take_while(|(one, other)| black_box(one == other)).count()
            })
        },
    },
    Row {
        name: "control: PIN compared to the first difference",
        fixed: Fixed::Digits,
        subject: || {
            on(|pin: &[u8; 12]| pin.iter().take_while(|digit| black_box(**digit == b'7')).count())
        },
    },
    Row {
        name: "control: digits found by branches",
        fixed: Fixed::Bytes,
        subject: || {
            on(|block: &[u8; 8]| {
                let nibbles = block.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]);
                nibbles.filter(|nibble| black_box(*nibble < 10)).take(4).map(u32::from).sum::<u32>()
            })
        },
    },
    Row {
        name: "control: remainder by division",
        fixed: Fixed::Near(|| [0; SECRET]),
        subject: || {
            on(|number: &[u8; 16]| u128::from_le_bytes(*number) % black_box(10_000_000_000_000))
        },
    },
    Row {
        name: "told: how often PT-A walks",
        fixed: Fixed::Digits,
        subject: || {
            let key = Ff1Key::new(&[0x5A; 32]).unwrap();
            let load = |number: &mut [u8; 16], secret: &[u8; SECRET]| {
                number.copy_from_slice(&secret[..16]);
                number[15] = check_digit(&number[..15]);
            };
            of([0; 16], load, move |number| TokenScheme::PtA6.encode(&key, 1, number).unwrap())
        },
    },
];
