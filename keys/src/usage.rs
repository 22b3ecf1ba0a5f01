//! What a key may be used for, as types, and the one table behind them.
//!
//! A command asks for a `Key<Zpk>`; which key blocks and which key types of a variant LMK can become one
//! is said here and nowhere else. Sources: X9.143 table 6 and the Thales usage codes (host-commands, section 2).
//!
//! What an issuer has and X9.143 does not gets a numeric usage of its own, which the standard leaves to whoever
//! needs one. No other usage becomes one of these, nor they another.
//!
//! | usage | key | cipher, length | modes | variant LMK |
//! |---|---|---|---|---|
//! | `90` | [`Dcvk`] | TDES, double | C G V N | 602 |
//! | `91` | [`DcvkHmac`] | `A`, any | C G V N | – |
//! | `92` | [`TokenKey`] | AES | B D E N | – |
//! | `93` | [`IssueKey`] | AES | C G V N | – |
//! | `94` | [`FingerprintKey`] | `A`, any | C G V N | – |
//! | `95` | [`Etk`] | TDES or AES | B D E N | 60A |
//! | `96` | [`Ff1Key`] | AES | B D E N | – |
//!
//! Keys of HMAC have the algorithm `A`: their length and their check value are those of an AES key. The types 602 and 60A are
//! private: no other maker has them. A key that has no type is for key-block LMKs alone.

use crate::rules::KeyRules;
use payhsm_protocol::field::KeyType;

/// One kind of key: what its key block says, and its type under a variant LMK.
#[derive(Debug)]
pub struct Role {
    /// Key usages, header bytes 5 and 6, that a block of this role may carry.
    pub(crate) usages: &'static [[u8; 2]],
    /// Key type under a variant LMK, if it can be under one.
    key_type: Option<KeyType>,
    /// Key type while 002 is shared, where that differs.
    pub(crate) shared_type: Option<KeyType>,
    /// Whether the key may be a TDES key.
    pub(crate) tdes: bool,
    /// Whether the key may be an AES key.
    pub(crate) aes: bool,
    /// Whether only a double-length TDES key serves.
    pub(crate) double_only: bool,
}

impl Role {
    /// TDES or AES, of any length, with a key type of its own.
    const fn of(key_type: [u8; 3]) -> Self {
        Self { key_type: Some(KeyType(key_type)), tdes: true, ..Self::AES }
    }

    /// AES of any length, for key-block LMKs alone.
    const AES: Self = Self {
        usages: &[],
        key_type: None,
        shared_type: None,
        tdes: false,
        aes: true,
        double_only: false,
    };

    /// The key type under a variant LMK, by the 002 rule.
    pub(crate) fn key_type(&self, rules: &KeyRules) -> Option<KeyType> {
        match self.shared_type {
            Some(shared) if !rules.separate_002 => Some(shared),
            _ => self.key_type,
        }
    }
}

/// M0 ISO 16609 (TDES CBC-MAC), M1 ISO 9797-1 algorithm 1, M3 algorithm 3, M5 and M6 algorithm 5 (CMAC).
const MAC_USAGES: &[[u8; 2]] = &[*b"M0", *b"M1", *b"M3", *b"M5", *b"M6"];

/// The type that PVK, TPK and TMK share, where they are not told apart.
const SHARED: Option<KeyType> = Some(KeyType(*b"002"));

const ZMK: Role = Role { usages: &[*b"K0", *b"52"], ..Role::of(*b"000") };
const TMK: Role = Role { usages: &[*b"K0", *b"51"], shared_type: SHARED, ..Role::of(*b"80D") };
const TPK: Role = Role { usages: &[*b"P0", *b"71"], shared_type: SHARED, ..Role::of(*b"70D") };
const ZPK: Role = Role { usages: &[*b"P0", *b"72"], ..Role::of(*b"001") };
const PVK_IBM: Role = Role { usages: &[*b"V0", *b"V1"], aes: false, ..Role::of(*b"002") };
const PVK_PVV: Role =
    Role { usages: &[*b"V0", *b"V2"], aes: false, double_only: true, ..Role::of(*b"002") };
const CVK: Role = Role {
    usages: &[*b"C0", *b"11", *b"12", *b"13"],
    aes: false,
    double_only: true,
    ..Role::of(*b"402")
};
const TAK: Role = Role { usages: MAC_USAGES, ..Role::of(*b"003") };
const ZAK: Role = Role { usages: MAC_USAGES, ..Role::of(*b"008") };
const ZEK: Role = Role { usages: &[*b"D0", *b"22"], ..Role::of(*b"00A") };
const DEK: Role = Role { usages: &[*b"D0", *b"21"], ..Role::of(*b"00B") };
const TEK: Role = Role { usages: &[*b"D0", *b"23"], ..Role::of(*b"30B") };
const DCVK: Role = Role { usages: &[*b"90"], aes: false, double_only: true, ..Role::of(*b"602") };
const DCVK_HMAC: Role = Role { usages: &[*b"91"], ..Role::AES };
const TOKEN_KEY: Role = Role { usages: &[*b"92"], ..Role::AES };
const ISSUE_KEY: Role = Role { usages: &[*b"93"], ..Role::AES };
const FINGERPRINT_KEY: Role = Role { usages: &[*b"94"], ..Role::AES };
const ETK: Role = Role { usages: &[*b"95"], ..Role::of(*b"60A") };
const FF1_KEY: Role = Role { usages: &[*b"96"], ..Role::AES };
const MK_AC: Role = Role { usages: &[*b"E0"], aes: false, double_only: true, ..Role::of(*b"109") };
const MK_CVC3: Role =
    Role { usages: &[*b"E6"], aes: false, double_only: true, ..Role::of(*b"709") };

