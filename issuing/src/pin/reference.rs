//! What a PIN is verified against.

use crate::row::{Reader, RowError, Writer};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// What a PIN is verified against: with the key and a hundred thousand cards it tells PINs, so nothing prints it. Made by
/// [`PinReference::pvv`] and [`PinReference::ibm`] alone.
#[derive(Clone)]
pub enum PinReference {
    /// A PIN verification value (Visa).
    #[non_exhaustive]
    Pvv {
        /// PIN verification key index, 0 to 9.
        pvki: u8,
        /// 4 ASCII digits.
        pvv: Zeroizing<[u8; 4]>,
    },
    /// An offset of IBM 3624.
    #[non_exhaustive]
    Ibm {
        /// PIN verification key index, 0 to 9.
        pvki: u8,
        /// 4 to 12 ASCII digits.
        offset: Zeroizing<Vec<u8>>,
        /// How many PIN digits the offset covers, 4 to as many as it has.
        check_length: u8,
    },
}

/// Not a PVV, offset or index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no PIN reference: index 0 to 9, PVV of 4 digits or offset of 4 to 12, check length 4 to that of the offset"
)]
pub struct BadReference;

impl PinReference {
    /// A PVV: index 0 to 9, ASCII digits.
    ///
    /// # Errors
    /// [`BadReference`]
    pub fn pvv(pvki: u8, pvv: [u8; 4]) -> Result<Self, BadReference> {
        let pvv = Zeroizing::new(pvv);
        let good = pvki <= 9 && pvv.iter().all(u8::is_ascii_digit);
        if good { Ok(Self::Pvv { pvki, pvv }) } else { Err(BadReference) }
    }

    /// An offset: index 0 to 9; 4 to 12 ASCII digits without fill; check length from 4 to the digits of the offset (fewer than 4
    /// would let a caller verify a PIN digit by digit).
    ///
    /// # Errors
    /// [`BadReference`]
    pub fn ibm(pvki: u8, offset: &[u8], check_length: u8) -> Result<Self, BadReference> {
        let good = pvki <= 9
            && offset.iter().all(u8::is_ascii_digit)
            && (4..=12).contains(&offset.len())
            && (4..=offset.len()).contains(&usize::from(check_length));
        let offset = Zeroizing::new(offset.to_vec());
        if good { Ok(Self::Ibm { pvki, offset, check_length }) } else { Err(BadReference) }
    }

    /// PIN verification key index, 0 to 9.
    #[must_use]
    pub const fn pvki(&self) -> u8 {
        match self {
            Self::Pvv { pvki, .. } | Self::Ibm { pvki, .. } => *pvki,
        }
    }

    pub(super) fn put(writer: Writer, reference: &Self) -> Writer {
        match reference {
            Self::Pvv { pvki, pvv } => writer.u8(0).u8(*pvki).array(**pvv),
            Self::Ibm { pvki, offset, check_length } => {
                writer.u8(1).u8(*pvki).u8(*check_length).bytes(offset)
            }
        }
    }

    pub(super) fn take(reader: &mut Reader<'_>) -> Result<Self, RowError> {
        let (ibm, pvki) = (reader.flag()?, reader.u8()?);
        let reference = if ibm {
            let check_length = reader.u8()?;
            Self::ibm(pvki, reader.bytes()?, check_length)
        } else {
            Self::pvv(pvki, reader.array()?)
        };
        reference.map_err(|_| RowError::Malformed)
    }
}

impl PartialEq for PinReference {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Pvv { pvki, pvv }, Self::Pvv { pvki: others, pvv: theirs }) => {
                pvki == others && bool::from(pvv.ct_eq(&**theirs))
            }
            (
                Self::Ibm { pvki, offset, check_length },
                Self::Ibm { pvki: others, offset: theirs, check_length: length },
            ) => (pvki, check_length) == (others, length) && bool::from(offset.ct_eq(theirs)),
            (Self::Pvv { .. }, Self::Ibm { .. }) | (Self::Ibm { .. }, Self::Pvv { .. }) => false,
        }
    }
}

impl Eq for PinReference {}

impl fmt::Debug for PinReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pvv { .. } => "PinReference(PVV)",
            Self::Ibm { .. } => "PinReference(IBM)",
        })
    }
}
