//! TE: another token for the same card. Source: docs/protocol/TE.md.

use super::ta_make_token::MadeToken;
use super::{Command, Opcode};
use crate::ErrorCode;
use crate::field::{DomainKey, DomainNumber, PanToken, TokenTerms};
use crate::host::Fields;

request! {
    /// A token, and the domain in which its card is to have another.
    pub struct ExchangeToken {
        /// The token.
        pub token: PanToken,
        /// Which key of its domain it was made with.
        pub made_with: DomainKey,
        /// The other domain, or the same one for its key in force.
        pub domain: DomainNumber,
        /// How the new token is to live, in a vault.
        pub terms: TokenTerms,
    }
}

impl Command for ExchangeToken {
    const OPCODE: Opcode = Opcode::TE;
    type Reply = MadeToken;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let token = fields.token()?;
        let made_with = fields.domain_key()?;
        let domain = fields.domain()?;
        let terms = fields.token_terms()?;
        Ok(Self { token, made_with, domain, terms })
    }
}
