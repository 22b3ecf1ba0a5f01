//! The registry of error codes: what the two characters after a reply code mean.
//!
//! Source: the standard codes of the Thales host language (host-commands, section 7). A code is
//! listed once, with its wire form and one sentence; the name says what it means to a caller.

use std::fmt;

macro_rules! error_codes {
    ($($(#[$meta:meta])* $name:ident = $wire:literal, $sentence:literal;)+) => {
        /// A two-character error code of an answer.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum ErrorCode {
            $(#[doc = $sentence] $(#[$meta])* $name,)+
        }

        impl ErrorCode {
            /// Every code, in the order of the registry.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The two ASCII characters on the wire, in both dialects.
            #[must_use]
            pub const fn wire(self) -> [u8; 2] {
                match self { $(Self::$name => *$wire,)+ }
            }

            /// One sentence for a person.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)+ }
            }

            /// The code with this wire form.
            #[must_use]
            pub fn from_wire(wire: [u8; 2]) -> Option<Self> {
                match &wire { $($wire => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

error_codes! {
    Ok = b"00", "No error.";
    VerificationFailed = b"01", "Verification failed; for an imported key: its parity was wrong and has been put right; in N0: invalid length.";
    KeyLengthWarning = b"02", "The key length is not the usual one for this algorithm; in M-commands: invalid mode.";
    InvalidCount = b"03", "Invalid number of components; in M-commands: invalid input format.";
    InvalidKeyTypeCode = b"04", "Invalid key type code; in M-commands: invalid output format or algorithm.";
    InvalidKeyLengthFlag = b"05", "Invalid key length flag; in M-commands: invalid key type.";
    InvalidLength = b"06", "Invalid length of data.";
    InvalidMasterKeyType = b"07", "Invalid master key type; in M4: invalid destination mode.";
    InvalidDestinationKeyType = b"08", "In M4: invalid destination key type.";
    InvalidPadding = b"09", "Invalid padding method.";
    SourceKeyParity = b"10", "The source key (or ZMK) has wrong parity or is refused.";
    DestinationKeyParity = b"11", "The destination key has wrong parity, is all zero or is refused.";
    UserStorageEmpty = b"12", "There is no such stored key, or not for this caller.";
    InvalidLmkId = b"13", "The LMK identifier is invalid or that LMK is not loaded.";
    InvalidPinUnderLmk = b"14", "The PIN encrypted under the LMK is invalid.";
    InvalidInput = b"15", "Invalid input data: a field is malformed, missing or too much.";
    NotAuthorised = b"17", "Not in the authorised state, or forbidden by the security settings.";
    PinBlockContents = b"20", "The PIN block does not contain a valid PIN.";
    InvalidIndex = b"21", "Invalid index or count.";
    InvalidAccount = b"22", "Invalid account number.";
    InvalidPinBlockFormat = b"23", "Invalid PIN block format code, or a translation that is not allowed.";
    InvalidPinLength = b"24", "The PIN is shorter than 4 or longer than 12 digits.";
    InvalidDecimalisationTable = b"25", "The decimalisation table is refused.";
    InvalidKeyScheme = b"26", "Invalid key scheme.";
    IncompatibleKeyLength = b"27", "The key length does not fit this command.";
    InvalidKeyType = b"28", "Invalid key type.";
    FunctionNotPermitted = b"29", "This key may not be used for this function.";
    KeyChangeStorage = b"33", "The key change storage is corrupted; payhsm has none and answers 13 where there is no old LMK.";
    NoAuditRecord = b"35", "There is no audit record.";
    NoMatchingAuditRecord = b"36", "All audit records have been retrieved; in Q6: none of this kind.";
    FraudDetection = b"39", "PIN commands are stopped by fraud detection.";
    Internal = b"41", "Internal failure; the command had no effect.";
    MigrationNotAllowed = b"44", "A key of type 002 cannot get a type of its own: the settings do not keep them apart.";
    InvalidMigrationKeyType = b"45", "Not a key type that a key of type 002 can get.";
    StrongerLmkNeeded = b"48", "The wrapping key is weaker than the key it would protect.";
    InvalidHeader = b"51", "Invalid message header.";
    CommandNotLicensed = b"67", "Command not licensed.";
    CommandDisabled = b"68", "Command unknown, disabled in this profile, or not among those of this caller.";
    PinBlockFormatDisabled = b"69", "PIN block format disabled in this profile.";
    NotOperational = b"70", "The appliance is sealed: no LMK is in force.";
    RecordFailed = b"71", "The audit record could not be written; the command had no effect.";
    RateExceeded = b"72", "The caller asks more often than it may; the command had no effect.";
    Tampered = b"73", "The appliance has been tampered with: only status commands answer until officers have put it right.";
    SingleLengthInDisguise = b"75", "A single-length key in double-length clothing: its parts are equal.";
    InvalidDataLength = b"80", "The data length is wrong.";
    PinLengthMismatch = b"81", "The PIN length does not fit.";
    CheckValueLength = b"82", "There is no such length of a check value; in NI: no such value for statistics.";
    WeakPin = b"86", "The PIN is excluded as weak.";
    KeyBlockScheme = b"A1", "Incompatible LMK scheme.";
    KeyBlockLmkId = b"A2", "Incompatible LMK identifier.";
    KeyBlockAuthentication = b"A4", "The key block is refused.";
    KeyBlockLength = b"A5", "The key block length is wrong.";
    KeyBlockUsage = b"A6", "The key usage is wrong for this command.";
    KeyBlockAlgorithm = b"A7", "The key algorithm is wrong for this command.";
    KeyBlockMode = b"A8", "The mode of use is wrong for this command.";
    KeyBlockVersion = b"A9", "The key version number is wrong.";
    KeyBlockExportability = b"AA", "The key may not be exported this way.";
    KeyBlockOptionalBlocks = b"AB", "The optional blocks are wrong.";
    InvalidChangeField = b"B7", "There is no such field of a key block header, or it cannot be changed.";
    InvalidOldValue = b"B8", "The field of the key block header does not have this value.";
    InvalidNewValue = b"B9", "The field of the key block header cannot be changed to this value.";
    CardNumberLength = b"C1", "The card number does not have 13 to 19 digits.";
    CardNumberDigits = b"C2", "The card number has something in it that is no digit.";
    CardNumberLuhn = b"C3", "The check digit of the card number is wrong.";
    RangeExhausted = b"C4", "The range has not as many card numbers left.";
    NoBatch = b"C5", "There is no such batch of card numbers, or not for this caller.";
    DecryptionFailed = b"D1", "The encrypted value is refused: it is not one of this kind under this key.";
    PinIncorrect = b"N1", "The PIN is wrong; the try was counted.";
    PinTriesExceeded = b"N2", "The PIN is blocked: no tries are left.";
    NoPinReference = b"N3", "The card has no PIN here.";
    SamePin = b"N4", "The new PIN is the one that the card has.";
    StateUnavailable = b"S0", "The state of cards cannot be read or written: there is no verdict, and nothing but tries that were counted before has changed.";
    TokenMalformed = b"T1", "This cannot be a token.";
    TokenInvalid = b"T2", "This is not a token of this domain.";
    TokenDomain = b"T3", "There is no such token domain for this caller, or it is off.";
    TokenUsed = b"T4", "The token was for one use, and was used.";
    TokenExpired = b"T5", "The token is no longer valid.";
    TokenScheme = b"T6", "A card number of this length cannot have a token of this kind: there would be fewer than a million.";
    CvvMismatch = b"V1", "The value is wrong; the try was counted where tries are.";
    DynamicNotGenerated = b"V2", "The card has no dynamic CVV2 yet.";
    DynamicExpired = b"V3", "The dynamic CVV2 has expired.";
    DynamicUsed = b"V4", "The dynamic CVV2 was used.";
    DynamicBlocked = b"V5", "The dynamic CVV2 has no tries left.";
    StaticInactive = b"V6", "The static CVV2 is not in force: dynamic ones are.";
    DynamicUnsupported = b"V7", "The product has no dynamic CVV2, or the card has it switched off.";
    DynamicNotExpired = b"V8", "The last dynamic CVV2 is still valid, and the product allows no other meanwhile.";
    ClockStepped = b"V9", "The clock went back too far for a value that depends on time.";
    AnotherMerchant = b"VA", "The dynamic CVV2 is bound to another merchant.";
    DynamicExhausted = b"VB", "The card has had all of its dynamic CVV2s.";
    AlreadyInMode = b"VD", "Dynamic CVV2s are already as asked for.";
    LegacyExport = b"XL", "The zone is not allowed this export profile, or the value does not fit it.";
}

/// What some codes mean in the commands that work on data (M0 to M8).
impl ErrorCode {
    /// 02: there is no such mode.
    pub const INVALID_MODE: Self = Self::KeyLengthWarning;
    /// 03: there is no such input format.
    pub const INVALID_INPUT_FORMAT: Self = Self::InvalidCount;
    /// 04: there is no such output format.
    pub const INVALID_OUTPUT_FORMAT: Self = Self::InvalidKeyTypeCode;
    /// 04: there is no such MAC algorithm.
    pub const INVALID_ALGORITHM: Self = Self::InvalidKeyTypeCode;
    /// 05: not a key type for this command.
    pub const INVALID_DATA_KEY_TYPE: Self = Self::InvalidKeyLengthFlag;
    /// 07: there is no such destination mode.
    pub const INVALID_DESTINATION_MODE: Self = Self::InvalidMasterKeyType;
}

impl ErrorCode {
    /// The two characters as text.
    #[must_use]
    pub fn as_text(self) -> String {
        String::from_utf8_lossy(&self.wire()).into_owned()
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.as_text(), self.sentence())
    }
}

#[cfg(test)]
mod tests {
    use super::ErrorCode;
    use std::collections::HashSet;

    #[test]
    fn every_code_is_unique_and_read_back() {
        let mut seen = HashSet::new();
        for &code in ErrorCode::ALL {
            assert!(seen.insert(code.wire()), "{code} listed twice");
            assert_eq!(ErrorCode::from_wire(code.wire()), Some(code));
            assert!(code.sentence().ends_with('.'));
        }
        assert_eq!(ErrorCode::from_wire(*b"??"), None);
    }
}
