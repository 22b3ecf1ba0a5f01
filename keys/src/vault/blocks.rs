//! X9.143 blocks as text.

use super::VaultRefused;
use payhsm_crypto::key_block::header::Header;
use payhsm_protocol::field::{BlockScheme, KeyBlock};
use std::fmt::Write as _;

/// A block from its text; the `R` of the host dialect may stand in front, space around it.
pub(super) fn from_text(text: &str) -> Result<KeyBlock, VaultRefused> {
    let text = text.trim();
    let text = text.strip_prefix('R').unwrap_or(text);
    let (header, body) = Header::parse(text.as_bytes()).map_err(|_| VaultRefused::Block)?;
    let (pairs, rest) = body.as_chunks::<2>();
    let body = pairs.iter().map(|[high, low]| Some(16 * digit(*high)? + digit(*low)?));
    let body: Option<Vec<u8>> = body.collect();
    match body {
        Some(body) if rest.is_empty() => {
            Ok(KeyBlock { scheme: BlockScheme::X9143, header: header.text.to_vec(), body })
        }
        _ => Err(VaultRefused::Block),
    }
}

/// The text of a block, without a letter in front.
pub(super) fn to_text(block: &KeyBlock) -> Result<String, VaultRefused> {
    let mut text = String::from_utf8(block.header.clone()).map_err(|_| VaultRefused::Block)?;
    for byte in &block.body {
        write!(text, "{byte:02X}").map_err(|_| VaultRefused::Block)?;
    }
    Ok(text)
}

fn digit(character: u8) -> Option<u8> {
    let value = char::from(character).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// X9.143 (TR-31:2018), A.7.4: the AES block.
    const BLOCK: &str = "D0112P0AE00E0000B82679114F470F540165EDFBF7E250FCEA43F810D215F8D2\
                         07E2E417C07156A27E8E31DA05F7425509593D03A457DC34";

    #[test]
    fn a_block_is_its_text() {
        let block = from_text(BLOCK).unwrap();
        assert_eq!(
            (block.header.as_slice(), block.body.len()),
            (b"D0112P0AE00E0000".as_slice(), 48)
        );
        assert_eq!(to_text(&block).unwrap(), BLOCK);
        assert_eq!(
            from_text(&format!(" R{}\n", BLOCK.to_ascii_lowercase().to_uppercase())).unwrap(),
            block
        );
        for odd in [
            "",
            "R",
            "D0112P0AE00E0000",
            BLOCK.trim_end_matches('4'),
            &BLOCK.replace('F', "G"),
            "ü",
        ] {
            assert_eq!(from_text(odd), Err(VaultRefused::Block), "{odd}");
        }
    }
}
