//! The bytes of a row: version 1, then its fields in order, numbers big endian.
//!
//! An optional field has a byte before it: 0 and nothing, or 1 and the value. Bytes of no fixed length have their length before
//! them, 2 bytes. A row has one encoding; whatever else a reader meets is refused.

use zeroize::Zeroizing;

/// The first byte of every row.
pub const VERSION: u8 = 1;

/// A value that a store keeps under a kind and an id.
pub trait Row: Sized {
    /// Which kind of row: what its id and its seal are bound to. Once given, a kind is never used for anything else.
    const KIND: u8;

    /// Its bytes; they go when the value is dropped.
    fn encode(&self) -> Zeroizing<Vec<u8>>;

    /// Reads a row that takes up all of `bytes`.
    ///
    /// # Errors
    /// [`RowError`] for anything that [`Row::encode`] does not write.
    fn decode(bytes: &[u8]) -> Result<Self, RowError>;
}

/// The bytes are no row of that kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// A later version wrote it.
    #[error("row of version {0}, which this program does not know")]
    Version(u8),
    /// Not what its kind writes.
    #[error("malformed row")]
    Malformed,
}

pub(crate) struct Writer(Zeroizing<Vec<u8>>);

impl Writer {
    /// `capacity` bytes should hold it all: what a vector leaves behind when it grows is not wiped.
    pub(crate) fn new(capacity: usize) -> Self {
        let mut bytes = Zeroizing::new(Vec::with_capacity(capacity));
        bytes.push(VERSION);
        Self(bytes)
    }

    pub(crate) fn u8(mut self, value: u8) -> Self {
        self.0.push(value);
        self
    }

    pub(crate) fn flag(self, value: bool) -> Self {
        self.u8(u8::from(value))
    }

    pub(crate) fn u16(self, value: u16) -> Self {
        self.array(value.to_be_bytes())
    }

    pub(crate) fn u32(self, value: u32) -> Self {
        self.array(value.to_be_bytes())
    }

    pub(crate) fn u64(self, value: u64) -> Self {
        self.array(value.to_be_bytes())
    }

    pub(crate) fn array<const N: usize>(mut self, value: [u8; N]) -> Self {
        self.0.extend_from_slice(&value);
        self
    }

    pub(crate) fn option<T>(self, value: Option<T>, put: impl FnOnce(Self, T) -> Self) -> Self {
        match value {
            None => self.flag(false),
            Some(value) => put(self.flag(true), value),
        }
    }

    /// The types of the fields keep them shorter than 64 KiB; a longer one would be cut.
    pub(crate) fn bytes(self, value: &[u8]) -> Self {
        let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
        let mut writer = self.u16(length);
        writer.0.extend(value.iter().take(usize::from(length)));
        writer
    }

    pub(crate) fn done(self) -> Zeroizing<Vec<u8>> {
        self.0
    }
}

pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Result<Self, RowError> {
        match bytes {
            [VERSION, rest @ ..] => Ok(Self(rest)),
            [version, ..] => Err(RowError::Version(*version)),
            [] => Err(RowError::Malformed),
        }
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], RowError> {
        let (value, rest) = self.0.split_first_chunk().ok_or(RowError::Malformed)?;
        self.0 = rest;
        Ok(*value)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, RowError> {
        self.array().map(u8::from_be_bytes)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, RowError> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, RowError> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, RowError> {
        self.array().map(u64::from_be_bytes)
    }

    pub(crate) fn flag(&mut self) -> Result<bool, RowError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(RowError::Malformed),
        }
    }

    pub(crate) fn option<T>(
        &mut self,
        take: impl FnOnce(&mut Self) -> Result<T, RowError>,
    ) -> Result<Option<T>, RowError> {
        if self.flag()? { take(self).map(Some) } else { Ok(None) }
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], RowError> {
        let length = usize::from(self.u16()?);
        let (value, rest) = self.0.split_at_checked(length).ok_or(RowError::Malformed)?;
        self.0 = rest;
        Ok(value)
    }

    /// `row`, if nothing is left over and it is one that the rules of its kind allow.
    pub(crate) fn done<T>(self, row: T, legal: bool) -> Result<T, RowError> {
        if self.0.is_empty() && legal { Ok(row) } else { Err(RowError::Malformed) }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{Reader, Row, RowError, Writer};

    /// Holds a row to its bytes: they are these, and whatever differs from them is not this row.
    pub(crate) fn golden<R: Row + PartialEq + std::fmt::Debug>(row: &R, bytes: &str) {
        assert_eq!(hex::encode(&*row.encode()), bytes);
        let bytes = hex::decode(bytes).unwrap();
        assert_eq!(R::decode(&bytes).as_ref(), Ok(row));
        for length in 0..bytes.len() {
            assert_eq!(R::decode(&bytes[..length]), Err(RowError::Malformed), "{length}");
        }
        assert_eq!(R::decode(&[&bytes[..], &[0]].concat()), Err(RowError::Malformed));
        for bit in 0..8 * bytes.len() {
            let mut other = bytes.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            let read = R::decode(&other);
            assert_ne!(read.as_ref(), Ok(row), "bit {bit}");
            if bit < 8 {
                assert_eq!(read, Err(RowError::Version(other[0])));
            }
        }
    }

    #[test]
    fn one_encoding_alone() {
        let row = Writer::new(32).u8(7).option(Some(9), Writer::u64).bytes(b"ab").done();
        assert_eq!(hex::encode(&*row), "010701000000000000000900026162");
        let read = |bytes: &[u8]| {
            let mut reader = Reader::new(bytes)?;
            let fields = (reader.u8()?, reader.option(Reader::u64)?, reader.bytes()?.to_vec());
            reader.done(fields, true)
        };
        assert_eq!(read(&row), Ok((7, Some(9), b"ab".to_vec())));
        for length in 0..row.len() {
            assert_eq!(read(&row[..length]), Err(RowError::Malformed), "{length}");
        }
        let mut other = row.to_vec();
        other[0] = 2;
        assert_eq!(read(&other), Err(RowError::Version(2)));
        other[0] = 1;
        other[2] = 2;
        assert_eq!(read(&other), Err(RowError::Malformed));
        other[2] = 1;
        other.push(0);
        assert_eq!(read(&other), Err(RowError::Malformed));
    }
}
