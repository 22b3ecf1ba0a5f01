//! Where the digits of a value are in its blocks.

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::LONGEST_VALUE;
use crate::pin::{Account, nibbles};
use crate::told::{Told, told};

/// Most bytes of a text: 40 characters in blocks of 16.
const MOST: usize = 48;

/// Layouts of digits in whole blocks; see [`crate::export`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// BCD left, filled with F.
    E1,
    /// BCD right, filled with zeros.
    E2,
    /// ASCII left, filled with spaces.
    E3,
    /// ASCII right, filled with `0`.
    E4,
    /// EBCDIC left, filled with 40.
    E5,
    /// Their number, the digits and random fill.
    E6,
    /// E1 bound to the PAN.
    E7,
}

impl Layout {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::E1, Self::E2, Self::E3, Self::E4, Self::E5, Self::E6, Self::E7];

    /// The layout with this name, as `E6`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|layout| layout.name() == name)
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::E1 => "E1",
            Self::E2 => "E2",
            Self::E3 => "E3",
            Self::E4 => "E4",
            Self::E5 => "E5",
            Self::E6 => "E6",
            Self::E7 => "E7",
        }
    }

    /// Whether the same digits are the same ciphertext under one key for every card, unless an IV is drawn.
    #[must_use]
    pub const fn is_legacy(self) -> bool {
        match self {
            Self::E1 | Self::E2 | Self::E3 | Self::E4 | Self::E5 => true,
            Self::E6 | Self::E7 => false,
        }
    }

    pub(super) const fn binds_pan(self) -> bool {
        matches!(self, Self::E7)
    }

    /// Nibbles in front of the digits.
    const fn head(self, digits: usize) -> usize {
        match (self, digits) {
            (Self::E6, ..=14) => 2,
            (Self::E6, _) => 3,
            (Self::E1 | Self::E2 | Self::E3 | Self::E4 | Self::E5 | Self::E7, _) => 0,
        }
    }

    /// Bytes that `digits` digits take, in whole blocks.
    fn length(self, digits: usize, block: usize) -> usize {
        let bytes = match self {
            Self::E3 | Self::E4 | Self::E5 => digits,
            Self::E1 | Self::E2 | Self::E6 | Self::E7 => (self.head(digits) + digits).div_ceil(2),
        };
        bytes.next_multiple_of(block)
    }

    /// The nibble in front of a digit, for those with a byte for each.
    const fn zone(self) -> u8 {
        match self {
            Self::E5 => 0xF0,
            Self::E1 | Self::E2 | Self::E3 | Self::E4 | Self::E6 | Self::E7 => 0x30,
        }
    }
}

/// The 8 bytes that E7 is bound by: `0000` and 12 digits of a PAN of 13 to 19, as in PIN blocks of format 0.
pub(super) fn pan_field(pan: &[u8]) -> Option<[u8; 8]> {
    let account = Account::pan(pan).ok()?.right12()?;
    let mut field = [0; 16];
    field.iter_mut().skip(4).zip(account).for_each(|(to, digit)| *to = digit & 0x0F);
    Some(nibbles::pack(&field))
}

/// The blocks in the clear. Wiped on drop.
pub(super) struct Text {
    bytes: Zeroizing<[u8; MOST]>,
    used: usize,
}

impl Text {
    /// Digits, ASCII, laid out, with `fill` where it is to be random.
    pub(super) fn of(layout: Layout, digits: &[u8], block: usize, fill: &[u8]) -> Option<Self> {
        let mut text = Self { bytes: Zeroizing::new([0; MOST]), used: 0 };
        text.used = layout.length(digits.len(), block);
        let values = digits.iter().map(|digit| digit & 0x0F);
        let bytes = text.bytes.get_mut(..text.used)?;
        match layout {
            Layout::E1 | Layout::E7 => pack(bytes, values.chain(std::iter::repeat(0x0F))),
            Layout::E2 => {
                let zeros = (2 * bytes.len()).checked_sub(digits.len())?;
                pack(bytes, std::iter::repeat_n(0, zeros).chain(values));
            }
            Layout::E6 => {
                let count = u8::try_from(digits.len()).ok()?;
                let head = [0x09, count >> 4, count & 0x0F];
                let short = [0x08, count];
                let head = if layout.head(digits.len()) == 2 { &short[..] } else { &head };
                pack(bytes, head.iter().copied().chain(values).chain(nibbles::iter(fill)));
            }
            Layout::E3 => {
                write(bytes, values.map(|value| 0x30 | value).chain(std::iter::repeat(b' ')));
            }
            Layout::E5 => {
                write(bytes, values.map(|value| 0xF0 | value).chain(std::iter::repeat(0x40)));
            }
            Layout::E4 => {
                let zeros = bytes.len().checked_sub(digits.len())?;
                let values = values.map(|value| 0x30 | value);
                write(bytes, std::iter::repeat_n(b'0', zeros).chain(values));
            }
        }
        Some(text)
    }

