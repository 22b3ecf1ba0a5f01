//! Token domains: which tokens an organisation has, and who may ask for them.

use crate::caller::Names;
use payhsm_issuing::limit::{MostPer, Rates};
use payhsm_protocol::ErrorCode;
use std::collections::BTreeMap;

/// What tokens of a domain are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// PT-A: as long as the card number, first 6 or 8 and last 4 digits kept, letters in between.
    Alphanumeric {
        /// 6 or 8.
        keep_left: usize,
    },
    /// PT-9: digits, the first of them 9.
    Numeric9,
    /// PT-V: random, the card number in the store.
    Vault(VaultTerms),
}

/// How tokens of a vault live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VaultTerms {
    /// Whether a token is for one use, unless the request says otherwise.
    pub single_use: bool,
    /// Seconds that a token lives, at most; `None`: for good.
    pub seconds: Option<u64>,
    /// Whether a card has one token, and not another with each request.
    pub one_per_card: bool,
}

/// A domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenDomain {
    /// 0 to 999.
    pub number: u16,
    /// Whether it is in use.
    pub on: bool,
    /// What its tokens are.
    pub scheme: Scheme,
    /// Label of the key that tokens are made with.
    pub key: String,
    /// Label of the key before, which TE still knows.
    pub old_key: Option<String>,
    /// Names of the callers that may have it.
    pub callers: Names,
    /// How many tokens a caller may have under one BIN and last four digits.
    pub tokens: Option<MostPer>,
    /// How often a caller may have card numbers for tokens.
    pub card_numbers: Rates,
    /// Whether its callers may have card numbers in the clear.
    pub clear: bool,
}

/// All domains.
#[derive(Clone, Debug, Default)]
pub struct Domains(BTreeMap<u16, TokenDomain>);

impl Domains {
    /// These; of two with one number the later counts.
    #[must_use]
    pub fn new(domains: impl IntoIterator<Item = TokenDomain>) -> Self {
        Self(domains.into_iter().map(|domain| (domain.number, domain)).collect())
    }

    /// A domain, for a caller.
    ///
    /// # Errors
    /// T3 if there is none, it is off, or it is not the caller's.
    pub fn of(&self, number: u16, caller: &str) -> Result<&TokenDomain, ErrorCode> {
        let domain = self.0.get(&number).filter(|domain| domain.on && domain.callers.has(caller));
        domain.ok_or(ErrorCode::TokenDomain)
    }

    /// All of them, in order.
    pub fn all(&self) -> impl Iterator<Item = &TokenDomain> {
        self.0.values()
    }
}
