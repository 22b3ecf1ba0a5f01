//! Tokens whose card number is in the store, made, looked at and used up.

use super::reference::{CardOnFile, VaultName};
use super::{Code, Id, Rows, Scheme, Step, TokenDomain, VaultTerms};
use payhsm_issuing::token::{ByAccount, VaultToken};
use payhsm_keys::Random;
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::ta_make_token::MadeToken;
use payhsm_protocol::field::TokenTerms;

/// How often a token that a card has is looked for, while others make or use it up.
const ROUNDS: usize = 16;

/// The vault of a domain, at one moment.
#[derive(Debug)]
pub struct Vault<'v, 'r> {
    rows: &'v Rows<'r>,
    domain: u16,
    terms: VaultTerms,
    now: u64,
}

impl<'v, 'r> Vault<'v, 'r> {
    /// That of a domain, if it has one. `now`: unix seconds.
    #[must_use]
    pub fn of(rows: &'v Rows<'r>, domain: &TokenDomain, now: u64) -> Option<Self> {
        match domain.scheme {
            Scheme::Vault(terms) => Some(Self { rows, domain: domain.number, terms, now }),
            Scheme::Alphanumeric { .. } | Scheme::Numeric9 => None,
        }
    }

    /// What a token stands for; it is not used up by that.
    ///
    /// # Errors
    /// T1 for what is no such token, T2, T4, T5; S0 without a verdict.
    pub fn look(&self, token: &str) -> Result<CardOnFile, ErrorCode> {
        let row = self.rows.look(self.id(VaultName::parse(token)?)?)?;
        let row = row.ok_or(ErrorCode::TokenInvalid)?;
        CardOnFile::from_bytes(row.look(self.domain, self.now).map_err(Code::code)?)
    }

    /// What a token stands for. One for a single use is used up when this is durable.
    ///
    /// # Errors
    /// As [`Vault::look`].
    pub fn take(&self, token: &str, random: &mut dyn Random) -> Result<CardOnFile, ErrorCode> {
        let id = self.id(VaultName::parse(token)?)?;
        self.rows.change(id, random, |row| used(self.taken(row)))?
    }

    /// A token for a card.
    ///
    /// # Errors
    /// 15 for terms where every card has one token, S0 without a verdict.
    pub fn make(
        &self,
        card: &CardOnFile,
        terms: TokenTerms,
        random: &mut dyn Random,
    ) -> Result<MadeToken, ErrorCode> {
        if self.terms.one_per_card {
            return self.make_one(card, terms, random);
        }
        let name = VaultName::draw(random)?;
        let new = self.new_row(card, terms)?;
        self.rows.change(self.id(name)?, random, |row| match row {
            None => {
                *row = Some(new.clone());
                Step::Write(Ok(made_of(name, &new)))
            }
            // So many random bits never come twice.
            Some(_) => Step::Leave(Err(ErrorCode::Internal)),
        })?
    }

    /// A token in this vault for the card that one in another stands for, which is used up by it if it is for a single use:
    /// both in one change, unless every card has one token here.
    ///
    /// # Errors
    /// As [`Vault::take`] and [`Vault::make`].
    pub fn make_for(
        &self,
        (other, token): (&Vault<'_, '_>, &str),
        terms: TokenTerms,
        random: &mut dyn Random,
    ) -> Result<MadeToken, ErrorCode> {
        if self.terms.one_per_card {
            // The token here first: nobody is told of it if the other is used up meanwhile.
            let made = self.make(&other.look(token)?, terms, random)?;
            return other.take(token, random).map(|_| made);
        }
        let name = VaultName::draw(random)?;
        let ids = (other.id(VaultName::parse(token)?)?, self.id(name)?);
        self.rows.change_two(ids, random, |from, to| {
            let made = other.taken(from).and_then(|(card, _)| self.new_row(&card, terms));
            match made {
                Ok(new) if to.is_none() => {
                    *to = Some(new.clone());
                    Step::Write(Ok(made_of(name, &new)))
                }
                Ok(_) => Step::Leave(Err(ErrorCode::Internal)),
                Err(code) => Step::Leave(Err(code)),
            }
        })?
    }

