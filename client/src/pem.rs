//! A private key out of PEM (RFC 7468), within the memory that the text is in. The readers that there are copy the text to the
//! heap and leave it there.

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer};
use std::ops::Range;
use zeroize::Zeroize;

/// How a private key is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrivateKeyForm {
    /// `PRIVATE KEY`, RFC 5958.
    Pkcs8,
    /// `EC PRIVATE KEY`, RFC 5915.
    Sec1,
    /// `RSA PRIVATE KEY`, RFC 8017.
    Pkcs1,
}

impl PrivateKeyForm {
    /// These bytes, which are in this form, as TLS takes them; nothing is copied.
    #[must_use]
    pub fn key(self, der: &[u8]) -> PrivateKeyDer<'_> {
        match self {
            Self::Pkcs8 => PrivatePkcs8KeyDer::from(der).into(),
            Self::Sec1 => PrivateSec1KeyDer::from(der).into(),
            Self::Pkcs1 => PrivatePkcs1KeyDer::from(der).into(),
        }
    }
}

/// Why a PEM text gives no private key. It says nothing of what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PemError {
    /// There is none.
    #[error("it holds no private key")]
    NoKey,
    /// It is under a passphrase.
    #[error(
        "its private key is under a passphrase, which nobody is there to give; `openssl pkey` writes it without"
    )]
    Encrypted,
    /// It is not what RFC 7468 makes of bytes.
    #[error("its private key is cut off or damaged")]
    Damaged,
}

/// Puts the first private key of a PEM text, as DER, where the text began, and zeros behind it. The form and the length in
/// bytes of what stands there then.
///
/// No branch and no address depends on a letter of the key.
///
/// # Errors
/// [`PemError`]; the text is then as it was, or in part replaced.
pub fn decode_private_key(text: &mut [u8]) -> Result<(PrivateKeyForm, usize), PemError> {
    let (form, body) = find(text)?;
    let mut letters = 0_u32;
    let mut padding = 0_u32;
    let mut bits = 0_u32;
    let mut length = 0;
    for at in body {
        let letter = text.get(at).copied().unwrap_or_default();
        match letter {
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            b'=' => padding += 1,
            _ if padding > 0 => return Err(PemError::Damaged),
            _ => {
                bits = bits << 6 | u32::try_from(sextet(letter)).map_err(|_| PemError::Damaged)?;
                letters += 1;
            }
        }
        if letters.is_multiple_of(4) && padding == 0 {
            put(text, &mut length, bits, 3);
        }
    }
    match (letters % 4, padding) {
        (0, 0) => {}
        (3, 1) => put(text, &mut length, bits << 6, 2),
        (2, 2) => put(text, &mut length, bits << 12, 1),
        _ => return Err(PemError::Damaged),
    }
    bits.zeroize();
    text.get_mut(length..).unwrap_or_default().zeroize();
    if length == 0 { Err(PemError::Damaged) } else { Ok((form, length)) }
}

/// The first `count` of the three bytes, behind those that are there. Three bytes take the place of four letters that have
/// been read, so nothing that is still to be read is written over.
fn put(text: &mut [u8], length: &mut usize, bits: u32, count: usize) {
    let [_, bytes @ ..] = bits.to_be_bytes();
    for byte in bytes.into_iter().take(count) {
        if let Some(place) = text.get_mut(*length) {
            *place = byte;
        }
        *length += 1;
    }
}

/// The number of a letter of base64 (RFC 4648), negative if it is none. Arithmetic alone: a table would be read at a secret
/// place.
fn sextet(letter: u8) -> i16 {
    let letter = i16::from(letter);
    // All ones between the two, else all zeros.
    let between = |low: i16, high: i16| ((low - letter) & (letter - high)) >> 8;
    let upper = between(0x40, 0x5b) & (letter - 64);
    let lower = between(0x60, 0x7b) & (letter - 70);
    let digit = between(0x2f, 0x3a) & (letter + 5);
    let plus = between(0x2a, 0x2c) & 63;
    let slash = between(0x2e, 0x30) & 64;
    upper + lower + digit + plus + slash - 1
}

/// Where the letters of the first private key are.
fn find(text: &[u8]) -> Result<(PrivateKeyForm, Range<usize>), PemError> {
    let mut end = 0;
    let mut begun = None;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let start = end;
        end += line.len();
        let line = line.trim_ascii();
        let label = line.strip_prefix(b"-----BEGIN ");
        if let Some(label) = label.and_then(|label| label.strip_suffix(b"-----")) {
            begun = match label {
                b"PRIVATE KEY" => Some((PrivateKeyForm::Pkcs8, end)),
                b"EC PRIVATE KEY" => Some((PrivateKeyForm::Sec1, end)),
                b"RSA PRIVATE KEY" => Some((PrivateKeyForm::Pkcs1, end)),
                b"ENCRYPTED PRIVATE KEY" => return Err(PemError::Encrypted),
                _ => None,
            };
        } else if let Some((form, body)) = begun {
            // `Proc-Type: 4,ENCRYPTED`, as OpenSSL wrote it once.
            if line.contains(&b':') {
                return Err(PemError::Encrypted);
            }
            if line.starts_with(b"-----END ") {
                return Ok((form, body..start));
            }
        }
    }
    Err(if begun.is_some() { PemError::Damaged } else { PemError::NoKey })
}

