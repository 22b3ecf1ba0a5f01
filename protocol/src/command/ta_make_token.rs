//! TA: make a token of a card number. Source: docs/protocol/TA.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{CardItself, DomainNumber, Expiry, TokenTerms};
use crate::host::{Fields, Writer};

request! {
    /// A card, and the domain in which it is to have a token.
    pub struct MakeToken {
        /// The card.
        pub card: CardItself,
        /// The domain.
        pub domain: DomainNumber,
        /// Its expiry, MMYY: a vault keeps it with the token.
        pub expiry: Option<Expiry>,
        /// How the token is to live, in a vault.
        pub terms: TokenTerms,
    }
}

/// A token: TA, TE.
#[derive(Clone, PartialEq, Eq, wincode::SchemaRead, wincode::SchemaWrite)]
pub struct MadeToken {
    /// The token, 1 to 36 characters.
    pub token: String,
    /// Unix seconds from which it is nothing any more, if it does not live for good.
    pub expires_at: Option<u64>,
}

// Whoever has a token can have things done with its card.
impl std::fmt::Debug for MadeToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MadeToken(until {:?})", self.expires_at)
    }
}

impl Command for MakeToken {
    const OPCODE: Opcode = Opcode::TA;
    type Reply = MadeToken;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let card = fields.card_itself()?;
        let domain = fields.domain()?;
        let expiry = fields.skip(b'X').then(|| fields.expiry()).transpose()?;
        let terms = fields.token_terms()?;
        Ok(Self { card, domain, expiry, terms })
    }
}

impl Reply for MadeToken {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.raw(self.token.as_bytes());
        writer.raw(b";");
        if let Some(seconds) = self.expires_at {
            writer.raw(format!("{seconds:010}").as_bytes());
        }
    }
}