mod sealed {
    pub trait Sealed {}
}

/// A usage as a type. Sealed: the markers of this module are all there are.
pub trait Usage: sealed::Sealed {
    /// The roles that a key of this usage may have.
    const ROLES: &'static [Role];
}

macro_rules! usages {
    ($($(#[$meta:meta])* $name:ident: $($role:ident)|+;)+) => {
        $(
            $(#[$meta])*
            #[derive(Debug)]
            pub enum $name {}
            impl sealed::Sealed for $name {}
            impl Usage for $name {
                const ROLES: &'static [Role] = &[$($role),+];
            }
        )+
    };
}

usages! {
    /// Zone master key: protects keys on their way to another institution. Blocks K0, 52; type 000.
    Zmk: ZMK;
    /// Terminal master key: protects keys on their way to a terminal. Blocks K0, 51; type 80D, or 002 shared.
    Tmk: TMK;
    /// Terminal PIN key. Blocks P0, 71; type 70D, or 002 shared.
    Tpk: TPK;
    /// Zone PIN key. Blocks P0, 72; type 001.
    Zpk: ZPK;
    /// TPK or ZPK, where the request says which (BK, DU, FW, CU).
    AnyPinKey: TPK | ZPK;
    /// PIN verification key for the IBM 3624 method. Blocks V0, V1; type 002.
    PvkIbm: PVK_IBM;
    /// PIN verification key pair for the Visa PVV. Blocks V0, V2; type 002.
    PvkPvv: PVK_PVV;
    /// Card verification key pair. Blocks C0, 11, 12, 13; type 402.
    Cvk: CVK;
    /// Terminal authentication key. Blocks M0, M1, M3, M5, M6; type 003.
    Tak: TAK;
    /// Zone authentication key. Blocks M0, M1, M3, M5, M6; type 008.
    Zak: ZAK;
    /// TAK or ZAK, where the request says which (M6, M8).
    MacKey: TAK | ZAK;
    /// Zone encryption key. Blocks D0, 22; type 00A.
    Zek: ZEK;
    /// Data encryption key. Blocks D0, 21; type 00B.
    Dek: DEK;
    /// Terminal encryption key. Blocks D0, 23; type 30B.
    Tek: TEK;
    /// ZEK, DEK or TEK, where the request says which (M0, M2, M4).
    DataKey: ZEK | DEK | TEK;
    /// Key of dynamic CVV2s by the algorithm of the CVV. Block 90; type 602.
    Dcvk: DCVK;
    /// Key of dynamic CVV2s by HMAC. Block 91.
    DcvkHmac: DCVK_HMAC;
    /// Key of tokens. Block 92.
    TokenKey: TOKEN_KEY;
    /// Key that card numbers are drawn by. Block 93.
    IssueKey: ISSUE_KEY;
    /// HMAC key of fingerprints of card numbers. Block 94.
    FingerprintKey: FINGERPRINT_KEY;
    /// Embossing transport key: tracks on their way to the bureau. Block 95; type 60A.
    Etk: ETK;
    /// Key of format-preserving encryption of other fields. Block 96.
    Ff1Key: FF1_KEY;
    /// Issuer master key of application cryptograms, MK-AC, as for contactless dCVVs. Block E0; type 109.
    MkAc: MK_AC;
    /// Issuer master key of CVC3s, MK-CVC3. Block E6; type 709.
    MkCvc3: MK_CVC3;
}

/// Keys that encrypt PIN blocks.
pub trait PinEncryption: Usage {}
impl PinEncryption for Tpk {}
impl PinEncryption for Zpk {}
impl PinEncryption for AnyPinKey {}

/// Keys that make and verify MACs.
pub trait Authentication: Usage {}
impl Authentication for Tak {}
impl Authentication for Zak {}
impl Authentication for MacKey {}

/// Keys that encrypt data.
pub trait DataEncryption: Usage {}
impl DataEncryption for Zek {}
impl DataEncryption for Dek {}
impl DataEncryption for Tek {}
impl DataEncryption for DataKey {}

/// Keys that protect other keys on their way.
pub trait KeyWrapping: Usage {}
impl KeyWrapping for Zmk {}
impl KeyWrapping for Tmk {}
