//! What names a row, and how much there may be of it.

use crate::Unavailable;
use std::fmt;

/// Rows of one change, at most.
pub const MOST_KEYS: usize = 16;

/// Bytes of a value, at most: 64 KiB.
pub const MOST_VALUE: usize = 64 * 1024;

/// What a row holds, up to [`MOST_VALUE`] bytes; `None` is no such row.
pub type Row = Option<Vec<u8>>;

/// What names a row: what kind it is of, and 16 bytes that say which of that kind.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey {
    /// The kind.
    pub kind: u8,
    /// 16 bytes that tell nobody what they were made from.
    pub id: [u8; 16],
}

impl RowKey {
    /// As the file names it: kind, then id.
    pub(crate) fn bytes(self) -> [u8; 17] {
        let mut bytes = [self.kind; 17];
        for (to, from) in bytes.iter_mut().skip(1).zip(self.id) {
            *to = from;
        }
        bytes
    }
}

/// The kind alone: logs are not to tell which of the rows belong together.
impl fmt::Debug for RowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RowKey({})", self.kind)
    }
}

/// 1 to 16 keys, all different.
pub(crate) fn check_keys(keys: &[RowKey]) -> Result<(), Unavailable> {
    if keys.is_empty() || keys.len() > MOST_KEYS {
        return Err(Unavailable::new("a change is of 1 to 16 rows"));
    }
    let twice = |(at, key)| keys.iter().skip(at + 1).any(|other| other == key);
    if keys.iter().enumerate().any(twice) {
        return Err(Unavailable::new("a change names the same row twice"));
    }
    Ok(())
}

/// No value longer than it may be.
pub(crate) fn check_values(values: &[Row]) -> Result<(), Unavailable> {
    if values.iter().flatten().any(|value| value.len() > MOST_VALUE) {
        return Err(Unavailable::new("a row is longer than 64 KiB"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{MOST_VALUE, RowKey, check_keys, check_values};

    fn key(number: u8) -> RowKey {
        RowKey { kind: 1, id: [number; 16] }
    }

    #[test]
    fn one_to_sixteen_different_keys() {
        let keys: Vec<_> = (0..17).map(key).collect();
        assert!(check_keys(&[]).is_err());
        assert!(check_keys(&keys[..1]).is_ok());
        assert!(check_keys(&keys[..16]).is_ok());
        assert!(check_keys(&keys).is_err());
        assert!(check_keys(&[key(1), key(2), key(1)]).is_err());
        assert!(check_keys(&[key(1), RowKey { kind: 2, ..key(1) }]).is_ok());
    }

    #[test]
    fn values_to_64_kib() {
        assert!(check_values(&[None, Some(vec![0; MOST_VALUE])]).is_ok());
        assert!(check_values(&[None, Some(vec![0; MOST_VALUE + 1])]).is_err());
    }

    #[test]
    fn a_key_in_the_file_is_kind_and_id_and_in_a_log_the_kind() {
        let key = RowKey { kind: 7, id: *b"0123456789abcdef" };
        assert_eq!(&key.bytes(), b"\x070123456789abcdef");
        assert_eq!(format!("{key:?}"), "RowKey(7)");
    }
}
