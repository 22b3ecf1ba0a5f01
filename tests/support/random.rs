//! Bytes by chance, the same in every run.

/// Marsaglia's xorshift: a seed, and with it the whole sequence, never changes.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `end`, which must not be 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[5]
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.byte()).collect()
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// One to four changes of the kinds that find mistakes in readers of bytes.
    pub(crate) fn mutate(&mut self, bytes: &mut Vec<u8>) {
        const TELLING: &[u8] = b"\x00\x01\x02\x19\x7f\x80\xff 09AFaf;%#&!*=LPJKSRUTXYZ";
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len() + 1);
            let length = self.below(bytes.len() - at + 1).min(self.below(40) + 1);
            match self.below(8) {
                0 => bytes.insert(at, self.byte()),
                1 => bytes.insert(at, *self.pick(TELLING)),
                2 => drop(bytes.drain(at..at + length)),
                3 => bytes.truncate(at),
                4 => bytes.extend_from_within(at..at + length),
                5 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                6 if at < bytes.len() => bytes[at] = *self.pick(TELLING),
                _ if at < bytes.len() => bytes[at] = bytes[at].wrapping_add(1),
                _ => {}
            }
        }
    }
}

/// How many times as much the long tests do, which run with `PAYHSM_LONG_TESTS=1`.
pub(crate) fn long_tests() -> usize {
    if std::env::var_os("PAYHSM_LONG_TESTS").is_some_and(|value| value == "1") { 10 } else { 1 }
}
