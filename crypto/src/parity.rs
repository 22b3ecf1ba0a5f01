//! Odd parity of DES keys: the low bit of every byte makes its number of ones odd (ANSI X3.92).

use subtle::ConstantTimeEq;

use crate::told::{Told, told};

/// Whether every byte has odd parity; looks at all of them.
#[must_use]
pub fn is_odd(key: &[u8]) -> bool {
    let odd = key.iter().fold(1, |all, byte| all & byte.count_ones() & 1);
    told(Told::Key, odd.ct_eq(&1))
}

/// Sets the low bit of every byte so that its parity is odd.
pub fn make_odd(key: &mut [u8]) {
    for byte in key {
        let odd = u8::from((*byte & 0xFE).count_ones().is_multiple_of(2));
        *byte = (*byte & 0xFE) | odd;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adjusts_only_the_low_bit() {
        let mut key: Vec<u8> = (0..=255).collect();
        assert!(!is_odd(&key));
        make_odd(&mut key);
        assert!(is_odd(&key));
        assert!((0..=255u8).zip(&key).all(|(before, after)| before & 0xFE == after & 0xFE));
    }
}
