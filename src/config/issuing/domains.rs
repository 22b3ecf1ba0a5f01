//! `[[token_domain]]`: tokens of an organisation.

use crate::caller::Names;
use crate::cards::{Domains, Scheme, TokenDomain, VaultTerms};
use payhsm_issuing::limit::{MostPer, Rates};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::num::NonZeroU32;

/// The highest number of a domain.
const LAST: u16 = 999;

/// What stands for all callers.
const ALL: &str = "*";

/// Tokens a day of a caller under one BIN and last four digits. Of 100,000 card numbers that have both, whoever may ask for
/// tokens needs years to ask for half.
const TOKENS: MostPerSection = MostPerSection { most: 100, seconds: 86_400 };

/// Card numbers for tokens, of a caller in a minute, an hour and a day.
const CARD_NUMBERS: [u32; 3] = [1_000, 10_000, 100_000];

/// A domain as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenDomainSection {
    /// 0 to 999.
    pub number: u16,
    /// What its tokens are.
    pub scheme: TokenScheme,
    /// Digits in front that an alphanumeric token keeps: 6 or 8.
    pub keep_left: Option<u8>,
    /// Label of the key that tokens are made with.
    pub key: Option<String>,
    /// Label of the key before.
    pub old_key: Option<String>,
    /// Who may have it; `*`: all.
    #[serde(default)]
    pub callers: Vec<String>,
    /// Whether it is in use.
    #[serde(default = "yes")]
    pub on: bool,
    /// Vault: whether a token is for one use, unless the request says otherwise.
    #[serde(default)]
    pub single_use: bool,
    /// Vault: seconds that a token lives; without it, for good.
    pub seconds: Option<u64>,
    /// Vault: whether a card has one token.
    #[serde(default)]
    pub one_per_card: bool,
    /// How many tokens a caller may have under one BIN and last four digits.
    #[serde(default = "tokens")]
    pub tokens_per_card_ending: MostPerSection,
    /// How many card numbers a caller may have for tokens.
    pub card_numbers_per_minute: Option<u32>,
    /// The same in an hour.
    pub card_numbers_per_hour: Option<u32>,
    /// The same in a day.
    pub card_numbers_per_day: Option<u32>,
    /// Whether its callers may have card numbers in the clear.
    #[serde(default)]
    pub clear: bool,
}

/// What tokens are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenScheme {
    /// As long as the card number, with letters in the middle.
    Alphanumeric,
    /// Digits, the first of them 9.
    Numeric,
    /// Random; the card number is in the store.
    Vault,
}

/// At most so many in so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MostPerSection {
    /// How many.
    pub most: u32,
    /// In how many seconds.
    pub seconds: u32,
}

const fn yes() -> bool {
    true
}

const fn tokens() -> MostPerSection {
    TOKENS
}

/// The domains; what is wrong with them is added to `wrong`.
pub(super) fn read(
    sections: &[TokenDomainSection],
    known: &[&str],
    wrong: &mut Vec<String>,
) -> Domains {
    let mut numbers = BTreeSet::new();
    Domains::new(sections.iter().map(|section| {
        let mut said = Vec::new();
        if section.number > LAST {
            said.push(format!("a number is 0 to {LAST}"));
        }
        if !numbers.insert(section.number) {
            said.push("an entry before it has the same number".to_owned());
        }
        let domain = section.read(known, &mut said);
        wrong.extend(said.iter().map(|said| format!("token_domain {}: {said}", section.number)));
        domain
    }))
}

impl TokenDomainSection {
    fn read(&self, known: &[&str], wrong: &mut Vec<String>) -> TokenDomain {
        self.check_keys(wrong);
        self.check_vault(wrong);
        TokenDomain {
            number: self.number,
            on: self.on,
            scheme: self.scheme(wrong),
            key: self.key.clone().unwrap_or_default(),
            old_key: self.old_key.clone(),
            callers: self.callers(known, wrong),
            tokens: self.tokens(wrong),
            card_numbers: self.card_numbers(wrong),
            clear: self.clear,
        }
    }

