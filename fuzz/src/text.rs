//! Small help with texts.

/// Base64 without padding: the last two digits, which stand for 62 and 63, are those of the name (RFC 4648, 4 and 5).
fn base64(bytes: &[u8], last: [u8; 2]) -> String {
    let letters = (b'A'..=b'Z').chain(b'a'..=b'z').chain(b'0'..=b'9');
    let digits: Vec<u8> = letters.chain(last).collect();
    let mut text = String::new();
    for part in bytes.chunks(3) {
        let bits = part.iter().fold(0_usize, |bits, byte| (bits << 8) | usize::from(*byte));
        let bits = bits << (8 * (3 - part.len()));
        for place in 0..=part.len() {
            text.push(char::from(digits[(bits >> (18 - 6 * place)) & 63]));
        }
    }
    text
}

/// Base64 with `-` and `_`, without padding.
#[must_use]
pub fn base64url(bytes: &[u8]) -> String {
    base64(bytes, *b"-_")
}

/// A text in PEM (RFC 7468).
#[must_use]
pub fn pem(label: &str, bytes: &[u8]) -> String {
    let mut text = base64(bytes, *b"+/");
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
}

/// These texts as inputs.
#[must_use]
pub fn inputs(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}
