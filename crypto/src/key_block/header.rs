//! The header of a key block in ASCII: 16 fixed characters, then optional blocks (X9.143 clause 6).
//!
//! The Thales block has the same header behind its 'S', with the LMK id in the two reserved characters.

use super::KeyBlockError;

/// Characters in the fixed part.
const FIXED: usize = 16;
/// Most optional blocks: the count has two decimal digits.
const MOST_BLOCKS: usize = 99;

/// What the fixed part says, besides the length and the number of optional blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attributes {
    /// Version: 'A' to 'D' of X9.143, '0' and '1' of Thales.
    pub version: u8,
    /// Key usage, as "P0".
    pub usage: [u8; 2],
    /// Algorithm of the key, as 'T' or 'A'.
    pub algorithm: u8,
    /// Mode of use, as 'B' or 'N'.
    pub mode: u8,
    /// Key version number, "00" for none.
    pub version_number: [u8; 2],
    /// Exportability: 'E', 'N' or 'S'.
    pub exportability: u8,
    /// "00" in X9.143; LMK id, or "FF" under a ZMK, in a Thales block.
    pub reserved: [u8; 2],
}

/// An optional block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionalBlock<'a> {
    /// Its name, as "KS"; "PB" is padding.
    pub id: [u8; 2],
    /// Its content, printable ASCII.
    pub data: &'a [u8],
}

/// A key block's text taken apart: form checked, nothing authenticated yet.
#[derive(Debug, Clone, Copy)]
pub struct Header<'a> {
    /// What the fixed part says.
    pub attributes: Attributes,
    /// Characters in the whole block, which is what the length field said.
    pub length: usize,
    /// Number of optional blocks.
    pub optional_count: usize,
    /// The header as it stands, optional blocks included: what is authenticated.
    pub text: &'a [u8],
}

/// Bytes in a cipher block of that version; the header, the optional blocks and the body are multiples of it.
fn block_len(version: u8) -> Result<usize, KeyBlockError> {
    match version {
        b'A' | b'B' | b'C' | b'0' => Ok(8),
        b'D' | b'1' => Ok(16),
        _ => Err(KeyBlockError::Form),
    }
}

impl<'a> Header<'a> {
    /// Takes a whole block, without a scheme letter in front, into header and body; the body is still hexadecimal.
    pub fn parse(block: &'a [u8]) -> Result<(Self, &'a [u8]), KeyBlockError> {
        if !block.iter().all(|character| (b' '..=b'~').contains(character)) {
            return Err(KeyBlockError::Form);
        }
        let fixed: &[u8; FIXED] = block.first_chunk().ok_or(KeyBlockError::Form)?;
        let &[
            version,
            l3,
            l2,
            l1,
            l0,
            u1,
            u0,
            algorithm,
            mode,
            v1,
            v0,
            exportability,
            o1,
            o0,
            r1,
            r0,
        ] = fixed;
        let length = decimal(&[l3, l2, l1, l0])?;
        let unit = block_len(version)?;
        if length != block.len() || !length.is_multiple_of(unit) {
            return Err(KeyBlockError::Form);
        }
        let optional_count = decimal(&[o1, o0])?;
        let (_, mut rest) = block.split_at_checked(FIXED).ok_or(KeyBlockError::Form)?;
        for _ in 0..optional_count {
            (_, rest) = split_optional(rest)?;
        }
        let (text, body) =
            block.split_at_checked(length - rest.len()).ok_or(KeyBlockError::Form)?;
        if body.is_empty() || !text.len().is_multiple_of(unit) {
            return Err(KeyBlockError::Form);
        }
        let attributes = Attributes {
            version,
            usage: [u1, u0],
            algorithm,
            mode,
            version_number: [v1, v0],
            exportability,
            reserved: [r1, r0],
        };
        Ok((Self { attributes, length, optional_count, text }, body))
    }

    /// The optional blocks in their order.
    pub fn optional_blocks(&self) -> impl Iterator<Item = OptionalBlock<'a>> + use<'a> {
        let mut rest = self.text.get(FIXED..).unwrap_or_default();
        core::iter::from_fn(move || {
            let (block, tail) = split_optional(rest).ok()?;
            rest = tail;
            Some(block)
        })
    }
}

