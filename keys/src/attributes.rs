//! The attributes of a key block: which exist, how they are read from a header, and what is narrower than what.

use crate::defence::Defence;
use crate::material::Algorithm;
use crate::refusal::KeyRefused;
use payhsm_crypto::key_block::header::{Attributes, Header, OptionalBlock as BorrowedBlock};
use payhsm_protocol::field::{Exportability, KeyAttributes, KeyBlock, OptionalBlock};

/// Padding among the optional blocks: made anew with every header.
const PADDING_BLOCK: [u8; 2] = *b"PB";

/// Modes of keys that encrypt: both ways, decrypt only, encrypt only, no restriction.
const ENCRYPTION_MODES: &[u8] = b"BDEN";
/// Modes of keys that compute values: generate and verify, generate only, verify only, no restriction.
const VALUE_MODES: &[u8] = b"CGVN";
/// Modes of keys that others are derived from.
const DERIVATION_MODES: &[u8] = b"XN";

/// Usages of one kind, and what goes with them.
struct Family {
    usages: &'static [[u8; 2]],
    modes: &'static [u8],
    /// Whether the key may be a TDES key.
    tdes: bool,
    /// Whether the key may be an AES key.
    aes: bool,
}

/// X9.143 tables 6 and 8; the usages in digits are Thales', and from 90 on ours (see `usage.rs`).
const KNOWN: &[Family] = &[
    Family { usages: &[*b"K0", *b"51", *b"52"], modes: ENCRYPTION_MODES, tdes: true, aes: true },
    Family { usages: &[*b"P0", *b"71", *b"72"], modes: ENCRYPTION_MODES, tdes: true, aes: true },
    Family {
        usages: &[*b"D0", *b"21", *b"22", *b"23"],
        modes: ENCRYPTION_MODES,
        tdes: true,
        aes: true,
    },
    Family { usages: &[*b"V0", *b"V1", *b"V2"], modes: VALUE_MODES, tdes: true, aes: false },
    Family { usages: &[*b"C0", *b"11", *b"12", *b"13"], modes: VALUE_MODES, tdes: true, aes: true },
    Family { usages: &[*b"M0", *b"M1", *b"M3"], modes: VALUE_MODES, tdes: true, aes: false },
    Family { usages: &[*b"M5", *b"M6"], modes: VALUE_MODES, tdes: true, aes: true },
    Family { usages: &[*b"B0", *b"B1"], modes: DERIVATION_MODES, tdes: true, aes: true },
    Family {
        usages: &[*b"41", *b"42", *b"43", *b"44"],
        modes: DERIVATION_MODES,
        tdes: true,
        aes: true,
    },
    Family {
        usages: &[*b"E0", *b"E1", *b"E2", *b"E3"],
        modes: DERIVATION_MODES,
        tdes: true,
        aes: true,
    },
    Family { usages: &[*b"E4", *b"E5", *b"E6"], modes: DERIVATION_MODES, tdes: true, aes: true },
    Family { usages: &[*b"90"], modes: VALUE_MODES, tdes: true, aes: false },
    Family { usages: &[*b"91", *b"93", *b"94"], modes: VALUE_MODES, tdes: false, aes: true },
    Family { usages: &[*b"92", *b"96"], modes: ENCRYPTION_MODES, tdes: false, aes: true },
    Family { usages: &[*b"95"], modes: ENCRYPTION_MODES, tdes: true, aes: true },
];

/// Generic usages and the narrower ones that a key of theirs may be bound to.
const NARROWER: &[([u8; 2], &[[u8; 2]])] = &[
    (*b"K0", &[*b"51", *b"52"]),
    (*b"P0", &[*b"71", *b"72"]),
    (*b"D0", &[*b"21", *b"22", *b"23"]),
    (*b"V0", &[*b"V1", *b"V2"]),
    (*b"C0", &[*b"11", *b"12", *b"13"]),
    (*b"B0", &[*b"41", *b"42", *b"43", *b"44"]),
];

/// Refuses a usage, an algorithm or a mode that does not exist or does not go with the others.
pub(crate) fn check(attributes: &KeyAttributes, algorithm: Algorithm) -> Result<(), KeyRefused> {
    let family = KNOWN.iter().find(|family| family.usages.contains(&attributes.usage));
    let family = family.ok_or(KeyRefused::Usage)?;
    let serves = match algorithm {
        Algorithm::Tdes => family.tdes,
        Algorithm::Aes => family.aes,
    };
    if !serves {
        return Err(KeyRefused::Algorithm);
    }
    if !family.modes.contains(&attributes.mode_of_use) {
        return Err(KeyRefused::ModeOfUse);
    }
    Ok(())
}

/// Whether the version number says that the key is a component (X9.143 table 9: `c` and its number).
pub(crate) const fn is_component(said: &KeyAttributes) -> bool {
    matches!(said.version, [b'c', _])
}

