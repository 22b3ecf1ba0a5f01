//! Why an operation with a good key gave nothing.

use crate::random::RandomFailed;
use crate::refusal::KeyRefused;
use payhsm_protocol::ErrorCode;

/// Why nothing could be computed or verified. None of it depends on a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OperationRefused {
    /// A field of the request does not fit the operation.
    #[error("input does not fit the operation")]
    Input,
    /// The account number is too short or malformed.
    #[error("account number does not fit the operation")]
    Account,
    /// The data is not whole blocks, or too little.
    #[error("length of the data does not fit the operation")]
    DataLength,
    /// The PIN is shorter than what is to be checked, or has something in it that is no digit.
    #[error("PIN does not fit the operation")]
    Pin,
    /// The key's block binds it to another algorithm of the same family.
    #[error("key may not be used with this algorithm")]
    Usage,
    /// The key has a length that the algorithm does not know.
    #[error("key length does not fit the algorithm")]
    KeyLength,
    /// What cannot happen to a key that was opened.
    #[error("internal failure")]
    Internal,
}

impl OperationRefused {
    /// The code for the caller: 15, 22, 80, 20, 29, 27 or 41.
    #[must_use]
    pub const fn code(self) -> ErrorCode {
        match self {
            Self::Input => ErrorCode::InvalidInput,
            Self::Account => ErrorCode::InvalidAccount,
            Self::DataLength => ErrorCode::InvalidDataLength,
            Self::Pin => ErrorCode::PinBlockContents,
            Self::Usage => ErrorCode::FunctionNotPermitted,
            Self::KeyLength => ErrorCode::IncompatibleKeyLength,
            Self::Internal => ErrorCode::Internal,
        }
    }
}

impl From<KeyRefused> for OperationRefused {
    fn from(_: KeyRefused) -> Self {
        Self::Internal
    }
}

impl From<RandomFailed> for OperationRefused {
    fn from(_: RandomFailed) -> Self {
        Self::Internal
    }
}
