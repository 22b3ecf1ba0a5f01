//! The layouts of a PIN block.

/// How a PIN lies in its block. The numbers are the format codes of the host language.
///
/// Code 46, AS 2805.3 format 8, is left out: no public source gives its layout. Codes 02, 35, 41 and 42
/// (Docutel and the card-script forms) are other commands' work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layout {
    /// 01: ISO 9564-1 format 0, ANSI X9.8: length and PIN with F fill, XOR the 12 right-most PAN digits.
    Iso0,
    /// 03: Diebold, IBM 3624 terminals: PIN on the left, F fill, no control nibble.
    Diebold,
    /// 04: PLUS network: as ISO 0, with the 12 left-most PAN digits.
    Plus,
    /// 05: ISO 9564-1 format 1: length and PIN with random fill, no account.
    Iso1,
    /// 34: ISO 9564-1 format 2: length and PIN with F fill, no account; for submission to an IC card.
    Iso2,
    /// 47: ISO 9564-1 format 3: as ISO 0, with random fill of A to F.
    Iso3,
    /// 48: ISO 9564-1 format 4: 16 bytes under AES, bound to the whole PAN.
    Iso4,
}

impl Layout {
    /// Bytes in a block of this layout, clear or enciphered.
    #[must_use]
    pub fn block_len(self) -> usize {
        match self {
            Self::Iso0 | Self::Diebold | Self::Plus | Self::Iso1 | Self::Iso2 | Self::Iso3 => 8,
            Self::Iso4 => 16,
        }
    }

    /// The control nibble; Diebold has none.
    pub(crate) fn control(self) -> Option<u8> {
        match self {
            Self::Iso0 | Self::Plus => Some(0),
            Self::Iso1 => Some(1),
            Self::Iso2 => Some(2),
            Self::Iso3 => Some(3),
            Self::Iso4 => Some(4),
            Self::Diebold => None,
        }
    }
}
