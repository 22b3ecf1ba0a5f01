//! The key types of a variant LMK: which exist, and which key block usages each may become.
//!
//! Source: host-commands, section 2. A type that is known but has no usage here stays under variant LMKs.

use crate::rules::KeyRules;
use payhsm_protocol::field::KeyType;

/// Type code and usages. EMV master keys: E0 cryptograms, E1 confidentiality, E2 integrity, E3 DAC, E4 DN, E6 other.
/// 602 and 60A are ours (see `usage.rs`).
const KNOWN: &[([u8; 3], &[[u8; 2]])] = &[
    (*b"000", &[*b"K0", *b"52"]),
    (*b"001", &[*b"P0", *b"72"]),
    (*b"002", &[*b"V0", *b"V1", *b"V2"]),
    (*b"402", &[*b"C0", *b"11", *b"12", *b"13"]),
    (*b"70D", &[*b"P0", *b"71"]),
    (*b"80D", &[*b"K0", *b"51"]),
    (*b"003", &[*b"M0", *b"M1", *b"M3", *b"M5", *b"M6"]),
    (*b"008", &[*b"M0", *b"M1", *b"M3", *b"M5", *b"M6"]),
    (*b"00A", &[*b"D0", *b"22"]),
    (*b"00B", &[*b"D0", *b"21"]),
    (*b"30B", &[*b"D0", *b"23"]),
    (*b"009", &[*b"B0", *b"41"]),
    (*b"609", &[*b"B0", *b"42"]),
    (*b"809", &[*b"B0", *b"43"]),
    (*b"909", &[*b"B0", *b"44"]),
    (*b"302", &[*b"B1"]),
    (*b"109", &[*b"E0"]),
    (*b"209", &[*b"E2"]),
    (*b"309", &[*b"E1"]),
    (*b"409", &[*b"E3"]),
    (*b"509", &[*b"E4"]),
    (*b"709", &[*b"E6"]),
    (*b"602", &[*b"90"]),
    (*b"60A", &[*b"95"]),
];

/// Types that key commands accept and that have no key block form here.
const VARIANT_ONLY: &[[u8; 3]] = &[
    *b"100", *b"200", *b"90D", *b"006", *b"607", *b"105", *b"205", *b"305", *b"405", *b"505",
    *b"605", *b"705", *b"805", *b"905", *b"106", *b"206", *b"306", *b"406", *b"506", *b"606",
    *b"107", *b"207", *b"507", *b"807", *b"907", *b"10A", *b"30D", *b"40D", *b"50D",
];

/// Usages that 002 has besides those of a PVK while TPK and TMK share it.
const SHARED_002: &[[u8; 2]] = &[*b"P0", *b"71", *b"K0", *b"51"];

/// The types of their own that keys get which share 002 (TPK, TMK, TKR).
const OUT_OF_002: &[[u8; 3]] = &[*b"70D", *b"80D", *b"90D"];

/// Whether a key of one type may become a key of the other, which is apart from the others that were of that type.
pub(crate) fn may_become(from: KeyType, to: KeyType) -> bool {
    from.0 == *b"002" && OUT_OF_002.contains(&to.0)
}

/// Whether there is such a type.
pub(crate) fn is_known(key_type: KeyType) -> bool {
    KNOWN.iter().any(|(code, _)| *code == key_type.0) || VARIANT_ONLY.contains(&key_type.0)
}

/// Whether a key of this type may be in a key block of this usage.
pub(crate) fn may_be(key_type: KeyType, usage: [u8; 2], rules: &KeyRules) -> bool {
    let listed = KNOWN.iter().any(|(code, usages)| *code == key_type.0 && usages.contains(&usage));
    let shared = key_type.0 == *b"002" && !rules.separate_002 && SHARED_002.contains(&usage);
    listed || shared
}
