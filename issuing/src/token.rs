//! Tokens that are random and whose card number is in a vault.
//!
//! The card number and expiry come sealed by the caller; nothing here can open them. Taking a token that is good once is one atomic
//! change: an answer that is lost on its way has used it up all the same.

use crate::row::{Reader, Row, RowError, Writer};
use zeroize::Zeroizing;

/// The most bytes that a caller may seal into a token.
pub const MOST_SEALED: usize = 1024;

/// A token of a vault: what it stands for, and how long.
#[derive(Clone, PartialEq, Eq)]
pub struct VaultToken {
    sealed: Vec<u8>,
    domain: u16,
    single_use: bool,
    created_at: u64,
    expires_at: Option<u64>,
    used_at: Option<u64>,
}

/// A token that stands for nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefused {
    /// T2: not a token of this domain.
    #[error("not a token of this domain")]
    TokenInvalid,
    /// T4: single use, and used.
    #[error("the token is good once, and was used")]
    TokenUsed,
    /// T5.
    #[error("the token expired")]
    TokenExpired,
}

/// More was sealed than [`MOST_SEALED`] bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a token holds at most {MOST_SEALED} sealed bytes")]
pub struct TooLong;

impl VaultToken {
    /// A token of a domain for card number and expiry, sealed by the caller, at `now` unix seconds; `seconds` that it lives, or
    /// for good.
    ///
    /// # Errors
    /// [`TooLong`]
    pub fn new(
        sealed: Vec<u8>,
        domain: u16,
        single_use: bool,
        now: u64,
        seconds: Option<u64>,
    ) -> Result<Self, TooLong> {
        if sealed.len() > MOST_SEALED {
            return Err(TooLong);
        }
        let expires_at = seconds.map(|seconds| now.saturating_add(seconds));
        Ok(Self { sealed, domain, single_use, created_at: now, expires_at, used_at: None })
    }

    /// What it stands for, still sealed; used up by it, if it is good once.
    ///
    /// # Errors
    /// [`TokenRefused`]; the row is then as before.
    pub fn take(&mut self, domain: u16, now: u64) -> Result<&[u8], TokenRefused> {
        self.good(domain, now)?;
        // A token that is good more than once has no reason to be written at each use.
        if self.single_use {
            self.used_at = Some(now);
        }
        Ok(&self.sealed)
    }

    /// What it stands for, still sealed, without using it up: for a command that gives no card number away.
    ///
    /// # Errors
    /// [`TokenRefused`]
    pub fn look(&self, domain: u16, now: u64) -> Result<&[u8], TokenRefused> {
        self.good(domain, now)?;
        Ok(&self.sealed)
    }

    fn good(&self, domain: u16, now: u64) -> Result<(), TokenRefused> {
        if domain != self.domain {
            return Err(TokenRefused::TokenInvalid);
        }
        if self.used_at.is_some() {
            return Err(TokenRefused::TokenUsed);
        }
        // A clock that stands before the token was made says nothing about its end.
        let now = now.max(self.created_at);
        if self.expires_at.is_some_and(|end| now >= end) {
            return Err(TokenRefused::TokenExpired);
        }
        Ok(())
    }

    /// Its domain.
    #[must_use]
    pub const fn domain(&self) -> u16 {
        self.domain
    }

    /// Whether it is good once.
    #[must_use]
    pub const fn is_single_use(&self) -> bool {
        self.single_use
    }

    /// Unix seconds of its making.
    #[must_use]
    pub const fn created_at(&self) -> u64 {
        self.created_at
    }

    /// Unix seconds from which it is expired.
    #[must_use]
    pub const fn expires_at(&self) -> Option<u64> {
        self.expires_at
    }

    /// Unix seconds at which it was used up.
    #[must_use]
    pub const fn used_at(&self) -> Option<u64> {
        self.used_at
    }
}

impl std::fmt::Debug for VaultToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VaultToken(domain {}, …)", self.domain)
    }
}

impl Row for VaultToken {
    const KIND: u8 = 3;

    fn encode(&self) -> Zeroizing<Vec<u8>> {
        Writer::new(self.sealed.len() + 40)
            .bytes(&self.sealed)
            .u16(self.domain)
            .flag(self.single_use)
            .u64(self.created_at)
            .option(self.expires_at, Writer::u64)
            .option(self.used_at, Writer::u64)
            .done()
    }

    fn decode(bytes: &[u8]) -> Result<Self, RowError> {
        let mut reader = Reader::new(bytes)?;
        let row = Self {
            sealed: reader.bytes()?.to_vec(),
            domain: reader.u16()?,
            single_use: reader.flag()?,
            created_at: reader.u64()?,
            expires_at: reader.option(Reader::u64)?,
            used_at: reader.option(Reader::u64)?,
        };
        let legal = row.sealed.len() <= MOST_SEALED && (row.single_use || row.used_at.is_none());
        reader.done(row, legal)
    }
}

/// The token of an account, where a domain gives each account one token: found by the account's fingerprint.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ByAccount {
    /// The id of the token, 128 random bits.
    pub token: [u8; 16],
}

impl std::fmt::Debug for ByAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ByAccount(…)")
    }
}

impl Row for ByAccount {
    const KIND: u8 = 4;

    fn encode(&self) -> Zeroizing<Vec<u8>> {
        Writer::new(17).array(self.token).done()
    }

    fn decode(bytes: &[u8]) -> Result<Self, RowError> {
        let mut reader = Reader::new(bytes)?;
        let row = Self { token: reader.array()? };
        reader.done(row, true)
    }
}

#[cfg(test)]
mod tests;