    /// Blocks to be deciphered; `None` if they are not as many as this number of digits takes.
    pub(super) fn read(layout: Layout, digits: usize, block: usize, blocks: &[u8]) -> Option<Self> {
        let used = layout.length(digits, block);
        let mut text = Self { bytes: Zeroizing::new([0; MOST]), used };
        if blocks.len() != used {
            return None;
        }
        text.bytes().copy_from_slice(blocks);
        Some(text)
    }

    pub(super) fn bytes(&mut self) -> &mut [u8] {
        let used = self.used;
        self.bytes.get_mut(..used).unwrap_or_default()
    }

    /// Binds each eight bytes to a PAN, or takes that away.
    pub(super) fn bind(&mut self, field: Option<[u8; 8]>) {
        for part in self.bytes().chunks_exact_mut(8) {
            part.iter_mut().zip(field.unwrap_or_default()).for_each(|(to, from)| *to ^= from);
        }
    }

    /// Reads the digits, ASCII, and tells whether they are digits and everything else is as the layout has it: by laying them
    /// out again. Looks at all of it, whatever is wrong.
    pub(super) fn digits(&mut self, layout: Layout, to: &mut [u8], block: usize) -> bool {
        let mut units = Zeroizing::new([0; 2 * MOST]);
        let bytes = self.bytes();
        // Nibbles, or bytes whose upper half is no part of the digit.
        let units_used = match layout {
            Layout::E1 | Layout::E2 | Layout::E6 | Layout::E7 => {
                units.iter_mut().zip(nibbles::iter(bytes)).for_each(|(to, from)| *to = from);
                2 * bytes.len()
            }
            Layout::E3 | Layout::E4 | Layout::E5 => {
                let values = bytes.iter().map(|byte| byte ^ layout.zone());
                units.iter_mut().zip(values).for_each(|(to, from)| *to = from);
                bytes.len()
            }
        };
        let from = match layout {
            Layout::E2 | Layout::E4 => units_used.saturating_sub(to.len()),
            Layout::E1 | Layout::E3 | Layout::E5 | Layout::E6 | Layout::E7 => layout.head(to.len()),
        };
        let mut wrong = 0;
        for (digit, value) in to.iter_mut().zip(units.iter().skip(from)) {
            // Above nine, or with an upper half.
            wrong |= (9u8.wrapping_sub(*value) >> 7) | (value >> 4);
            *digit = b'0' | (value & 0x0F);
        }
        // The fill is whatever it is.
        let mut fill = Zeroizing::new([0; MOST]);
        let behind = units.iter().skip(from + to.len());
        let behind = behind.copied().chain(std::iter::repeat(0));
        pack(&mut *fill, behind);
        let again = Self::of(layout, to, block, &*fill);
        again.is_some_and(|mut again| {
            let same = again.bytes().ct_eq(self.bytes()) & wrong.ct_eq(&0);
            told(Told::Value, same) && to.len() <= LONGEST_VALUE
        })
    }
}

fn write(bytes: &mut [u8], values: impl Iterator<Item = u8>) {
    bytes.iter_mut().zip(values).for_each(|(to, from)| *to = from);
}

/// Two nibbles to a byte, as many as there is room for.
fn pack(bytes: &mut [u8], mut nibbles: impl Iterator<Item = u8>) {
    for byte in bytes {
        let (high, low) = (nibbles.next().unwrap_or(0), nibbles.next().unwrap_or(0));
        *byte = (high << 4) | (low & 0x0F);
    }
}
