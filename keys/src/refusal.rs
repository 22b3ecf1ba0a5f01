//! Why a key was refused, without a word about the key itself.

use crate::random::RandomFailed;
use payhsm_protocol::ErrorCode;

/// Why a key could not be opened, made, sealed, exported or imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum KeyRefused {
    /// The form of the key does not fit the key it is under, or the settings forbid the form.
    #[error("key scheme does not fit")]
    Scheme,
    /// The MAC of the block is wrong, or what it protects is malformed.
    #[error("key block is not authentic")]
    Authentication,
    /// The key usage in the header is not the one that the command needs.
    #[error("key usage does not fit")]
    Usage,
    /// The algorithm in the header is not the one that the command needs.
    #[error("key algorithm does not fit")]
    Algorithm,
    /// The mode of use in the header forbids the operation.
    #[error("mode of use forbids the operation")]
    ModeOfUse,
    /// The key is too short or too long.
    #[error("key length does not fit")]
    Length,
    /// A key without authentication has wrong parity.
    #[error("key parity is wrong")]
    Parity,
    /// A part of the key is one of the 64 weak DES keys.
    #[error("key is weak")]
    Weak,
    /// Parts of the key are equal: a single-length key in double-length clothing.
    #[error("parts of the key are equal")]
    EqualParts,
    /// The key type of the request is unknown, or not one for this command.
    #[error("key type does not fit")]
    KeyType,
    /// There is no LMK with the identifier.
    #[error("no such LMK")]
    LmkId,
    /// The key may not leave, or not in this form.
    #[error("key may not be exported like this")]
    NotExportable,
    /// The wrapping key is weaker than the key that it would protect.
    #[error("wrapping key is too weak")]
    WeakerWrappingKey,
    /// The version number of the new header is malformed.
    #[error("key version number does not fit")]
    VersionNumber,
    /// The optional blocks of the new header are too many, too long or malformed.
    #[error("optional blocks do not fit")]
    OptionalBlocks,
    /// The attributes asked for are wider than those that the key has.
    #[error("attributes may only be narrowed")]
    Widened,
    /// No randomness, or arithmetic refused what had been checked before.
    #[error("internal failure")]
    Internal,
}

/// Which of a command's keys was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// The only key, the first one, or the one that protects the others.
    Source,
    /// The second key, or the one that is protected.
    Destination,
}

impl KeyRefused {
    /// The code for the caller.
    ///
    /// With `tell_apart` (development) every reason has its code. Without it, whatever can be wrong
    /// with a key that a caller sends gives the one code A4, so that no answer says more than "refused";
    /// only what is decided by the request and by the authenticated header of a good key keeps its own.
    /// Where no key came with the request (A0 without a ZMK), pass `true`: there is nothing to keep from anybody.
    #[must_use]
    pub const fn code(self, position: Position, tell_apart: bool) -> ErrorCode {
        match self {
            Self::NotExportable | Self::Widened => ErrorCode::KeyBlockExportability,
            Self::WeakerWrappingKey => ErrorCode::StrongerLmkNeeded,
            Self::VersionNumber => ErrorCode::KeyBlockVersion,
            Self::OptionalBlocks => ErrorCode::KeyBlockOptionalBlocks,
            Self::LmkId => ErrorCode::InvalidLmkId,
            Self::Internal => ErrorCode::Internal,
            Self::Scheme
            | Self::Authentication
            | Self::Usage
            | Self::Algorithm
            | Self::ModeOfUse
            | Self::Length
            | Self::Parity
            | Self::Weak
            | Self::EqualParts
            | Self::KeyType
                if !tell_apart =>
            {
                ErrorCode::KeyBlockAuthentication
            }
            Self::Scheme => ErrorCode::InvalidKeyScheme,
            Self::Authentication => ErrorCode::KeyBlockAuthentication,
            Self::Usage => ErrorCode::KeyBlockUsage,
            Self::Algorithm => ErrorCode::KeyBlockAlgorithm,
            Self::ModeOfUse => ErrorCode::KeyBlockMode,
            Self::Length => ErrorCode::IncompatibleKeyLength,
            Self::Parity | Self::Weak => match position {
                Position::Source => ErrorCode::SourceKeyParity,
                Position::Destination => ErrorCode::DestinationKeyParity,
            },
            Self::EqualParts => ErrorCode::SingleLengthInDisguise,
            Self::KeyType => ErrorCode::InvalidKeyType,
        }
    }
}

impl From<RandomFailed> for KeyRefused {
    fn from(_: RandomFailed) -> Self {
        Self::Internal
    }
}
