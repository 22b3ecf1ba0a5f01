//! What Ed25519 and HMAC-SHA-256 make of a key on their way, written down from RFC 8032, FIPS 180-4 and RFC 2104, so that
//! what is searched for does not come from the code that is searched.

use ring::digest::{SHA256, SHA512, digest};

/// The order of the group of Ed25519 (RFC 8032, 5.1), lowest 64 bits first.
const ORDER: [u64; 4] = [0x5812_631a_5cf5_d3ed, 0x14de_f9de_a2f7_9cd6, 0, 0x1000_0000_0000_0000];

/// A number below 2^255, lowest 64 bits first.
type Number = [u64; 4];

/// Twice the number, and a bit, modulo the order; of a number below it.
fn doubled(number: Number, bit: u64) -> Number {
    let mut carry = bit;
    let twice = number.map(|limb| {
        let limb = (limb << 1 | std::mem::take(&mut carry), limb >> 63);
        carry = limb.1;
        limb.0
    });
    less(twice)
}

/// The number, less the order if that is not more.
fn less(number: Number) -> Number {
    let mut borrow = false;
    let rest: Vec<_> = number
        .iter()
        .zip(ORDER)
        .map(|(limb, order)| {
            let (limb, one) = limb.overflowing_sub(order);
            let (limb, two) = limb.overflowing_sub(u64::from(borrow));
            borrow = one || two;
            limb
        })
        .collect();
    if borrow { number } else { rest.try_into().unwrap() }
}

fn sum(one: Number, other: Number) -> Number {
    let mut carry = 0;
    less(std::array::from_fn(|at| {
        let all = u128::from(one[at]) + u128::from(other[at]) + carry;
        carry = all >> 64;
        u64::try_from(all & u128::from(u64::MAX)).unwrap()
    }))
}

/// The bits of a number as Ed25519 writes it, the highest first.
fn bits(number: &[u8]) -> impl Iterator<Item = bool> {
    number.iter().rev().flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1 == 1))
}

/// A number of any length modulo the order.
fn modulo(number: &[u8]) -> Number {
    bits(number).fold([0; 4], |all, bit| doubled(all, u64::from(bit)))
}

fn product(one: &[u8], other: Number) -> Number {
    bits(one).fold([0; 4], |all, bit| {
        let twice = doubled(all, 0);
        if bit { sum(twice, other) } else { twice }
    })
}

fn bytes(number: Number) -> Vec<u8> {
    number.iter().flat_map(|limb| limb.to_le_bytes()).collect()
}

fn sha512(parts: &[&[u8]]) -> Vec<u8> {
    digest(&SHA512, &parts.concat()).as_ref().to_vec()
}

/// A scalar in digits from -8 to 7, as multiplication takes it: a byte each.
pub(crate) fn digits(scalar: &[u8]) -> Vec<u8> {
    let nibbles = scalar.iter().flat_map(|byte| [byte & 15, byte >> 4]);
    let mut carry = 0;
    let mut digits: Vec<u8> = nibbles
        .map(|nibble| {
            let digit = nibble + std::mem::take(&mut carry);
            carry = (digit + 8) >> 4;
            digit.wrapping_sub(carry << 4)
        })
        .collect();
    let last = digits.len() - 1;
    digits[last] = digits[last].wrapping_add(carry << 4);
    digits
}

/// What a seed becomes: both halves of its hash, and the first one as the scalar that it is; modulo the order as well.
pub(crate) fn of_seed(seed: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let hash = sha512(&[seed]);
    let (raw, prefix) = hash.split_at(32);
    let scalar = clamped(raw);
    let reduced = bytes(modulo(&scalar));
    vec![
        ("first half of its hash", raw.to_vec()),
        ("prefix", prefix.to_vec()),
        ("scalar", scalar),
        ("scalar modulo the order", reduced),
    ]
}

fn clamped(raw: &[u8]) -> Vec<u8> {
    let mut scalar = raw.to_vec();
    scalar[0] &= 248;
    scalar[31] = scalar[31] & 127 | 64;
    scalar
}

/// What a signature over a message is made with; with it and the signature everybody has the key.
pub(crate) fn of_signature(seed: &[u8], message: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let prefix = sha512(&[seed]).split_off(32);
    let hash = sha512(&[&prefix, message]);
    let number = bytes(modulo(&hash));
    vec![("hash", hash), ("number", number)]
}

/// The fractional part of a root of a small number, 32 bits of it.
fn fraction(number: u128, power: u32) -> u32 {
    let wanted = number << (32 * power);
    let (mut low, mut high) = (0_u128, 1 << 40);
    while high - low > 1 {
        let middle = (low + high) / 2;
        if middle.pow(power) <= wanted { low = middle } else { high = middle }
    }
    u32::try_from(low & 0xFFFF_FFFF).unwrap()
}

