//! What a target makes its choices from: the bytes of the fuzzer, one after the other. Behind their end everything is 0.

/// Bytes that are not used up yet.
#[derive(Clone, Debug)]
pub struct Given<'a>(&'a [u8]);

impl<'a> Given<'a> {
    /// All of them.
    #[must_use]
    pub const fn new(data: &'a [u8]) -> Self {
        Self(data)
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        self.array::<1>()[0]
    }

    /// Yes or no.
    pub fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    /// The next two bytes as a number.
    pub fn short(&mut self) -> u16 {
        u16::from_be_bytes(self.array())
    }

    /// The next eight bytes as a number.
    pub fn long(&mut self) -> u64 {
        u64::from_be_bytes(self.array())
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        usize::from(self.short()) % end
    }

    /// One of these, which are not none.
    pub fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[usize::from(self.byte()) % from.len()]
    }

    /// The next `N` bytes.
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        let next = self.bytes(N);
        bytes[..next.len()].copy_from_slice(next);
        bytes
    }

    /// The next bytes: `most`, or what there is.
    pub fn bytes(&mut self, most: usize) -> &'a [u8] {
        let (next, rest) = self.0.split_at(most.min(self.0.len()));
        self.0 = rest;
        next
    }

    /// The next bytes, as many as the byte in front of them says.
    pub fn counted(&mut self) -> &'a [u8] {
        let length = usize::from(self.byte());
        self.bytes(length)
    }

    /// All that is left.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// Whether nothing is left.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Whatever it is: only that it came counts.
pub fn whatever<T>(_: T) {}