/// Cipher and bytes of the key that an attribute such as `T2` or `A3` asks for.
pub(crate) fn cipher_and_length(algorithm: [u8; 2]) -> Option<(Algorithm, usize)> {
    match &algorithm {
        b"D1" | b"T1" => Some((Algorithm::Tdes, 8)),
        b"T2" => Some((Algorithm::Tdes, 16)),
        b"T3" => Some((Algorithm::Tdes, 24)),
        b"A1" => Some((Algorithm::Aes, 16)),
        b"A2" => Some((Algorithm::Aes, 24)),
        b"A3" => Some((Algorithm::Aes, 32)),
        _ => None,
    }
}

/// The attribute for a key, as `T2` or `A3`.
pub(crate) fn algorithm_and_length(algorithm: Algorithm, length: usize) -> [u8; 2] {
    match (algorithm, length) {
        (Algorithm::Tdes, ..16) => *b"D1",
        (Algorithm::Tdes, 16..24) => *b"T2",
        (Algorithm::Tdes, 24..) => *b"T3",
        (Algorithm::Aes, ..24) => *b"A1",
        (Algorithm::Aes, 24..32) => *b"A2",
        (Algorithm::Aes, 32..) => *b"A3",
    }
}

/// Whether `to` is `from` or narrower.
pub(crate) fn usage_narrows(from: [u8; 2], to: [u8; 2]) -> bool {
    from == to
        || !Defence::Narrowing.holds()
        || NARROWER.iter().any(|(generic, narrower)| *generic == from && narrower.contains(&to))
}

/// Whether `to` is `from` or narrower: from both ways to one of them, from no restriction to any.
pub(crate) const fn mode_narrows(from: u8, to: u8) -> bool {
    from == to || matches!((from, to), (b'N', _) | (b'B', b'D' | b'E') | (b'C', b'G' | b'V'))
}

/// Whether `to` is `from` or narrower: sensitive, trusted, none.
pub(crate) fn exportability_narrows(from: Exportability, to: Exportability) -> bool {
    match from {
        Exportability::Sensitive => true,
        Exportability::Trusted => to != Exportability::Sensitive,
        Exportability::None => to == Exportability::None,
    }
}

/// Reads the header of a block whose MAC was right, for a key of `length` bytes.
///
/// MACs run over header and body as one text, so a boundary between the two that a caller has moved would go
/// unseen by the MAC: the length and the optional blocks have to account for every character.
pub(crate) fn read(
    block: &KeyBlock,
    length: usize,
) -> Result<(KeyAttributes, Algorithm), KeyRefused> {
    let mut text = block.header.clone();
    // The parser wants the whole block; what the body says does not matter to it.
    text.resize(block.header.len() + 2 * block.body.len(), b'0');
    let (header, _) = Header::parse(&text).map_err(|_| KeyRefused::Authentication)?;
    if header.text.len() != block.header.len() {
        return Err(KeyRefused::Authentication);
    }
    let fixed = header.attributes;
    let algorithm = Algorithm::from_letter(fixed.algorithm).ok_or(KeyRefused::Algorithm)?;
    let exportability =
        Exportability::from_letter(fixed.exportability).ok_or(KeyRefused::Authentication)?;
    let optional_blocks = header
        .optional_blocks()
        .filter(|block| block.id != PADDING_BLOCK)
        .map(|block| OptionalBlock { id: block.id, data: block.data.to_vec() })
        .collect();
    let attributes = KeyAttributes {
        usage: fixed.usage,
        algorithm: Some(algorithm_and_length(algorithm, length)),
        mode_of_use: fixed.mode,
        version: fixed.version_number,
        exportability,
        optional_blocks,
    };
    Ok((attributes, algorithm))
}

/// The header of a new block with a body of `body_len` bytes. `reserved` is the LMK id, `FF` or `00`.
pub(crate) fn write(
    attributes: &KeyAttributes,
    algorithm: Algorithm,
    version: u8,
    reserved: [u8; 2],
    body_len: usize,
) -> Result<Vec<u8>, KeyRefused> {
    if !attributes.version.iter().all(u8::is_ascii_alphanumeric) {
        return Err(KeyRefused::VersionNumber);
    }
    let optional: Vec<_> = attributes
        .optional_blocks
        .iter()
        .map(|block| BorrowedBlock { id: block.id, data: &block.data })
        .collect();
    let fixed = Attributes {
        version,
        usage: attributes.usage,
        algorithm: algorithm.letter(),
        mode: attributes.mode_of_use,
        version_number: attributes.version,
        exportability: attributes.exportability.letter(),
        reserved,
    };
    fixed.to_header(&optional, body_len).map_err(|_| KeyRefused::OptionalBlocks)
}
