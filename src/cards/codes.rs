//! The code for each way in which a step of a card is refused.

use payhsm_issuing::dcvv2::Dcvv2Refused;
use payhsm_issuing::limit::LimitRefused;
use payhsm_issuing::pin::PinRefused;
use payhsm_issuing::range::RangeRefused;
use payhsm_issuing::token::TokenRefused;
use payhsm_protocol::ErrorCode;

/// A refusal that callers are told by a code of its own.
pub trait Code {
    /// That code.
    fn code(self) -> ErrorCode;
}

impl Code for PinRefused {
    fn code(self) -> ErrorCode {
        match self {
            Self::NoPinReference => ErrorCode::NoPinReference,
            Self::PinTriesExceeded => ErrorCode::PinTriesExceeded,
        }
    }
}

impl Code for Dcvv2Refused {
    fn code(self) -> ErrorCode {
        match self {
            Self::CvvMismatch => ErrorCode::CvvMismatch,
            Self::NotGenerated => ErrorCode::DynamicNotGenerated,
            Self::Expired => ErrorCode::DynamicExpired,
            Self::Used => ErrorCode::DynamicUsed,
            Self::Blocked => ErrorCode::DynamicBlocked,
            Self::StaticInactive => ErrorCode::StaticInactive,
            Self::DynamicUnsupported => ErrorCode::DynamicUnsupported,
            Self::NotExpired => ErrorCode::DynamicNotExpired,
            Self::ClockStepped => ErrorCode::ClockStepped,
            Self::AnotherMerchant => ErrorCode::AnotherMerchant,
            Self::CounterExhausted => ErrorCode::DynamicExhausted,
            Self::AlreadyInMode => ErrorCode::AlreadyInMode,
        }
    }
}

impl Code for TokenRefused {
    fn code(self) -> ErrorCode {
        match self {
            Self::TokenInvalid => ErrorCode::TokenInvalid,
            Self::TokenUsed => ErrorCode::TokenUsed,
            Self::TokenExpired => ErrorCode::TokenExpired,
        }
    }
}

impl Code for RangeRefused {
    fn code(self) -> ErrorCode {
        match self {
            Self::RangeExhausted => ErrorCode::RangeExhausted,
            Self::NoBatch => ErrorCode::NoBatch,
        }
    }
}

impl Code for LimitRefused {
    fn code(self) -> ErrorCode {
        match self {
            Self::TooOften | Self::TooManyFailures => ErrorCode::RateExceeded,
        }
    }
}
