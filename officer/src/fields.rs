//! Fields, each with its length in front, so that no two lists of fields are the same bytes.

/// The fields, one after the other: u32 (big endian) length, then the bytes.
pub(crate) fn joined(fields: &[&[u8]]) -> Vec<u8> {
    let mut all = Vec::with_capacity(fields.iter().map(|field| field.len() + 4).sum());
    for field in fields {
        // What is signed or bound is names and keys; none comes near the limit, and one that did would only be cut here
        // and there alike.
        all.extend_from_slice(&u32::try_from(field.len()).unwrap_or(u32::MAX).to_be_bytes());
        all.extend_from_slice(field);
    }
    all
}