#[cfg(test)]
mod tests {
    use super::{PemError, PrivateKeyForm, decode_private_key};
    use rustls::pki_types::PrivateKeyDer;
    use rustls::pki_types::pem::PemObject;

    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    /// `bytes` as OpenSSL writes them.
    fn pem(label: &str, bytes: &[u8], width: usize, end: &str) -> String {
        let mut letters = String::new();
        for group in bytes.chunks(3) {
            let mut three = [0; 3];
            three[..group.len()].copy_from_slice(group);
            let bits = u32::from_be_bytes([0, three[0], three[1], three[2]]);
            for at in 0..=3 {
                let number = usize::try_from(bits >> (18 - 6 * at) & 63).unwrap();
                letters.push(if at > group.len() { '=' } else { char::from(LETTERS[number]) });
            }
        }
        let lines: Vec<_> =
            letters.as_bytes().chunks(width).map(|line| str::from_utf8(line).unwrap()).collect();
        let lines = lines.join(end);
        format!("-----BEGIN {label}-----{end}{lines}{end}-----END {label}-----{end}")
    }

    fn decoded(text: &str) -> Result<(PrivateKeyForm, Vec<u8>), PemError> {
        let mut text = text.as_bytes().to_vec();
        let (form, length) = decode_private_key(&mut text)?;
        assert!(text[length..].iter().all(|byte| *byte == 0), "nothing is left of the text");
        Ok((form, text[..length].to_vec()))
    }

    #[test]
    fn every_length_and_form_comes_out_as_another_reader_has_it() {
        for length in 1..200_u8 {
            let bytes: Vec<u8> = (0..length).map(|at| at.wrapping_mul(167) ^ length).collect();
            for (label, form) in [
                ("PRIVATE KEY", PrivateKeyForm::Pkcs8),
                ("EC PRIVATE KEY", PrivateKeyForm::Sec1),
                ("RSA PRIVATE KEY", PrivateKeyForm::Pkcs1),
            ] {
                for (width, end) in [(64, "\n"), (76, "\r\n"), (4096, "\n"), (1, "\n")] {
                    let text = pem(label, &bytes, width, end);
                    assert_eq!(decoded(&text), Ok((form, bytes.clone())), "{text}");
                    let other = PrivateKeyDer::from_pem_slice(text.as_bytes()).unwrap();
                    assert_eq!(form.key(&bytes), other);
                }
            }
        }
    }

    #[test]
    fn what_stands_around_it_does_not_matter() {
        let bytes = [1, 2, 3, 4, 5];
        let key = pem("EC PRIVATE KEY", &bytes, 64, "\n");
        let before =
            pem("EC PARAMETERS", &[9; 40], 64, "\n") + &pem("CERTIFICATE", &[8; 99], 64, "\n");
        let after = pem("PRIVATE KEY", &[7; 9], 64, "\n");
        let text = format!("Bag Attributes: a name\n{before}{key}{after}");
        assert_eq!(decoded(&text), Ok((PrivateKeyForm::Sec1, bytes.to_vec())));
        assert_eq!(decoded(key.trim_end()), Ok((PrivateKeyForm::Sec1, bytes.to_vec())));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let good = pem("PRIVATE KEY", &[5; 48], 64, "\n");
        for (text, error) in [
            (String::new(), PemError::NoKey),
            (pem("CERTIFICATE", &[5; 48], 64, "\n"), PemError::NoKey),
            (pem("ENCRYPTED PRIVATE KEY", &[5; 48], 64, "\n"), PemError::Encrypted),
            (
                good.replacen('\n', "\nProc-Type: 4,ENCRYPTED\n", 1)
                    .replace("PRIVATE", "EC PRIVATE"),
                PemError::Encrypted,
            ),
            (good.replace("-----END PRIVATE KEY-----", ""), PemError::Damaged),
            (pem("PRIVATE KEY", &[], 64, "\n"), PemError::Damaged),
            (pem("PRIVATE KEY", &[5; 47], 64, "\n").replace('=', ""), PemError::Damaged),
            (pem("PRIVATE KEY", &[5; 47], 64, "\n").replace('=', "=="), PemError::Damaged),
            (good.replacen("BQUF", "BQ=F", 1), PemError::Damaged),
            (good.replacen("BQUF", "BQU", 1), PemError::Damaged),
        ] {
            assert_eq!(decoded(&text), Err(error), "{text}");
        }
        // Every byte that is no letter of base64.
        for byte in 0..=u8::MAX {
            let mut text = good.clone().into_bytes();
            let at = text.windows(4).position(|four| four == b"BQUF").unwrap();
            text[at] = byte;
            let letter = LETTERS.contains(&byte);
            let outcome = decode_private_key(&mut text);
            assert_eq!(outcome.is_ok(), letter, "{byte:02x}: {outcome:?}");
        }
    }
}