    fn scheme(&self, wrong: &mut Vec<String>) -> Scheme {
        if self.keep_left.is_some() && self.scheme != TokenScheme::Alphanumeric {
            wrong.push("keep_left is for the scheme `alphanumeric`".to_owned());
        }
        match self.scheme {
            TokenScheme::Alphanumeric => {
                let keep_left = self.keep_left.unwrap_or(6);
                if ![6, 8].contains(&keep_left) {
                    wrong.push(format!("keep_left is {keep_left}, and has to be 6 or 8"));
                }
                Scheme::Alphanumeric { keep_left: usize::from(keep_left) }
            }
            TokenScheme::Numeric => Scheme::Numeric9,
            TokenScheme::Vault => {
                let Self { single_use, seconds, one_per_card, .. } = *self;
                Scheme::Vault(VaultTerms { single_use, seconds, one_per_card })
            }
        }
    }

    fn check_keys(&self, wrong: &mut Vec<String>) {
        let vault = self.scheme == TokenScheme::Vault;
        if vault && (self.key.is_some() || self.old_key.is_some()) {
            wrong.push("tokens of a vault are random; leave out key and old_key".to_owned());
        } else if !vault && self.key.is_none() {
            wrong.push("key is missing: the label of a key with usage 92".to_owned());
        }
        for (key, label) in [("key", &self.key), ("old_key", &self.old_key)] {
            if let Some(label) = label.as_deref().filter(|label| !is_label(label)) {
                let label = label.escape_default();
                wrong.push(format!(
                    "{key}: `{label}` is no label of a key: 1 to 32 letters, digits, `-`, `_`, `.`"
                ));
            }
        }
        if self.key.is_some() && self.key == self.old_key {
            wrong.push("old_key is the same as key".to_owned());
        }
    }

    fn check_vault(&self, wrong: &mut Vec<String>) {
        if self.scheme != TokenScheme::Vault {
            let said = [
                ("single_use", self.single_use),
                ("seconds", self.seconds.is_some()),
                ("one_per_card", self.one_per_card),
            ];
            for (key, _) in said.into_iter().filter(|(_, said)| *said) {
                wrong.push(format!("{key} is for the scheme `vault`"));
            }
        }
        if self.seconds == Some(0) {
            wrong.push("seconds is 0, and no token would live".to_owned());
        }
        if self.single_use && self.one_per_card {
            wrong.push("a card with one_per_card would have none after a single_use".to_owned());
        }
    }

    fn callers(&self, known: &[&str], wrong: &mut Vec<String>) -> Names {
        if self.callers.iter().any(|name| name == ALL) {
            return Names::Any;
        }
        for name in self.callers.iter().filter(|name| !known.contains(&name.as_str())) {
            let name = name.escape_default();
            wrong.push(format!(
                "callers: there is no [[caller]] named `{name}`; `*` stands for all"
            ));
        }
        Names::These(self.callers.iter().cloned().collect())
    }

    fn tokens(&self, wrong: &mut Vec<String>) -> Option<MostPer> {
        let MostPerSection { most, seconds } = self.tokens_per_card_ending;
        let seconds = NonZeroU32::new(seconds);
        if most == 0 || seconds.is_none() {
            wrong.push(
                "tokens_per_card_ending has a 0, and there would be no token; `on = false` says so"
                    .to_owned(),
            );
        }
        seconds.map(|seconds| MostPer { most, seconds })
    }

    fn card_numbers(&self, wrong: &mut Vec<String>) -> Rates {
        let Self { card_numbers_per_minute, card_numbers_per_hour, card_numbers_per_day, .. } =
            self;
        let said = [
            ("minute", card_numbers_per_minute),
            ("hour", card_numbers_per_hour),
            ("day", card_numbers_per_day),
        ];
        for (per, _) in said.iter().filter(|(_, most)| **most == Some(0)) {
            wrong.push(format!(
                "card_numbers_per_{per} is 0; who is to have none is not given the command TC"
            ));
        }
        let [minute, hour, day] = CARD_NUMBERS;
        Rates {
            minute: card_numbers_per_minute.or(Some(minute)),
            hour: card_numbers_per_hour.or(Some(hour)),
            day: card_numbers_per_day.or(Some(day)),
        }
    }
}

/// As officers may name keys.
pub(in crate::config) fn is_label(label: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=32).contains(&label.len()) && label.bytes().all(fits)
}