impl Attributes {
    /// The header in ASCII for a body of `body_len` bytes.
    ///
    /// A padding block PB, filled with zeros, is added where the optional blocks would not be whole cipher blocks;
    /// "PB" itself is not for the caller.
    pub fn to_header(
        &self,
        optional: &[OptionalBlock<'_>],
        body_len: usize,
    ) -> Result<Vec<u8>, KeyBlockError> {
        let unit = block_len(self.version)?;
        let mut blocks = Vec::new();
        for block in optional {
            append_optional(&mut blocks, block)?;
        }
        let mut count = optional.len();
        if !blocks.len().is_multiple_of(unit) {
            let padded = (blocks.len() + 4).next_multiple_of(unit);
            let filler = vec![b'0'; padded - blocks.len() - 4];
            append(&mut blocks, &OptionalBlock { id: *b"PB", data: &filler })?;
            count += 1;
        }
        let length = body_len.checked_mul(2).map(|body| FIXED + blocks.len() + body);
        let length = length.filter(|length| *length <= 9999).ok_or(KeyBlockError::Form)?;
        if count > MOST_BLOCKS {
            return Err(KeyBlockError::Form);
        }
        let mut text = Vec::with_capacity(FIXED + blocks.len());
        text.push(self.version);
        text.extend_from_slice(format!("{length:04}").as_bytes());
        text.extend_from_slice(&self.usage);
        text.extend_from_slice(&[self.algorithm, self.mode]);
        text.extend_from_slice(&self.version_number);
        text.push(self.exportability);
        text.extend_from_slice(format!("{count:02}").as_bytes());
        text.extend_from_slice(&self.reserved);
        text.extend_from_slice(&blocks);
        if text.iter().all(|character| (b' '..=b'~').contains(character)) {
            Ok(text)
        } else {
            Err(KeyBlockError::Form)
        }
    }
}

fn append_optional(blocks: &mut Vec<u8>, block: &OptionalBlock<'_>) -> Result<(), KeyBlockError> {
    if block.id == *b"PB" { Err(KeyBlockError::Form) } else { append(blocks, block) }
}

/// Id, length, data; a block longer than 255 characters has "00", "02" and four digits of length (X9.143 6.5).
fn append(blocks: &mut Vec<u8>, block: &OptionalBlock<'_>) -> Result<(), KeyBlockError> {
    let short = 4 + block.data.len();
    blocks.extend_from_slice(&block.id);
    if short <= 0xFF {
        blocks.extend_from_slice(format!("{short:02X}").as_bytes());
    } else if short + 6 <= 0xFFFF {
        let long = short + 6;
        blocks.extend_from_slice(format!("0002{long:04X}").as_bytes());
    } else {
        return Err(KeyBlockError::Form);
    }
    blocks.extend_from_slice(block.data);
    Ok(())
}

/// Takes one optional block off the front.
fn split_optional(text: &[u8]) -> Result<(OptionalBlock<'_>, &[u8]), KeyBlockError> {
    let ([i1, i0, l1, l0], tail) = text.split_first_chunk().ok_or(KeyBlockError::Form)?;
    let (length, head) = match hexadecimal(&[*l1, *l0])? {
        // Extended form: the number of pairs of digits of the length, then the length.
        0 => {
            let (pairs, digits) = tail.split_first_chunk::<2>().ok_or(KeyBlockError::Form)?;
            let pairs = hexadecimal(pairs)?;
            let digits = digits.get(..pairs * 2).filter(|digits| matches!(digits.len(), 2..=8));
            (hexadecimal(digits.ok_or(KeyBlockError::Form)?)?, 6 + pairs * 2)
        }
        length => (length, 4),
    };
    let (block, rest) = text.split_at_checked(length).ok_or(KeyBlockError::Form)?;
    let data = block.get(head..).ok_or(KeyBlockError::Form)?;
    Ok((OptionalBlock { id: [*i1, *i0], data }, rest))
}

fn decimal(digits: &[u8]) -> Result<usize, KeyBlockError> {
    digits.iter().try_fold(0, |value, digit| match digit {
        b'0'..=b'9' => Ok(value * 10 + usize::from(digit - b'0')),
        _ => Err(KeyBlockError::Form),
    })
}

/// Upper-case only, as the standard writes it.
fn hexadecimal(digits: &[u8]) -> Result<usize, KeyBlockError> {
    digits.iter().try_fold(0, |value, digit| match digit {
        b'0'..=b'9' => Ok(value * 16 + usize::from(digit - b'0')),
        b'A'..=b'F' => Ok(value * 16 + usize::from(digit - b'A') + 10),
        _ => Err(KeyBlockError::Form),
    })
}