    /// The one token of a card: as long as it is valid, the same again.
    fn make_one(
        &self,
        card: &CardOnFile,
        terms: TokenTerms,
        random: &mut dyn Random,
    ) -> Result<MadeToken, ErrorCode> {
        if terms != (TokenTerms { single_use: None, seconds: None }) {
            return Err(ErrorCode::InvalidInput);
        }
        let by = self.rows.id::<ByAccount>(&[&self.domain.to_be_bytes(), &card.pan.0])?;
        for _ in 0..ROUNDS {
            let known = self.rows.look(by)?;
            let valid = known.map(|known| VaultName(known.token)).map_or(Ok(None), |name| {
                let row = self.rows.look(self.id(name)?)?;
                Ok(row.filter(|row| row.look(self.domain, self.now).is_ok()).map(|_| name))
            })?;
            let name = valid.map_or_else(|| VaultName::draw(random), Ok)?;
            let ids = (by, self.id(name)?);
            let made = self.rows.change_two(ids, random, |by, row| {
                if *by != known {
                    return Step::Leave(Ok(None));
                }
                match (valid, row.as_mut()) {
                    (Some(_), Some(row)) => self.renewed(row, card, name),
                    (None, None) => {
                        let new = match self.new_row(card, terms) {
                            Ok(new) => new,
                            Err(code) => return Step::Leave(Err(code)),
                        };
                        let told = made_of(name, &new);
                        (*by, *row) = (Some(ByAccount { token: name.0 }), Some(new));
                        Step::Write(Ok(Some(told)))
                    }
                    (Some(_), None) | (None, Some(_)) => Step::Leave(Ok(None)),
                }
            })??;
            if let Some(made) = made {
                return Ok(made);
            }
        }
        Err(ErrorCode::StateUnavailable)
    }

    /// The token that a card has, with the card's new expiry if it got one.
    fn renewed(
        &self,
        row: &mut VaultToken,
        card: &CardOnFile,
        name: VaultName,
    ) -> Step<Result<Option<MadeToken>, ErrorCode>> {
        let kept = row.look(self.domain, self.now).map_err(Code::code);
        let Ok(kept) = kept.and_then(CardOnFile::from_bytes) else { return Step::Leave(Ok(None)) };
        let told = made_of(name, row);
        if card.expiry.is_none_or(|expiry| kept.expiry == Some(expiry)) {
            return Step::Leave(Ok(Some(told)));
        }
        let (created, end) = (row.created_at(), row.expires_at());
        let seconds = end.map(|end| end.saturating_sub(created));
        let bytes = card.to_bytes().to_vec();
        match VaultToken::new(bytes, self.domain, row.is_single_use(), created, seconds) {
            Ok(new) => {
                *row = new;
                Step::Write(Ok(Some(told)))
            }
            Err(_) => Step::Leave(Err(ErrorCode::Internal)),
        }
    }

    fn taken(&self, row: &mut Option<VaultToken>) -> Result<(CardOnFile, bool), ErrorCode> {
        let row = row.as_mut().ok_or(ErrorCode::TokenInvalid)?;
        let single_use = row.is_single_use();
        let card = row.take(self.domain, self.now).map_err(Code::code)?;
        Ok((CardOnFile::from_bytes(card)?, single_use))
    }

    fn new_row(&self, card: &CardOnFile, asked: TokenTerms) -> Result<VaultToken, ErrorCode> {
        let single_use = asked.single_use.unwrap_or(self.terms.single_use);
        let seconds = asked.seconds.map(u64::from).into_iter().chain(self.terms.seconds).min();
        let bytes = card.to_bytes().to_vec();
        let row = VaultToken::new(bytes, self.domain, single_use, self.now, seconds);
        row.map_err(|_| ErrorCode::Internal)
    }

    fn id(&self, name: VaultName) -> Result<Id<VaultToken>, ErrorCode> {
        self.rows.id(&[&name.0])
    }
}

/// A token for many uses has no reason to be written at each.
fn used(taken: Result<(CardOnFile, bool), ErrorCode>) -> Step<Result<CardOnFile, ErrorCode>> {
    match taken {
        Ok((card, true)) => Step::Write(Ok(card)),
        Ok((card, false)) => Step::Leave(Ok(card)),
        Err(code) => Step::Leave(Err(code)),
    }
}

fn made_of(name: VaultName, row: &VaultToken) -> MadeToken {
    MadeToken { token: name.text(), expires_at: row.expires_at() }
}
