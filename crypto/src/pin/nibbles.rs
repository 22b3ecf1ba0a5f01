//! Four-bit fields: every PIN block is sixteen of them.

use zeroize::Zeroizing;

/// Sixteen nibbles to eight bytes, first nibble high.
pub(crate) fn pack(nibbles: &[u8; 16]) -> [u8; 8] {
    let mut bytes = [0; 8];
    let (pairs, _) = nibbles.as_chunks::<2>();
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = (high << 4) | (low & 0x0F);
    }
    bytes
}

/// Eight bytes to sixteen nibbles, high nibble first.
pub(crate) fn unpack(bytes: &[u8; 8]) -> Zeroizing<[u8; 16]> {
    let mut nibbles = Zeroizing::new([0; 16]);
    for (nibble, value) in nibbles.iter_mut().zip(iter(bytes)) {
        *nibble = value;
    }
    nibbles
}

/// The nibbles of `bytes`, high first.
pub(crate) fn iter(bytes: &[u8]) -> impl Iterator<Item = u8> + Clone + '_ {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 0x0F])
}

/// The value of an ASCII hexadecimal digit.
pub(crate) fn from_hex(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'A'..=b'F' => Some(character - b'A' + 10),
        b'a'..=b'f' => Some(character - b'a' + 10),
        _ => None,
    }
}
