//! Shamir's sharing over GF(256) (A. Shamir, How to share a secret, 1979), each byte by itself, in constant time.
//!
//! Our own, since the crates at hand do not fit: `blahaj` 0.7 and `sharks` look secrets up in tables of logarithms,
//! `vsss-rs` 6 brings its own kinds of arrays, and all of them keep secrets, coefficients and results in vectors on the heap
//! that nobody wipes, and take randomness that cannot fail. Field: x^8 + x^4 + x^3 + x + 1, as in AES (FIPS 197).

/// The product; time and addresses are the same for all factors.
const fn times(a: u8, b: u8) -> u8 {
    let (mut product, mut a, mut bit) = (0, a, 0);
    while bit < 8 {
        product ^= a & 0u8.wrapping_sub((b >> bit) & 1);
        a = (a << 1) ^ (0x1B & 0u8.wrapping_sub(a >> 7));
        bit += 1;
    }
    product
}

/// The inverse, a^254; 0 of 0.
const fn inverse(a: u8) -> u8 {
    let (mut result, mut power, mut bit) = (1, a, 0);
    while bit < 7 {
        // 254 is seven ones and a zero: a^2, a^4 … a^128.
        power = times(power, power);
        result = times(result, power);
        bit += 1;
    }
    result
}

/// The share at `x` (1 to 255) of `secret` into `share`, by polynomials whose other coefficients are `higher`: one row
/// as long as the secret for each power, from the highest down.
pub(super) fn evaluate<'a>(
    x: u8,
    secret: &'a [u8],
    higher: impl Iterator<Item = &'a [u8]>,
    share: &mut [u8],
) {
    share.fill(0);
    for row in higher.chain(std::iter::once(secret)) {
        for (sum, coefficient) in share.iter_mut().zip(row) {
            *sum = times(*sum, x) ^ coefficient;
        }
    }
}

/// Adds to `secret`, zeros at first, what the share at `x` contributes; `all` are the places of all shares used, each
/// different. The places are no secret.
pub(super) fn add_share(x: u8, share: &[u8], all: &[u8], secret: &mut [u8]) {
    let factor = all.iter().filter(|other| **other != x).fold(1, |factor, other| {
        // Lagrange at 0: other / (other - x), and minus is plus.
        times(factor, times(*other, inverse(*other ^ x)))
    });
    for (sum, byte) in secret.iter_mut().zip(share) {
        *sum ^= times(factor, *byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn combined(shares: &[(u8, Vec<u8>)]) -> Vec<u8> {
        let all: Vec<u8> = shares.iter().map(|(x, _)| *x).collect();
        let mut secret = vec![0; shares[0].1.len()];
        for (x, share) in shares {
            add_share(*x, share, &all, &mut secret);
        }
        secret
    }

    /// FIPS 197, 4.2: {57} times {83} is {c1}, {57} times {13} is {fe}; its table of inverses has {53} for {ca}.
    #[test]
    fn the_field_is_that_of_aes() {
        assert_eq!((times(0x57, 0x83), times(0x57, 0x13), inverse(0x53)), (0xC1, 0xFE, 0xCA));
        for a in 0..=255u8 {
            let table = (0..=255u8).find(|b| times(a, *b) == 1).unwrap_or(0);
            assert_eq!(inverse(a), table, "{a}");
        }
    }

    /// draft-mcgrew-tss-03, section 9: threshold 2, the secret "test" and a zero byte, its shares 1 and 2.
    #[test]
    fn the_published_shares_give_the_published_secret() {
        let shares =
            [(1, hex::decode("B9FA07E185").unwrap()), (2, hex::decode("F5409B4511").unwrap())];
        assert_eq!(combined(&shares), b"test\0");
        // The line through them, and the shares again.
        let higher: Vec<u8> = b"test\0".iter().zip(&shares[0].1).map(|(a, b)| a ^ b).collect();
        for (x, expected) in &shares {
            let mut share = vec![0; 5];
            evaluate(*x, b"test\0", std::iter::once(higher.as_slice()), &mut share);
            assert_eq!(share, *expected);
        }
        let mut changed = shares;
        changed[0].1[2] ^= 1;
        assert_ne!(combined(&changed), b"test\0");
    }

    proptest! {
        #[test]
        fn any_m_of_n_give_the_secret_and_fewer_say_nothing(
            secret in prop::array::uniform32(any::<u8>()),
            rows in prop::collection::vec(prop::array::uniform32(any::<u8>()), 1..8),
            order in Just((1..=9u8).collect::<Vec<_>>()).prop_shuffle(),
            guess in prop::array::uniform32(any::<u8>()),
        ) {
            let needed = rows.len() + 1;
            let share = |x: u8| {
                let mut share = vec![0; 32];
                evaluate(x, &secret, rows.iter().map(<[u8; 32]>::as_slice), &mut share);
                (x, share)
            };
            let shares: Vec<_> = order.iter().map(|x| share(*x)).collect();
            prop_assert_eq!(combined(&shares[..needed]), secret);
            // With one less, any other secret would fit as well: there is a share at 0 for it.
            let mut fewer = shares[..needed - 1].to_vec();
            fewer.push((0, guess.to_vec()));
            prop_assert_eq!(combined(&fewer), guess);
        }
    }
}