/// The state of SHA-256 after a first block.
fn after(block: &[u8; 64]) -> [u32; 8] {
    let primes = (2_u128..).filter(|number| (2..*number).all(|by| number % by > 0));
    let primes: Vec<_> = primes.take(64).collect();
    let begin: [u32; 8] = std::array::from_fn(|at| fraction(primes[at], 2));
    let mut words: Vec<u32> =
        block.as_chunks::<4>().0.iter().map(|word| u32::from_be_bytes(*word)).collect();
    for at in 16..64 {
        let (two, fifteen) = (words[at - 2], words[at - 15]);
        let one = fifteen.rotate_right(7) ^ fifteen.rotate_right(18) ^ fifteen >> 3;
        let other = two.rotate_right(17) ^ two.rotate_right(19) ^ two >> 10;
        words
            .push(words[at - 16].wrapping_add(one).wrapping_add(words[at - 7]).wrapping_add(other));
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = begin;
    for (word, prime) in words.into_iter().zip(&primes) {
        let mixed = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let one = h
            .wrapping_add(mixed)
            .wrapping_add(e & f ^ !e & g)
            .wrapping_add(fraction(*prime, 3))
            .wrapping_add(word);
        let mixed = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let two = mixed.wrapping_add(a & b ^ a & c ^ b & c);
        (h, g, f, e, d, c, b, a) = (g, f, e, d.wrapping_add(one), c, b, a, one.wrapping_add(two));
    }
    let end = [a, b, c, d, e, f, g, h];
    std::array::from_fn(|at| begin[at].wrapping_add(end[at]))
}

/// What HMAC-SHA-256 makes of a key of 32 bytes: what both blocks begin with, and the states behind them.
pub(crate) fn of_hmac(key: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut all = Vec::new();
    for (block, state, pad) in
        [("inner block", "inner state", 0x36), ("outer block", "outer state", 0x5C)]
    {
        let masked: [u8; 64] = std::array::from_fn(|at| key.get(at).unwrap_or(&0) ^ pad);
        all.push((block, masked[..key.len()].to_vec()));
        all.push((state, after(&masked).iter().flat_map(|word| word.to_be_bytes()).collect()));
    }
    all
}

#[test]
fn a_signature_is_made_of_what_is_searched_for() {
    use ring::signature::{Ed25519KeyPair, KeyPair};
    let seed: Vec<u8> = (11..43).collect();
    let message = b"a message";
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
    let signature = pair.sign(message);
    let (point, number) = signature.as_ref().split_at(32);
    // RFC 8032, 5.1.6: S is r and the product of the hash of everything with the scalar.
    let hash = sha512(&[point, pair.public_key().as_ref(), message]);
    let scalar = &of_seed(&seed)[2].1;
    let made =
        |number: &[u8], scalar: &[u8]| bytes(sum(modulo(number), product(&hash, modulo(scalar))));
    let drawn = &of_signature(&seed, message)[1].1;
    assert_eq!(made(drawn, scalar), number);
    assert_eq!(made(drawn, &of_seed(&seed)[3].1), number);
    assert_ne!(made(drawn, &of_seed(&seed)[1].1), number);
    // Digits make the scalar again.
    let from_digits = digits(scalar).iter().rev().fold([0; 4], |all, digit| {
        let sixteen = (0..4).fold(all, |all, _| doubled(all, 0));
        let digit = digit.cast_signed();
        let below = less_by(sixteen, u64::from((-digit).max(0).unsigned_abs()));
        sum(below, [u64::from(digit.max(0).unsigned_abs()), 0, 0, 0])
    });
    assert_eq!(from_digits, modulo(scalar));
}

fn less_by(number: Number, small: u64) -> Number {
    (0..small).fold(number, |number, _| {
        let one_less = [ORDER[0] - 1, ORDER[1], ORDER[2], ORDER[3]];
        sum(number, one_less)
    })
}

#[test]
fn a_mac_is_made_of_what_is_searched_for() {
    use ring::hmac::{HMAC_SHA256, Key, sign};
    // FIPS 180-4, 5.3.3 and 4.2.2.
    assert_eq!(
        (fraction(2, 2), fraction(2, 3), fraction(311, 3)),
        (0x6a09_e667, 0x428a_2f98, 0xc671_78f2)
    );
    // One block: the state is the hash.
    let mut block = [0; 64];
    block[..3].copy_from_slice(b"abc");
    (block[3], block[63]) = (0x80, 24);
    let hash: Vec<u8> = after(&block).iter().flat_map(|word| word.to_be_bytes()).collect();
    assert_eq!(hash, digest(&SHA256, b"abc").as_ref());
    // The blocks are those of HMAC.
    let key: Vec<u8> = (7..39).collect();
    let parts = of_hmac(&key);
    let inner = [&parts[0].1[..], &[0x36; 32], b"text"].concat();
    let inner = digest(&SHA256, &inner);
    let outer = [&parts[2].1[..], &[0x5C; 32], inner.as_ref()].concat();
    let mac = sign(&Key::new(HMAC_SHA256, &key), b"text");
    assert_eq!(digest(&SHA256, &outer).as_ref(), mac.as_ref());
}
