//! What must be found: each is a way to do wrong what this crate does.

use std::hint::black_box;

use aes::Aes128;
use cipher::{Array, BlockCipherEncrypt, KeyInit};
use fpe::ff1::{FF1, FlexibleNumeralString};
use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::mac::{Padding, RetailMacKey};

use crate::Row;
use payhsm_taint::secrets::Secrets;

pub(crate) const ROWS: &[Row] = &[
    ("decimalisation by a table", by_table),
    ("PVV by branches", by_branches),
    ("MAC compared up to the first difference", compared),
    ("PIN read up to the first that is no digit", read),
    ("offset by branches", offset),
    ("key found weak by a list", listed),
    ("key block of a length that decides", length),
    ("FF1 of another crate", ff1),
    ("check digit by a table", luhn),
    ("cipher chosen by the key", chosen),
];

#[inline(never)]
fn looked_up(table: &[u8; 16], nibble: u8) -> u8 {
    table[usize::from(nibble & 0x0F)]
}

fn by_table(secrets: &Secrets) {
    let table = black_box(*b"0123456789012345");
    let natural = secrets.bytes::<8>().map(|byte| looked_up(&table, byte));
    secrets.done(&natural);
}

fn by_branches(secrets: &Secrets) {
    let block = secrets.bytes::<8>();
    let mut digits = Vec::new();
    for nibble in block.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]) {
        if nibble < 10 {
            digits.push(nibble);
        }
    }
    secrets.done(&digits);
}

fn compared(secrets: &Secrets) {
    let key = RetailMacKey::new(&secrets.bytes::<16>()).unwrap();
    let mac = key.mac(Padding::Method1, &[b"text"]).unwrap();
    let guess = black_box([7; 8]);
    let same = mac.as_bytes().iter().zip(&guess).take_while(|(one, other)| one == other).count();
    secrets.count(same);
}

fn read(secrets: &Secrets) {
    let digits = secrets.digits::<6>();
    let known = digits.iter().all(|digit| black_box(*digit).is_ascii_digit());
    secrets.count(usize::from(known));
}

fn offset(secrets: &Secrets) {
    let (pin, natural) = (secrets.digits::<4>(), secrets.digits::<4>());
    let mut offset = [0; 4];
    for ((to, pin), natural) in offset.iter_mut().zip(pin).zip(natural) {
        *to = pin.wrapping_sub(natural);
        if pin < natural {
            *to = black_box(to.wrapping_add(10));
        }
    }
    secrets.done(&offset);
}

fn listed(secrets: &Secrets) {
    let weak = black_box([[0x01; 8], [0xFE; 8]]);
    let key = secrets.bytes::<8>();
    let place = weak.iter().position(|weak| weak.iter().zip(&key).all(|(one, other)| one == other));
    secrets.count(place.unwrap_or(2));
}

fn length(secrets: &Secrets) {
    let text = secrets.bytes::<32>();
    let key = text.get(2..2 + usize::from(text[1] >> 4)).unwrap_or_default();
    secrets.done(key);
}

fn ff1(secrets: &Secrets) {
    let key = secrets.bytes::<16>();
    let ff1 = FF1::<Aes128>::new(&key, 10).unwrap();
    let digits = secrets.bytes::<12>().map(|byte| u16::from(byte & 7));
    let made = ff1.encrypt(&[], &FlexibleNumeralString::from(digits.to_vec())).unwrap();
    let made: Vec<u8> = Vec::<u16>::from(made).iter().map(|digit| digit.to_le_bytes()[0]).collect();
    secrets.done(&made);
}

fn luhn(secrets: &Secrets) {
    let doubled = black_box([0u8, 2, 4, 6, 8, 1, 3, 5, 7, 9]);
    let sum = secrets.digits::<15>().iter().fold(0u8, |sum, digit| {
        sum.wrapping_add(doubled.get(usize::from(digit & 0x0F)).copied().unwrap_or_default())
    });
    secrets.done(&[sum]);
}

fn chosen(secrets: &Secrets) {
    let key = secrets.bytes::<16>();
    let mut block = Array::from(secrets.bytes::<16>());
    if key[0] & 1 == 1 {
        Aes128::new(&Array::from(key)).encrypt_block(&mut block);
    } else {
        let key = BlockKey::tdes(&key).unwrap();
        key.ecb_encrypt(&mut block).unwrap();
    }
    secrets.done(block.as_slice());
}
