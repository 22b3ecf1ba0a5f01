//! Secrets for programs that run under valgrind: bytes that are marked, and results that are not any more.

use std::cell::Cell;

use crate::mark;
use crate::random::SplitMix64;

/// Where secrets come from, the same in every run, and where results go.
#[derive(Debug)]
pub struct Secrets {
    random: Cell<SplitMix64>,
    marked: bool,
    sum: Cell<u64>,
}

impl Secrets {
    /// From this seed on; without `marked` nothing is marked.
    #[must_use]
    pub const fn new(seed: u64, marked: bool) -> Self {
        Self { random: Cell::new(SplitMix64::new(seed)), marked, sum: Cell::new(0) }
    }

    fn word(&self) -> u64 {
        let mut random = self.random.get();
        let word = random.word();
        self.random.set(random);
        word
    }

    /// Bytes that nobody minds.
    pub fn public<const N: usize>(&self) -> [u8; N] {
        std::array::from_fn(|_| {
            let [.., byte, _, _, _] = self.word().to_be_bytes();
            byte
        })
    }

    /// Secret bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        self.secret(self.public())
    }

    /// Secret ASCII digits.
    pub fn digits<const N: usize>(&self) -> [u8; N] {
        self.secret(self.public_digits())
    }

    /// ASCII digits.
    pub fn public_digits<const N: usize>(&self) -> [u8; N] {
        self.public::<N>().map(|byte| b'0' | (byte % 10))
    }

    /// These bytes, marked.
    pub fn secret<const N: usize>(&self, mut bytes: [u8; N]) -> [u8; N] {
        self.mark(&mut bytes);
        bytes
    }

    /// Marks these bytes.
    pub fn mark(&self, bytes: &mut [u8]) {
        if self.marked {
            mark::secret_mut(bytes);
        }
    }

    /// A result that the world may see: no mark is on it afterwards, and it counts.
    pub fn done<T: AsRef<[u8]> + ?Sized>(&self, result: &T) {
        let bytes = result.as_ref();
        mark::public(bytes);
        let sum = |sum: u64, byte: &u8| sum.rotate_left(7) ^ u64::from(*byte);
        self.sum.set(bytes.iter().fold(self.sum.get(), sum));
    }

    /// The result, which the world may see from here on.
    pub fn publish<T: AsRef<[u8]>>(&self, result: T) -> T {
        self.done(&result);
        result
    }

    /// A number or a verdict that somebody has been told: not marked any more, or this is a branch on it.
    pub fn count(&self, number: usize) {
        let number = u64::try_from(number).unwrap_or(u64::MAX);
        self.sum.set(self.sum.get().rotate_left(7) ^ number.max(1));
    }

    /// All results together, so that none is left out.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.sum.get()
    }
}

/// Whether AES is done by instructions here: the crate `aes` asks the processor the same.
#[must_use]
pub fn aes_in_hardware() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("aes");
    #[cfg(not(target_arch = "x86_64"))]
    return false;
}
